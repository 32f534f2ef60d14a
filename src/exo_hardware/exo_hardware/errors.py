"""The error of a bus or drive that the user can act on. What goes wrong while running is data: see ``DeviceFault``."""

from exo_control.errors import ExoError


class HardwareError(ExoError):
    """The bus cannot be opened, a drive does not answer as configured, or a request is refused."""
