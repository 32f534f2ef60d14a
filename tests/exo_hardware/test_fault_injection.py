"""Each fault that an emulated drive can have is seen by the driver or, through its data, by the safety limiter."""

from pathlib import Path

import can
import numpy as np
import pytest

from exo_control.joints import JOINT_NAMES
from exo_hardware.device_state import FaultKind
from exo_hardware.drive_injection import Injection
from exo_hardware.error_frame import error_text
from exo_hardware.errors import HardwareError
from exo_hardware.mixed_stream import has_two_sources
from exo_hardware.plant import HangingLegs
from exo_safety.limiter import SafetyLimiter
from exo_safety.limits import load_limits
from exo_safety.status import Fault, State

RIGHT, LEFT = JOINT_NAMES
CONTROLLER_PROBLEMS, RX_PASSIVE, TX_PASSIVE = 0x04, 0x10, 0x20  # linux/can/error.h: CAN_ERR_CRTL and its data
PUSH = (4.0, -3.0)
LIMITS = Path(__file__).parents[2] / "config" / "safety" / "limits.yaml"
CUBEMARS = ("standard", "extended")

SEEN_BY_THE_DRIVER = {
    Injection.BUS_OFF: FaultKind.BUS,
    Injection.SILENT: FaultKind.SILENT,
    Injection.FROZEN_TIMESTAMP: FaultKind.FROZEN_TIMESTAMP,
    Injection.OVER_TEMPERATURE: FaultKind.DRIVE,
    Injection.WRONG_ID: FaultKind.UNKNOWN_ID,
    Injection.CORRUPTED_FRAME: FaultKind.CORRUPTED_FRAME,
    Injection.REFUSED_SEND: FaultKind.BUS,
}
SEEN_BY_THE_LIMITER = {
    Injection.STUCK_ENCODER: Fault.ENCODER_STUCK,
    Injection.JUMPING_ENCODER: Fault.ENCODER_JUMP,
}


def run(rig, ticks: int, torque=PUSH) -> set[FaultKind]:
    found = set()
    for _ in range(ticks):
        found |= {fault.kind for fault in rig.tick(torque).faults}
    return found


@pytest.mark.parametrize("kind", CUBEMARS)
@pytest.mark.parametrize("injection", SEEN_BY_THE_DRIVER)
def test_the_driver_reports_a_fault_of_a_drive_and_only_while_it_is_there(make_rig, kind, injection) -> None:
    rig = make_rig(kind).enabled()
    assert run(rig, 5) == set()
    rig.bench.inject(injection, None if injection is Injection.BUS_OFF else RIGHT)
    assert SEEN_BY_THE_DRIVER[injection] in run(rig, 10)
    rig.bench.heal(injection, None if injection is Injection.BUS_OFF else RIGHT)
    if injection is not Injection.OVER_TEMPERATURE:  # the drive latches it
        run(rig, 3)
        assert run(rig, 3) == set()


@pytest.mark.parametrize("injection", (Injection.FROZEN_TIMESTAMP, Injection.CORRUPTED_FRAME, Injection.WRONG_ID))
@pytest.mark.parametrize("kind", CUBEMARS)
def test_a_refused_frame_does_not_count_as_fresh(make_rig, kind, injection) -> None:
    rig = make_rig(kind).enabled()
    run(rig, 5)
    rig.bench.inject(injection, RIGHT)
    assert FaultKind.SILENT in run(rig, 10)
    state = rig.tick()
    assert state.age_s[0] > 0.05 and state.age_s[1] < 0.01 and state.frames_refused > 0


@pytest.mark.parametrize(
    "injection",
    (Injection.BUS_OFF, Injection.SILENT, Injection.OVER_TEMPERATURE, Injection.WRONG_ID, Injection.CORRUPTED_FRAME),
)
def test_a_moteus_reports_its_faults_too(make_rig, injection) -> None:
    rig = make_rig("moteus").enabled()
    assert run(rig, 5) == set()
    rig.bench.inject(injection)
    assert SEEN_BY_THE_DRIVER[injection] in run(rig, 10)


