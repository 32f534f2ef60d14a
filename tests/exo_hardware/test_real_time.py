"""The emulator in a thread of its own, over a virtual bus and over UDP; and the ways out of a process."""

import time

import can
import numpy as np
import pytest

from exo_control.joints import JOINT_NAMES
from exo_hardware.can_bus import WithoutEcho
from exo_hardware.cubemars_driver import CubemarsDriver
from exo_hardware.cubemars_emulator import CubemarsEmulator, EmulatorThread
from exo_hardware.device_config import BusConfig
from exo_hardware.errors import HardwareError
from exo_hardware.mit_command import EXIT_MOTOR_MODE, ZERO_COMMAND, pack_command
from exo_hardware.plant import HangingLegs

from .multicast import multicast_works

pytestmark = pytest.mark.real_time


@pytest.mark.parametrize("interface", ["virtual", "udp_multicast"])
@pytest.mark.parametrize("kind", ["standard", "extended"])
def test_driver_and_threaded_emulator_talk_over_the_bus(make_rig, models, ideal, kind: str, interface: str) -> None:
    if interface == "udp_multicast" and not multicast_works():
        pytest.skip("this machine has no multicast route")
    rig = make_rig(kind, reply_timeout_s=0.05, open_timeout_s=5.0, silent_after_s=0.1, drive_timeout_s=0.2)
    channel = "239.74.163.2" if interface == "udp_multicast" else f"threaded-{kind}"
    bus = BusConfig(interface=interface, channel=channel, bitrate=1_000_000)
    device = rig.device.model_copy(update={"bus": bus})
    emulator = CubemarsEmulator(device, ideal, HangingLegs(), (0.3, -0.2), models=models)
    with EmulatorThread(emulator):
        driver = CubemarsDriver(device, rig.driver.calibration, models)
        with driver:
            driver.enable()
            for _ in range(5):
                driver.poll()
                state = driver.receive()
                driver.send_torque(np.array([2.0, -2.0]))
                time.sleep(0.005)
            # no assertion on times: a loaded machine may be late, and then the drives have let go
            assert state.frames_received >= 10 and state.frames_refused == 0
            assert np.all(np.isfinite(state.position_rad))
        model = models.models[device.joints[JOINT_NAMES[0]].model]
        last_word = EXIT_MOTOR_MODE if model.mode_codes else pack_command(ZERO_COMMAND, model)
        while emulator.received[-1].data != last_word:  # a test that hangs fails
            time.sleep(0.001)


def test_a_bus_that_echoes_gives_the_frames_of_others_only() -> None:
    class Echoing:
        def __init__(self) -> None:
            self.queue: list[can.Message] = []

        def send(self, msg: can.Message, timeout: float | None = None) -> None:
            self.queue.append(msg)

        def recv(self, timeout: float | None = None) -> can.Message | None:
            return self.queue.pop(0) if self.queue else None

        def shutdown(self) -> None: ...

    echoing = Echoing()
    bus = WithoutEcho(echoing)
    ours = can.Message(arbitration_id=1, data=[1, 2], is_extended_id=False)
    theirs = can.Message(arbitration_id=1, data=[1, 3], is_extended_id=False)
    bus.send(ours)
    echoing.queue += [theirs, ours]
    assert [bus.recv(0.0), bus.recv(0.0), bus.recv(0.0)] == [theirs, ours, None]  # the second of ours is somebody's


def test_a_virtual_bus_without_drives_says_what_to_check(make_rig, models) -> None:
    rig = make_rig("standard", open_timeout_s=0.01)
    bus = BusConfig(interface="virtual", channel="nobody", bitrate=500_000)
    driver = CubemarsDriver(rig.device.model_copy(update={"bus": bus}), models=models)
    with pytest.raises(HardwareError, match=r"no answer from right_hip_flexion \(can_id 1\), .* use 500000 bit/s"):
        driver.open()
