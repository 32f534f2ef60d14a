"""What every driver does, whatever its drives: the same tests for both frame generations and for moteus."""

import math

import numpy as np
import pytest

from exo_control.joints import JOINT_NAMES
from exo_hardware.device_state import FaultKind
from exo_hardware.drive_injection import Injection
from exo_hardware.emulated_drive import EmulatedDrive
from exo_hardware.errors import HardwareError
from exo_hardware.plant import HangingLegs
from exo_hardware.torque_driver import ZERO_FRAMES
from exo_hardware.zero_on_exit import zero_on_exit

RIGHT, LEFT = JOINT_NAMES
PUSH = (4.0, -3.0)


def kinds(state) -> set[FaultKind]:
    return {fault.kind for fault in state.faults}


def test_no_torque_before_enable(rig) -> None:
    rig.driver.open()
    for _ in range(20):
        state = rig.tick(PUSH)
    assert not state.enabled and rig.motor_torque() == pytest.approx([0.0, 0.0], abs=0.01)


def test_enable_by_itself_brings_no_torque(rig) -> None:
    rig.enabled()
    rig.pass_time(0.02)
    assert rig.driver.is_enabled and rig.motor_torque() == pytest.approx([0.0, 0.0], abs=0.01)


def test_the_hips_get_the_commanded_torque_with_its_sign(rig) -> None:
    rig.enabled()
    for _ in range(5):
        state = rig.tick(PUSH)
    assert state.enabled and not state.faults
    assert rig.bench.hip_torque_nm == pytest.approx(PUSH, abs=0.02)
    assert state.torque_nm == pytest.approx(PUSH, abs=0.03)


def test_positive_torque_flexes_and_reads_as_flexion(rig) -> None:
    rig.enabled()
    for _ in range(30):
        state = rig.tick((5.0, 5.0))
    assert np.all(state.position_rad > 0.02) and np.all(state.velocity_rad_per_s > 0.0)


@pytest.mark.parametrize("kind", ("standard", "extended", "moteus"))
def test_angles_and_velocities_are_those_of_the_hips_whatever_the_mounting(make_rig, kind: str) -> None:
    legs = HangingLegs(angle_rad=(0.4, -0.1))
    rig = make_rig(kind, plant=legs, joint={"transmission": 2.0, "torque_scale": 1.25, "torque_limit_nm": 4.0})
    rig.enabled()
    for _ in range(10):
        state = rig.tick((2.0, 2.0))
        assert state.position_rad == pytest.approx(rig.bench.hip_angle_rad, abs=0.03)
    assert state.velocity_rad_per_s == pytest.approx(rig.bench.hip_velocity_rad_per_s, abs=0.1)
    scale = rig.device.joints[RIGHT].torque_scale  # the bench knows it too: what is asked is what the hip gets
    assert rig.bench.hip_torque_nm == pytest.approx((2.0, 2.0), abs=0.02 * scale)


def test_torque_is_limited_to_the_joints_limit(rig) -> None:
    rig.enabled()
    rig.tick((1e6, -1e6))
    limit = rig.device.joints[RIGHT].torque_limit_nm
    assert rig.bench.hip_torque_nm == pytest.approx((limit, -limit), abs=0.02)


@pytest.mark.parametrize("bad", [(math.nan, 4.0), (4.0, math.inf), (4.0,), (1.0, 2.0, 3.0)])
def test_a_command_that_is_not_two_finite_numbers_zeroes_both_joints(rig, bad) -> None:
    rig.enabled()
    rig.tick(PUSH)
    rig.tick(bad)
    assert rig.motor_torque() == pytest.approx([0.0, 0.0], abs=0.01)
    assert FaultKind.INVALID_COMMAND in kinds(rig.driver.receive())


def test_a_frame_that_cannot_be_sent_zeroes_both_joints_and_is_a_fault(rig) -> None:
    rig.enabled()
    rig.tick(PUSH)
    rig.bench.inject(Injection.REFUSED_SEND, LEFT)
    rig.tick(PUSH)
    assert FaultKind.BUS in kinds(rig.driver.receive())
    assert rig.motor_torque()[0] == pytest.approx(0.0, abs=0.01)


def test_disable_takes_the_torque_away_and_enable_does_not_bring_it_back(rig) -> None:
    rig.enabled()
    rig.tick(PUSH)
    rig.driver.disable()
    rig.pass_time(0.01)
    assert rig.motor_torque() == pytest.approx([0.0, 0.0], abs=0.01)
    rig.driver.enable()
    rig.pass_time(0.01)
    assert rig.motor_torque() == pytest.approx([0.0, 0.0], abs=0.01)


