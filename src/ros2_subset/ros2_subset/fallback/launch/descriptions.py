"""Description of an executable."""

from __future__ import annotations

import itertools
import os
import re
import shlex
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from .some_substitutions_type import SomeSubstitutionsType
from .substitution import Substitution
from .substitutions import LaunchConfiguration
from .utilities import normalize_to_list_of_substitutions, perform_substitutions

if TYPE_CHECKING:
    from .launch_context import LaunchContext

__all__ = ["Executable"]

_numbers = itertools.count(1)

Environment = Mapping[SomeSubstitutionsType, SomeSubstitutionsType]
NormalizedEnvironment = list[tuple[list[Substitution], list[Substitution]]]


def _normalize_environment(environment: Environment | None) -> NormalizedEnvironment | None:
    if environment is None:
        return None
    return [
        (normalize_to_list_of_substitutions(name), normalize_to_list_of_substitutions(value))
        for name, value in environment.items()
    ]


class Executable:
    """Command line, working directory and environment of a process."""

    def __init__(
        self,
        *,
        cmd: Iterable[SomeSubstitutionsType],
        prefix: SomeSubstitutionsType | None = None,
        name: SomeSubstitutionsType | None = None,
        cwd: SomeSubstitutionsType | None = None,
        env: Environment | None = None,
        additional_env: Environment | None = None,
        arguments: Iterable[SomeSubstitutionsType] | None = None,
    ) -> None:
        self.__cmd = [normalize_to_list_of_substitutions(word) for word in [*cmd, *(arguments or ())]]
        # The configurations apply only where the launch file gives no prefix itself.
        default_prefix = LaunchConfiguration("launch-prefix", default="")
        self.__prefix = normalize_to_list_of_substitutions(default_prefix if prefix is None else prefix)
        default_filter = LaunchConfiguration("launch-prefix-filter", default="")
        self.__prefix_filter = normalize_to_list_of_substitutions(default_filter if prefix is None else "")
        self.__name = None if name is None else normalize_to_list_of_substitutions(name)
        self.__cwd = None if cwd is None else normalize_to_list_of_substitutions(cwd)
        self.__env = _normalize_environment(env)
        self.__additional_env = _normalize_environment(additional_env) or []
        self.final_name: str | None = None
        """Name of the process with its number, as in ``talker-1``; None before it is prepared."""
        self.final_cmd: list[str] | None = None
        """Words of the command line; None before it is prepared."""
        self.final_cwd: str | None = None
        """Working directory; None for that of the launch."""
        self.final_env: dict[str, str] | None = None
        """Environment; None before it is prepared."""

    @property
    def name(self) -> list[Substitution] | None:
        """Name of the process, without its number."""
        return self.__name

    @property
    def cmd(self) -> list[list[Substitution]]:
        """The command line."""
        return self.__cmd

    def prepare(self, context: LaunchContext, extra_arguments: Iterable[str] = ()) -> None:
        """Perform all substitutions."""
        cmd = [perform_substitutions(context, word) for word in self.__cmd] + list(extra_arguments)
        name = os.path.basename(cmd[0]) if self.__name is None else perform_substitutions(context, self.__name)
        prefix = shlex.split(perform_substitutions(context, self.__prefix))
        if prefix and re.match(perform_substitutions(context, self.__prefix_filter), os.path.basename(cmd[0])):
            cmd = prefix + cmd
        self.final_cmd = cmd
        self.final_name = f"{name}-{next(_numbers)}"
        self.final_cwd = None if self.__cwd is None else perform_substitutions(context, self.__cwd)

        def perform(environment: NormalizedEnvironment) -> dict[str, str]:
            return {
                perform_substitutions(context, name): perform_substitutions(context, value)
                for name, value in environment
            }

        base = dict(context.environment) if self.__env is None else perform(self.__env)
        self.final_env = base | perform(self.__additional_env)
