"""Emulated CubeMars drives on a python-can bus, stepped by the caller or in a thread of their own."""

import threading
import time
from collections import deque

import can
import numpy as np

from exo_control.joints import JOINT_NAMES
from exo_hardware.can_bus import CanBus, open_bus
from exo_hardware.device_config import DeviceConfig, device_models
from exo_hardware.drive_injection import Injection
from exo_hardware.emulated_bench import PHYSICS_STEP_S, EmulatedBench
from exo_hardware.emulated_cubemars import EmulatedCubemars, Frame
from exo_hardware.emulated_drive import EmulatedDrive
from exo_hardware.emulation_config import DriveEmulation
from exo_hardware.error_frame import CONTROLLER_BIT, ERROR_PASSIVE_BITS
from exo_hardware.local_bus import BUS_OFF_BIT, LocalBusHub
from exo_hardware.motor_model import MotorModels
from exo_hardware.plant import PlantStep

DRIVE_BITRATE = 1_000_000
"""Of CubeMars drives as they come, bit/s."""

FRAME_S = 0.00013
"""Time that a frame of eight bytes takes on the wire at 1 Mbit/s: no two frames have one time stamp."""


FRAMES_KEPT = 1000

_ERROR_FRAMES = {
    Injection.BUS_OFF: (BUS_OFF_BIT, bytes(8)),
    Injection.ERROR_PASSIVE: (CONTROLLER_BIT, bytes([0, ERROR_PASSIVE_BITS, 0, 0, 0, 0, 0, 0])),
}
"""What the adapter reports once, as socketcan does."""


class CubemarsEmulator:
    """The far end of a device's bus: both drives with the legs that they move."""

    def __init__(
        self,
        device: DeviceConfig,
        emulation: DriveEmulation,
        plant: PlantStep,
        offsets_rad: tuple[float, float] = (0.0, 0.0),
        plant_period_s: float = PHYSICS_STEP_S,
        models: MotorModels | None = None,
        seed: int = 0,
        bus: CanBus | None = None,
    ) -> None:
        """Connect the emulated drives to the bus of a device file.

        Args:
            device: the device; its bus is virtual or udp_multicast.
            emulation: imperfections of the drives.
            plant: the legs.
            offsets_rad: the true encoder offsets, which a calibration has to find.
            plant_period_s: time from one call of the plant to the next, s.
            models: known motor models; the installed ones by default.
            seed: of the encoders' noise.
            bus: the drives' end of the bus; by default the bus of the device file is opened.

        Raises:
            HardwareError: the bus cannot be opened.
            ConfigError: a motor model is unknown or too weak.
        """
        joints, found = device.in_order(), device_models(device, models)
        streams = np.random.SeedSequence(seed).spawn(len(JOINT_NAMES))
        drives = [
            EmulatedDrive(
                emulation,
                model.torque_constant_nm_per_a,
                model.torque_limit_nm,
                device.drive_timeout_s,
                np.random.default_rng(stream),
            )
            for model, stream in zip(found, streams, strict=True)
        ]
        self.bench = EmulatedBench(drives, joints, list(offsets_rad), plant, plant_period_s)
        self.drives = [
            EmulatedCubemars(joint.can_id, model, drive)
            for joint, model, drive in zip(joints, found, drives, strict=True)
        ]
        self.received: deque[Frame] = deque(maxlen=FRAMES_KEPT)
        """The newest frames from the driver, for tests to look at."""
        self._bus = bus or open_bus(device.bus)
        self._newest_stamp_s = 0.0
        self._stamp_s: dict[EmulatedCubemars, float] = {}
        self._bus_reported: set[Injection] = set()

    def serve(self) -> None:
        """Answer all frames that wait on the bus, at the present time."""
        while (message := self._bus.recv(0.0)) is not None:
            self.take(message)
        for state, (identifier, data) in _ERROR_FRAMES.items():
            if state in self.bench.bus_injections - self._bus_reported:
                self._bus.send(can.Message(arbitration_id=identifier, is_error_frame=True, data=data))
        self._bus_reported = set(self.bench.bus_injections)
        if isinstance(self._bus, LocalBusHub):  # the driver's end of other buses is a SteppedBus, or none of ours
            self._bus.refuse([d.command_id for d in self.drives if Injection.REFUSED_SEND in d.drive.injections])
        for drive in self.drives:
            self._send(drive, drive.stream(self.bench.now_s))

    def take(self, message: can.Message) -> None:
        """Hand one frame to the drives, and their answers to the bus."""
        frame = Frame(message.arbitration_id, message.is_extended_id, bytes(message.data))
        if Injection.BUS_OFF in self.bench.bus_injections:
            return
        self.received.append(frame)
        for drive in self.drives:
            self._send(drive, drive.answer(frame))

    def wait_and_serve(self, timeout_s: float, begin_s: float) -> None:
        """Let real time pass: wait for a frame at most ``timeout_s``, and answer all that wait.

        Frames of a local bus are taken at the time they were sent, however late this process comes to it.

        Args:
            timeout_s: longest wait, s.
            begin_s: ``time.monotonic()`` at which the emulation's time was zero.
        """
        message = self._bus.recv(timeout_s)
        while message is not None:
            sent_s = message.timestamp if isinstance(self._bus, LocalBusHub) else time.monotonic()
            self._advance_to(sent_s - begin_s)
            self.take(message)
            message = self._bus.recv(0.0)
        self._advance_to(time.monotonic() - begin_s)
        self.serve()

    def _advance_to(self, now_s: float) -> None:
        self.bench.advance(max(now_s - self.bench.now_s, 0.0))

    def step(self, dt_s: float) -> None:
        """Answer what waits and let time pass."""
        self.serve()
        self.bench.advance(dt_s)

    def close(self) -> None:
        """Leave the bus."""
        self._bus.shutdown()

    def _send(self, drive: EmulatedCubemars, frames: list[Frame]) -> None:
        if Injection.BUS_OFF in self.bench.bus_injections:
            return
        for frame in frames:
            self._newest_stamp_s = max(self._newest_stamp_s + FRAME_S, self.bench.now_s)
            if Injection.FROZEN_TIMESTAMP not in drive.drive.injections or drive not in self._stamp_s:
                self._stamp_s[drive] = self._newest_stamp_s
            self._bus.send(
                can.Message(
                    timestamp=self._stamp_s[drive],
                    arbitration_id=frame.identifier,
                    is_extended_id=frame.extended,
                    data=frame.data,
                )
            )


