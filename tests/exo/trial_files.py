"""Writes a walk in the engine into a trial folder, as the recorder would."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

from exo.trajectory import JOINTS, Trajectory
from exo_control.joints import JOINT_NAMES
from exo_nodes import topics
from exo_nodes.stamps import tick_ns
from exo_sim.names import MUSCLES

TYPESTORE = get_typestore(Stores.ROS2_JAZZY)
TYPES = TYPESTORE.types


def header(tick: int) -> Any:
    stamp = TYPES["builtin_interfaces/msg/Time"](*divmod(tick_ns(tick), 1_000_000_000))
    return TYPES["std_msgs/msg/Header"](stamp, topics.WORLD_FRAME)


def joint_state(tick: int, names: tuple[str, ...], **fields: np.ndarray) -> Any:
    none = np.empty(0)
    values = (np.ascontiguousarray(fields.get(key, none), dtype=float) for key in ("position", "velocity", "effort"))
    return TYPES["sensor_msgs/msg/JointState"](header(tick), list(names), *values)


def messages(walk: Trajectory, tick: int) -> dict[str, Any]:
    """Return the messages of a state by topic."""
    vector, point = TYPES["geometry_msgs/msg/Vector3"], TYPES["geometry_msgs/msg/Point"]
    zero = vector(0.0, 0.0, 0.0)
    wrench, twist = TYPES["geometry_msgs/msg/Wrench"], TYPES["geometry_msgs/msg/Twist"]
    (forward, up), none = walk.com_m[tick].tolist(), np.zeros(36)
    pose = TYPES["geometry_msgs/msg/Pose"](
        point(forward, 0.0, up), TYPES["geometry_msgs/msg/Quaternion"](0.0, 0.0, 0.0, 1.0)
    )
    mass = TYPES["nav_msgs/msg/Odometry"](
        header(tick),
        "centre_of_mass",
        TYPES["geometry_msgs/msg/PoseWithCovariance"](pose, none),
        TYPES["geometry_msgs/msg/TwistWithCovariance"](twist(zero, zero), none),
    )
    hip = walk.hip_position_rad[tick], walk.hip_velocity_rad_s[tick]
    ground = {
        topic: TYPES["geometry_msgs/msg/WrenchStamped"](
            header(tick), wrench(vector(float(force[0]), 0.0, float(force[1])), zero)
        )
        for topic, force in zip(topics.GROUND_REACTION.values(), walk.ground_n[tick], strict=True)
    }
    power = np.concatenate([walk.power_w[tick, :1], np.full(len(MUSCLES), walk.power_w[tick, 1] / len(MUSCLES))])
    person = {"position": walk.position_rad[tick], "velocity": walk.velocity_rad_s[tick], "effort": np.zeros(7)}
    return {
        topics.JOINT_STATES: joint_state(
            tick, JOINT_NAMES, position=hip[0], velocity=hip[1], effort=walk.torque_nm[tick]
        ),
        topics.HUMAN_JOINT_STATES: joint_state(tick, JOINTS, **person),
        topics.CENTRE_OF_MASS: mass,
        topics.MUSCLE_ACTIVATIONS: joint_state(tick, MUSCLES, position=walk.activation[tick]),
        topics.METABOLIC_POWER: joint_state(tick, (topics.WHOLE_BODY, *MUSCLES), position=power),
        **ground,
    }


def write_trial(folder: Path, walk: Trajectory, gait: str = "two_state", without: tuple[str, ...] = ()) -> None:
    """Write a trial folder; topics may be left out."""
    about = {"gait": gait, "subject": "reference", "policy": "dofc", "seed": 0, "duration_s": walk.seconds}
    folder.mkdir(parents=True, exist_ok=True)
    with Writer(folder / "bag", version=9, storage_plugin=StoragePlugin.MCAP) as bag:
        bag.set_custom_data("parameters", json.dumps(about))
        connections: dict[str, Any] = {}
        for tick in range(len(walk.com_m)):
            for topic, message in messages(walk, tick).items():
                if topic in without:
                    continue
                kind = message.__msgtype__
                if topic not in connections:
                    connections[topic] = bag.add_connection(f"/{topic}", kind, typestore=TYPESTORE)
                bag.write(connections[topic], tick_ns(tick), TYPESTORE.serialize_cdr(message, kind))
