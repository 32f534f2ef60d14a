"""Changes, pairs of seeds and remarks, on made-up figures."""

import math
from dataclasses import replace

import pytest

from exo_sim.comparison import CHANGES, ConditionResult, change_percent, notes, paired
from exo_sim.evaluation import NO_EXO, Condition
from exo_sim.walk_figures import WalkFigures

BASE = WalkFigures(1, 60.0, False, "", 1.25, 5.0, 4.0, 500.0, 0.04, 0.02, 0.0, 0.0, 0.0, 0.0)
FALLEN = WalkFigures(1, 12.0, True, "")
ASSISTED = Condition("policy", "policy.onnx", 8.0)


def result(*walks: WalkFigures, reference: tuple[WalkFigures, ...] | None = None, name: str = "policy"):
    return ConditionResult(replace(ASSISTED, name=name), walks, reference or (BASE,) * len(walks))


def test_a_row_has_exactly_the_agreed_keys():
    keys = "name peak_nm cot_gross_change cot_net_change power_change a2_change hip_a2_change speed_change"
    assert list(result(BASE).row()) == [*keys.split(), "exo_net_w", "torque_rms_nm", "falls"]


@pytest.mark.parametrize(("key", "figure"), CHANGES.items())
def test_a_saving_of_a_tenth_is_minus_ten_percent(key: str, figure: str):
    row = result(replace(BASE, **{figure: 0.9 * getattr(BASE, figure)})).row()
    assert row[key] == pytest.approx(-10.0)
    assert all(row[other] == pytest.approx(0.0) for other in CHANGES if other != key)


def test_without_exoskeleton_nothing_changes():
    row = ConditionResult(NO_EXO, [BASE], [BASE]).row()
    assert all(row[key] == 0.0 for key in (*CHANGES, "exo_net_w", "torque_rms_nm", "falls", "peak_nm"))


def test_changes_are_of_means_and_absolute_figures_are_means():
    walks = (replace(BASE, cot_net=2.0, exo_net_w=3.0), replace(BASE, cot_net=4.0, exo_net_w=5.0))
    reference = (BASE, replace(BASE, cot_net=8.0))
    row = result(*walks, reference=reference).row()
    assert row["cot_net_change"] == pytest.approx(100.0 * (6.0 / 12.0 - 1.0))
    assert row["exo_net_w"] == 4.0


def test_a_seed_on_which_anyone_fell_is_left_out_of_both_means():
    cheap, dear = replace(BASE, cot_net=2.0), replace(BASE, cot_net=40.0)
    some = result(FALLEN, cheap, dear, reference=(dear, BASE, FALLEN))
    assert some.pairs == [(cheap, BASE)]
    assert some.row()["falls"] == 1
    assert some.row()["cot_net_change"] == pytest.approx(-50.0)
    assert some.figures()["seeds_compared"] == 1


def test_where_all_fell_there_is_no_change():
    row = result(FALLEN, FALLEN).row()
    assert row["falls"] == 2
    assert row["cot_net_change"] is None and row["torque_rms_nm"] is None
    assert change_percent(paired([FALLEN], [BASE]), "cot_net") is None


def test_better_seeds_count_falls_against_the_one_who_fell():
    lower, higher = replace(BASE, cot_net=3.0), replace(BASE, cot_net=5.0)
    mine = result(lower, higher, BASE, lower, FALLEN, FALLEN)
    theirs = result(BASE, BASE, BASE, FALLEN, BASE, FALLEN, name="other")
    assert mine.seeds_better_than(theirs) == 2  # the first and the fourth
    assert theirs.seeds_better_than(mine) == 2  # the second and the fifth


@pytest.mark.parametrize(("mine", "theirs", "part"), [(3.6, 3.2, 50.0), (3.0, 3.2, 125.0), (4.4, 3.2, -50.0)])
def test_part_of_another_saving(mine: float, theirs: float, part: float):
    a, b = result(replace(BASE, cot_net=mine)), result(replace(BASE, cot_net=theirs))
    assert a.part_of_saving(b) == pytest.approx(part)


def test_no_part_of_a_saving_that_is_none():
    worse = result(replace(BASE, cot_net=4.1))
    assert result(replace(BASE, cot_net=3.0)).part_of_saving(worse) is None
    assert result(FALLEN).part_of_saving(result(replace(BASE, cot_net=3.0))) is None


def test_remarks_name_speed_falls_and_faults():
    slow = result(replace(BASE, speed_mps=1.2), name="slow")
    steady = result(replace(BASE, speed_mps=1.22), name="steady")
    falls = result(BASE, FALLEN, BASE, name="falls")
    faulty = result(BASE, replace(BASE, safety_fault="right hip too fast"), name="faulty")
    lines = notes([slow, steady, falls, faulty], 3.0)
    assert len(lines) == 3
    assert lines[0].startswith("slow: speed -4.0 %, more than 3 % off")
    assert lines[1].startswith("falls: 1 of 3 walks fell; means and changes are of the 2 seeds without a fall")
    assert lines[2].startswith("faulty: in 1 of 2 walks") and lines[2].endswith("right hip too fast")


def test_faults_without_exoskeleton_do_not_matter():
    assert notes([ConditionResult(NO_EXO, [replace(BASE, safety_fault="x")], [BASE])], 3.0) == []


def test_a_fall_without_exoskeleton_is_remarked():
    (line,) = notes([result(BASE, BASE, reference=(FALLEN, BASE))], 3.0)
    assert "0 of 2 walks fell" in line and "of the 1 seeds" in line
    assert not math.isnan(result(BASE, BASE, reference=(FALLEN, BASE)).row()["cot_net_change"])
