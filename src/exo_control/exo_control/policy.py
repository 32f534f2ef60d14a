"""The interface that every policy has, and how a policy describes its parameters."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from exo_control.errors import PolicyError, choices_hint

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Parameter:
    """A number that the user may set, with its allowed range; nodes declare their ROS parameters from these."""

    name: str
    default: float
    minimum: float
    maximum: float
    unit: str
    description: str

    def checked(self, value: object) -> float:
        """Return the value as a float.

        Raises:
            PolicyError: it is not a finite number in the range.
        """
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise PolicyError(f"parameter {self.name} = {value!r}: not a finite number; allowed: {self.range}")
        if not self.minimum <= value <= self.maximum:
            raise PolicyError(f"parameter {self.name} = {value!r}: out of range; allowed: {self.range}")
        return float(value)

    @property
    def range(self) -> str:
        """The allowed range in words."""
        return f"{self.minimum:g} to {self.maximum:g} {self.unit}"


class Policy(Protocol):
    """Turns hip angles and velocities into hip torques, once every policy period.

    All arrays have shape (2,) in the order of ``JOINT_NAMES``, flexion positive.
    """

    name: str
    parameters: ClassVar[tuple[Parameter, ...]]

    def reset(self) -> None:
        """Forget the past; called before a trial and whenever assistance is enabled again."""

    def torque(self, position: Vector, velocity: Vector, time_s: float) -> Vector:
        """Return the hip torques, Nm, for angles in rad and velocities in rad/s measured at ``time_s``, s.

        Raises:
            PolicyError: no valid torque can be given; the caller then commands nothing and its watchdog acts.
        """
        ...


def checked_values(policy: str, parameters: tuple[Parameter, ...], values: Mapping[str, object]) -> dict[str, float]:
    """Return a value for each parameter, the default where ``values`` has none.

    Raises:
        PolicyError: a value is out of range, not a number, or for a parameter that the policy does not have.
    """
    known = {parameter.name: parameter for parameter in parameters}
    for name in values:
        if name not in known:
            hint = choices_hint(name, known) if known else "it has none"
            raise PolicyError(f"policy '{policy}' has no parameter '{name}'; {hint}")
    return {name: parameter.checked(values.get(name, parameter.default)) for name, parameter in known.items()}
