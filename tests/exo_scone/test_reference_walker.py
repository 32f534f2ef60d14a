"""What our adapter has to show in SCONE itself, and that these tests find and walk their files, on the double."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from reference_walker import EXAMPLES_VARIABLE, PARTS, examples_folder, write_reference_walker
from shipped import load_gait

from exo_control.joints import POLICY_PERIOD_S
from exo_control.registry import make_policy
from exo_scone.engines import ENGINES
from exo_scone.finder import find_scone
from exo_scone.people import make_scone_human
from exo_scone.scenario import SconeFiles, write_scenario
from exo_scone.scone_human import SconeHuman
from exo_sim.assisted_walk import AssistedWalker
from exo_sim.disturbance import Disturbance
from exo_sim.human import SimulatedHuman
from exo_sim.human_model import HumanModel, load_human_model

SPEED_M_S, COST_OF_TRANSPORT = 1.0149, 5.455
"""Of 10 s in SCONE 2.4.4 on OpenSim 4, without our adapter."""

GAIT_VARIABLE = "EXO_SCONE_GAIT"
"""Gaits that are to stand DOFC in SCONE, separated by spaces: one of them has to."""

found = find_scone()
in_scone = [pytest.mark.scone, pytest.mark.skipif(not found.usable, reason=found.text)]


def walk_10_s(files: SconeFiles, model: HumanModel, seconds: float = 10.0) -> tuple[float, float, bool]:
    """Return speed (m/s), gross cost of transport by the engine's own power (J/(kg m)), and whether it fell."""
    human = SconeHuman(files, model)
    start, energy = human.com_position_m[0], 0.0
    while human.time_s < seconds - 1e-6 and not human.has_fallen:
        human.step(np.zeros(2))
        energy += human.metabolic_power_w * POLICY_PERIOD_S
    distance = human.com_position_m[0] - start
    return distance / human.time_s, energy / (model.mass_kg * distance), human.has_fallen


@pytest.fixture
def walker(tmp_path: Path) -> Iterator[SconeFiles]:
    if "opensim4" not in found.engines:
        pytest.skip(f"this SCONE has no OpenSim 4: {', '.join(found.engines)}")
    examples = examples_folder(found)
    if examples is None:
        pytest.fail(f"set {EXAMPLES_VARIABLE} to SCONE's folder Examples3, with {', '.join(PARTS.values())}")
    yield write_reference_walker(examples, tmp_path)


class TestInScone:
    """Not run anywhere yet: no SCONE was at hand."""

    pytestmark = in_scone

    def test_scones_own_walker_walks_through_our_adapter_as_without_it(self, walker: SconeFiles) -> None:
        speed_m_s, cost, fell = walk_10_s(walker, load_human_model())
        assert not fell
        assert speed_m_s == pytest.approx(SPEED_M_S, rel=0.01)
        assert cost == pytest.approx(COST_OF_TRANSPORT, rel=0.02)

    def test_a_robust_gait_walks_20_s_with_dofc_at_4_nm(self, model: HumanModel) -> None:
        results = {}
        for name in os.environ.get(GAIT_VARIABLE, "two_state geyer_herr").split():
            results[name] = seconds, peak_nm = walk_with_dofc(model, name, 20.0)
            if seconds == 20.0 and peak_nm >= 4.0:
                return
        pytest.fail(
            f"gait, seconds and peak torque: {results}; make one for this engine with `exo optimize-gait --engine "
            f"scone --controller two_state --start two_state --output runs/scone.yaml`, and name it in {GAIT_VARIABLE}"
        )


def walk_with_dofc(model: HumanModel, gait_name: str, seconds: float) -> tuple[float, float]:
    """Return how long a gait walks in SCONE with DOFC, s, and the peak of the torque, Nm."""
    gait = load_gait(gait_name)
    policy = make_policy("dofc", {"gain_nm": 8.0, "peak_torque_nm": 5.0})
    person = AssistedWalker(model, gait, policy, human=make_scone_human(model, gait))
    walk = person.disturbed(seconds, Disturbance(), 0)
    return walk.seconds, float(np.abs(walk.torque_nm).max())


@pytest.fixture
def examples(tmp_path: Path, model: HumanModel) -> Path:
    """Files of ours where SCONE has its own: names of the folder Examples3, no actuators at the hips."""
    gait = load_gait("two_state")
    files = write_scenario(tmp_path / "ours", model, gait, ENGINES["opensim4"])
    names = ("human.osim", "start.zml", "controller.scone", str(files.par))
    for part, name in zip(PARTS.values(), names, strict=True):
        path = tmp_path / "Examples3" / part
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((tmp_path / "ours" / name).read_text())
    osim = tmp_path / "Examples3" / PARTS["model.osim"]
    bare = re.sub(r"<CoordinateActuator.*?</CoordinateActuator>", "", osim.read_text(), flags=re.DOTALL)
    osim.write_text(bare)
    return tmp_path / "Examples3"


def test_the_walkers_files_are_found_and_walk_on_the_double(
    double: Path, examples: Path, model: HumanModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(EXAMPLES_VARIABLE, str(examples))
    assert examples_folder(find_scone()) == examples
    monkeypatch.delenv(EXAMPLES_VARIABLE)
    monkeypatch.setenv("SCONE_PATH", str(examples.parent))
    assert examples_folder(find_scone()) == examples
    speed_m_s, cost, fell = walk_10_s(write_reference_walker(examples, tmp_path), model, 2.0)
    own = SimulatedHuman(model, load_gait("two_state"))
    start, energy = own.com_position_m[0], 0.0
    for _ in range(200):
        own.step(np.zeros(2))
        energy += own.metabolic_power_w * POLICY_PERIOD_S
    distance = own.com_position_m[0] - start
    assert not fell
    # The walker has no offset of its forward velocity, ours has.
    assert speed_m_s == pytest.approx(distance / 2.0, rel=0.05)
    assert cost == pytest.approx(energy / (model.mass_kg * distance), rel=0.1)


def test_dofc_reaches_4_nm_on_the_double(double: Path, model: HumanModel) -> None:
    seconds, peak_nm = walk_with_dofc(model, "two_state", 1.5)
    assert seconds == 1.5 and peak_nm >= 4.0
