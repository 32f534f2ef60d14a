"""The calibration of one device: the encoder offsets, in a file of their own."""

import os
from pathlib import Path

import yaml
from pydantic import Field, model_validator

from exo_control.config_files import ConfigModel, load_config
from exo_control.errors import ConfigError, JointError
from exo_control.joints import JOINT_NAMES, by_joint_name
from exo_hardware.device_config import DeviceConfig

_FOLDER_VARIABLE = "EXO_CALIBRATION_DIR"


class JointCalibration(ConfigModel):
    """Offset of one joint, and what it was measured with."""

    can_id: int = Field(ge=1, le=127, description="drive that was calibrated")
    model: str | None = Field(description="its model")
    direction: int = Field(ge=-1, le=1, description="direction sign during calibration")
    transmission: float = Field(gt=0.0, description="transmission during calibration")
    offset_rad: float = Field(ge=-100.0, le=100.0, description="hip angle at which the drive reports zero, rad")
    spread_rad: float = Field(ge=0.0, description="standard deviation of the samples, rad")
    flexed_rad: float | None = Field(
        default=None, gt=0.0, description="reading of the hip when it was flexed, rad; null: its sign was not checked"
    )


class Calibration(ConfigModel):
    """Encoder offsets of one device."""

    device: str = Field(description="name in the device file")
    samples: int = Field(ge=1, description="readings that each offset is the mean of")
    joints: dict[str, JointCalibration] = Field(description="one entry per joint")

    @model_validator(mode="after")
    def _has_both_joints(self) -> "Calibration":
        try:
            by_joint_name(list(self.joints), [0.0] * len(self.joints))
        except JointError as error:
            raise ValueError(f"joints: {error}") from None
        return self

    def offsets_rad(self) -> list[float]:
        """Return the offsets in the order of ``JOINT_NAMES``."""
        return [self.joints[name].offset_rad for name in JOINT_NAMES]

    def save(self, path: Path) -> None:
        """Write the file so that a crash leaves either the old or the new one.

        Raises:
            ConfigError: the file cannot be written.
        """
        text = "# Encoder offsets, written by `exo calibrate`. Measure anew after any change of drives or mounting.\n"
        text += yaml.safe_dump(self.model_dump(), sort_keys=False)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(path.name + ".new")
            draft.write_text(text, encoding="utf-8")
            os.replace(draft, path)
        except OSError as error:
            raise ConfigError(f"{path}: cannot write the calibration: {error.strerror}") from None


def calibration_path(device: DeviceConfig) -> Path:
    """Return where a device's calibration is kept: EXO_CALIBRATION_DIR, else the user's configuration folder."""
    default = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config", "exo", "calibration")
    return Path(os.environ.get(_FOLDER_VARIABLE) or default, f"{device.name}.yaml")


def load_calibration(device: DeviceConfig, path: Path | str | None = None) -> Calibration:
    """Read the calibration of a device and check that it was measured with the drives that the device has.

    Raises:
        ConfigError: there is none, it is malformed, it belongs to another device, drive or mounting, or the signs of
            its joints were never checked.
    """
    file = Path(path) if path else calibration_path(device)
    if not file.exists():
        raise ConfigError(f"{file}: device '{device.name}' is not calibrated; run: exo calibrate")
    calibration = load_config(file, Calibration)
    if calibration.device != device.name:
        raise ConfigError(
            f"{file}: calibration of device '{calibration.device}', not of '{device.name}'; run: exo calibrate"
        )
    for name in JOINT_NAMES:
        for key in ("can_id", "model", "direction", "transmission"):
            measured, now = getattr(calibration.joints[name], key), getattr(device.joints[name], key)
            if measured != now:
                raise ConfigError(
                    f"{file}: {name} was calibrated with {key} {measured}, the device file has {now}; "
                    "run: exo calibrate"
                )
        if calibration.joints[name].flexed_rad is None:
            raise ConfigError(
                f"{file}: direction and transmission of {name} were not checked; run: exo calibrate, without "
                "--offsets-only"
            )
    return calibration


def with_earlier_signs(calibration: Calibration, device: DeviceConfig) -> Calibration:
    """Return a calibration with the signs that were checked before, if the device's file has them for its drives."""
    try:
        earlier = load_calibration(device)
    except ConfigError:
        return calibration
    joints = {
        name: joint.model_copy(update={"flexed_rad": earlier.joints[name].flexed_rad})
        for name, joint in calibration.joints.items()
    }
    return calibration.model_copy(update={"joints": joints})