class SteppedBus:
    """The driver's end of an emulated bus: waiting for a frame is what lets the emulation's time pass."""

    def __init__(self, bus: CanBus, emulator: CubemarsEmulator) -> None:
        self._bus, self._emulator = bus, emulator

    def send(self, msg: can.Message, timeout: float | None = None) -> None:
        """Send a frame, unless a test has the adapter refuse it."""
        for drive, name in zip(self._emulator.drives, JOINT_NAMES, strict=True):
            if Injection.REFUSED_SEND in drive.drive.injections and msg.arbitration_id == drive.command_id:
                raise can.CanOperationError(f"no buffer space for {name}")
        self._bus.send(msg, timeout)

    def recv(self, timeout: float | None = None) -> can.Message | None:
        """Return the next frame; the emulation's time passes until there is one, at most ``timeout``."""
        left_s = timeout or 0.0
        while True:
            self._emulator.serve()
            message = self._bus.recv(0.0)
            if message is not None or left_s <= 0.0:
                return message
            step_s = min(left_s, PHYSICS_STEP_S)
            self._emulator.bench.advance(step_s)
            left_s -= step_s

    def shutdown(self) -> None:
        """Close this end; the emulation still answers the last frames, as real drives would."""
        self._emulator.serve()
        self._bus.shutdown()


class EmulatorThread:
    """Runs an emulator in real time, for a driver in the same or another process. A context manager."""

    def __init__(self, emulator: CubemarsEmulator) -> None:
        self._emulator = emulator
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="emulated drives", daemon=True)

    def __enter__(self) -> "EmulatorThread":
        """Start."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop and leave the bus. May be called twice."""
        self._stop.set()
        self._thread.join()
        self._emulator.close()

    def _run(self) -> None:
        begin_s = time.monotonic() - self._emulator.bench.now_s
        while not self._stop.is_set():
            self._emulator.wait_and_serve(2.0 * PHYSICS_STEP_S, begin_s)
