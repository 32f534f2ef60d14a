"""Bags of a walk whose cycles are known, whole or with something wrong with them."""

import json
import struct
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

from exo.cdr_layout import ENCAPSULATION, numbers_after
from exo.cdr_layout import JOINT_STATE as JOINT_STATE_LAYOUT
from exo_nodes import topics
from exo_sim.names import MUSCLES

TYPESTORE = get_typestore(Stores.ROS2_JAZZY)
TYPES = TYPESTORE.types
JOINT_STATE, DIAGNOSTICS = "sensor_msgs/msg/JointState", "diagnostic_msgs/msg/DiagnosticArray"

PERIOD_NS = 10_000_000
STRIDE_S = 1.2
SPEED_M_S = 1.25
STANCE = 0.6
"""Part of the cycle with the foot on the ground."""
WEIGHT_N = 800.0
HIP_MEAN, HIP_SWING, HIP_PEAK = 0.1, 0.4, 0.85
"""Hip angle, rad: mean, amplitude, and where in the cycle from heel strike the flexion is largest."""
TORQUE_NM = 5.0
NET_W, GROSS_W = 180.0, 300.0
HIPS = ["right_hip_flexion", "left_hip_flexion"]
ORIGIN_NS = 1_700_000_000_000_000_000

Edit = Callable[[str, int, dict[str, NDArray[np.float64]], int], int | None]
"""Gets topic, tick, fields and stamp; may change the fields; returns the stamp, or None to leave the message out."""


def phase_of(time_s: float, side: int) -> float:
    """Return the phase of the right (0) or left (1) leg, 0 to 1 from heel strike."""
    return (time_s / STRIDE_S + 0.5 * side) % 1.0


def hip(time_s: float, side: int) -> tuple[float, float]:
    """Return angle and velocity of a hip."""
    angle = 2.0 * np.pi * (phase_of(time_s, side) - HIP_PEAK)
    rate = 2.0 * np.pi / STRIDE_S
    return HIP_MEAN + HIP_SWING * np.cos(angle), -HIP_SWING * rate * np.sin(angle)


def torque(time_s: float, side: int) -> float:
    """Return the torque of the device: along the motion."""
    return float(-TORQUE_NM * np.sin(2.0 * np.pi * (phase_of(time_s, side) - HIP_PEAK)))


def fields_at(topic: str, time_s: float) -> dict[str, NDArray[np.float64]]:
    """Return the numbers of a topic at a time."""
    hips = np.array([hip(time_s, side) for side in (0, 1)]).T.copy()
    if topic in (topics.JOINT_STATES, topics.JOINT_COMMANDS):
        effort = np.array([torque(time_s, side) for side in (0, 1)])
        return {"position": hips[0], "velocity": hips[1], "effort": effort}
    if topic == topics.HUMAN_JOINT_STATES:
        position = np.array([0.0, hips[0, 0], 0.3, 0.1, hips[0, 1], 0.3, 0.1])
        return {"position": position, "velocity": np.zeros(7)}
    if topic == topics.CENTRE_OF_MASS:
        return {"vector": np.array([SPEED_M_S * time_s, 0.0, 1.0])}
    if topic == topics.MUSCLE_ACTIVATIONS:
        return {"position": np.full(len(MUSCLES), 0.3)}
    if topic == topics.METABOLIC_POWER:
        return {"position": np.array([GROSS_W, *np.full(len(MUSCLES), NET_W / len(MUSCLES))])}
    side = topic.endswith("left")
    return {"vector": np.array([0.0, 0.0, WEIGHT_N if phase_of(time_s, side) < STANCE else 0.0])}


NAMES = {
    topics.JOINT_STATES: HIPS,
    topics.JOINT_COMMANDS: HIPS,
    topics.HUMAN_JOINT_STATES: [name for name, _, _ in topics.HUMAN_JOINTS],
    topics.MUSCLE_ACTIVATIONS: list(MUSCLES),
    topics.METABOLIC_POWER: [topics.WHOLE_BODY, *MUSCLES],
}


def header(stamp_ns: int) -> object:
    return TYPES["std_msgs/msg/Header"](TYPES["builtin_interfaces/msg/Time"](*divmod(stamp_ns, 10**9)), "world")


def serialised(topic: str, stamp_ns: int, fields: dict[str, NDArray[np.float64]]) -> tuple[str, bytes]:
    """Return type and bytes of a message."""
    make = TYPES.__getitem__
    if topic in NAMES:
        empty = np.empty(0)
        values = [fields.get(name, empty) for name in ("position", "velocity", "effort")]
        kind, message = JOINT_STATE, make(JOINT_STATE)(header(stamp_ns), NAMES[topic], *values)
    else:
        zero = make("geometry_msgs/msg/Vector3")(0.0, 0.0, 0.0)
        x, y, z = fields["vector"].tolist()
        if topic == topics.CENTRE_OF_MASS:
            turn = make("geometry_msgs/msg/Quaternion")(0.0, 0.0, 0.0, 1.0)
            pose = make("geometry_msgs/msg/Pose")(make("geometry_msgs/msg/Point")(x, y, z), turn)
            parts = (
                make("geometry_msgs/msg/PoseWithCovariance")(pose, np.zeros(36)),
                make("geometry_msgs/msg/TwistWithCovariance")(
                    make("geometry_msgs/msg/Twist")(zero, zero), np.zeros(36)
                ),
            )
            kind = "nav_msgs/msg/Odometry"
            message = make(kind)(header(stamp_ns), "centre_of_mass", *parts)
        else:
            wrench = make("geometry_msgs/msg/Wrench")(make("geometry_msgs/msg/Vector3")(x, y, z), zero)
            kind = "geometry_msgs/msg/WrenchStamped"
            message = make(kind)(header(stamp_ns), wrench)
    return kind, bytes(TYPESTORE.serialize_cdr(message, kind))


