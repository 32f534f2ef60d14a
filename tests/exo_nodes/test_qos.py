"""Publishers and readers of each topic match."""

import pytest
from rclpy.qos import (
    DurabilityPolicy,
    QoSCompatibility,
    QoSProfile,
    ReliabilityPolicy,
    qos_check_compatible,
    qos_profile_sensor_data,
)

from exo_control.joints import POLICY_PERIOD_S
from exo_nodes import qos

PERIODS = [0.0, POLICY_PERIOD_S, POLICY_PERIOD_S / 5]


def matches(publisher: QoSProfile, reader: QoSProfile) -> bool:
    compatibility, _ = qos_check_compatible(publisher, reader)
    # WARNING: liveliness is left to the middleware, so ROS cannot tell; it is the same on both sides.
    return compatibility != QoSCompatibility.ERROR


@pytest.mark.parametrize("reader", [qos.state_reader(), qos_profile_sensor_data, QoSProfile(depth=10)])
def test_streams_match_the_usual_readers(reader: QoSProfile) -> None:
    for publisher in (qos.state_publisher(), qos.clock(), qos.diagnostics()):
        assert matches(publisher, reader)


@pytest.mark.parametrize("period_s", PERIODS)
def test_commands_match(period_s: float) -> None:
    assert matches(qos.command(period_s), qos.command(period_s))
    assert matches(qos.command(period_s), QoSProfile(depth=10)), "a recorder must be able to read commands"


def test_a_rounding_error_does_not_part_them() -> None:
    assert 0.01 / 0.4 != 0.025
    assert matches(qos.command(0.025), qos.command(0.01 / 0.4))


def test_a_command_without_deadline_is_refused_in_real_time() -> None:
    assert not matches(QoSProfile(depth=1), qos.command(POLICY_PERIOD_S))


@pytest.mark.parametrize("period_s", PERIODS)
def test_commands_are_reliable_and_never_replayed(period_s: float) -> None:
    profile = qos.command(period_s)
    assert profile.reliability == ReliabilityPolicy.RELIABLE
    assert profile.durability == DurabilityPolicy.VOLATILE


def test_command_deadline_and_lifespan_at_100_hz() -> None:
    profile = qos.command(POLICY_PERIOD_S)
    assert profile.depth == 1
    assert profile.deadline.nanoseconds == 20_000_000
    assert profile.lifespan.nanoseconds == 50_000_000
