"""The moteus driver through the real library and its python-can transport: bytes on a bus, and drives that answer."""

import struct
import threading
import time
from collections.abc import Iterator

import can
import numpy as np
import pytest

from exo_hardware.device_state import DeviceState
from exo_hardware.drive_injection import Injection
from exo_hardware.plant import HangingLegs

from .conftest import LEFT, OFFSETS_RAD, make_calibration, make_device

moteus = pytest.importorskip("moteus")

from exo_hardware.emulated_moteus import MoteusEmulator  # noqa: E402
from exo_hardware.moteus_driver import MoteusDriver  # noqa: E402

BYTES = {moteus.Register.MODE, moteus.Register.FAULT, moteus.Register.TEMPERATURE, moteus.Register.VOLTAGE}
HALF_VOLTS = 2.0
REPLY_INT8, REPLY_FLOAT, NOP = 0x21, 0x2D, 0x50  # one register each, see the moteus reference, "CAN protocol"
STEP_S = 0.001

TWO_NEWTON_METRES = "".join(
    (
        "01000a",  # write int8 0x000, mode: position
        "0c0620",  # write six floats from 0x020 on:
        "0000c07f",  # no position
        "00000000",  # 0 1/s
        "00000040",  # 2 Nm
        "00000000",  # no stiffness
        "00000000",  # no damping
        "00000041",  # at most 8 Nm
        "0d27cdcccc3d",  # write float 0x027, watchdog: 0.1 s
        "0d2b00000000",  # write float 0x02b, integral limit scale: 0
        "11001f01130d",  # read int8 0x000, three floats from 0x001 on, three int8 from 0x00d on
    )
)
"""A command of the driver, written out after the moteus reference."""


class DrivesOnABus(threading.Thread):
    """Emulated moteus drives that read and write CAN FD frames; time passes with each frame."""

    def __init__(self, emulator: MoteusEmulator, bus: can.BusABC) -> None:
        super().__init__(daemon=True)
        self._emulator, self._bus = emulator, bus
        self.frames: list[can.Message] = []
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.is_set():
            message = self._bus.recv(0.02)
            if message is None:
                continue
            self.frames.append(message)
            self._emulator.step(STEP_S)
            target, wants_reply = message.arbitration_id & 0x7F, message.arbitration_id & 0x8000
            drive = self._emulator._drives.get(target)
            if drive is not None and wants_reply:
                self._reply(target, drive.take(bytes(message.data)))
            elif target == 0x7F:  # all drives: who is there
                for each, one in self._emulator._drives.items():
                    self._reply(each, one.take(b""))

    def _reply(self, drive_id: int, values: dict[int, float]) -> None:
        data = b""
        for register, value in sorted(values.items()):
            if register in BYTES:
                steps = HALF_VOLTS if register == moteus.Register.VOLTAGE else 1.0
                data += bytes([REPLY_INT8, register]) + struct.pack("<b", round(value * steps))
            else:
                data += bytes([REPLY_FLOAT, register]) + struct.pack("<f", value)
        data += bytes([NOP]) * (can.util.dlc2len(can.util.len2dlc(len(data))) - len(data))
        self._bus.send(can.Message(arbitration_id=drive_id << 8, data=data, is_fd=True, is_extended_id=True))


@pytest.fixture
def rig(request, ideal) -> Iterator[tuple[MoteusDriver, DrivesOnABus, MoteusEmulator]]:
    device = make_device("moteus", request.node.nodeid, open_timeout_s=5.0, silent_after_s=0.1)
    emulator = MoteusEmulator(device, ideal, HangingLegs(weight_nm=0.0, angle_rad=(0.2, -0.1)), OFFSETS_RAD)
    with can.Bus(interface="virtual", channel=device.bus.channel, protocol=can.CanProtocol.CAN_FD) as bus:
        drives = DrivesOnABus(emulator, bus)
        drives.start()
        yield MoteusDriver(device, make_calibration(device), clock=emulator.bench.clock), drives, emulator
        drives.done.set()
        drives.join()


def answered(driver: MoteusDriver) -> DeviceState:
    driver.poll()
    return driver.receive()


def test_states_and_torques_pass_through_the_librarys_own_encoding(rig) -> None:
    driver, drives, emulator = rig
    with driver:
        state = answered(driver)
        assert state.position_rad == pytest.approx([0.2, -0.1], abs=1e-4)
        assert state.supply_v.tolist() == [24.0, 24.0] and state.temperature_c.tolist() == [25.0, 25.0]
        driver.enable()
        before = len(drives.frames)
        driver.send_torque(np.array([2.0, 0.0]))
        while len(drives.frames) < before + 2:  # a test that hangs fails
            time.sleep(0.001)
        sent = drives.frames[before : before + 2]
        emulator.step(0.001)
        assert [drive.torque_nm for drive in emulator.bench.drives] == pytest.approx([2.0, 0.0])
    assert not any(frame.is_error_frame for frame in drives.frames)
    assert all(frame.is_fd and frame.bitrate_switch for frame in drives.frames)
    assert [frame.arbitration_id for frame in sent] == [0x8001, 0x8002]  # from 0, an answer wanted, to 1 and 2
    assert bytes(sent[0].data).hex() == TWO_NEWTON_METRES
    assert bytes(drives.frames[-1].data).hex().startswith("010000")  # stopped on the way out


def test_a_supply_that_sags_is_read_from_the_frames(rig) -> None:
    driver, _, emulator = rig
    with driver:
        emulator.bench.inject(Injection.UNDER_VOLTAGE, LEFT)
        # On a busy machine the library may give up an exchange before the thread of the drives has come to it.
        while not (faults := answered(driver).faults):
            pass
    (fault,) = faults
    assert str(fault) == f"supply_voltage: {LEFT}: 19.0 V, supply_window of the device file has 20 to 28 V"
