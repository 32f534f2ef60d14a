"""The drives' own watchdog is tried: one that is off, slow or not configured is found."""

import pytest

from exo_control.joints import JOINT_NAMES
from exo_hardware.drive_injection import Injection
from exo_hardware.errors import HardwareError
from exo_hardware.plant import HangingLegs
from exo_hardware.watchdog_check import check_watchdog

RIGHT, LEFT = JOINT_NAMES


@pytest.mark.parametrize("kind", ("standard", "extended", "moteus"))
def test_a_live_watchdog_passes_leaves_the_drives_disabled_and_hardly_moves_the_legs(make_rig, realistic, kind) -> None:
    legs = HangingLegs()
    rig = make_rig(kind, realistic, legs).enabled()
    check_watchdog(rig.driver, rig.pass_time)
    assert not rig.driver.is_enabled
    assert abs(legs.angle_rad).max() < 0.02
    rig.pass_time(0.05)
    assert rig.motor_torque() == pytest.approx([0.0, 0.0], abs=0.01)
    rig.driver.enable()


@pytest.mark.parametrize("kind", ("standard", "extended"))
@pytest.mark.parametrize("really_s", (None, 0.3))
def test_a_watchdog_that_is_off_or_slower_than_configured_is_named(make_rig, kind, really_s) -> None:
    rig = make_rig(kind).enabled()
    rig.bench.drives[1].timeout_s = really_s
    with pytest.raises(HardwareError, match=f"{LEFT} still gives 0.5. Nm 0.15 s after the last command"):
        check_watchdog(rig.driver, rig.pass_time)
    assert not rig.driver.is_enabled
    rig.pass_time(0.01)
    assert rig.motor_torque() == pytest.approx([0.0, 0.0], abs=0.01)


def test_a_device_file_that_says_there_is_none_is_refused(make_rig) -> None:
    rig = make_rig("extended", drive_timeout_s=None).enabled()
    with pytest.raises(HardwareError, match="drive_timeout_s = null: the drives hold their last command"):
        check_watchdog(rig.driver, rig.pass_time)
    assert not rig.driver.is_enabled


def test_without_torque_nothing_is_claimed(make_rig) -> None:
    rig = make_rig("standard").enabled()
    rig.driver.disable()
    with pytest.raises(HardwareError, match=f"cannot check the watchdog of {RIGHT}: .* measured at 0.5 Nm commanded"):
        check_watchdog(rig.driver, rig.pass_time)


def test_a_fault_is_no_pass(make_rig) -> None:
    rig = make_rig("standard").enabled()
    rig.bench.inject(Injection.SILENT, LEFT)
    with pytest.raises(HardwareError, match=f"cannot check the drives' watchdog: silent: {LEFT}"):
        check_watchdog(rig.driver, rig.pass_time)
