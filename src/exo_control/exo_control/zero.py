"""The policy without assistance."""

from typing import ClassVar

import numpy as np

from exo_control.joints import JOINT_NAMES
from exo_control.policy import Parameter, Vector


class ZeroPolicy:
    """Commands zero torque: the reference that assistance is compared with."""

    parameters: ClassVar[tuple[Parameter, ...]] = ()

    def __init__(self) -> None:
        self.name = "zero"

    def reset(self) -> None:
        """Nothing to forget."""

    def torque(self, position: Vector, velocity: Vector, time_s: float) -> Vector:
        """Return zero torques, shape (2,), Nm."""
        return np.zeros(len(JOINT_NAMES))
