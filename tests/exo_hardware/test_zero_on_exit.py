"""Signals that a process can act on end in zero torque."""

import signal

import pytest

from exo_hardware.zero_on_exit import EXIT_SIGNALS, zero_on_exit


@pytest.mark.parametrize("number", EXIT_SIGNALS)
def test_a_signal_takes_the_torque_away_and_ends_the_process(rig, number: signal.Signals) -> None:
    before = [signal.getsignal(known) for known in EXIT_SIGNALS]
    with pytest.raises((KeyboardInterrupt, SystemExit)) as caught, zero_on_exit(rig.driver):
        rig.driver.enable()
        rig.tick((4.0, -3.0))
        assert abs(rig.motor_torque()[1]) > 1.0
        signal.raise_signal(number)
    rig.pass_time(0.002)
    assert rig.motor_torque() == pytest.approx([0.0, 0.0], abs=0.01)
    assert caught.type is KeyboardInterrupt or caught.value.code == 128 + number
    assert [signal.getsignal(known) for known in EXIT_SIGNALS] == before


def test_the_handlers_come_back_when_opening_fails(rig) -> None:
    rig.driver.open()
    before = [signal.getsignal(known) for known in EXIT_SIGNALS]
    with pytest.raises(Exception, match="open already"), zero_on_exit(rig.driver):
        pass
    assert [signal.getsignal(known) for known in EXIT_SIGNALS] == before
