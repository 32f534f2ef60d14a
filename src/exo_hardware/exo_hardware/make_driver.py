"""The driver of a device file, for its real drives or for emulated ones."""

from dataclasses import dataclass
from typing import Literal, Protocol

from exo_control.joints import JOINT_NAMES
from exo_hardware.calibration_file import Calibration, JointCalibration
from exo_hardware.can_bus import open_bus
from exo_hardware.cubemars_driver import CubemarsDriver
from exo_hardware.cubemars_emulator import CubemarsEmulator, SteppedBus
from exo_hardware.device_config import BusConfig, DeviceConfig
from exo_hardware.emulated_bench import PHYSICS_STEP_S, EmulatedBench
from exo_hardware.emulation_config import DriveEmulation
from exo_hardware.errors import HardwareError
from exo_hardware.flexion_check import FLEXION_RAD
from exo_hardware.plant import PlantStep
from exo_hardware.torque_driver import TorqueDriver

EMULATED_OFFSETS_RAD = (0.30, -0.20)
"""Encoder offsets of emulated drives, right and left: what a calibration has to find."""


class Emulator(Protocol):
    """Emulated drives that the caller steps."""

    bench: EmulatedBench

    def step(self, dt_s: float) -> None:
        """Let time pass."""

    def close(self) -> None:
        """Leave the bus."""


@dataclass(frozen=True)
class EmulatedDevice:
    """A driver and the emulated drives that it talks to; ``emulator.step`` lets time pass, and so does waiting."""

    driver: TorqueDriver
    emulator: Emulator


def make_driver(device: DeviceConfig, calibration: Calibration | None = None) -> TorqueDriver:
    """Return the driver of a device; nothing is opened.

    Raises:
        ConfigError: a motor model is unknown or too weak.
        HardwareError: the library of the drives is not installed.
    """
    if device.driver == "cubemars":
        return CubemarsDriver(device, calibration)
    try:
        from exo_hardware.moteus_driver import MoteusDriver
    except ModuleNotFoundError as error:
        raise HardwareError(
            f"driver moteus needs the package {error.name}; run: pip install -r requirements/moteus.txt"
        ) from None
    return MoteusDriver(device, calibration)


def emulated_config(device: DeviceConfig, local_channel: str = "") -> DeviceConfig:
    """Return a device file as the emulation has it: a bus of its own, and a name that no real calibration has.

    Args:
        device: the device.
        local_channel: name of the bus if the drives are in another process; a virtual bus by default.
    """
    name = f"{device.name}-emulated"
    interface: Literal["local", "virtual"] = "local" if local_channel else "virtual"
    bus = BusConfig(interface=interface, channel=local_channel or name, bitrate=device.bus.bitrate)
    return device.model_copy(update={"name": name, "bus": bus})


def emulated_calibration(device: DeviceConfig) -> Calibration:
    """Return what calibrating emulated drives without noise finds.

    Args:
        device: from ``emulated_config``.
    """
    joints = {
        name: JointCalibration(
            can_id=joint.can_id,
            model=joint.model,
            direction=joint.direction,
            transmission=joint.transmission,
            offset_rad=offset,
            spread_rad=0.0,
            flexed_rad=FLEXION_RAD,
        )
        for name, joint, offset in zip(JOINT_NAMES, device.in_order(), EMULATED_OFFSETS_RAD, strict=True)
    }
    return Calibration(device=device.name, samples=1, joints=joints)


def emulate(
    device: DeviceConfig,
    emulation: DriveEmulation,
    plant: PlantStep,
    offsets_rad: tuple[float, float],
    calibration: Calibration | None = None,
    plant_period_s: float = PHYSICS_STEP_S,
    seed: int = 0,
) -> EmulatedDevice:
    """Return a driver on emulated drives, with the emulation's clock; nothing is opened.

    Args:
        device: from ``emulated_config``.
        emulation: imperfections of the drives.
        plant: the legs.
        offsets_rad: the true encoder offsets, rad.
        calibration: the offsets that the driver believes in.
        plant_period_s: time from one call of the plant to the next, s.
        seed: of the encoders' noise.

    Raises:
        ConfigError: a motor model is unknown or too weak.
        HardwareError: the library of the drives is not installed.
    """
    if device.driver == "cubemars":
        emulator = CubemarsEmulator(device, emulation, plant, offsets_rad, plant_period_s, seed=seed)

        def opened(config: BusConfig) -> SteppedBus:
            return SteppedBus(open_bus(config), emulator)

        return EmulatedDevice(
            CubemarsDriver(device, calibration, open_bus=opened, clock=emulator.bench.clock), emulator
        )
    make_driver(device)  # whether the library is there
    from exo_hardware.emulated_moteus import MoteusEmulator
    from exo_hardware.moteus_driver import MoteusDriver

    drives = MoteusEmulator(device, emulation, plant, offsets_rad, plant_period_s, seed)
    return EmulatedDevice(MoteusDriver(device, calibration, lambda _: drives, drives.bench.clock), drives)