def test_a_moteus_whose_watchdog_ran_out_says_so_until_it_is_enabled_again(make_rig) -> None:
    rig = make_rig("moteus").enabled()
    run(rig, 3)
    rig.pass_time(0.2)
    assert FaultKind.DRIVE in run(rig, 2)
    assert rig.motor_torque() == pytest.approx([0.0, 0.0], abs=0.01)
    rig.driver.disable()
    rig.driver.enable()
    assert run(rig, 3) == set()


@pytest.mark.parametrize("kind", (*CUBEMARS, "moteus"))
@pytest.mark.parametrize("injection", SEEN_BY_THE_LIMITER)
def test_the_limiter_sees_what_only_the_encoder_shows(make_rig, kind, injection) -> None:
    rig = make_rig(kind).enabled()
    limits = load_limits(LIMITS).model_copy(update={"gait_gating": False})  # the legs of the rig hang still
    limiter = SafetyLimiter(limits)
    limiter.start()
    phase = 0.0
    for tick in range(400):
        rig.driver.poll()
        state = rig.driver.receive()
        phase += 0.06
        wanted = 5.0 * np.array([np.sin(phase), -np.sin(phase)]) if tick < 250 else np.array([5.0, 5.0])
        age = float(np.max(state.age_s))
        result = limiter.apply(wanted, state.position_rad, state.velocity_rad_per_s, rig.bench.now_s, 0.0, age)
        rig.driver.send_torque(result.torque_nm)
        rig.pass_time(0.01)
        if tick == 250:
            assert result.state is State.ACTIVE, result.fault_text
            rig.bench.inject(injection, RIGHT)
        if result.state is State.FAULT:
            break
    assert result.fault is SEEN_BY_THE_LIMITER[injection]
    assert rig.motor_torque() == pytest.approx([0.0, 0.0], abs=0.01)


def test_bus_off_names_itself_and_the_drives_let_go_on_their_own(make_rig) -> None:
    rig = make_rig("standard").enabled()
    run(rig, 3)
    rig.bench.inject(Injection.BUS_OFF)
    faults = [fault for _ in range(15) for fault in rig.tick(PUSH).faults]
    assert "bus: bus-off" in [str(fault) for fault in faults]
    assert rig.motor_torque() == pytest.approx([0.0, 0.0], abs=0.01)


def test_an_error_passive_adapter_is_a_fault(make_rig) -> None:
    rig = make_rig("standard").enabled()
    run(rig, 3)
    rig.bench.inject(Injection.ERROR_PASSIVE)
    assert "bus: error-passive" in [str(fault) for fault in [*rig.tick(PUSH).faults, *rig.tick(PUSH).faults]]
    assert run(rig, 3) == set()  # frames still pass


@pytest.mark.parametrize(
    "identifier, data, text",
    [
        (CONTROLLER_PROBLEMS, bytes([0, RX_PASSIVE]), "error-passive"),
        (CONTROLLER_PROBLEMS, bytes([0, TX_PASSIVE]), "error-passive"),
        (CONTROLLER_PROBLEMS, bytes([0, 1]), "error frame 0x4"),
        (CONTROLLER_PROBLEMS, b"", "error frame 0x4"),
        (0x44, bytes([0, RX_PASSIVE]), "bus-off"),
    ],
)
def test_an_error_frame_is_named(identifier: int, data: bytes, text: str) -> None:
    assert error_text(can.Message(arbitration_id=identifier, is_error_frame=True, data=data)) == text


