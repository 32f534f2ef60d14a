"""Matching of messages to the joint order."""

import math

import pytest

from exo_control.errors import JointError
from exo_control.joints import JOINT_NAMES, by_joint_name

RIGHT, LEFT = JOINT_NAMES


def test_values_follow_the_names_not_the_positions() -> None:
    assert by_joint_name([LEFT, RIGHT], [1.0, 2.0]).tolist() == [2.0, 1.0]
    assert by_joint_name([RIGHT, LEFT], [1.0, 2.0]).tolist() == [1.0, 2.0]


def test_values_that_are_not_finite_are_kept_for_the_limiter() -> None:
    values = by_joint_name([LEFT, RIGHT], [math.inf, math.nan])
    assert math.isnan(values[0]) and values[1] == math.inf


@pytest.mark.parametrize(
    ("names", "values", "message"),
    [
        ([RIGHT], [1.0], f"'{LEFT}' is missing"),
        ([], [], f"'{RIGHT}' is missing"),
        ([RIGHT, RIGHT], [1.0, 2.0], f"'{RIGHT}' is named more than once"),
        ([RIGHT, LEFT, LEFT], [1.0, 2.0, 3.0], f"'{LEFT}' is named more than once"),
        ([RIGHT, "left_knee"], [1.0, 2.0], "unknown joint 'left_knee'"),
        ([RIGHT, LEFT], [1.0], "2 joint names but 1 values"),
        ([RIGHT, LEFT], [], "2 joint names but 0 values"),
    ],
)
def test_a_name_list_that_does_not_fit_is_refused(names: list[str], values: list[float], message: str) -> None:
    with pytest.raises(JointError, match=message):
        by_joint_name(names, values)
