"""Errors of training whose message is meant for the user."""

from exo_control.errors import ExoError


class TrainingError(ExoError):
    """Training cannot start, go on or be resumed."""
