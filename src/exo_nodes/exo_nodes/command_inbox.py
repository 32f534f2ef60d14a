"""The newest torque command, checked against the contract of the device. Without ROS, so that hardware shares it."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from exo_control.errors import JointError
from exo_control.joints import JOINT_NAMES, by_joint_name


class CommandInbox:
    """Keeps the newest command and knows which state it answers."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget everything, before a trial."""
        self.torque_nm: NDArray[np.float64] = np.zeros(len(JOINT_NAMES))
        self._answered_ns: int | None = None

    def put(self, names: Sequence[str], effort: Sequence[float], stamp_ns: int, newest_state_ns: int) -> str | None:
        """Take a command.

        Torques that are not finite are taken: the safety limiter judges them. A command that answers an older state
        than the last one did comes too late to count and is dropped.

        Args:
            names: joint names, in any order.
            effort: torque per joint, Nm, in the order of the names.
            stamp_ns: stamp of the state that the command answers.
            newest_state_ns: stamp of the newest state sent.

        Returns:
            None, or what is wrong with the command; it then does not count.
        """
        try:
            torque = by_joint_name(names, effort)
        except JointError as error:
            return str(error)
        if stamp_ns <= 0 or stamp_ns > newest_state_ns:
            return (
                f"stamp {stamp_ns * 1e-9:.3f} s is not that of a state, the newest is {newest_state_ns * 1e-9:.3f} s; "
                "copy header.stamp from the state that the command answers"
            )
        if self._answered_ns is None or stamp_ns >= self._answered_ns:
            self.torque_nm, self._answered_ns = torque, stamp_ns
        return None

    def answers(self, state_ns: int) -> bool:
        """Whether the newest command answers this state."""
        return self._answered_ns == state_ns

    def age_s(self, now_ns: int) -> float:
        """Return the age of the state that the newest command answers, s; infinite before the first command."""
        return math.inf if self._answered_ns is None else (now_ns - self._answered_ns) * 1e-9
