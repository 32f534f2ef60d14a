"""Drivers on emulated drives, with a clock of their own: fixtures of the hardware tests."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import can
import numpy as np
import pytest

from exo_control.config_files import load_config
from exo_control.joints import JOINT_NAMES
from exo_hardware.calibration_file import Calibration, JointCalibration
from exo_hardware.can_bus import open_bus
from exo_hardware.cubemars_driver import CubemarsDriver
from exo_hardware.cubemars_emulator import CubemarsEmulator, SteppedBus
from exo_hardware.device_config import DeviceConfig
from exo_hardware.device_state import DeviceState
from exo_hardware.emulated_bench import EmulatedBench
from exo_hardware.emulation_config import DriveEmulation, load_emulation
from exo_hardware.motor_model import MotorModels, load_motor_models
from exo_hardware.plant import HangingLegs, PlantStep
from exo_hardware.torque_driver import TorqueDriver

CONFIG = Path(__file__).parents[2] / "config" / "hardware"
RIGHT, LEFT = JOINT_NAMES
KINDS = ("standard", "extended", "moteus")
OFFSETS_RAD = (0.3, -0.2)
MODEL = {"standard": "AK60-6-V1.1", "extended": "AK60-6-V3", "moteus": None}


@pytest.fixture(scope="session")
def models() -> MotorModels:
    return load_motor_models(CONFIG / "motors.yaml")


@pytest.fixture(scope="session")
def ideal() -> DriveEmulation:
    return load_emulation("ideal", CONFIG / "emulation.yaml")


@pytest.fixture(scope="session")
def realistic() -> DriveEmulation:
    return load_emulation("realistic", CONFIG / "emulation.yaml")


def make_device(kind: str, channel: str, **changes: Any) -> DeviceConfig:
    """The shipped device on a virtual bus; ``changes`` may have a key ``joint`` for both joints."""
    shipped = load_config(CONFIG / "device.yaml", DeviceConfig).model_dump()
    joint = {"model": MODEL[kind], **changes.pop("joint", {})}
    shipped["joints"] = {name: {**values, **joint} for name, values in shipped["joints"].items()}
    bus = {"interface": "virtual", "channel": channel, "bitrate": 1_000_000}
    driver = "moteus" if kind == "moteus" else "cubemars"
    window = {"low_v": 20.0, "high_v": 28.0} if kind == "moteus" else None
    return DeviceConfig.model_validate({**shipped, "driver": driver, "bus": bus, "supply_window": window, **changes})


def make_calibration(device: DeviceConfig, offsets: tuple[float, float] = OFFSETS_RAD) -> Calibration:
    joints = {
        name: JointCalibration(
            can_id=joint.can_id,
            model=joint.model,
            direction=joint.direction,
            transmission=joint.transmission,
            offset_rad=offset,
            spread_rad=0.0,
            flexed_rad=0.5,
        )
        for name, joint, offset in zip(JOINT_NAMES, device.in_order(), offsets, strict=True)
    }
    return Calibration(device=device.name, samples=1, joints=joints)


class Rig:
    """A driver, its emulated drives and legs, on the emulation's clock."""

    driver: TorqueDriver

    def __init__(
        self, kind: str, device: DeviceConfig, emulation: DriveEmulation, models: MotorModels, plant: PlantStep,
        calibrated: bool,
    ) -> None:  # fmt: skip
        self.kind, self.device, self.models = kind, device, models
        self.emulator: Any
        calibration = make_calibration(device) if calibrated else None
        if kind == "moteus":
            from exo_hardware.emulated_moteus import MoteusEmulator
            from exo_hardware.moteus_driver import MoteusDriver

            self.emulator = MoteusEmulator(device, emulation, plant, OFFSETS_RAD)
            self.driver = MoteusDriver(device, calibration, lambda _: self.emulator, self.bench.clock)
        else:
            self.emulator = CubemarsEmulator(device, emulation, plant, OFFSETS_RAD, models=models)
            self.driver = self.cubemars_driver(calibration)

    @property
    def bench(self) -> EmulatedBench:
        bench: EmulatedBench = self.emulator.bench
        return bench

    def cubemars_driver(self, calibration: Calibration | None, device: DeviceConfig | None = None) -> CubemarsDriver:
        """Another driver on the same emulated bus, maybe for a device that it does not fit."""

        def opened(_: Any) -> SteppedBus:
            return SteppedBus(open_bus(self.device.bus), self.emulator)

        return CubemarsDriver(device or self.device, calibration, self.models, opened, self.bench.clock)

    def enabled(self) -> "Rig":
        self.driver.open()
        self.driver.enable()
        return self

    def tick(self, torque: Any = (0.0, 0.0), period_s: float = 0.01) -> DeviceState:
        """Poll, receive, command, and let the rest of the period pass."""
        end_s = self.bench.now_s + period_s
        self.driver.poll()
        state = self.driver.receive()
        self.driver.send_torque(np.asarray(torque, dtype=np.float64))
        self.pass_time(max(end_s - self.bench.now_s, 0.0))
        return state

    def pass_time(self, duration_s: float) -> None:
        for _ in range(round(duration_s / 0.0005)):
            self.emulator.step(0.0005)

    def motor_torque(self) -> list[float]:
        """Torques of the motors now, at the drives' shafts, Nm."""
        return [drive.torque_nm for drive in self.bench.drives]


MakeRig = Callable[..., Rig]


@pytest.fixture
def make_rig(request: pytest.FixtureRequest, models: MotorModels, ideal: DriveEmulation) -> Iterator[MakeRig]:
    rigs: list[Rig] = []

    def make(
        kind: str = "standard",
        emulation: DriveEmulation = ideal,
        plant: PlantStep | None = None,
        calibrated: bool = True,
        **changes: Any,
    ) -> Rig:
        device = make_device(kind, f"{request.node.nodeid}-{len(rigs)}", **changes)
        rigs.append(Rig(kind, device, emulation, models, plant or HangingLegs(), calibrated))
        return rigs[-1]

    yield make
    for rig in rigs:
        rig.driver.close()
        rig.emulator.close()


@pytest.fixture(params=KINDS)
def rig(request: pytest.FixtureRequest, make_rig: MakeRig) -> Rig:
    """A rig of each make of drives, not yet opened."""
    return make_rig(request.param)


@pytest.fixture
def loose_bus(request: pytest.FixtureRequest) -> Iterator[can.BusABC]:
    with can.Bus(interface="virtual", channel=request.node.nodeid) as bus:
        yield bus
