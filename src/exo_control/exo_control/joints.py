"""The actuated joints, the policy period and the torque ceiling: the only place of these facts."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from exo_control.errors import JointError

JOINT_NAMES: tuple[str, str] = ("right_hip_flexion", "left_hip_flexion")
"""Order of every (2,) array of this project. Messages may use any order: match them with ``by_joint_name``."""

POLICY_PERIOD_S = 0.010
"""Period of sensing, policy and actuation, s (paper, hardware section: 100 Hz)."""

TORQUE_CEILING_NM = 15.0
"""Absolute ceiling of the hip torque, Nm (paper: peak of the device). A file may ask for less, never for more."""


def by_joint_name(names: Sequence[str], values: Sequence[float]) -> NDArray[np.float64]:
    """Return the values of a message in the order of ``JOINT_NAMES``.

    Args:
        names: joint names of the message, in any order.
        values: one value per name, in the same order; units are kept.

    Returns:
        Array of shape (2,). Values that are not finite are kept: the safety limiter judges them.

    Raises:
        JointError: a joint is missing, unknown or named twice, or there are more or fewer values than names.
    """
    if len(names) != len(values):
        raise JointError(f"{len(names)} joint names but {len(values)} values; send one value per joint name")
    for name in names:
        if name not in JOINT_NAMES:
            raise JointError(f"unknown joint '{name}'; the joints are {', '.join(JOINT_NAMES)}")
    if len(set(names)) != len(names):
        twice = next(name for name in names if list(names).count(name) > 1)
        raise JointError(f"joint '{twice}' is named more than once; send each of {', '.join(JOINT_NAMES)} once")
    for name in JOINT_NAMES:
        if name not in names:
            raise JointError(f"joint '{name}' is missing; send each of {', '.join(JOINT_NAMES)} once")
    return np.array([values[names.index(name)] for name in JOINT_NAMES], dtype=np.float64)
