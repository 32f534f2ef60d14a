"""The observation window against a plain list of the last ten ticks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exo_control.history import FEATURES, HISTORY_LENGTH, HistoryBuffer

TICK = st.tuples(*[st.floats(-10, 10, width=32)] * FEATURES)


def test_an_observation_is_sixty_numbers_and_starts_at_zero() -> None:
    history = HistoryBuffer(8.0)
    assert history.observation.shape == (10, 6)
    assert history.observation.size == 60
    assert history.observation.dtype == np.float32
    assert not history.observation.any()


def test_a_tick_is_angles_velocities_actions_right_before_left() -> None:
    history = HistoryBuffer(8.0)
    history.push([0.1, 0.2], [1.0, 2.0], [4.0, -8.0])
    assert history.observation[-1].tolist() == pytest.approx([0.1, 0.2, 1.0, 2.0, 0.5, -1.0])
    assert not history.observation[:-1].any()


def test_each_leg_may_have_its_own_torque_limit() -> None:
    history = HistoryBuffer([8.0, 4.0])
    history.push([0, 0], [0, 0], [4.0, 4.0])
    assert history.observation[-1, 4:].tolist() == [0.5, 1.0]


@given(st.lists(TICK, max_size=35))
def test_the_window_is_the_last_ten_ticks_oldest_first(ticks: list[tuple[float, ...]]) -> None:
    history = HistoryBuffer(1.0)
    expected = np.zeros((HISTORY_LENGTH, FEATURES), dtype=np.float32)
    for tick in ticks:
        history.push(tick[0:2], tick[2:4], tick[4:6])
        expected = np.vstack([expected[1:], np.array(tick, dtype=np.float32)])
        assert np.array_equal(history.observation, expected)


def test_the_window_is_a_view_that_cannot_be_written() -> None:
    history = HistoryBuffer(1.0)
    with pytest.raises(ValueError, match="read-only"):
        history.observation[0, 0] = 1.0
    history.push([1, 1], [1, 1], [1, 1])  # the buffer itself stays writable
    assert history.observation[-1].tolist() == [1.0] * 6


def test_reset_forgets_everything() -> None:
    history = HistoryBuffer(1.0)
    for _ in range(13):
        history.push([1, 1], [1, 1], [1, 1])
    history.reset()
    assert not history.observation.any()
    history.push([2, 2], [2, 2], [2, 2])
    assert history.observation[-1].tolist() == [2.0] * 6
    assert not history.observation[:-1].any()


def test_a_batch_equals_separate_buffers_and_resets_one_by_one() -> None:
    random = np.random.default_rng(1)
    batch = HistoryBuffer(8.0, batch_shape=(3,))
    single = [HistoryBuffer(8.0) for _ in range(3)]
    for tick in range(25):
        position, velocity, torque = random.normal(size=(3, 3, 2))
        if tick == 17:
            batch.reset(1)
            single[1].reset()
        batch.push(position, velocity, torque)
        for index, history in enumerate(single):
            history.push(position[index], velocity[index], torque[index])
    assert batch.observation.shape == (3, 10, 6)
    assert np.array_equal(batch.observation, np.stack([history.observation for history in single]))


def test_a_walker_that_begins_anew_sees_what_a_fresh_history_would() -> None:
    batch, fresh = HistoryBuffer(8.0, (3,)), HistoryBuffer(8.0)
    ticks = np.random.default_rng(0).uniform(-1.0, 1.0, (25, 3, 3, 2))
    for k, (position, velocity, torque) in enumerate(ticks):
        batch.push(position, velocity, torque)
        if k == 13:
            batch.restart(np.array([1]), position[1:2], velocity[1:2])
            fresh.push(position[1], velocity[1], [0.0, 0.0])
        elif k > 13:
            fresh.push(position[1], velocity[1], torque[1])
        if k >= 13:
            np.testing.assert_array_equal(batch.observation[1], fresh.observation)
            assert k < 16 or batch.observation[0].all()