def test_disable_sends_zero_torque_several_times(rig) -> None:
    rig.enabled()
    rig.tick(PUSH)
    rig.emulator.received.clear()
    rig.driver.disable()
    rig.pass_time(0.001)
    assert len(rig.emulator.received) >= 2 * (ZERO_FRAMES + 1)


@pytest.mark.parametrize("way_out", [RuntimeError, KeyboardInterrupt, SystemExit, None])
def test_close_and_every_exception_take_the_torque_away(rig, way_out) -> None:
    def work() -> None:
        with zero_on_exit(rig.driver):
            rig.driver.enable()
            rig.tick(PUSH)
            assert abs(rig.motor_torque()[0]) > 1.0
            if way_out:
                raise way_out

    if way_out:
        with pytest.raises(way_out):
            work()
    else:
        work()
    rig.pass_time(0.002)
    assert rig.motor_torque() == pytest.approx([0.0, 0.0], abs=0.01)


def test_close_twice_and_disable_before_open_are_harmless(rig) -> None:
    rig.driver.disable()
    rig.driver.open()
    rig.driver.close()
    rig.driver.close()
    assert not rig.driver.is_enabled


def test_the_driver_can_be_opened_again(rig) -> None:
    rig.driver.open()
    rig.driver.close()
    rig.enabled()
    rig.tick(PUSH)
    assert rig.bench.hip_torque_nm == pytest.approx(PUSH, abs=0.02)


def test_enable_is_refused_before_open_and_without_calibration(make_rig) -> None:
    for kind in ("standard", "extended", "moteus"):
        rig = make_rig(kind, calibrated=False)
        with pytest.raises(HardwareError, match="not open"):
            rig.driver.enable()
        rig.driver.open()
        with pytest.raises(HardwareError, match="not calibrated; run: exo calibrate"):
            rig.driver.enable()
        assert not rig.driver.is_enabled


def test_enable_is_refused_while_a_drive_is_silent(rig) -> None:
    rig.driver.open()
    rig.bench.inject(Injection.SILENT, RIGHT)
    rig.pass_time(0.1)
    with pytest.raises(HardwareError, match=f"cannot enable: silent: {RIGHT}"):
        rig.driver.enable()
    assert not rig.driver.is_enabled


def test_open_names_the_drive_that_does_not_answer(rig) -> None:
    rig.bench.inject(Injection.SILENT, LEFT)
    with pytest.raises(HardwareError, match=rf"no answer from {LEFT} \(can_id 2\); check power.*1000000 bit/s"):
        rig.driver.open()
    assert not rig.driver.is_enabled


def test_zeroing_the_position_is_refused_while_enabled_and_otherwise_makes_it_zero(rig) -> None:
    rig.driver.open()
    rig.driver.zero_position()
    rig.pass_time(0.02)
    state = rig.tick()
    offsets = rig.driver.calibration.offsets_rad()
    assert state.position_rad == pytest.approx(offsets, abs=0.01)
    rig.driver.enable()
    with pytest.raises(HardwareError, match="disable them"):
        rig.driver.zero_position()


def test_a_drive_drops_its_torque_when_commands_stop(rig) -> None:
    rig.enabled()
    for _ in range(3):
        rig.tick(PUSH)
    rig.pass_time(0.05)
    assert abs(rig.motor_torque()[0]) > 1.0  # not yet
    rig.pass_time(0.06)
    assert rig.motor_torque() == pytest.approx([0.0, 0.0], abs=0.01)


def test_age_is_the_time_since_the_frame_and_not_since_the_call(rig) -> None:
    rig.enabled()
    rig.tick()
    rig.bench.inject(Injection.SILENT, LEFT)
    rig.pass_time(0.02)  # frames on their way before
    rig.tick()
    before, begin_s = rig.driver.receive().age_s[1], rig.bench.now_s
    rig.tick()
    after = rig.driver.receive().age_s[1]
    assert after - before == pytest.approx(rig.bench.now_s - begin_s, abs=1e-9) and after > 0.02


def test_a_drive_that_held_the_last_command_of_a_dead_process_is_freed_by_open(make_rig) -> None:
    rig = make_rig("extended", drive_timeout_s=None)
    rig.enabled()
    rig.tick(PUSH)
    rig.pass_time(1.0)  # the process is gone, the drive holds
    assert abs(rig.motor_torque()[0]) > 1.0
    successor = rig.cubemars_driver(rig.driver.calibration)
    successor.open()
    rig.pass_time(0.002)
    assert rig.motor_torque() == pytest.approx([0.0, 0.0], abs=0.01)
    successor.close()


def test_the_state_before_open_is_nan_and_infinitely_old(rig) -> None:
    state = rig.driver.receive()
    assert np.all(np.isnan(state.position_rad)) and np.all(np.isinf(state.age_s))
    assert isinstance(rig.bench.drives[0], EmulatedDrive) and not state.faults
