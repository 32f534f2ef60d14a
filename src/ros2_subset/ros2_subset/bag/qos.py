"""Quality of service of subscriptions for recording, and its form in bags."""

from collections.abc import Mapping, Sequence
from typing import Any

from rclpy.duration import Duration
from rclpy.qos import DurabilityPolicy, HistoryPolicy, LivelinessPolicy, QoSProfile, ReliabilityPolicy
from rosbags.interfaces import Qos, QosDurability, QosHistory, QosLiveliness, QosReliability, QosTime

from ros2_subset.errors import CommandError

# Messages that may wait while the recorder is busy; deep enough for seconds of a fast topic. Never KEEP_ALL: that would
# let a recorder which falls behind block the publishers.
QUEUE_DEPTH = 10_000


def adapt_to_publishers(profiles: Sequence[QoSProfile]) -> QoSProfile:
    """Return the profile that connects to all publishers and gets most from them, as rosbag2 does.

    Reliable and transient local only if every publisher is.
    """
    reliable = all(profile.reliability == ReliabilityPolicy.RELIABLE for profile in profiles)
    latched = all(profile.durability == DurabilityPolicy.TRANSIENT_LOCAL for profile in profiles)
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=QUEUE_DEPTH,
        reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if latched and profiles else DurabilityPolicy.VOLATILE,
    )


def is_compatible(request: QoSProfile, offer: QoSProfile) -> bool:
    """Return whether a subscription gets the messages of a publisher."""
    return not (
        (request.reliability == ReliabilityPolicy.RELIABLE and offer.reliability == ReliabilityPolicy.BEST_EFFORT)
        or (request.durability == DurabilityPolicy.TRANSIENT_LOCAL and offer.durability == DurabilityPolicy.VOLATILE)
    )


def _time(duration: Duration) -> QosTime:
    seconds, nanoseconds = divmod(duration.nanoseconds, 1_000_000_000)
    return QosTime(seconds, nanoseconds)


def to_bag(profile: QoSProfile) -> Qos:
    """Return a profile in the form that bags keep."""
    return Qos(
        history=QosHistory(int(profile.history)),
        depth=profile.depth,
        reliability=QosReliability(int(profile.reliability)),
        durability=QosDurability(int(profile.durability)),
        deadline=_time(profile.deadline),
        lifespan=_time(profile.lifespan),
        liveliness=QosLiveliness(int(profile.liveliness)),
        liveliness_lease_duration=_time(profile.liveliness_lease_duration),
        avoid_ros_namespace_conventions=profile.avoid_ros_namespace_conventions,
    )


_POLICIES = {
    "history": HistoryPolicy,
    "reliability": ReliabilityPolicy,
    "durability": DurabilityPolicy,
    "liveliness": LivelinessPolicy,
}
_DURATIONS = ("deadline", "lifespan", "liveliness_lease_duration")


def parse_overrides(overrides: Any) -> dict[str, QoSProfile]:
    """Return the profile of each topic in an overrides file of rosbag2.

    Raises:
        CommandError: if the file has another form, key or value.
    """
    if not isinstance(overrides, Mapping):
        raise CommandError(f"QoS overrides: expected topic names with their policies, got {overrides!r}")
    return {topic: _parse_profile(topic, policies) for topic, policies in overrides.items()}


def _parse_profile(topic: str, policies: Any) -> QoSProfile:
    if not isinstance(policies, Mapping):
        raise CommandError(f"QoS overrides of '{topic}': expected policies, got {policies!r}")
    arguments: dict[str, Any] = {"depth": QUEUE_DEPTH}
    for key, value in policies.items():
        if key in _POLICIES:
            names = _POLICIES[key].short_keys()
            if value not in names:
                choices = ", ".join(names)
                raise CommandError(f"QoS overrides of '{topic}': {key} must be one of {choices}, got {value!r}")
            arguments[key] = _POLICIES[key].get_from_short_key(value)
        elif key in _DURATIONS:
            try:
                arguments[key] = Duration(seconds=value["sec"], nanoseconds=value["nsec"])
            except (TypeError, KeyError, ValueError):
                raise CommandError(f"QoS overrides of '{topic}': {key} must have sec and nsec, got {value!r}") from None
        elif _is_simple_policy(key, value):
            arguments[key] = value
        else:
            known = ", ".join([*_POLICIES, *_DURATIONS, "depth", "avoid_ros_namespace_conventions"])
            raise CommandError(f"QoS overrides of '{topic}': '{key}: {value}' is not valid; known keys: {known}")
    return QoSProfile(**arguments)


def _is_simple_policy(key: str, value: Any) -> bool:
    if key == "depth":
        return isinstance(value, int) and value > 0
    return key == "avoid_ros_namespace_conventions" and isinstance(value, bool)
