"""The adapter, on the double of sconepy: interface, torques, pushes, quirks. It says nothing about walking in SCONE."""

from pathlib import Path

import numpy as np
import pytest
from fake_model import Model
from shipped import load_gait

from exo_control.errors import ConfigError
from exo_control.registry import make_policy
from exo_scone.engines import ENGINES
from exo_scone.errors import SconeError
from exo_scone.finder import load_sconepy
from exo_scone.people import load_own_human, make_scone_human
from exo_scone.scenario import SconeFiles, write_scenario
from exo_scone.scone_human import SconeHuman
from exo_sim.assisted_walk import AssistedWalker
from exo_sim.disturbance import Disturbance
from exo_sim.gait import Gait
from exo_sim.gait_analysis import describe
from exo_sim.human import SimulatedHuman
from exo_sim.human_model import HumanModel, load_human_model

TORQUE_NM = np.array([3.0, -2.0])


@pytest.fixture
def human(double: Path, model: HumanModel) -> SconeHuman:
    return make_scone_human(model, load_gait("two_state"))


@pytest.mark.parametrize("types", ["ModelOpenSim4", "ModelOpenSim3", "ModelHyfydy"])
def test_files_and_adapter_say_what_the_gait_says(
    double: Path, monkeypatch: pytest.MonkeyPatch, model: HumanModel, gait: Gait, types: str
) -> None:
    """The double walks in our engine what it reads in SCONE's files: the same walk, so nothing was lost or turned."""
    monkeypatch.setenv("FAKE_SCONE_ENGINES", types)
    theirs, ours = make_scone_human(model, gait), SimulatedHuman(model, gait)
    assert theirs.engine == types
    for tick in range(60):
        torque = TORQUE_NM if tick < 30 else np.zeros(2)
        theirs.step(torque)
        ours.step(torque)
    for name in (
        "joint_position_rad", "joint_velocity_rad_s", "hip_position_rad", "hip_velocity_rad_s", "root_position_m",
        "segment_angle_rad", "com_position_m", "com_velocity_m_s", "activation", "excitation", "fibre_length",
        "fibre_velocity", "muscle_force_n", "joint_limit_torque_nm", "muscle_torque_nm", "ground_reaction_n",
        "gait_state",
    ):  # fmt: skip
        assert getattr(theirs, name) == pytest.approx(getattr(ours, name), abs=1e-6), name
    assert theirs.time_s == pytest.approx(ours.time_s) == pytest.approx(0.6)
    assert theirs.metabolic_power_w == pytest.approx(ours.metabolic_power_w, rel=1e-6)
    assert theirs.snapshot().shape == ours.snapshot().shape
    assert not theirs.has_fallen


def test_a_subjects_scaling_reaches_scone(double: Path) -> None:
    small = load_human_model().scaled(60.0, 1.65)
    human, ours = make_scone_human(small, load_gait("two_state")), SimulatedHuman(small, load_gait("two_state"))
    assert human._binding.model.mass() == pytest.approx(60.0)
    human.step(TORQUE_NM)
    ours.step(TORQUE_NM)
    assert human.joint_position_rad == pytest.approx(ours.joint_position_rad, abs=1e-6)


def test_each_walk_loads_the_model_anew_and_is_the_same(human: SconeHuman, monkeypatch: pytest.MonkeyPatch) -> None:
    def walk() -> np.ndarray:
        human.reset()
        for _ in range(20):
            human.step(TORQUE_NM)
        return human.snapshot()

    def refused(model: Model) -> None:
        raise AssertionError("SCONE's reset does not bring back the same walk")

    monkeypatch.setattr(Model, "reset", refused)
    assert np.array_equal(walk(), walk())


def test_a_push_changes_the_forward_velocity(double: Path, monkeypatch: pytest.MonkeyPatch, model: HumanModel) -> None:
    for types in ("ModelOpenSim4", "ModelHyfydy"):
        monkeypatch.setenv("FAKE_SCONE_ENGINES", types)
        pushed, free = (make_scone_human(model, load_gait("two_state")) for _ in range(2))
        pushed.push(0.2)
        for human in (pushed, free):
            human.step(np.zeros(2))
        gained = pushed.com_velocity_m_s[0] - free.com_velocity_m_s[0]
        assert gained == pytest.approx(0.2, rel=0.1)  # the ground takes its part
        pushed.step(np.zeros(2))
        free.step(np.zeros(2))
        assert pushed.com_velocity_m_s[0] - free.com_velocity_m_s[0] < gained + 0.02  # it does not go on


def test_a_fall_is_told(human: SconeHuman) -> None:
    ticks = 0
    while not human.has_fallen and ticks < 300:
        human.step(np.array([45.0, 45.0]))
        ticks += 1
    assert human.has_fallen and 10 < ticks < 300


