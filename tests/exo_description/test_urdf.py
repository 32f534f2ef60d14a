"""The robot description against the files that its numbers come from, and against the simulated body."""

import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.testing import assert_allclose

from exo_control.config_files import load_yaml
from exo_control.joints import JOINT_NAMES
from exo_nodes import topics
from exo_nodes.human_joints import to_coordinates
from exo_safety.limits import SafetyLimits, load_limits
from exo_sim.body_figure import BodyFigure
from exo_sim.engine import layout
from exo_sim.engine.geometry import place_segments
from exo_sim.engine.model_arrays import model_arrays
from exo_sim.human_model import HumanModel, load_human_model
from exo_sim.subject import load_subject

CONFIG = Path(__file__).resolve().parents[2] / "config"
MODES = ("plain", "mock", "topic")
SUBJECTS = ("reference", "small", "tall")
PREFIXES = ("r", "l")  # in the order of JOINT_NAMES and of the simulation's legs

Urdf = Callable[..., str]
Robot = Callable[..., Any]


@pytest.fixture(scope="module")
def limits() -> SafetyLimits:
    return load_limits(CONFIG / "safety" / "limits.yaml")


def model_of(subject: str) -> HumanModel:
    person = load_subject(str(CONFIG / "subjects" / f"{subject}.yaml"))
    return load_human_model(str(CONFIG / "human" / "h0918.yaml")).scaled(person.mass_kg, person.height_m)


@pytest.mark.parametrize("hardware", MODES)
def test_each_mode_is_a_valid_urdf(robot: Robot, hardware: str) -> None:
    description = robot(hardware=hardware)
    assert description.validate()
    assert description.base_link == "base_link"
    assert description.link_map["base_link"].inertial is None  # KDL wants no mass there


def test_all_modes_have_the_same_body(urdf: Urdf) -> None:
    def without_ros2_control(hardware: str) -> str:
        root = ElementTree.fromstring(urdf(hardware=hardware))
        for tag in root.findall("ros2_control"):
            root.remove(tag)
        return ElementTree.canonicalize(ElementTree.tostring(root, encoding="unicode"), strip_text=True)

    assert len({without_ros2_control(mode) for mode in MODES}) == 1


def test_joint_names_are_those_of_the_topics(robot: Robot) -> None:
    on_topic = {name for name, _, _ in topics.HUMAN_JOINTS} - {"pelvis_tilt"}
    assert set(robot().actuated_joint_names) == on_topic
    assert set(JOINT_NAMES) < on_topic


def test_hip_limits_are_the_safety_limits(robot: Robot, limits: SafetyLimits) -> None:
    for name in JOINT_NAMES:
        limit = robot().joint_map[name].limit
        assert limit.effort == limits.torque_cap_nm
        assert limit.velocity == limits.velocity_fault_rad_per_s
        assert (limit.lower, limit.upper) == (limits.rom_hard_min_rad, limits.rom_hard_max_rad)


def test_hip_limits_follow_the_file(urdf: Urdf, tmp_path: Path, limits: SafetyLimits) -> None:
    for folder in ("human", "subjects", "hardware"):
        (tmp_path / folder).symlink_to(CONFIG / folder)
    (tmp_path / "safety").mkdir()
    text = (CONFIG / "safety" / "limits.yaml").read_text()
    lowered = text.replace(f"torque_cap_nm: {limits.torque_cap_nm}", "torque_cap_nm: 5.5")
    assert lowered != text
    (tmp_path / "safety" / "limits.yaml").write_text(lowered)
    root = ElementTree.fromstring(urdf(hardware="topic", config=str(tmp_path)))
    for name in JOINT_NAMES:
        limit = root.find(f"joint[@name='{name}']/limit")
        assert limit is not None and float(limit.attrib["effort"]) == 5.5
        command = root.find(f"ros2_control/joint[@name='{name}']/command_interface[@name='effort']")
        assert command is not None
        assert {p.attrib["name"]: float(p.text or "nan") for p in command} == {
            "min": -5.5,
            "max": 5.5,
            "initial_value": 0.0,
        }


