"""The human model file: its figures, scaling to a subject, and what is wrong with bad files."""

import copy
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from exo_control.config_files import config_path
from exo_control.errors import ConfigError
from exo_sim.engine import layout
from exo_sim.engine.contact import ground_contact
from exo_sim.engine.dynamics import accelerations, advance_bodies
from exo_sim.engine.geometry import joint_torques, muscle_paths, place_segments
from exo_sim.engine.model_arrays import model_arrays
from exo_sim.human_model import HumanModel, load_human_model


def test_figures_of_the_reference_subject(model) -> None:
    assert model.mass_kg == pytest.approx(74.5314)
    assert model.reference.mass_kg == pytest.approx(model.mass_kg)
    assert len(model.muscles) == 9
    assert model.contact.stiffness == pytest.approx(4.0825e5, rel=1e-4)


def test_muscle_masses(arrays) -> None:
    """Table of H0918v3: hamstrings, bifemsh, glut_max, iliopsoas, rect_fem, vasti, gastroc, soleus, tib_ant."""
    expected = [1.0732, 0.3759, 1.2929, 0.9878, 0.3761, 1.9067, 0.4845, 0.6619, 0.4571]
    assert arrays.muscle_mass == pytest.approx(expected * 2, abs=5e-5)


def test_unscaled_subject_is_the_file(model) -> None:
    assert model.scaled() == model
    assert model.scaled(model.reference.mass_kg, model.reference.height_m) == model


@settings(max_examples=25)
@given(mass=st.floats(40.0, 130.0), height=st.floats(1.4, 2.1))
def test_scaling(model, mass, height) -> None:
    scaled = model.scaled(mass, height)
    m, s = mass / model.reference.mass_kg, height / model.reference.height_m
    assert scaled.mass_kg == pytest.approx(mass)
    before, after = model_arrays(model), model_arrays(scaled)
    for key, factor in {
        "total_mass": m,
        "first_moment": m * s,
        "length": s,
        "inertia": m * s**2,
        "leg_length": s,
        "limit_stiffness": m * s,
        "sphere": s,
        "radius": s,
        "path_upper_point": s,
        "path_constant": s,
        "f_max": m,
        "l_opt": s,
        "l_slack": s,
        "fibre_height": s,
        "muscle_mass": m * s,
        "basal_power": m,
        "limit_low": 1.0,
    }.items():
        assert getattr(after, key) == pytest.approx(factor * np.asarray(getattr(before, key)), rel=1e-9), key


@pytest.mark.parametrize(("mass", "height"), [(39.0, None), (131.0, None), (None, 1.39), (None, 2.2)])
def test_subject_outside_its_range(model, mass, height) -> None:
    key, value = ("mass_kg", mass) if mass else ("height_m", height)
    with pytest.raises(ConfigError, match=rf"subject {key} = {value:g} is outside \["):
        model.scaled(mass, height)


def drop(model: HumanModel, length: float, dt: float, steps: int) -> np.ndarray:
    """Drop the passive human from a slanted pose over its toes; return angles (n, 7) and hip heights over length."""
    m = model_arrays(model)
    speed = np.sqrt(length)
    state = np.zeros(layout.STATE_SIZE)
    state[layout.POSITION + 1] = 1.0 * length
    state[layout.POSITION + 2 : layout.POSITION + 9] = (-0.1, 0.3, -0.3, 0.1, -0.1, -0.8, -0.9)
    state[layout.VELOCITY] = 0.3 * speed
    state[layout.VELOCITY + 2 : layout.VELOCITY + 9] = np.array((0.0, 1.0, -1.0, 0.5, 2.0, 0.0, 1.0)) * speed / length
    cosine, sine, origin = np.empty(7), np.empty(7), np.zeros((2, 7))
    n = m.path_muscle.size
    path, arm, ends, contact = np.empty(18), np.empty((3, n)), np.empty((1, n)), np.zeros((4, 6))
    a, scratch = np.empty(9), np.empty((2, 12))
    rows, touched = [], 0.0
    for _ in range(steps):
        place_segments(m, state, cosine, sine, origin)
        muscle_paths(m, cosine, sine, origin, path, arm, ends)
        joint_torques(m, state, arm)
        ground_contact(m, state, cosine, sine, origin, contact)
        accelerations(m, state, cosine, sine, origin, contact, np.zeros(2), dt, a, scratch)
        advance_bodies(state, a, dt)
        touched = max(touched, contact[:, 3].max())
        rows.append([*state[layout.POSITION + 2 : layout.POSITION + 9], state[layout.POSITION + 1] / length])
    assert touched > 0.0
    return np.array(rows)


