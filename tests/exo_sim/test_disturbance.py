import numpy as np

from exo_sim.disturbance import HOLD_S, Disturbance


def test_same_seed_gives_same_disturbance_and_another_seed_another():
    disturbance = Disturbance(8.0, 0.3)
    torque, push = disturbance.draw(2000, np.random.default_rng(3))
    again, push_again = disturbance.draw(2000, np.random.default_rng(3))
    other, _ = disturbance.draw(2000, np.random.default_rng(4))
    assert np.array_equal(torque, again) and np.array_equal(push, push_again)
    assert not np.array_equal(torque, other)


def test_torque_is_held_for_a_quarter_second_and_bounded_per_leg():
    torque, _ = Disturbance(8.0).draw(2000, np.random.default_rng(0))
    hold = round(HOLD_S / 0.01)
    blocks = torque.reshape(-1, hold, 2)
    assert np.all(blocks == blocks[:, :1])
    assert np.all(np.diff(blocks[:, 0], axis=0) != 0.0)
    assert 7.0 < np.abs(torque).max() <= 8.0
    assert not np.array_equal(torque[:, 0], torque[:, 1])


def test_pushes_come_in_both_directions_with_the_stated_size():
    _, push = Disturbance(0.0, 0.3).draw(20_000, np.random.default_rng(0))
    assert set(np.unique(push)) == {-0.3, 0.0, 0.3}


def test_no_disturbance_is_exactly_zero():
    torque, push = Disturbance().draw(100, np.random.default_rng(0))
    assert not torque.any() and not push.any()