class Template:
    """A message whose stamp and numbers are written anew for each tick, much faster than it is made."""

    def __init__(self, topic: str) -> None:
        self.kind, data = serialised(topic, 0, fields_at(topic, 0.0))
        layout = JOINT_STATE_LAYOUT if topic in NAMES else numbers_after(1 + (topic == topics.CENTRE_OF_MASS), "xyz")
        self._spans, self._data = layout.spans(data), bytearray(data)

    def fill(self, stamp_ns: int, fields: dict[str, NDArray[np.float64]]) -> bytes:
        struct.pack_into("<iI", self._data, ENCAPSULATION, *divmod(stamp_ns, 10**9))
        for name, values in fields.items():
            self._data[slice(*self._spans[name])] = values.tobytes()
        return bytes(self._data)


def report(stamp_ns: int, text: str, values: dict[str, object]) -> bytes:
    """Return a message of diagnostics with one status."""
    pairs = [TYPES["diagnostic_msgs/msg/KeyValue"](key, str(value)) for key, value in values.items()]
    status = TYPES["diagnostic_msgs/msg/DiagnosticStatus"](0, "status", text, "", pairs)
    return bytes(TYPESTORE.serialize_cdr(TYPES[DIAGNOSTICS](header(stamp_ns), [status]), DIAGNOSTICS))


def safety_report(tick: int, stamp_ns: int, fault_from: int | None) -> bytes:
    """Return a report of the limiter: soft start for 2 s, cap in every second tick after, then perhaps a fault."""
    fault = fault_from is not None and tick >= fault_from
    values = {
        "state": "fault" if fault else "ramp" if tick < 200 else "active",
        "rules": "soft_start" if tick < 200 else "torque_cap" if tick % 2 else "",
        "fault": "command_age" if fault else "none",
        "command_latency_s": 0.001,
        "late_commands": 0,
        "late_ticks": 0,
    }
    return report(stamp_ns, "no command for 0.06 s" if fault else "", values)


def write_bag(
    folder: Path,
    seconds: float = 14.0,
    leave_out: Collection[str] = (),
    edit: Edit | None = None,
    policy: str = "dofc",
    storage: StoragePlugin = StoragePlugin.MCAP,
    compression: CompressionMode = CompressionMode.NONE,
    fault_from: int | None = None,
    phases: list[dict[str, object]] | None = None,
    custom_data: Mapping[str, str] | None = None,
) -> Path:
    """Write a trial folder and return it.

    Args:
        folder: of the trial.
        seconds: length of the walk.
        leave_out: topics that are not recorded.
        edit: changes messages.
        policy: that the recording names.
        storage: of the bag.
        compression: of the bag.
        fault_from: tick of a fault.
        phases: values of the marks of phases, and under begin_s when each begins.
        custom_data: what the recording says about itself beside trial, policy and launch arguments, or instead.
    """
    folder.mkdir(parents=True)
    parameters = {"policy": policy, "engine": "native", "gait": "two_state", "subject": "reference", "seed": 3}
    parameters |= {"duration_s": seconds, "real_time_factor": 1.0, "lockstep": True}
    bag = Writer(folder / "bag", version=9, storage_plugin=storage)
    bag.set_compression(compression, CompressionFormat.ZSTD)
    with bag as writer:
        about = {"trial_id": folder.name, "policy": policy, "parameters": json.dumps(parameters)}
        for key, value in (about | dict(custom_data or {})).items():
            writer.set_custom_data(key, value)
        connections = {}
        templates = {topic: Template(topic) for topic in topics.RECORDED if topic != topics.SAFETY_STATUS}

        def write(topic: str, kind: str, received_ns: int, data: bytes) -> None:
            if topic not in connections:
                connections[topic] = writer.add_connection(f"/{topic}", kind, typestore=TYPESTORE)
            writer.write(connections[topic], received_ns, data)

        for tick in range(round(seconds * 100)):
            received = ORIGIN_NS + tick * PERIOD_NS
            for topic in topics.RECORDED:
                if topic in leave_out:
                    continue
                if topic == topics.SAFETY_STATUS:
                    write(topic, DIAGNOSTICS, received, safety_report(tick, received, fault_from))
                    continue
                fields = fields_at(topic, tick * PERIOD_NS * 1e-9)
                stamp: int | None = received
                if edit is not None:
                    stamp = edit(topic, tick, fields, received)
                if stamp is not None:
                    write(topic, templates[topic].kind, received, templates[topic].fill(stamp, fields))
            for mark in phases or ():
                if tick % 100 == 0 and float(str(mark["begin_s"])) <= 0.01 * tick < float(str(mark["end_s"])):
                    write(topics.TRIAL_PHASE, DIAGNOSTICS, received, report(received, str(mark["phase"]), mark))
    return folder
