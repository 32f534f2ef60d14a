"""Frames of both generations: golden bytes, round trips within a step, and nothing that a code could be taken for."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exo_control.config_files import load_config
from exo_hardware.fixed_point import from_field, to_field
from exo_hardware.mit_command import (
    ENTER_MOTOR_MODE,
    EXIT_MOTOR_MODE,
    SET_ZERO_POSITION,
    ZERO_COMMAND,
    MitCommand,
    command_id,
    pack_command,
    unpack_command,
    zero_position_frame,
)
from exo_hardware.mit_feedback import MitFeedback, feedback_id, pack_feedback, sender, unpack_feedback
from exo_hardware.motor_model import MotorModel, MotorModels

MODELS = load_config(Path(__file__).parents[2] / "config" / "hardware" / "motors.yaml", MotorModels).models
AK80_9, AK60_V3 = MODELS["AK80-9"], MODELS["AK60-6-V3"]
CODES = {ENTER_MOTOR_MODE, EXIT_MOTOR_MODE, SET_ZERO_POSITION}

any_model = st.sampled_from(sorted(MODELS)).map(MODELS.__getitem__)
numbers = st.floats(allow_nan=False, allow_infinity=False, width=32)


def test_zero_torque_is_the_frame_that_everyone_sends() -> None:
    # 12.5 / 25 x 65535 = 32767.5 and 2047.5 of 4095, both taken down: 7FFF and 7FF; gains 000.
    assert pack_command(ZERO_COMMAND, AK80_9).hex() == "7fff7ff0000007ff"  # p v kp kd i
    assert pack_command(ZERO_COMMAND, AK60_V3).hex() == "0000007fff7ff7ff"  # kp kd p v i


def test_a_standard_command_by_hand() -> None:
    # p 13.5/25 x 65535 = 35388.9 -> 8A3D; v 40/100 x 4095 = 1638 -> 666; kp 100/500 x 4095 = 819 -> 333; kd 1/5 -> 333;
    # i 30/48 x 4095 = 2559.4 -> 9FF
    command = MitCommand(1.0, -10.0, 100.0, 1.0, 6.0)
    assert pack_command(command, AK80_9).hex() == "8a3d6663333339ff"


def test_an_extended_command_by_hand() -> None:
    # kp, kd 333 as above; p 15.70/25.12 x 65535 = 40959.4 -> 9FFF; v 30/120 x 4095 = 1023.75 -> 400;
    # i 20.61/27.48 x 4095 = 3071.25 -> BFF
    command = MitCommand(3.14, -30.0, 100.0, 1.0, 6.87)
    assert pack_command(command, AK60_V3).hex() == "3333339fff400bff"


def test_identifiers_and_the_codes_of_motor_mode() -> None:
    assert command_id(AK80_9, 0x11) == 0x11
    assert command_id(AK60_V3, 0x11) == 0x811
    assert (ENTER_MOTOR_MODE.hex(), EXIT_MOTOR_MODE.hex()) == ("fffffffffffffffc", "fffffffffffffffd")
    assert zero_position_frame(AK80_9, 1) == (1, bytes.fromhex("fffffffffffffffe"))
    assert zero_position_frame(AK60_V3, 1) == (0x501, bytes([0]))
    assert (feedback_id(AK80_9, 1), feedback_id(AK60_V3, 1)) == (1, 0x2901)


def test_a_standard_feedback_by_hand() -> None:
    # the drive's ID, then p v i as in the command above, 40 degrees, error 1
    feedback = unpack_feedback(bytes.fromhex("018a3d6669ff2801"), AK80_9)
    assert feedback.position_rad == pytest.approx(1.0, abs=2e-4)
    assert feedback.velocity_rad_per_s == pytest.approx(-10.0, abs=1e-9)
    assert feedback.current_a == pytest.approx(-24.0 + 2559 * 48.0 / 4095)
    assert (feedback.temperature_c, feedback.error) == (40.0, 1)


def test_a_standard_feedback_of_six_bytes_has_no_temperature() -> None:
    feedback = unpack_feedback(bytes.fromhex("018a3d6669ff"), AK80_9)
    assert math.isnan(feedback.temperature_c) and feedback.error == 0
    assert feedback.position_rad == pytest.approx(1.0, abs=2e-4)


def test_an_extended_feedback_by_hand() -> None:
    # -100 x 0.1 degrees; 84 x 10 electrical rpm / (14 pole pairs x 6) = 10 rpm; 123 x 0.01 A; -5 degrees C; error 0
    feedback = unpack_feedback(bytes.fromhex("ff9c0054007bfb00"), AK60_V3)
    assert feedback.position_rad == pytest.approx(-math.radians(10.0))
    assert feedback.velocity_rad_per_s == pytest.approx(10.0 * 2.0 * math.pi / 60.0)
    assert feedback.current_a == pytest.approx(1.23)
    assert (feedback.temperature_c, feedback.error) == (-5.0, 0)


@pytest.mark.parametrize("length", [0, 5, 7, 9])
def test_a_feedback_of_the_wrong_length_is_refused(length: int) -> None:
    for model in (AK80_9, AK60_V3):
        with pytest.raises(ValueError, match=f"{length} bytes instead of"):
            unpack_feedback(bytes(length), model)
        with pytest.raises(ValueError, match="8 bytes"):
            unpack_command(bytes(length), model)


@given(any_model, st.tuples(numbers, numbers, numbers, numbers, numbers))
def test_a_command_comes_back_within_half_a_step_of_its_limited_values(model: MotorModel, values) -> None:
    there = unpack_command(pack_command(MitCommand(*values), model), model)
    p, v, kp, kd, i = values
    for got, wanted, low, high, bits in (
        (there.position_rad, p, -model.position_range_rad, model.position_range_rad, 16),
        (there.velocity_rad_per_s, v, -model.velocity_range_rad_per_s, model.velocity_range_rad_per_s, 12),
        (there.kp_nm_per_rad, kp, 0.0, model.kp_range_nm_per_rad, 12),
        (there.kd_nm_s_per_rad, kd, 0.0, model.kd_range_nm_s_per_rad, 12),
        (there.current_a, i, -model.current_range_a, model.current_range_a, 12),
    ):
        step = (high - low) / (2**bits - 1)
        assert abs(got - min(max(wanted, low), high)) <= 0.5 * step * (1 + 1e-9)


@given(any_model, st.binary(min_size=8, max_size=8))
def test_any_eight_bytes_are_a_command_that_packs_to_the_same_bytes(model: MotorModel, data: bytes) -> None:
    assert pack_command(unpack_command(data, model), model) == data


@given(any_model, numbers)
def test_no_torque_is_mistaken_for_a_code(model: MotorModel, current: float) -> None:
    assert pack_command(MitCommand(current_a=current), model) not in CODES


@given(
    any_model,
    st.integers(1, 127),
    st.floats(-12.0, 12.0),
    st.floats(-40.0, 40.0),
    st.floats(-10.0, 10.0),
    st.integers(-128, 127),
    st.integers(0, 255),
)
def test_a_feedback_comes_back_within_a_step(model, drive_id, p, v, i, temperature, error) -> None:
    data = pack_feedback(MitFeedback(p, v, i, float(temperature), error), model, drive_id)
    there = unpack_feedback(data, model)
    extended = model.frames == "extended"
    assert sender(feedback_id(model, drive_id), extended, data) == drive_id
    assert there.position_rad == pytest.approx(p, abs=0.00088 if extended else model.position_range_rad / 65535 * 1.01)
    assert there.velocity_rad_per_s == pytest.approx(v, abs=model.velocity_range_rad_per_s / 4095 * 1.01)
    assert there.current_a == pytest.approx(i, abs=0.0051 if extended else model.current_range_a / 4095 * 1.01)
    assert (there.temperature_c, there.error) == (temperature, error)


@given(any_model, st.binary(max_size=64))
def test_any_bytes_are_a_feedback_or_refused_never_a_crash(model: MotorModel, data: bytes) -> None:
    try:
        feedback = unpack_feedback(data, model)
    except ValueError:
        return
    assert math.isfinite(feedback.position_rad + feedback.velocity_rad_per_s + feedback.current_a)


@given(st.integers(1, 24), st.data())
def test_a_field_is_the_nearest_and_survives_the_round_trip(bits: int, data: st.DataObject) -> None:
    field = data.draw(st.integers(0, 2**bits - 1))
    assert to_field(from_field(field, -3.0, 5.0, bits), -3.0, 5.0, bits) == field


def test_frames_that_are_no_feedback_have_no_sender() -> None:
    assert sender(0x801, True, bytes(8)) is None
    assert sender(0x2911, True, bytes(8)) == 0x11
    assert sender(1, False, b"") is None
