"""Quality of service of recordings."""

import pytest
from rclpy.duration import Duration
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy
from rosbags.interfaces import QosTime

from ros2_subset.bag.qos import adapt_to_publishers, is_compatible, parse_overrides, to_bag
from ros2_subset.errors import CommandError

RELIABLE = QoSProfile(depth=1)
BEST_EFFORT = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


@pytest.mark.parametrize(
    ("offers", "reliability", "durability"),
    [
        ([RELIABLE], ReliabilityPolicy.RELIABLE, DurabilityPolicy.VOLATILE),
        ([BEST_EFFORT], ReliabilityPolicy.BEST_EFFORT, DurabilityPolicy.VOLATILE),
        ([RELIABLE, BEST_EFFORT], ReliabilityPolicy.BEST_EFFORT, DurabilityPolicy.VOLATILE),
        ([LATCHED, LATCHED], ReliabilityPolicy.RELIABLE, DurabilityPolicy.TRANSIENT_LOCAL),
        ([LATCHED, RELIABLE], ReliabilityPolicy.RELIABLE, DurabilityPolicy.VOLATILE),
    ],
)
def test_the_request_suits_all_publishers(offers: list, reliability: object, durability: object) -> None:
    request = adapt_to_publishers(offers)
    assert (request.reliability, request.durability) == (reliability, durability)
    assert request.history == HistoryPolicy.KEEP_LAST
    assert all(is_compatible(request, offer) for offer in offers)


def test_a_late_lesser_publisher_is_incompatible() -> None:
    assert not is_compatible(adapt_to_publishers([RELIABLE]), BEST_EFFORT)
    assert not is_compatible(adapt_to_publishers([LATCHED]), RELIABLE)


def test_durations_in_bags() -> None:
    profile = to_bag(QoSProfile(depth=1, deadline=Duration(nanoseconds=1_500_000_000)))
    assert profile.deadline == QosTime(1, 500_000_000)


def test_overrides() -> None:
    overrides = parse_overrides(
        {"/a": {"reliability": "best_effort", "depth": 3, "deadline": {"sec": 1, "nsec": 5}, "history": "keep_last"}}
    )
    assert overrides["/a"].reliability == ReliabilityPolicy.BEST_EFFORT
    assert overrides["/a"].depth == 3
    assert overrides["/a"].deadline.nanoseconds == 1_000_000_005


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        (["/a"], "expected topic names"),
        ({"/a": 1}, "'/a': expected policies"),
        ({"/a": {"reliability": "often"}}, "reliability must be one of"),
        ({"/a": {"relaibility": "reliable"}}, "'relaibility: reliable' is not valid; known keys: history"),
        ({"/a": {"depth": 0}}, "'depth: 0' is not valid"),
        ({"/a": {"deadline": 5}}, "deadline must have sec and nsec"),
    ],
)
def test_malformed_overrides_are_named(overrides: object, told: str) -> None:
    with pytest.raises(CommandError, match=told):
        parse_overrides(overrides)
