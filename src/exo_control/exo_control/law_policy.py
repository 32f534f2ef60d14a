"""A feedback law from a file as a policy."""

from pathlib import Path
from typing import ClassVar

import numpy as np

from exo_control.errors import PolicyError
from exo_control.feedback_law import FeedbackLaw, load_law
from exo_control.history import HistoryBuffer
from exo_control.joints import JOINT_NAMES
from exo_control.policy import Parameter, Vector


class LawPolicy:
    """Runs a feedback law on the observation history; the torque is the action times the law's torque limit."""

    parameters: ClassVar[tuple[Parameter, ...]] = ()

    def __init__(self, law: FeedbackLaw, name: str = "law") -> None:
        """Create the policy of a law."""
        self.name = name
        self._law = law
        self._torque_limit_nm = law.file.torque_limit_nm
        self._history = HistoryBuffer(self._torque_limit_nm)
        self._last_nm: Vector = np.zeros(len(JOINT_NAMES))

    @classmethod
    def from_file(cls, path: Path) -> "LawPolicy":
        """Load the law of a file.

        Raises:
            PolicyError: there is no such file.
            ConfigError: the file is malformed.
        """
        if not path.is_file():
            raise PolicyError(f"policy {path}: no such file")
        return cls(load_law(path), path.name)

    def reset(self) -> None:
        """Empty the history."""
        self._history.reset()
        self._last_nm = np.zeros(len(JOINT_NAMES))

    def torque(self, position: Vector, velocity: Vector, time_s: float) -> Vector:
        """Return the hip torques, shape (2,), Nm.

        Raises:
            PolicyError: a number in the window is not finite.
        """
        self._history.push(position, velocity, self._last_nm)
        action = self._law.action(self._history.observation)
        if not np.all(np.isfinite(action)):
            raise PolicyError(f"policy {self.name}: angle {position} or velocity {velocity} rad/s is not finite")
        self._last_nm = action * self._torque_limit_nm
        return self._last_nm.copy()