def test_a_scaled_body_moves_alike(model) -> None:
    """Dynamic similarity: lengths times s, times times sqrt(s), any mass. Damping and dissipation are per time, so
    they are set aside; friction without its velocity terms."""
    undamped = model.model_copy(
        update={
            "joints": {
                name: joint.model_copy(update={"damping_nm_s_rad": 0.0, "limit_damping_nm_s_rad": 0.0})
                for name, joint in model.joints.items()
            },
            "contact": model.contact.model_copy(
                update={
                    "dissipation_s_m": 0.0,
                    "static_friction": 0.0,
                    "dynamic_friction": 0.0,
                    "viscous_friction_s_m": 0.0,
                }
            ),
        }
    )
    s, dt = 1.1, 2e-4
    reference = drop(undamped, 1.0, dt, 1500)
    scaled = drop(
        undamped.scaled(1.3 * model.reference.mass_kg, s * model.reference.height_m), s, dt * np.sqrt(s), 1500
    )
    assert np.ptp(reference, axis=0).min() > 0.03  # everything moves
    assert scaled == pytest.approx(reference, abs=1e-6)


def test_hash_depends_on_the_figures_only(model) -> None:
    assert model.content_hash() == load_human_model().content_hash()
    assert model.content_hash() == HumanModel.model_validate(model.model_dump()).content_hash()
    assert model.content_hash() != model.scaled(mass_kg=75.0).content_hash()


def changed_file(tmp_path: Path, keys: tuple[str, ...], value: object) -> str:
    data = copy.deepcopy(yaml.safe_load(config_path("human", "h0918.yaml").read_text()))
    part = data
    for key in keys[:-1]:
        part = part[key]
    if value is None:
        del part[keys[-1]]
    else:
        part[keys[-1]] = value
    path = tmp_path / "human.yaml"
    path.write_text(yaml.safe_dump(data))
    return str(path)


def test_a_file_outside_the_configuration_folder(tmp_path, model) -> None:
    path = changed_file(tmp_path, ("name",), "copy")
    assert load_human_model(path).bodies == model.bodies


@pytest.mark.parametrize(
    ("keys", "value", "message"),
    [
        (("gravity_m_s2",), -9.8, r"gravity_m_s2 = -9\.8.*above 0"),
        (("gravity_m_s2",), "9.8 m", r"gravity_m_s2 = '9\.8 m'"),
        (("gravity_m_s2",), None, r"key 'gravity_m_s2' is missing"),
        (("gravity",), 9.8, r"unknown key 'gravity'; did you mean 'gravity_m_s2'"),
        (("reference", "mass_kg"), 20.0, r"reference\.mass_kg = 20\.0.*at least 40, at most 130"),
        (("bodies", "femur", "mass_kg"), 0.0, r"bodies\.femur\.mass_kg = 0\.0.*above 0"),
        (("bodies", "femur"), None, r"bodies needs exactly .*femur"),
        (("bodies", "arm"), {"mass_kg": 1.0, "com_m": [0, 0], "inertia_kg_m2": 1.0}, r"bodies needs exactly .*arm"),
        (("joints", "knee", "range_rad"), None, r"joints\.knee\.range_rad is missing"),
        (("joints", "knee", "damping_nm_s_rad"), -0.1, r"joints\.knee\.damping_nm_s_rad = -0\.1.*at least 0"),
        (("contact", "radius_m"), float("nan"), r"contact\.radius_m = nan.*finite"),
        (("contact", "spheres_m"), {"heel": [0.0, 0.0]}, r"spheres_m needs exactly heel and toe, has \['heel'\]"),
        (("muscle", "minimum_activation"), 1.5, r"muscle\.minimum_activation = 1\.5.*below 1"),
        (("muscles", "soleus", "f_max_n"), 0, r"muscles\.soleus\.f_max_n = 0.*above 0"),
        (("muscles", "soleus"), None, r"muscles needs exactly .*soleus"),
        (("muscles", "soleus", "path"), [["tibia", [0, 0, 0]]], r"muscles\.soleus\.path.*at least 2"),
        (
            ("muscles", "soleus", "path"),
            [["shank", [0, 0, 0]], ["calcn", [0, 0, 0]]],
            r"muscles\.soleus\.path: unknown body 'shank'.*tibia",
        ),
        (("initial_pose", "position_rad"), {"hip_r": 0.1}, r"position_rad needs exactly the coordinates .*pelvis_tilt"),
    ],
)
def test_bad_files_are_explained(tmp_path, keys, value, message) -> None:
    with pytest.raises(ConfigError, match=message):
        load_human_model(changed_file(tmp_path, keys, value))


def test_a_missing_file_is_named() -> None:
    with pytest.raises(ConfigError, match=r"human/h0919\.yaml"):
        load_human_model("h0919")
