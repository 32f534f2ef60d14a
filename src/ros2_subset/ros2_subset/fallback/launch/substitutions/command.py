"""Output of a command."""

from __future__ import annotations

import shlex
import subprocess
from typing import TYPE_CHECKING

from .. import logging as launch_logging
from ..some_substitutions_type import SomeSubstitutionsType
from ..substitution import Substitution
from ..utilities import normalize_to_list_of_substitutions, perform_substitutions
from .substitution_failure import SubstitutionFailure

if TYPE_CHECKING:
    from ..launch_context import LaunchContext


class Command(Substitution):
    """What a command prints; ``on_stderr`` says whether output on its standard error matters."""

    def __init__(self, command: SomeSubstitutionsType, *, on_stderr: SomeSubstitutionsType = "fail") -> None:
        self.__command = normalize_to_list_of_substitutions(command)
        self.__on_stderr = normalize_to_list_of_substitutions(on_stderr)

    @property
    def command(self) -> list[Substitution]:
        """The command line."""
        return self.__command

    @property
    def on_stderr(self) -> list[Substitution]:
        """One of fail, ignore, warn and capture."""
        return self.__on_stderr

    def describe(self) -> str:
        """Return the class name and the command line."""
        return f"Command({' + '.join(sub.describe() for sub in self.command)})"

    def perform(self, context: LaunchContext) -> str:
        """Run the command and return what it prints."""
        command = perform_substitutions(context, self.command)
        on_stderr = perform_substitutions(context, self.on_stderr)
        if on_stderr not in ("fail", "ignore", "warn", "capture"):
            raise SubstitutionFailure(f"on_stderr must be fail, ignore, warn or capture, got '{on_stderr}'")
        stderr = subprocess.STDOUT if on_stderr == "capture" else subprocess.PIPE
        try:
            result = subprocess.run(shlex.split(command), stdout=subprocess.PIPE, stderr=stderr, text=True)
        except FileNotFoundError as error:
            raise SubstitutionFailure(f"file not found: {error}") from error
        if result.returncode != 0:
            details = f"\nCaptured stderr output: {result.stderr}" if result.stderr else ""
            raise SubstitutionFailure(f"executed command failed. Command: {command}{details}")
        if result.stderr and on_stderr in ("fail", "warn"):
            message = f"executed command showed stderr output. Command: {command}\n{result.stderr}"
            if on_stderr == "fail":
                raise SubstitutionFailure(message)
            launch_logging.get_logger("launch").warning(message)
        return result.stdout
