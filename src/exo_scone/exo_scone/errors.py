"""What the user is told when SCONE cannot do what is asked."""

from exo_control.errors import ExoError


class SconeError(ExoError):
    """SCONE is not there, or cannot run what it was given."""
