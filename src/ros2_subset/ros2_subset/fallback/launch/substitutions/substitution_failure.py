"""Error of a substitution."""


class SubstitutionFailure(RuntimeError):
    """A substitution has no text."""
