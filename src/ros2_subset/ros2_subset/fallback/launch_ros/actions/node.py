"""ROS nodes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from launch import logging as launch_logging
from launch.actions import ExecuteProcess
from launch.some_substitutions_type import SomeSubstitutionsType
from launch.substitution import Substitution
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions

from ..names import join_namespace, validate_namespace, validate_node_name
from ..parameter_descriptions import write_temporary_file
from ..parameters import evaluate_parameters, normalize_parameters
from ..substitutions import ExecutableInPackage

if TYPE_CHECKING:
    from launch.launch_context import LaunchContext

RemapRule = tuple[SomeSubstitutionsType, SomeSubstitutionsType]


class _Dumper(yaml.SafeDumper):
    """Writes values so that the YAML parser of ROS reads them as the same types."""


def _represent_float(dumper: yaml.SafeDumper, value: float) -> yaml.ScalarNode:
    # Plain "1e-05" would be text to YAML 1.1; with a point it is a number to every parser.
    text = repr(value)
    if "e" in text and "." not in text:
        text = text.replace("e", ".0e")
    text = {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}.get(text, text)
    return dumper.represent_scalar("tag:yaml.org,2002:float", text)


_Dumper.add_representer(float, _represent_float)


def dump_yaml(value: Any, *, flow: bool = False) -> str:
    """Return a value as YAML for ROS parameters; in one line if ``flow``."""
    text = yaml.dump(value, Dumper=_Dumper, default_flow_style=flow, width=float("inf"))
    return text.removesuffix("...\n").rstrip("\n") if flow else text


class Node(ExecuteProcess):
    """Runs a node of a package, or an executable by path; see ExecuteLocal for the other arguments."""

    UNSPECIFIED_NODE_NAME = "<node_name_unspecified>"
    UNSPECIFIED_NODE_NAMESPACE = "<node_namespace_unspecified>"

    def __init__(
        self,
        *,
        executable: SomeSubstitutionsType,
        package: SomeSubstitutionsType | None = None,
        name: SomeSubstitutionsType | None = None,
        namespace: SomeSubstitutionsType | None = None,
        exec_name: SomeSubstitutionsType | None = None,
        parameters: Sequence[Any] | None = None,
        remappings: Iterable[RemapRule] | None = None,
        ros_arguments: Iterable[SomeSubstitutionsType] | None = None,
        arguments: Iterable[SomeSubstitutionsType] | None = None,
        **kwargs: Any,
    ) -> None:
        program = executable if package is None else ExecutableInPackage(executable, package)
        ros_words = [] if ros_arguments is None else ["--ros-args", *ros_arguments]
        super().__init__(cmd=[program, *(arguments or ()), *ros_words], name=exec_name, **kwargs)
        self.__package = package
        self.__executable = executable
        self.__name = None if name is None else normalize_to_list_of_substitutions(name)
        self.__namespace = None if namespace is None else normalize_to_list_of_substitutions(namespace)
        self.__parameters = [] if parameters is None else normalize_parameters(parameters)
        self.__remappings: list[tuple[list[Substitution], list[Substitution]]] = []
        for rule in remappings or ():
            if not isinstance(rule, tuple) or len(rule) != 2:
                raise TypeError(f"Node: a remap rule is a tuple (from, to), got {rule!r}")
            self.__remappings.append(
                (normalize_to_list_of_substitutions(rule[0]), normalize_to_list_of_substitutions(rule[1]))
            )
        self.__final_name: str | None = None
        self.__final_namespace = self.UNSPECIFIED_NODE_NAMESPACE

    @property
    def node_package(self) -> SomeSubstitutionsType | None:
        """Package of the node; None where the executable is given by path."""
        return self.__package

    @property
    def node_executable(self) -> SomeSubstitutionsType:
        """Executable of the node."""
        return self.__executable

    @property
    def node_name(self) -> str:
        """Full name of the node, known once the action runs."""
        if self.__final_name is None:
            raise RuntimeError("cannot access 'node_name' before executing action")
        return self.__final_name

    @property
    def expanded_node_namespace(self) -> str:
        """Namespace of the node, known once the action runs."""
        return self.__final_namespace

    def is_node_name_fully_specified(self) -> bool:
        """Return whether both name and namespace are given in the launch file."""
        return (
            self.UNSPECIFIED_NODE_NAME not in self.node_name and self.UNSPECIFIED_NODE_NAMESPACE not in self.node_name
        )

    def _perform_names(self, context: LaunchContext) -> tuple[str | None, str | None]:
        name = None if self.__name is None else perform_substitutions(context, self.__name)
        namespace = None if self.__namespace is None else perform_substitutions(context, self.__namespace)
        if name is not None:
            validate_node_name(name)
        namespace = join_namespace(context.launch_configurations.get("ros_namespace"), namespace)
        if namespace is not None:
            validate_namespace(namespace)
            self.__final_namespace = namespace
        self.__final_name = f"{self.__final_namespace.rstrip('/')}/{name or self.UNSPECIFIED_NODE_NAME}"
        return name, namespace

    def _ros_arguments(self, context: LaunchContext) -> list[str]:
        name, namespace = self._perform_names(context)
        words = ["--ros-args"]
        if name is not None:
            words += ["-r", f"__node:={name}"]
        if namespace is not None:
            words += ["-r", f"__ns:={namespace}"]
        for entry in context.launch_configurations.get("global_params", ()):
            words += self.__parameter_words(entry)
        for source in evaluate_parameters(context, self.__parameters):
            words += self.__parameter_words(source)
        rules = [*context.launch_configurations.get("ros_remaps", ())]
        for from_name, to_name in self.__remappings:
            rules.append((perform_substitutions(context, from_name), perform_substitutions(context, to_name)))
        for from_text, to_text in rules:
            words += ["-r", f"{from_text}:={to_text}"]
        return words

    def __parameter_words(self, source: str | Path | tuple[str, Any] | dict[str, Any]) -> list[str]:
        if isinstance(source, tuple):
            return ["-p", f"{source[0]}:={dump_yaml(source[1], flow=True)}"]
        if isinstance(source, dict):
            key = self.node_name if self.is_node_name_fully_specified() else "/**"
            source = write_temporary_file(dump_yaml({key: {"ros__parameters": source}}))
        return ["--params-file", str(source)]

    def execute(self, context: LaunchContext) -> None:
        """Start the node."""
        super().execute(context)
        if not self.is_node_name_fully_specified():
            return
        counts = context.get_locals_as_dict().get("unique_ros_node_names")
        if counts is None:
            counts = Counter()
            context.extend_globals({"unique_ros_node_names": counts})
        counts[self.node_name] += 1
        if counts[self.node_name] > 1:
            launch_logging.get_logger(self.name).warning(
                f"there are now at least {counts[self.node_name]} nodes with the name {self.node_name} created within "
                "this launch context"
            )
