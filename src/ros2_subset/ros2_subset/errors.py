"""Errors of the commands."""


class CommandError(Exception):
    """A command cannot do what it was asked; the text says what is wrong and how to put it right."""