def test_a_drive_that_holds_its_last_command_goes_on_after_bus_off(make_rig) -> None:
    """Why drive_timeout_s: null is dangerous: nothing but cutting the power ends this torque."""
    rig = make_rig("extended", drive_timeout_s=None).enabled()
    run(rig, 3)
    rig.bench.inject(Injection.BUS_OFF)
    rig.driver.close()
    rig.pass_time(1.0)
    assert abs(rig.motor_torque()[0]) > 1.0


def test_an_overheated_drive_drops_its_torque_and_tells_its_temperature(make_rig) -> None:
    rig = make_rig("standard").enabled()
    run(rig, 3)
    rig.bench.inject(Injection.OVER_TEMPERATURE, LEFT)
    run(rig, 3)
    state = rig.tick(PUSH)
    assert state.temperature_c[1] == pytest.approx(105.0, abs=1.0) and rig.motor_torque()[1] == pytest.approx(
        0.0, abs=0.01
    )
    assert [str(fault) for fault in state.faults] == [f"drive: {LEFT}: the drive reports over-temperature"]


@pytest.mark.parametrize("kind", (*CUBEMARS, "moteus"))
def test_open_refuses_two_drives_with_one_id(make_rig, kind: str) -> None:
    rig = make_rig(kind)
    rig.bench.inject(Injection.TWIN, LEFT)
    with pytest.raises(HardwareError, match=rf"two drives answer as can_id 2 \({LEFT}\)"):
        rig.driver.open()


def test_a_v3_drive_whose_leg_swings_fast_and_whose_frames_are_slow_is_not_taken_for_two(make_rig, realistic) -> None:
    slow = realistic.model_copy(update={"feedback_period_s": 0.02})
    rig = make_rig("extended", emulation=slow, plant=HangingLegs(weight_nm=2000.0, angle_rad=(0.4, -0.4)))
    rig.driver.open()
    assert not rig.tick().faults


@pytest.mark.parametrize(
    ("positions_rad", "expected"),
    [
        ([0.1, 0.5] * 6, True),
        ([0.1, 0.1, 0.5] * 4, True),  # one of them streams at twice the rate
        ([0.1 + 0.01 * i + 0.4 * (i % 2) for i in range(12)], True),  # both legs move
        ([0.1] * 5 + [0.8] + [0.1] * 6, False),  # one wrong reading
        ([0.1, 0.1, 0.8, 0.1, 0.1, 0.1, 0.8, 0.1, 0.1, 0.1, 0.1, 0.1], False),
        ([0.1] * 6 + [0.8] * 6, False),  # an encoder that jumps for good
        ([0.1 * i for i in range(12)], False),  # 50 rad/s in a stream of 500 frames per second
        ([0.1 + 0.003 * (i % 2) for i in range(12)], False),  # noise
        ([], False),
    ],
)
def test_two_shafts_in_one_stream_are_told_from_a_moving_or_noisy_one(positions_rad, expected: bool) -> None:
    assert has_two_sources(positions_rad) is expected


def test_open_names_the_generation_of_a_streaming_drive_that_is_not_the_models(make_rig) -> None:
    rig = make_rig("extended")
    driver = rig.cubemars_driver(None, make_rig("standard").device)
    with pytest.raises(HardwareError, match=r"wrong_generation: .*extended \(v3\) frames, AK60-6-V1.1 has standard"):
        driver.open()


def test_a_standard_drive_does_not_answer_frames_of_the_other_generation(make_rig) -> None:
    rig = make_rig("standard")
    driver = rig.cubemars_driver(None, make_rig("extended").device)
    with pytest.raises(HardwareError, match=r"no answer from right_hip_flexion .*, left_hip_flexion"):
        driver.open()


def test_open_refuses_a_drive_that_is_not_in_the_device_file(make_rig) -> None:
    rig = make_rig("standard")
    rig.bench.inject(Injection.WRONG_ID, LEFT)
    with pytest.raises(
        HardwareError, match=r"unknown_id: frame 0x42 is of no drive of the device file; correct can_id"
    ):
        rig.driver.open()
