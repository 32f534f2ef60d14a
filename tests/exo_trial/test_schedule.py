"""The order of shuffled phases, and the file of a trial."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exo_control.errors import ConfigError
from exo_trial.protocol import load_protocol
from exo_trial.schedule import schedule_trial, shuffle_some
from exo_trial.trial_file import TrialFile, load_trial_file


@given(st.lists(st.booleans(), max_size=10), st.integers(0, 1000))
def test_only_movable_items_move_and_none_is_lost(movable: list[bool], seed: int) -> None:
    items = list(range(len(movable)))
    moved = shuffle_some(items, movable, seed)
    assert sorted(moved) == items
    assert all(moved[item] == item for item, moves in enumerate(movable) if not moves)
    assert moved == shuffle_some(items, movable, seed)


def test_both_orders_of_the_controllers_come_about_equally_often() -> None:
    protocol = load_protocol("metabolic")
    first = [schedule_trial(protocol, seed).phases[3].name for seed in range(200)]
    assert set(first) == {"lstm", "dofc"}
    assert 70 <= first.count("lstm") <= 130  # 200 fair draws leave this range once in 40 000 times


def test_a_scaled_trial_is_short() -> None:
    schedule = schedule_trial(load_protocol("metabolic"), 0, 0.01)
    assert schedule.total_s == pytest.approx(0.01 * 49 * 60.0)
    assert schedule.steady_state_s == pytest.approx(1.8)


def test_a_trial_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    schedule = schedule_trial(load_protocol("speed"), 3, 0.1)
    file = TrialFile(schedule=schedule, arguments={"subject": "small"}, mass_kg=55.0)
    file.save(tmp_path / "trial.json")
    assert load_trial_file(tmp_path / "trial.json") == file
    (tmp_path / "trial.json").write_text('{"mass_kg": 55.0}')
    with pytest.raises(ConfigError, match="key 'schedule' is missing"):
        load_trial_file(tmp_path / "trial.json")
