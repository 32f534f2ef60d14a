"""Replacing a running policy without a step in torque."""

import numpy as np
import pytest

from exo_control.errors import PolicyError
from exo_control.policy_switch import CROSSOVER_TICKS, WATCH_TICKS, PolicySwitch
from exo_control.registry import make_policy
from exo_control.zero import ZeroPolicy


class Constant:
    parameters = ()

    def __init__(self, torque_nm: float, works_for: int = 10**9) -> None:
        self.name, self._torque_nm, self._works_for = f"{torque_nm:g} Nm", torque_nm, works_for
        self.resets = 0

    def reset(self) -> None:
        self.resets += 1

    def torque(self, position, velocity, time_s) -> np.ndarray:
        self._works_for -= 1
        if self._works_for < 0:
            raise PolicyError("worn out")
        return np.full(2, self._torque_nm)


def run(switch: PolicySwitch, ticks: int, first: int = 0) -> np.ndarray:
    def state(k: int) -> tuple[np.ndarray, np.ndarray]:
        phase = 2.0 * np.pi * k / 110.0
        return np.array([0.4 * np.sin(phase), -0.4 * np.sin(phase)]), np.array([np.cos(phase), -np.cos(phase)])

    return np.array([switch.torque(*state(k), 0.01 * k) for k in range(first, first + ticks)])


def test_without_a_switch_the_torques_are_the_policys():
    assert run(PolicySwitch(make_policy("dofc")), 200).tolist() == run(make_policy("dofc"), 200).tolist()


def test_a_switch_has_no_step_and_ends_at_the_new_policy():
    switch = PolicySwitch(Constant(-8.0))
    run(switch, 5)
    switch.switch_to(Constant(8.0))
    torque = run(switch, WATCH_TICKS + CROSSOVER_TICKS + 5)
    assert torque[: WATCH_TICKS + 1] == pytest.approx(-8.0)
    assert np.abs(np.diff(torque, axis=0)).max() == pytest.approx(16.0 / CROSSOVER_TICKS)
    assert torque[-5:] == pytest.approx(8.0)
    assert switch.name == "8 Nm"


def test_zero_torque_needs_not_watch_and_takes_over_at_once():
    switch = PolicySwitch(Constant(8.0))
    run(switch, 5)
    switch.switch_to(ZeroPolicy())
    torque = run(switch, CROSSOVER_TICKS + 1)
    assert np.abs(np.diff(torque, axis=0)).max() == pytest.approx(8.0 / CROSSOVER_TICKS)
    assert torque[0] == pytest.approx(8.0) and torque[-1].tolist() == [0.0, 0.0]


def test_the_new_policy_has_seen_the_past_when_it_takes_over():
    """After the crossover the torque is what the new policy gives that has run from the start."""
    switch, alone = PolicySwitch(ZeroPolicy()), make_policy("dofc")
    switch.switch_to(make_policy("dofc"))
    ticks = WATCH_TICKS + CROSSOVER_TICKS + 50
    assert run(switch, ticks)[-49:].tolist() == run(alone, ticks)[-49:].tolist()


def test_a_policy_that_starts_abruptly_has_filled_its_memory_first():
    """DOFC alone steps from zero once its delay is over."""
    switch, slowest = PolicySwitch(ZeroPolicy()), {"delay_s": 1.0}
    switch.switch_to(make_policy("dofc", slowest))
    quarter = 27  # of a stride: hips far apart
    alone = np.abs(np.diff(run(make_policy("dofc", slowest), 400, quarter), axis=0)).max(axis=1)
    crossing = np.abs(np.diff(run(switch, 400, quarter), axis=0)).max()
    assert alone[:150].max() > 2.0 * alone[150:].max()
    assert crossing < alone[150:].max() + 8.0 / CROSSOVER_TICKS


def test_a_new_policy_that_fails_is_dropped_and_the_old_one_goes_on():
    switch = PolicySwitch(Constant(3.0))
    switch.switch_to(Constant(8.0, works_for=4))
    assert run(switch, 20) == pytest.approx(3.0)
    assert switch.failure == "worn out" and switch.name == "3 Nm"


def test_the_failure_of_the_policy_in_charge_is_not_hidden():
    switch = PolicySwitch(Constant(3.0, works_for=2))
    with pytest.raises(PolicyError, match="worn out"):
        run(switch, 3)


def test_a_switch_during_a_crossover_waits_for_its_end():
    switch = PolicySwitch(Constant(0.0))
    switch.switch_to(Constant(4.0))
    first = run(switch, WATCH_TICKS + CROSSOVER_TICKS // 2)
    switch.switch_to(Constant(-3.0))
    switch.switch_to(Constant(8.0))
    torque = np.concatenate([first, run(switch, 2 * (WATCH_TICKS + CROSSOVER_TICKS))])
    assert np.abs(np.diff(torque, axis=0)).max() <= 4.0 / CROSSOVER_TICKS + 1e-12
    assert torque.min() == 0.0 and torque[-1] == pytest.approx(8.0)


def test_a_reset_completes_the_crossover_and_forgets():
    new = Constant(4.0)
    switch = PolicySwitch(make_policy("dofc"))
    switch.switch_to(new)
    switch.reset()
    assert run(switch, 1) == pytest.approx(4.0)
    assert new.resets == 2 and switch.name == "4 Nm"