def test_a_model_whose_controller_wipes_inputs_is_refused(double: Path, model: HumanModel, tmp_path: Path) -> None:
    files = write_scenario(tmp_path, model, load_gait("two_state"), ENGINES["opensim4"])
    bare = files.model.read_text().replace(
        "CompositeController {\n\t\t<< controller.scone >>\n\t}", "<< controller.scone >>"
    )
    assert "Composite" not in bare
    files.model.write_text(bare)
    with pytest.raises(SconeError, match="put the controller into a CompositeController"):
        SconeHuman(files, model)


def test_the_users_own_model_walks_with_the_parameters_beside_it(
    double: Path, model: HumanModel, tmp_path: Path
) -> None:
    gait = load_gait("two_state")
    files = write_scenario(tmp_path, model, gait, ENGINES["opensim4"])
    assert files.par is not None
    files.par.rename(files.model.with_suffix(".par"))
    own, ours = load_own_human(str(files.model)), SimulatedHuman(model, gait)
    own.step(TORQUE_NM)
    ours.step(TORQUE_NM)
    assert own.hip_position_rad == pytest.approx(ours.hip_position_rad, abs=1e-6)
    assert own.metabolic_power_w == pytest.approx(ours.metabolic_power_w, rel=0.2)  # ours, sampled at the step's end
    files.model.with_suffix(".par").unlink()
    without = load_own_human(str(files.model))
    assert not np.allclose(without.hip_position_rad, own.hip_position_rad)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "human.osim",
            "<coordinate>hip_flexion_l</coordinate>\n\t\t\t\t\t<optimal_force>",
            None,
            "no actuator of the exo",
        ),
        ("model.scone", "fixed_control_step_size = 0.005", "fixed_control_step_size = 0.004", "does not divide"),
        ("model.scone", "model_file = human.osim", "model_file = nobody.osim", "SCONE cannot load"),
    ],
)
def test_a_model_that_cannot_be_walked_in_is_refused_with_the_reason(
    double: Path, model: HumanModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    file: str, old: str, new: str | None, message: str,
) -> None:  # fmt: skip
    import fake_model

    monkeypatch.setattr(fake_model, "STEPS_PER_CONTROL", 4 if "0.004" in str(new) else 5)
    files = write_scenario(tmp_path, model, load_gait("two_state"), ENGINES["opensim4"])
    text = (tmp_path / file).read_text()
    assert old in text
    (tmp_path / file).write_text(
        text.replace(old, old.replace("hip_flexion_l", "knee_angle_l") if new is None else new)
    )
    with pytest.raises(SconeError, match=message):
        SconeHuman(files, model)


def test_a_path_to_nothing_is_named(double: Path) -> None:
    with pytest.raises(ConfigError, match=r"nobody\.scone: no such file"):
        load_own_human("nobody.scone")
    with pytest.raises(SconeError, match="Could not open"):
        SconeHuman(SconeFiles(Path("nobody.scone"), None))


def test_a_policy_drives_it_as_it_drives_our_own(human: SconeHuman, model: HumanModel) -> None:
    gait, disturbance = load_gait("two_state"), Disturbance(2.0, 0.0)
    walks = [
        AssistedWalker(model, gait, make_policy("dofc"), human=who).disturbed(1.5, disturbance, 3)
        for who in (human, SimulatedHuman(model, gait))
    ]
    assert np.abs(walks[0].torque_nm).max() > 1.0
    assert walks[0].torque_nm == pytest.approx(walks[1].torque_nm, abs=1e-5)
    assert describe(walks[0])["cot_gross"] == pytest.approx(describe(walks[1])["cot_gross"], rel=0.02)


def test_the_double_has_scones_quirks(double: Path, model: HumanModel, tmp_path: Path) -> None:
    sconepy = load_sconepy()
    files = write_scenario(tmp_path, model, load_gait("two_state"), ENGINES["opensim4"])
    loaded = sconepy.load_model(str(files.model), str(files.par))
    assert loaded.dof_position_array().dtype == np.float64
    sconepy.set_array_dtype_float32()
    assert loaded.dof_position_array().dtype == np.float32
    before = loaded.dof_velocity_array()
    loaded.reset()
    assert not np.array_equal(before, loaded.dof_velocity_array())
    assert not loaded.has_simulation_ended()
    with pytest.raises(RuntimeError, match="Function not implemented"):
        loaded.joints()[0].add_motor_torque(sconepy.Vec3())
    with pytest.raises(RuntimeError, match="expected 21, received 3"):
        loaded.set_actuator_inputs(np.zeros(3))
