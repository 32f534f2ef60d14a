"""The device file: which bus, which drives, how they are mounted. Read from ``config/hardware/device.yaml``."""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from exo_control.config_files import ConfigModel, config_path, load_config
from exo_control.errors import ConfigError, JointError
from exo_control.joints import JOINT_NAMES, TORQUE_CEILING_NM, by_joint_name
from exo_hardware.motor_model import MotorModel, MotorModels, find_motor_model, load_motor_models


class BusConfig(ConfigModel):
    """A CAN bus as python-can opens it."""

    interface: Literal["socketcan", "slcan", "virtual", "udp_multicast", "local"] = Field(
        description="python-can interface, or 'local': emulated drives in another process of this machine"
    )
    channel: str = Field(
        min_length=1, description="can0, /dev/ttyACM0, any name (virtual, local) or 239.74.163.2 (multicast)"
    )
    bitrate: int = Field(ge=10_000, le=1_000_000, description="bit/s; socketcan takes it from `ip link` instead")


class JointConfig(ConfigModel):
    """One drive and how it is mounted."""

    can_id: int = Field(ge=1, le=127, description="ID of the drive")
    model: str | None = Field(default=None, description="entry of motors.yaml (CubeMars only)")
    direction: Literal[1, -1] = Field(description="1 if the drive turns positive when the hip flexes, else -1")
    transmission: float = Field(
        default=1.0, gt=0.0, le=20.0, description="turns of the drive's output shaft per turn of the hip"
    )
    torque_limit_nm: float = Field(gt=0.0, le=TORQUE_CEILING_NM, description="largest hip torque of this drive, Nm")
    torque_scale: float = Field(
        default=1.0, ge=0.4, le=2.5, description="torque measured on a bench over torque that was commanded"
    )


class SupplyWindow(ConfigModel):
    """Supply voltages at which drives may run, for makes that report it (moteus)."""

    low_v: float = Field(gt=0.0, le=60.0, description="lowest supply voltage, V")
    high_v: float = Field(gt=0.0, le=60.0, description="highest supply voltage, V")

    @model_validator(mode="after")
    def _is_a_window(self) -> "SupplyWindow":
        if self.low_v >= self.high_v:
            raise ValueError(f"low_v = {self.low_v:g}: must be below high_v = {self.high_v:g}")
        return self

    def problem(self, supply_v: float) -> str | None:
        """Return what is wrong with a supply voltage, V, or None."""
        if self.low_v <= supply_v <= self.high_v:
            return None
        return f"{supply_v:.1f} V, supply_window of the device file has {self.low_v:g} to {self.high_v:g} V"


class DeviceConfig(ConfigModel):
    """One exoskeleton."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", description="name of the device; calibrations belong to it")
    driver: Literal["cubemars", "moteus"] = Field(description="make of the drives")
    bus: BusConfig
    drive_timeout_s: float | None = Field(
        gt=0.0,
        le=0.2,
        description="time without a command after which a drive drops its torque; null: it holds the last command, s",
    )
    reply_timeout_s: float = Field(
        gt=0.0, le=0.05, description="longest wait for the drives' answers, s; in a tick also at most half of it"
    )
    open_timeout_s: float = Field(gt=0.0, le=5.0, description="longest wait for the first answer, s")
    silent_after_s: float = Field(gt=0.0, le=0.1, description="age of a drive's last frame that is a fault, s")
    supply_window: SupplyWindow | None = Field(
        default=None, description="supply voltage outside of which both drives are disabled (moteus only)"
    )
    joints: dict[str, JointConfig] = Field(description="one entry per joint")

    @model_validator(mode="after")
    def _drives_fit(self) -> "DeviceConfig":
        try:
            by_joint_name(list(self.joints), [0.0] * len(self.joints))
        except JointError as error:
            raise ValueError(f"joints: {error}") from None
        first, second = (self.joints[name].can_id for name in JOINT_NAMES)
        if first == second:
            raise ValueError(
                f"joints: {' and '.join(JOINT_NAMES)} have the same can_id {first}; give each drive its own"
            )
        for name in JOINT_NAMES:
            if (self.joints[name].model is not None) != (self.driver == "cubemars"):
                wanted = "needs a model of motors.yaml" if self.driver == "cubemars" else "must not have one"
                raise ValueError(f"joints.{name}.model = {self.joints[name].model!r}: driver {self.driver} {wanted}")
        if self.driver == "moteus" and self.drive_timeout_s is None:
            raise ValueError("drive_timeout_s = null: a moteus is sent its time-out with each command, give it one")
        if (self.supply_window is not None) != (self.driver == "moteus"):
            if self.driver == "moteus":
                raise ValueError("supply_window is missing: a moteus reports its supply voltage, give low_v and high_v")
            raise ValueError(f"supply_window: {self.driver} drives do not report their supply voltage; leave it out")
        return self

    def in_order(self) -> list[JointConfig]:
        """Return the joints in the order of ``JOINT_NAMES``."""
        return [self.joints[name] for name in JOINT_NAMES]


def load_device_config(path: Path | str | None = None) -> DeviceConfig:
    """Read a device file, by default the installed ``config/hardware/device.yaml``.

    Raises:
        ConfigError: the file is missing or malformed, or its values contradict each other.
    """
    return load_config(path or config_path("hardware", "device.yaml"), DeviceConfig)


def device_models(device: DeviceConfig, models: MotorModels | None = None) -> list[MotorModel]:
    """Return the model of each CubeMars drive in the order of ``JOINT_NAMES``.

    Raises:
        ConfigError: a model is unknown, or gives less torque than the device file allows.
    """
    known = models or load_motor_models()
    found = []
    for name, joint in zip(JOINT_NAMES, device.in_order(), strict=True):
        model = find_motor_model(joint.model or "", known)
        available = model.torque_limit_nm * joint.transmission * joint.torque_scale
        if joint.torque_limit_nm > available:
            raise ConfigError(
                f"joints.{name}.torque_limit_nm = {joint.torque_limit_nm:g}: {joint.model} gives at most "
                f"{available:.1f} Nm at the hip; lower it or correct the model"
            )
        found.append(model)
    return found
