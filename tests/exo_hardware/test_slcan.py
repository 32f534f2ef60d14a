"""A driver with `interface: slcan` on a pseudo-terminal: right lines, and no frame held up by acknowledgements."""

import os
import select
import termios
import tty
from collections.abc import Iterator

import can
import numpy as np
import pytest

from exo_hardware.can_bus import open_bus
from exo_hardware.cubemars_driver import CubemarsDriver
from exo_hardware.cubemars_emulator import CubemarsEmulator, SteppedBus
from exo_hardware.device_config import BusConfig
from exo_hardware.mit_command import MitCommand, pack_command
from exo_hardware.plant import PlantStep

from .conftest import OFFSETS_RAD, make_calibration, make_device

SPEED_RAD_PER_S = 1.0


class Adapter:
    """The far end of the serial line, as a Lawicel CANUSB: a CAN bus to the emulated drives, acknowledges each line."""

    def __init__(self) -> None:
        self._end, self._line = os.openpty()
        tty.setraw(self._line, termios.TCSANOW)
        self.port = os.ttyname(self._line)
        self.lines: list[str] = []
        self._rest = ""

    def send(self, msg: can.Message, timeout: float | None = None) -> None:
        data = bytes(msg.data).hex().upper()
        identifier = f"T{msg.arbitration_id:08X}" if msg.is_extended_id else f"t{msg.arbitration_id:03X}"
        os.write(self._end, f"{identifier}{len(msg.data)}{data}\r".encode())

    def recv(self, timeout: float | None = None) -> can.Message | None:
        while True:
            line, found, rest = self._rest.partition("\r")
            if found:
                self._rest = rest
                self.lines.append(line)
                os.write(self._end, {"t": b"z\r", "T": b"Z\r"}.get(line[:1], b"\r"))
                if line[:1] in ("t", "T"):
                    return _message(line)
            elif select.select([self._end], [], [], 0.0)[0]:
                self._rest += os.read(self._end, 4096).decode()
            else:
                return None

    def shutdown(self) -> None:
        os.close(self._end)
        os.close(self._line)


def _message(line: str) -> can.Message:
    extended = line[0] == "T"
    digits = 8 if extended else 3
    identifier, length, data = line[1 : 1 + digits], line[1 + digits], line[2 + digits :]
    assert len(data) == 2 * int(length), line
    return can.Message(arbitration_id=int(identifier, 16), is_extended_id=extended, data=bytes.fromhex(data))


def turning() -> PlantStep:
    """Both hips turn steadily, whatever the torque."""
    angle = 0.0

    def step(_: np.ndarray, dt_s: float) -> tuple[np.ndarray, np.ndarray]:
        nonlocal angle
        angle += SPEED_RAD_PER_S * dt_s
        return np.full(2, angle), np.full(2, SPEED_RAD_PER_S)

    return step


@pytest.fixture(params=("standard", "extended"))
def rig(request, models, ideal, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple]:
    monkeypatch.setattr("can.interfaces.slcan.time.sleep", lambda _: None)  # two seconds for adapters that start anew
    adapter = Adapter()
    device = make_device(request.param, "none", reply_timeout_s=0.05, open_timeout_s=5.0, silent_after_s=0.1)
    bus = BusConfig(interface="slcan", channel=adapter.port, bitrate=1_000_000)
    device = device.model_copy(update={"bus": bus})
    emulator = CubemarsEmulator(device, ideal, turning(), OFFSETS_RAD, models=models, bus=adapter)

    def opened(config: BusConfig) -> SteppedBus:
        return SteppedBus(open_bus(config), emulator)

    yield CubemarsDriver(device, make_calibration(device), models, opened, emulator.bench.clock), emulator, adapter
    adapter.shutdown()


def test_lines_to_the_adapter_are_those_of_the_protocol(rig, request) -> None:
    driver, emulator, adapter = rig
    standard = request.node.callspec.params["rig"] == "standard"
    with driver:
        driver.enable()
        driver.send_torque(np.array([2.0, 0.0]))
        emulator.serve()
        commanded = list(adapter.lines)
    emulator.serve()
    assert commanded[0] == "C" and "S8" in commanded[:4] and "O" in commanded[:6]  # closed, 1 Mbit/s, open
    model = driver._models[0]
    wanted = pack_command(MitCommand(current_a=2.0 / model.torque_constant_nm_per_a), model).hex().upper()
    if standard:
        assert "t0018FFFFFFFFFFFFFFFC" in commanded and "t0028FFFFFFFFFFFFFFFC" in commanded
        assert commanded[-2:] == [f"t0018{wanted}", "t00287FFF7FF0000007FF"]
        assert "t0018FFFFFFFFFFFFFFFD" in adapter.lines[-4:]
    else:
        assert commanded[-2] == f"T000008018{wanted}" and commanded[-1].startswith("T000008028")
    assert adapter.lines[-1] == "C"


def test_acknowledgements_do_not_hold_frames_back(rig) -> None:
    driver, emulator, _ = rig
    with driver:
        driver.enable()
        for _ in range(30):
            driver.poll()
            state = driver.receive()
            driver.send_torque(np.zeros(2))
            emulator.step(0.005)
        late_rad = emulator.bench.hip_angle_rad - state.position_rad
    assert state.faults == () and np.all(late_rad < 0.02 * SPEED_RAD_PER_S)
