"""The emulated drive is as unforgiving as a real one: lag, friction, play, heat, limits, noise, watchdog."""

import math
from pathlib import Path

import numpy as np
import pytest

from exo_control.config_files import load_config
from exo_hardware.device_config import DeviceConfig
from exo_hardware.drive_injection import JUMP_RAD, Injection
from exo_hardware.emulated_bench import EmulatedBench
from exo_hardware.emulated_drive import DriveTarget, EmulatedDrive
from exo_hardware.emulation_config import DriveEmulation

KT = 2.0
STEP_S = 0.0005


@pytest.fixture
def make_drive(ideal: DriveEmulation):
    def make(timeout_s: float | None = 0.1, limit_nm: float = 10.0, **changes) -> EmulatedDrive:
        emulation = DriveEmulation.model_validate({**ideal.model_dump(), **changes})
        return EmulatedDrive(emulation, KT, limit_nm, timeout_s, np.random.default_rng(1))

    return make


def run(drive: EmulatedDrive, seconds: float, angle: float = 0.0, velocity: float = 0.0) -> float:
    """Hold the shaft and return its torque at the end."""
    torque = math.nan
    for _ in range(round(seconds / STEP_S)):
        torque = drive.step(angle, velocity, STEP_S)
    return torque


def test_torque_rises_with_the_bandwidth(make_drive) -> None:
    drive = make_drive(torque_bandwidth_hz=20.0)
    drive.follow(DriveTarget(torque_nm=4.0))
    time_constant_s = 1.0 / (2.0 * math.pi * 20.0)
    assert run(drive, time_constant_s) == pytest.approx(4.0 * (1.0 - math.exp(-1.0)), rel=0.03)


def test_torque_ends_at_the_current_limit(make_drive) -> None:
    drive = make_drive(limit_nm=6.0)
    drive.follow(DriveTarget(torque_nm=50.0))
    assert run(drive, 0.01) == pytest.approx(6.0) and drive.current_a == pytest.approx(3.0)


def test_stiffness_and_damping_pull_to_the_set_point(make_drive) -> None:
    drive = make_drive()
    drive.follow(DriveTarget(position_rad=0.5, velocity_rad_per_s=1.0, kp_nm_per_rad=4.0, kd_nm_s_per_rad=0.5))
    assert run(drive, 0.01, angle=0.1, velocity=-1.0) == pytest.approx(4.0 * 0.4 + 0.5 * 2.0)


def test_friction_brakes_both_ways(make_drive) -> None:
    drive = make_drive(coulomb_friction_nm=0.3, viscous_friction_nm_s_per_rad=0.1)
    assert run(drive, 0.01, velocity=2.0) == pytest.approx(-0.5, abs=1e-3)
    assert run(drive, 0.01, velocity=-2.0) == pytest.approx(0.5, abs=1e-3)


def test_a_reversal_takes_time_to_cross_the_backlash(make_drive) -> None:
    drive = make_drive(backlash_rad=0.01, rotor_inertia_kg_m2=0.02)
    drive.follow(DriveTarget(torque_nm=4.0))
    run(drive, 0.05)
    before = drive.position_rad
    drive.follow(DriveTarget(torque_nm=-4.0))
    crossing_s = math.sqrt(2.0 * 0.01 * 0.02 / 4.0)
    assert run(drive, 0.5 * crossing_s) == 0.0
    assert run(drive, crossing_s) == pytest.approx(-4.0)
    assert before - drive.position_rad == pytest.approx(0.01)  # the encoder is on the rotor's side


def test_current_heats_the_winding_until_the_drive_lets_go_and_remembers(make_drive) -> None:
    drive = make_drive(timeout_s=None, heating_c_per_a2=10.0, thermal_time_s=1.0, over_temperature_c=80.0)
    drive.follow(DriveTarget(torque_nm=8.0))  # 4 A: 160 K in the end
    run(drive, 0.3)
    assert drive.temperature_c == pytest.approx(25.0 + 160.0 * (1.0 - math.exp(-0.3)), rel=0.01)
    run(drive, 0.3)
    assert drive.over_temperature and drive.torque_nm == 0.0
    run(drive, 5.0)
    assert drive.temperature_c < 30.0 and drive.over_temperature and drive.torque_nm == 0.0
    drive.clear_error()
    assert run(drive, 0.01) == pytest.approx(8.0)


def test_the_watchdog_ends_the_torque_unless_the_drive_has_none(make_drive) -> None:
    for timeout_s, torque in ((0.1, 0.0), (None, 4.0)):
        drive = make_drive(timeout_s=timeout_s)
        drive.follow(DriveTarget(torque_nm=4.0))
        assert run(drive, 0.099) == pytest.approx(4.0)
        assert run(drive, 0.01) == pytest.approx(torque)
        assert drive.timed_out == (timeout_s is not None)


def test_the_encoder_has_steps_and_noise_that_a_seed_repeats(make_drive) -> None:
    drive, again = (make_drive(encoder_noise_rad=0.01, encoder_step_rad=0.004) for _ in range(2))
    run(drive, STEP_S, angle=0.3), run(again, STEP_S, angle=0.3)
    readings = np.array([drive.position_rad for _ in range(500)])
    assert readings.tolist() == [again.position_rad for _ in range(500)]
    assert readings.mean() == pytest.approx(0.3, abs=0.002) and readings.std() == pytest.approx(0.01, rel=0.15)
    assert np.allclose(readings / 0.004, np.round(readings / 0.004))


def test_injected_encoder_faults_show_in_the_reading_only(make_drive) -> None:
    drive = make_drive()
    run(drive, STEP_S, angle=0.3)
    assert drive.position_rad == pytest.approx(0.3)
    drive.injections.add(Injection.STUCK_ENCODER)
    run(drive, STEP_S, angle=0.5, velocity=1.0)
    assert (drive.position_rad, drive.velocity_rad_per_s) == (pytest.approx(0.3), 0.0)
    drive.injections = {Injection.JUMPING_ENCODER}
    assert drive.position_rad == pytest.approx(0.5 + JUMP_RAD)


def test_a_coarse_plant_gets_the_mean_torque_and_turns_on_in_between(make_drive) -> None:
    calls = []

    def plant(torque, dt_s):
        calls.append((torque.copy(), dt_s))
        return np.array([0.2, 0.2]), np.array([1.0, 1.0])

    device = load_config(Path(__file__).parents[2] / "config" / "hardware" / "device.yaml", DeviceConfig)
    drives = [make_drive(timeout_s=0.005), make_drive(timeout_s=0.005)]
    bench = EmulatedBench(drives, device.in_order(), [0.0, 0.0], plant, plant_period_s=0.01)
    drives[0].follow(DriveTarget(torque_nm=4.0))
    bench.advance(0.0052)
    assert drives[0].position_rad == pytest.approx(0.2 + 1.0 * 0.0045)  # extrapolated
    assert drives[1].position_rad == pytest.approx(-drives[0].position_rad)  # mounted as the mirror image
    bench.advance(0.0048)
    assert len(calls) == 2 and calls[1][1] == pytest.approx(0.01)
    assert calls[1][0][0] == pytest.approx(2.0, rel=0.1)  # half of the time at 4 Nm
    assert bench.now_s == pytest.approx(0.01)
