"""Namespace, parameters and remaps of all nodes in the current scope."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from launch.action import Action
from launch.actions import SetEnvironmentVariable
from launch.some_substitutions_type import SomeSubstitutionsType
from launch.substitution import Substitution
from launch.substitutions import SubstitutionFailure
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions

from ..names import join_namespace, validate_namespace
from ..parameter_descriptions import ParameterFile
from ..parameters import evaluate_parameter_dict, normalize_parameter_dict

if TYPE_CHECKING:
    from launch.launch_context import LaunchContext


class PushROSNamespace(Action):
    """Puts the following nodes of the scope below a namespace."""

    def __init__(self, namespace: SomeSubstitutionsType, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.__namespace = normalize_to_list_of_substitutions(namespace)

    @property
    def namespace(self) -> list[Substitution]:
        """The namespace."""
        return self.__namespace

    def execute(self, context: LaunchContext) -> None:
        """Append it to the namespace of the scope."""
        previous = context.launch_configurations.get("ros_namespace")
        pushed = perform_substitutions(context, self.__namespace)
        namespace = join_namespace(previous, pushed)
        assert namespace is not None
        try:
            validate_namespace(namespace)
        except ValueError as error:
            raise SubstitutionFailure(f"{error} (pushed '{pushed}' below '{previous or '/'}')") from error
        context.launch_configurations["ros_namespace"] = namespace


PushRosNamespace = PushROSNamespace  # the older spelling


def _append(context: LaunchContext, configuration: str, entries: list[Any]) -> None:
    # A new list, so that the scope around keeps its own.
    context.launch_configurations[configuration] = [
        *context.launch_configurations.get(configuration, ()),
        *entries,
    ]


class SetParameter(Action):
    """Sets a parameter for the following nodes of the scope."""

    def __init__(self, name: SomeSubstitutionsType, value: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.__parameter = normalize_parameter_dict({tuple(normalize_to_list_of_substitutions(name)): value})

    def execute(self, context: LaunchContext) -> None:
        """Set it."""
        _append(context, "global_params", list(evaluate_parameter_dict(context, self.__parameter).items()))


class SetUseSimTime(SetParameter):
    """Sets ``use_sim_time`` for the following nodes of the scope."""

    def __init__(self, value: Any, **kwargs: Any) -> None:
        super().__init__("use_sim_time", value, **kwargs)


class SetParametersFromFile(Action):
    """Gives a parameter file to the following nodes of the scope."""

    def __init__(self, filename: SomeSubstitutionsType, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.__file = ParameterFile(filename)

    def execute(self, context: LaunchContext) -> None:
        """Add it."""
        _append(context, "global_params", [str(self.__file.evaluate(context))])


class SetRemap(Action):
    """Adds a remap rule for the following nodes of the scope."""

    def __init__(self, src: SomeSubstitutionsType, dst: SomeSubstitutionsType, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.__src = normalize_to_list_of_substitutions(src)
        self.__dst = normalize_to_list_of_substitutions(dst)

    def execute(self, context: LaunchContext) -> None:
        """Add it."""
        rule = (perform_substitutions(context, self.__src), perform_substitutions(context, self.__dst))
        _append(context, "ros_remaps", [rule])


class SetROSLogDir(SetEnvironmentVariable):
    """Sets the folder for the log files of the following nodes."""

    def __init__(self, new_log_dir: SomeSubstitutionsType, **kwargs: Any) -> None:
        super().__init__("ROS_LOG_DIR", new_log_dir, **kwargs)

    def execute(self, context: LaunchContext) -> None:
        """Make the folder and set the variable."""
        super().execute(context)
        os.makedirs(context.environment["ROS_LOG_DIR"], exist_ok=True)
