"""What the shipped gaits do; docs/gaits.md tells what they do not."""

import pytest

from exo_control.config_files import config_path
from exo_control.registry import make_policy
from exo_safety.limits import load_limits
from exo_sim.assisted_walk import AssistedWalker
from exo_sim.disturbance import Disturbance
from exo_sim.gait import load_gait
from exo_sim.gait_analysis import describe
from exo_sim.human_model import HumanModel
from exo_sim.names import DEFAULT_GAIT
from exo_sim.walk import Walker

GAITS = sorted(path.stem for path in config_path("gaits").glob("*.yaml"))
# Wanted are 58; docs/gaits.md says that one gait is short of that.
SHORTEST_STANCE_PERCENT = {"two_state": 58.0, "geyer_herr": 57.0}


@pytest.mark.parametrize("name", GAITS)
def test_a_gait_walks_a_minute_like_a_human(model: HumanModel, name: str):
    figures = describe(Walker(model, load_gait(name)).disturbed(60.0, Disturbance(), 1))
    assert not figures["fell"]
    assert figures["speed_mps"] == pytest.approx(1.3, abs=0.05)
    assert figures["knee_limit_nm"] <= 2.0
    assert SHORTEST_STANCE_PERCENT[name] <= figures["stance_percent"] <= 64.0
    assert figures["wren_r"]["hip"] >= 0.9
    assert figures["wren_r"]["knee"] >= 0.9
    assert figures["wren_r"]["hip_velocity"] >= 0.9


@pytest.mark.parametrize("name", GAITS)
def test_a_gait_tells_how_it_was_made(name: str):
    provenance = load_gait(name).provenance
    assert provenance["command"].startswith("exo optimize-gait")
    assert len(provenance["git_sha"]) >= 40
    assert {"numpy", "numba", "cma", "python"} <= set(provenance["versions"])


SPEEDS = sorted(f"speeds/{path.stem}" for path in config_path("gaits", "speeds").glob("*.yaml"))


@pytest.mark.parametrize("name", SPEEDS)
def test_a_gait_of_another_speed_keeps_it_under_small_torques(model: HumanModel, name: str):
    gait = load_gait(name)
    assert gait.provenance["command"].startswith("exo optimize-gait")
    walker = Walker(model, gait)
    for seed in range(5):
        walk = walker.disturbed(20.0, Disturbance(1.0), 100 + seed)
        assert not walk.fell
        assert describe(walk)["speed_mps"] == pytest.approx(gait.speed_m_s, abs=0.05)


def test_the_default_gait_resembles_able_bodied_walking(model: HumanModel):
    figures = describe(Walker(model, load_gait(DEFAULT_GAIT)).disturbed(60.0, Disturbance(), 1))
    likeness = figures["wren_r"]
    assert likeness["hip"] >= 0.97
    assert likeness["ankle"] >= 0.85


@pytest.mark.parametrize("name", GAITS)
@pytest.mark.parametrize("disturbance", [Disturbance(8.0), Disturbance(0.0, 0.3)], ids=["8 Nm", "0.3 m/s"])
def test_a_gait_survives_torques_at_the_hips_and_pushes(model: HumanModel, name: str, disturbance: Disturbance):
    walker = Walker(model, load_gait(name))
    assert sum(not walker.disturbed(20.0, disturbance, 100 + seed).fell for seed in range(20)) >= 19


@pytest.mark.parametrize("name", GAITS)
def test_halving_the_step_changes_speed_and_cost_little(model: HumanModel, name: str):
    gait = load_gait(name)
    coarse, fine = (describe(Walker(model, gait, step).disturbed(20.0, Disturbance(), 1)) for step in (1e-3, 5e-4))
    assert fine["speed_mps"] == pytest.approx(coarse["speed_mps"], rel=0.02)
    assert fine["cot_gross"] == pytest.approx(coarse["cot_gross"], rel=0.02)


def test_assistance_lowers_the_net_metabolic_power_of_the_default_gait(model: HumanModel):
    def net_power(policy: str) -> float:
        walk = AssistedWalker(model, load_gait(DEFAULT_GAIT), make_policy(policy)).disturbed(20.0, Disturbance(), 1)
        assert not walk.fell
        return describe(walk)["cot_net"] * describe(walk)["speed_mps"]

    assert net_power("dofc") < 0.95 * net_power("zero")


def test_the_default_gait_with_assistance_stays_within_the_range_of_motion_that_is_a_fault(model: HumanModel):
    limits = load_limits()
    walk = AssistedWalker(model, load_gait(DEFAULT_GAIT), make_policy("dofc")).disturbed(20.0, Disturbance(), 1)
    hips = walk.joint()[:, [1, 4]]
    assert limits.rom_hard_min_rad < hips.min() and hips.max() < limits.rom_hard_max_rad