def test_knee_and_ankle_turn_as_far_as_in_the_human_model(robot: Robot) -> None:
    model = model_of("reference")
    signs = {name: (coordinate, sign) for name, coordinate, sign in topics.HUMAN_JOINTS}
    for name in set(robot().actuated_joint_names) - set(JOINT_NAMES):
        coordinate, sign = signs[name]
        ends = model.joints[coordinate[:-2]].range_rad
        assert ends is not None
        limit = robot().joint_map[name].limit
        assert_allclose([limit.lower, limit.upper], sorted(sign * end for end in ends), atol=1e-12)
        assert limit.effort == 0.0  # nothing drives it


@pytest.mark.parametrize("subject", SUBJECTS)
def test_wearer_weighs_what_the_model_does(robot: Robot, subject: str) -> None:
    description, model = robot(subject=subject), model_of(subject)
    device = {"waist", *(f"{p}_{part}" for p in PREFIXES for part in ("motor", "thigh_cuff"))}
    masses = {n: link.inertial.mass for n, link in description.link_map.items() if link.inertial is not None}
    assert sum(m for n, m in masses.items() if n not in device) == pytest.approx(model.mass_kg)
    assert sum(m for n, m in masses.items() if n in device) == pytest.approx(2.9)  # the paper's device


def test_inertias_are_those_of_rigid_bodies(robot: Robot) -> None:
    for name, link in robot().link_map.items():
        if link.inertial is None:
            continue
        moments = np.linalg.eigvalsh(link.inertial.inertia)
        assert moments[0] > 0.0, name
        assert moments[2] <= moments[0] + moments[1] + 1e-12, name


@pytest.mark.parametrize("subject", SUBJECTS)
def test_forward_kinematics_equal_the_simulations(robot: Robot, subject: str) -> None:
    """Knee, ankle and toe relative to the hip, and the direction of the foot, for random angles as on the topics."""
    description, model = robot(subject=subject), model_of(subject)
    arrays = model_arrays(model)
    rng = np.random.default_rng(4)
    cosine, sine = np.empty(layout.N_SEGMENTS), np.empty(layout.N_SEGMENTS)
    for _ in range(20):
        origin = np.zeros((2, layout.N_SEGMENTS))
        angles = {name: rng.uniform(-0.5, 1.2) for name, _, _ in topics.HUMAN_JOINTS if name != "pelvis_tilt"}
        coordinates = {c: sign * angles.get(name, 0.0) for name, c, sign in topics.HUMAN_JOINTS}
        state = np.zeros(layout.STATE_SIZE)
        for leg, prefix in enumerate(PREFIXES):
            joint = [coordinates[f"{name}_{prefix}"] for name in ("hip", "knee", "ankle")]
            first = layout.POSITION + 2 + 1 + 3 * leg
            state[first : first + 3] = np.cumsum(joint)
        place_segments(arrays, state, cosine, sine, origin)
        description.update_cfg(angles)
        for leg, prefix in enumerate(PREFIXES):
            hip = description.get_transform(f"{prefix}_thigh", "base_link")[:3, 3]
            foot = 3 + 3 * leg
            knee, ankle = origin[:, 2 + 3 * leg], origin[:, foot]
            toe = ankle + np.array([[cosine[foot], -sine[foot]], [sine[foot], cosine[foot]]]) @ arrays.sphere[1]
            for link, expected in (("shank", knee), ("foot", ankle), ("toe", toe)):
                position = description.get_transform(f"{prefix}_{link}", "base_link")[:3, 3] - hip
                assert_allclose(position[[0, 2]], expected, atol=1e-9)
            forward = description.get_transform(f"{prefix}_foot", "base_link")[:3, 0]
            assert_allclose(forward, [cosine[foot], 0.0, sine[foot]], atol=1e-9)


def test_hips_are_where_the_model_has_them(robot: Robot) -> None:
    hip = model_of("reference").joints["hip"].in_parent_m
    for prefix, left in zip(PREFIXES, (-1.0, 1.0), strict=True):
        position = robot().get_transform(f"{prefix}_thigh", "base_link")[:3, 3]
        assert_allclose(position, [hip[0], left * hip[2], hip[1]], atol=1e-12)


@pytest.mark.parametrize("name", JOINT_NAMES)
def test_flexion_moves_the_knee_forward_about_minus_y(robot: Robot, name: str) -> None:
    description, prefix = robot(), name[0]
    assert_allclose(description.joint_map[name].axis, [0.0, -1.0, 0.0])
    knee_m = []
    for angle in (0.0, 0.5):
        description.update_cfg({joint: angle if joint == name else 0.0 for joint in description.actuated_joint_names})
        knee_m.append(description.get_transform(f"{prefix}_shank", "base_link")[0, 3])
    assert knee_m[1] > knee_m[0] + 0.1


