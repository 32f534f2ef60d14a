"""Parameters of a node as data: declared with description and range, most read-only, unknown ones refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.exceptions import InvalidParameterException, InvalidParameterTypeException, InvalidParameterValueException
from rclpy.node import Node

from exo_control.errors import ConfigError, choices_hint

BUILT_IN = ("use_sim_time", "start_type_description_service")
"""Parameters that rclpy declares itself."""


@dataclass(frozen=True)
class NodeParameter:
    """A parameter of a node; the type is that of the default."""

    name: str
    default: bool | int | float | str
    description: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    read_only: bool = True

    @property
    def descriptor(self) -> ParameterDescriptor:
        """What ``ros2 param describe`` shows."""
        descriptor = ParameterDescriptor(description=self.description, read_only=self.read_only)
        if self.choices:
            descriptor.additional_constraints = f"one of {', '.join(self.choices)}"
        if self.minimum is not None and self.maximum is not None:
            if isinstance(self.default, float):
                limits = FloatingPointRange(from_value=float(self.minimum), to_value=float(self.maximum))
                descriptor.floating_point_range = [limits]
            else:
                descriptor.integer_range = [
                    IntegerRange(from_value=int(self.minimum), to_value=int(self.maximum), step=1)
                ]
        return descriptor

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        kind = {bool: "true or false", int: "a whole number", float: "a number with a decimal point", str: "a text"}
        limits = "" if self.minimum is None else f" from {self.minimum:.10g} to {self.maximum:.10g}"
        return kind[type(self.default)] + limits


def declare(node: Node, parameters: Sequence[NodeParameter]) -> dict[str, Any]:
    """Declare parameters and return their values.

    Raises:
        ConfigError: a value is of the wrong type or out of range, or a parameter is set that the node does not have.
    """
    names = [parameter.name for parameter in parameters]
    # rclpy drops values for parameters that nobody declares, so a misspelt name would go unnoticed.
    overrides = node._parameter_overrides
    for name in overrides:
        if name not in names and name not in BUILT_IN and not name.startswith("qos_overrides."):
            raise ConfigError(f"{node.get_name()} has no parameter '{name}'; {choices_hint(name, names)}")
    values = {}
    for parameter in parameters:
        try:
            value = node.declare_parameter(parameter.name, parameter.default, parameter.descriptor).value
        except (InvalidParameterException, InvalidParameterTypeException, InvalidParameterValueException):
            value = None
        if value is None or (parameter.choices and value not in parameter.choices):
            given = overrides[parameter.name].value
            raise ConfigError(
                f"{node.get_name()}: parameter {parameter.name} = {given!r}; allowed: {parameter.allowed} "
                f"({parameter.description})"
            )
        values[parameter.name] = value
    return values
