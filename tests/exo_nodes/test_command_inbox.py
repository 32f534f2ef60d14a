"""What counts as a command."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exo_control.joints import JOINT_NAMES
from exo_nodes.command_inbox import CommandInbox

RIGHT_FIRST, LEFT_FIRST = list(JOINT_NAMES), list(reversed(JOINT_NAMES))
SECOND_NS = 1_000_000_000


def test_no_command_is_infinitely_old() -> None:
    inbox = CommandInbox()
    assert inbox.age_s(5 * SECOND_NS) == math.inf
    assert inbox.torque_nm.tolist() == [0.0, 0.0]
    assert not inbox.answers(0)


def test_joints_are_matched_by_name() -> None:
    inbox = CommandInbox()
    assert inbox.put(LEFT_FIRST, [-2.0, 3.0], SECOND_NS, SECOND_NS) is None
    assert inbox.torque_nm.tolist() == [3.0, -2.0]
    assert inbox.answers(SECOND_NS)


def test_age_is_that_of_the_state_that_is_answered() -> None:
    inbox = CommandInbox()
    inbox.put(RIGHT_FIRST, [1.0, 1.0], SECOND_NS, SECOND_NS + 30_000_000)
    assert inbox.age_s(SECOND_NS + 30_000_000) == pytest.approx(0.03)


@pytest.mark.parametrize(
    ("names", "effort", "problem"),
    [
        (["right_hip", "left_hip"], [1.0, 1.0], "unknown joint 'right_hip'"),
        (["right_hip_flexion"], [1.0], "joint 'left_hip_flexion' is missing"),
        (["right_hip_flexion", "right_hip_flexion"], [1.0, 1.0], "more than once"),
        (RIGHT_FIRST, [1.0], "2 joint names but 1 values"),
        (RIGHT_FIRST, [], "2 joint names but 0 values"),
        ([], [], "is missing"),
    ],
)
def test_wrong_names_do_not_count(names: list[str], effort: list[float], problem: str) -> None:
    inbox = CommandInbox()
    found = inbox.put(names, effort, SECOND_NS, SECOND_NS)
    assert found is not None and problem in found
    assert inbox.age_s(SECOND_NS) == math.inf


@pytest.mark.parametrize("stamp_ns", [0, -SECOND_NS, 2 * SECOND_NS + 1])
def test_a_stamp_that_no_state_has_does_not_count(stamp_ns: int) -> None:
    inbox = CommandInbox()
    problem = inbox.put(RIGHT_FIRST, [1.0, 1.0], stamp_ns, 2 * SECOND_NS)
    assert problem is not None and "copy header.stamp" in problem and "2.000 s" in problem
    assert inbox.age_s(2 * SECOND_NS) == math.inf


def test_a_late_command_does_not_replace_a_newer_one() -> None:
    inbox = CommandInbox()
    inbox.put(RIGHT_FIRST, [1.0, 1.0], 2 * SECOND_NS, 2 * SECOND_NS)
    assert inbox.put(RIGHT_FIRST, [9.0, 9.0], SECOND_NS, 2 * SECOND_NS) is None
    assert inbox.torque_nm.tolist() == [1.0, 1.0]


def test_the_last_command_for_a_state_counts() -> None:
    inbox = CommandInbox()
    for torque in ([5.0, 5.0], [0.0, 0.0]):
        inbox.put(RIGHT_FIRST, torque, SECOND_NS, SECOND_NS)
    assert inbox.torque_nm.tolist() == [0.0, 0.0]


def test_torques_that_are_not_finite_are_left_to_the_limiter() -> None:
    inbox = CommandInbox()
    assert inbox.put(RIGHT_FIRST, [math.nan, math.inf], SECOND_NS, SECOND_NS) is None
    assert np.isnan(inbox.torque_nm[0]) and np.isinf(inbox.torque_nm[1])


def test_clear_forgets() -> None:
    inbox = CommandInbox()
    inbox.put(RIGHT_FIRST, [1.0, 1.0], SECOND_NS, SECOND_NS)
    inbox.clear()
    assert inbox.age_s(SECOND_NS) == math.inf and inbox.torque_nm.tolist() == [0.0, 0.0]


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from([*JOINT_NAMES, "knee", ""]), max_size=3),
            st.lists(st.floats(), max_size=3),
            st.integers(-10, 30),
        )
    )
)
def test_whatever_comes_the_newest_valid_command_is_kept(commands: list[tuple[list[str], list[float], int]]) -> None:
    inbox, newest, expected = CommandInbox(), 20, None
    for names, effort, stamp in commands:
        accepted = inbox.put(names, effort, stamp, newest) is None
        assert accepted == (sorted(names) == sorted(JOINT_NAMES) and len(effort) == 2 and 0 < stamp <= newest)
        if accepted and (expected is None or stamp >= expected[1]):
            expected = ([effort[names.index(name)] for name in JOINT_NAMES], stamp)
    if expected is None:
        assert inbox.age_s(newest) == math.inf
    else:
        np.testing.assert_array_equal(inbox.torque_nm, expected[0])
        assert inbox.answers(expected[1])
