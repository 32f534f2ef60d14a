"""The sweep of delay and gain, and the choice of the best."""

import pytest

from exo_sim.dofc_tuning import DofcSetting, DofcSweep, number_of_walks, tune_dofc
from exo_sim.evaluation import NO_EXO
from exo_sim.worker_pool import WorkerPool


def setting(cot: float | None, falls: int = 0, delay_s: float = 0.2, gain_nm: float = 8.0) -> DofcSetting:
    return DofcSetting(delay_s, gain_nm, cot, 0.0, falls)


def test_the_best_saves_most_of_those_without_a_fall():
    best = setting(-3.0)
    assert DofcSweep([setting(-9.0, falls=1), setting(-2.0), best, setting(1.0), setting(None, falls=4)]).best is best


def test_where_every_setting_falls_the_best_falls_least():
    best = setting(2.0, falls=1)
    assert DofcSweep([setting(-9.0, falls=2), best, setting(3.0, falls=1), setting(None, falls=4)]).best is best


@pytest.mark.parametrize(
    ("delay_s", "gain_nm", "at_edge"),
    [(0.2, 8.0, False), (0.2, 4.0, False), (0.1, 8.0, True), (0.3, 8.0, True), (0.2, 16.0, True)],
)
def test_a_best_at_the_edge_of_the_grid_is_told(delay_s: float, gain_nm: float, at_edge: bool):
    grid = [setting(1.0, delay_s=d, gain_nm=g) for d in (0.1, 0.2, 0.3) for g in (4.0, 8.0, 16.0)]
    best = setting(-1.0, delay_s=delay_s, gain_nm=gain_nm)
    assert DofcSweep([*grid, best]).best_is_at_edge is at_edge


def test_no_delay_at_all_is_no_edge():
    sweep = DofcSweep([setting(-1.0, delay_s=0.0), setting(0.0, delay_s=0.1), setting(0.0, gain_nm=16.0)])
    assert not sweep.best_is_at_edge


def test_the_sweep_walks_the_whole_grid_and_tells_what_each_setting_saves(short_evaluation):
    evaluation, done = short_evaluation(), []
    dofc = evaluation.settings.dofc
    with WorkerPool(1) as pool:
        sweep = tune_dofc(evaluation, 6.0, pool, lambda: done.append(1))
    assert len(done) == number_of_walks(evaluation) == 10
    assert [(s.delay_s, s.gain_nm) for s in sweep.settings] == [(0.15, 3.0), (0.15, 6.0), (0.25, 3.0), (0.25, 6.0)]
    one = sweep.settings[1]
    condition = one.condition(6.0)
    assert condition.parameters == {"delay_s": 0.15, "gain_nm": 6.0, "peak_torque_nm": 6.0}
    seeds = range(dofc.first_seed, dofc.first_seed + 2)
    cost, base = (
        sum(evaluation.walk_condition(c, dofc.seconds, seed).cot_net for seed in seeds) for c in (condition, NO_EXO)
    )
    assert one.falls == 0
    assert one.cot_net_change == pytest.approx(100.0 * (cost / base - 1.0))