@pytest.mark.parametrize("prefix", PREFIXES)
def test_motor_is_on_the_axis_of_the_hip_outside_the_leg(robot: Robot, prefix: str) -> None:
    hip = robot().get_transform(f"{prefix}_thigh", "base_link")[:3, 3]
    motor = robot().get_transform(f"{prefix}_motor", "base_link")[:3, 3]
    assert_allclose(motor[[0, 2]], hip[[0, 2]], atol=1e-12)
    assert abs(motor[1]) > abs(hip[1]) and motor[1] * hip[1] > 0.0


@pytest.mark.parametrize("subject", SUBJECTS)
def test_thighs_and_shanks_are_as_long_as_the_models(robot: Robot, subject: str) -> None:
    description, model = robot(subject=subject), model_of(subject)
    for prefix in PREFIXES:
        points = [
            description.get_transform(f"{prefix}_{link}", "base_link")[:3, 3] for link in ("thigh", "shank", "foot")
        ]
        for (upper, lower), name in zip(pairwise(points), ("knee", "ankle"), strict=True):
            assert np.linalg.norm(lower - upper) == pytest.approx(np.linalg.norm(model.joints[name].in_parent_m))


@pytest.mark.parametrize("prefix", PREFIXES)
def test_cuff_is_on_the_thigh_and_turns_with_it_while_motor_and_waist_stay(robot: Robot, prefix: str) -> None:
    description = robot()
    below_m = load_yaml(CONFIG / "hardware" / "frame.yaml")["cuff"]["below_hip_m"]
    hip = description.get_transform(f"{prefix}_thigh", "base_link")[:3, 3]
    joint = next(name for name in JOINT_NAMES if name[0] == prefix)
    fixed = []
    for angle in (0.0, 0.5):
        description.update_cfg({name: angle * (name == joint) for name in description.actuated_joint_names})
        cuff = description.get_transform(f"{prefix}_thigh_cuff", "base_link")[:3, 3] - hip
        assert_allclose(cuff, [below_m * np.sin(angle), 0.0, -below_m * np.cos(angle)], atol=1e-12)
        fixed.append([description.get_transform(link, "base_link") for link in ("waist", f"{prefix}_motor")])
    assert_allclose(fixed[0], fixed[1], atol=1e-12)


def test_base_link_where_the_viewers_put_it_gives_the_legs_of_the_figure(robot: Robot) -> None:
    """The pelvis point and the pelvis tilt, about y, are where rviz draws base_link in the world."""
    description, model = robot(), model_of("reference")
    rng = np.random.default_rng(5)
    for _ in range(5):
        joints = rng.uniform(-0.4, 0.6, len(topics.HUMAN_JOINTS))
        figure = BodyFigure(model).place(to_coordinates(joints), rng.uniform(0.0, 2.0, 2))
        description.update_cfg(
            {name: angle for (name, _, _), angle in zip(topics.HUMAN_JOINTS[1:], joints[1:], strict=True)}
        )
        lean = joints[0]
        for leg, prefix in enumerate(PREFIXES):
            for link, point in zip(("thigh", "shank", "foot"), figure.legs[leg], strict=False):
                x, _, z = description.get_transform(f"{prefix}_{link}", "base_link")[:3, 3]
                turned = [np.cos(lean) * x + np.sin(lean) * z, np.cos(lean) * z - np.sin(lean) * x]
                assert_allclose(figure.trunk[3] + turned, point, atol=1e-9)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"hardware": "can"}, "hardware:=can is unknown; use plain, mock or topic"),
        ({"subject": "nobody"}, "nobody.yaml"),
    ],
)
def test_wrong_arguments_are_named(repo_root: Path, arguments: dict[str, str], named: str) -> None:
    file = repo_root / "src" / "exo_description" / "urdf" / "exo.urdf.xacro"
    words = [f"{name}:={value}" for name, value in {"config": str(CONFIG), **arguments}.items()]
    command = [sys.executable, "-c", "import xacro; xacro.main()", str(file), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert named in done.stderr
