"""Bad device and motor files are refused, and what is wrong is named."""

from pathlib import Path

import pytest
import yaml

from exo_control.errors import ConfigError
from exo_control.joints import JOINT_NAMES, TORQUE_CEILING_NM
from exo_hardware.can_bus import open_bus
from exo_hardware.device_config import BusConfig, device_models, load_device_config
from exo_hardware.errors import HardwareError
from exo_hardware.motor_model import load_motor_models

CONFIG = Path(__file__).parents[2] / "config" / "hardware"
RIGHT, LEFT = JOINT_NAMES
WINDOW = {"low_v": 20.0, "high_v": 28.0}


def write(folder: Path, source: str, change) -> Path:
    data = yaml.safe_load((CONFIG / source).read_text())
    change(data)
    path = folder / source
    path.write_text(yaml.safe_dump(data))
    return path


def joint(key: str, value: object, name: str = RIGHT):
    return lambda data: data["joints"][name].__setitem__(key, value)


@pytest.mark.parametrize(
    "change, reason",
    [
        (joint("can_id", 2), "right_hip_flexion and left_hip_flexion have the same can_id 2"),
        (joint("can_id", 200), r"device\.yaml:\d+: joints.right_hip_flexion.can_id = 200: .*at most 127"),
        (joint("direction", 0), r"joints.right_hip_flexion.direction = 0"),
        (joint("torque_limit_nm", TORQUE_CEILING_NM + 1), r"torque_limit_nm = 16\.0: .*at most 15"),
        (joint("model", None), "driver cubemars needs a model"),
        (lambda data: data.update(driver="moteus"), "driver moteus must not have one"),
        (lambda data: data["joints"].pop(LEFT), "joint 'left_hip_flexion' is missing"),
        (lambda data: data["joints"].update(knee=data["joints"][LEFT]), "unknown joint 'knee'"),
        (lambda data: data["bus"].update(interface="can"), r"bus.interface = 'can': .*socketcan"),
        (lambda data: data["bus"].update(bitrate=5), "bus.bitrate = 5: .*at least 10000"),
        (lambda data: data.update(drive_timeout_s=1.0), "drive_timeout_s = 1.0: .*at most 0.2"),
        (lambda data: data.update(supply_window=WINDOW), "cubemars drives do not report their supply voltage"),
        (lambda data: data.update(supply_window={"low_v": 28.0, "high_v": 28.0}), "low_v = 28: must be below high_v"),
        (lambda data: data.update(speed=1), "unknown key 'speed'"),
    ],
)
def test_a_bad_device_file_is_refused_by_name(tmp_path: Path, change, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        load_device_config(write(tmp_path, "device.yaml", change))


def test_a_moteus_needs_its_timeout(tmp_path: Path) -> None:
    def change(data) -> None:
        data.update(driver="moteus", drive_timeout_s=None)
        for values in data["joints"].values():
            del values["model"]

    with pytest.raises(ConfigError, match="drive_timeout_s = null: a moteus is sent its time-out"):
        load_device_config(write(tmp_path, "device.yaml", change))


def test_a_moteus_needs_its_supply_window(tmp_path: Path) -> None:
    def change(data) -> None:
        data.update(driver="moteus")
        for values in data["joints"].values():
            del values["model"]

    with pytest.raises(ConfigError, match=r"supply_window is missing: .* give low_v and high_v"):
        load_device_config(write(tmp_path, "device.yaml", change))


def test_an_unknown_or_too_weak_motor_is_refused(tmp_path: Path) -> None:
    models = load_motor_models(CONFIG / "motors.yaml")
    unknown = load_device_config(write(tmp_path, "device.yaml", joint("model", "AK80-99")))
    with pytest.raises(ConfigError, match="unknown motor model 'AK80-99'; did you mean 'AK80-9'"):
        device_models(unknown, models)

    def weak(data) -> None:
        data["joints"][LEFT].update(model="AK60-6", torque_limit_nm=9.0)

    with pytest.raises(ConfigError, match=r"joints.left_hip_flexion.torque_limit_nm = 9: AK60-6 gives at most 9\.0 Nm"):
        device_models(load_device_config(write(tmp_path, "device.yaml", weak)), models)


def test_a_motor_whose_limit_is_above_its_range_is_refused(tmp_path: Path) -> None:
    def change(data) -> None:
        data["models"]["AK80-9"]["current_limit_a"] = 30.0

    with pytest.raises(ConfigError, match=r"current_limit_a = 30.0 must not be above current_range_a = 24.0"):
        load_motor_models(write(tmp_path, "motors.yaml", change))


@pytest.mark.parametrize("file", ["motors.yaml", "device.yaml", "emulation.yaml"])
def test_every_value_of_a_shipped_file_has_a_comment(file: str) -> None:
    lines = (CONFIG / file).read_text().splitlines()
    values = [line for line in lines if line.strip() and not line.rstrip().endswith(":") and "#" not in line]
    assert values == []


@pytest.mark.parametrize(
    "bus, reason",
    [
        (("socketcan", "can77"), "cannot open socketcan channel can77: .*; list the interfaces with `ip link`"),
        (("slcan", "/dev/no-such-port"), "cannot open slcan channel /dev/no-such-port: .*serial port exists"),
        (("udp_multicast", "no address"), "cannot open udp_multicast channel no address: .*multicast address"),
    ],
)
def test_a_bus_that_does_not_exist_is_refused_with_the_fix(bus: tuple[str, str], reason: str) -> None:
    with pytest.raises(HardwareError, match=reason):
        open_bus(BusConfig(interface=bus[0], channel=bus[1], bitrate=1_000_000))
