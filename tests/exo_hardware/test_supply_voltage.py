"""The supply voltage of moteus drives: within the window all is well, outside both drives are disabled, by name."""

from pathlib import Path

import numpy as np
import pytest

from exo_control.joints import JOINT_NAMES, POLICY_PERIOD_S
from exo_hardware.device_state import FaultKind
from exo_hardware.drive_injection import Injection
from exo_hardware.errors import HardwareError
from exo_hardware.torque_loop import TorqueLoop
from exo_safety.limits import load_limits
from exo_safety.status import Fault, State

RIGHT, LEFT = JOINT_NAMES
LIMITS = Path(__file__).parents[2] / "config" / "safety" / "limits.yaml"
OUTSIDE = {Injection.UNDER_VOLTAGE: 19.0, Injection.OVER_VOLTAGE: 29.0}


@pytest.mark.parametrize("injection", OUTSIDE)
def test_a_moteus_outside_its_window_is_a_fault_that_disables_both_drives(make_rig, injection: Injection) -> None:
    rig = make_rig("moteus")
    limits = load_limits(LIMITS).model_copy(update={"gait_gating": False})  # the legs hang
    loop = TorqueLoop(rig.driver, limits, POLICY_PERIOD_S, None, rig.bench.clock)

    def tick() -> None:
        loop.measure()
        loop.act(np.array([1.0, 1.0]), 0.0)
        rig.pass_time(POLICY_PERIOD_S)

    rig.driver.open()
    loop.start()
    for _ in range(50):
        tick()
    assert loop.limiter.status.state is State.RAMP and min(map(abs, rig.motor_torque())) > 0.0
    rig.bench.inject(injection, LEFT)
    tick()
    status = loop.limiter.status
    assert (status.state, status.fault) == (State.FAULT, Fault.DRIVE)
    assert status.fault_text == (
        f"supply_voltage: {LEFT}: {OUTSIDE[injection]} V, supply_window of the device file has 20 to 28 V"
    )
    assert not rig.driver.is_enabled and rig.motor_torque() == [0.0, 0.0]
    rig.bench.heal(injection, LEFT)
    tick()
    assert loop.limiter.status.state is State.FAULT


def test_the_voltage_is_in_the_state_and_its_absence_is_no_reading(make_rig) -> None:
    moteus, cubemars = make_rig("moteus").enabled(), make_rig("standard").enabled()
    assert moteus.tick().supply_v.tolist() == [24.0, 24.0]
    assert np.isnan(cubemars.tick().supply_v).all()


def test_a_drive_without_enough_voltage_is_not_enabled(make_rig) -> None:
    rig = make_rig("moteus")
    rig.driver.open()
    rig.bench.inject(Injection.UNDER_VOLTAGE, RIGHT)
    with pytest.raises(HardwareError, match=f"cannot enable: supply_voltage: {RIGHT}: 19.0 V"):
        rig.driver.enable()


@pytest.mark.parametrize(
    "injection, text", [(Injection.UNDER_VOLTAGE, "under-voltage"), (Injection.OVER_VOLTAGE, "over-voltage")]
)
def test_a_cubemars_drive_reports_it_itself(make_rig, injection: Injection, text: str) -> None:
    rig = make_rig("standard").enabled()
    rig.bench.inject(injection, RIGHT)
    rig.tick()
    (fault,) = rig.tick().faults
    assert (fault.kind, fault.joint, fault.text) == (FaultKind.DRIVE, RIGHT, f"the drive reports {text}")
