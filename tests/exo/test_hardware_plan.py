"""Launch arguments of a trial with the device: what is wrong is named, with the fix, before any process starts."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from exo.hardware_plan import HardwarePlan, plan_hardware_trial
from exo_control.errors import ConfigError
from exo_control.joints import JOINT_NAMES
from exo_hardware.device_config import DeviceConfig, load_device_config
from exo_hardware.make_driver import emulated_calibration
from exo_safety.limits import load_limits

CONFIG = Path(__file__).parents[2] / "config"
RIGHT, LEFT = JOINT_NAMES

GOOD = {
    "policy": "dofc",
    "device": "",
    "calibration": "",
    "emulate": "true",
    "emulation": "ideal",
    "inject": "",
    "gait": "two_state",
    "subject": "reference",
    "seed": "7",
    "rate": "100",
    "duration": "",
    "realtime_priority": "",
    "estop": "launch",
    "record": "true",
    "trial_dir": "",
    "namespace": "",
    "policy_params": "",
    "hardware_params": "",
}


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXO_CONFIG_DIR", str(CONFIG))
    monkeypatch.setenv("EXO_CALIBRATION_DIR", str(tmp_path / "calibration"))


def plan(folder: Path, **arguments: str) -> HardwarePlan:
    return plan_hardware_trial({**GOOD, "trial_dir": str(folder / "trial"), **arguments})


def device_file(folder: Path, **changes: Any) -> str:
    values = yaml.safe_load((CONFIG / "hardware" / "device.yaml").read_text()) | changes
    path = folder / "device.yaml"
    path.write_text(yaml.safe_dump(values))
    return str(path)


def test_emulated_drives_get_a_bus_of_their_own_and_an_end(tmp_path: Path) -> None:
    made = plan(tmp_path)
    assert made.emulate and made.channel and made.duration_s == 20.0 and made.seed == 7
    assert made.directory == tmp_path / "trial" and made.directory.is_dir()


def test_a_device_runs_until_it_is_stopped(tmp_path: Path) -> None:
    emulated_calibration(load_device_config()).save(tmp_path / "calibration" / "hip-exo.yaml")
    made = plan(tmp_path, emulate="false")
    assert (made.channel, made.duration_s, made.device_name) == ("", 0.0, "hip-exo")
    data = made.custom_data()
    assert data["device"] == "hip-exo" and "gait" not in data and "gait" not in json.loads(data["parameters"])
    assert data["limits_sha256"] == load_limits().sha256()


def test_nothing_is_recorded_on_request(tmp_path: Path) -> None:
    assert plan(tmp_path, record="false").directory is None
    assert not (tmp_path / "trial").exists()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("policy", "doffc", "unknown policy 'doffc'; did you mean 'dofc'?"),
        ("device", "none.yaml", "none.yaml: cannot read the file"),
        ("emulate", "perhaps", "needs true or false"),
        ("emulation", "perfect", "unknown emulated drive 'perfect'"),
        ("inject", "silence", "unknown fault 'silence'; did you mean 'silent'?"),
        ("inject", "silent:knee", "unknown joint 'knee'"),
        ("calibration", "offsets.yaml", "emulated drives know their offsets; leave calibration out"),
        ("gait", "moonwalk", "unknown gait 'moonwalk'"),
        ("subject", "nobody", "unknown subject 'nobody'"),
        ("seed", "-1", "needs a whole number from 0 to"),
        ("rate", "50", "needs a whole number from 100 to 500"),
        ("rate", "150", "needs a multiple of 100"),
        ("duration", "-1", "needs a number from 0 to 36000 s"),
        ("namespace", "9lives", "needs letters, digits and underscores"),
    ],
)
def test_a_bad_value_is_named_with_the_argument(tmp_path: Path, name: str, value: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        plan(tmp_path, **{name: value})
    assert f"launch argument {name}:={value}: " in str(error.value) and message in str(error.value)


def test_real_drives_are_not_given_faults(tmp_path: Path) -> None:
    emulated_calibration(load_device_config()).save(tmp_path / "calibration" / "hip-exo.yaml")
    with pytest.raises(ConfigError, match="only emulated drives can be given faults; add emulate:=true"):
        plan(tmp_path, emulate="false", inject="bus_off")


def test_a_device_without_calibration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="device 'hip-exo' is not calibrated; run: exo calibrate"):
        plan(tmp_path, emulate="false")


def test_the_calibration_of_another_device_is_refused(tmp_path: Path) -> None:
    other: DeviceConfig = load_device_config().model_copy(update={"name": "other"})
    emulated_calibration(other).save(tmp_path / "other.yaml")
    with pytest.raises(ConfigError, match="calibration of device 'other', not of 'hip-exo'; run: exo calibrate"):
        plan(tmp_path, emulate="false", calibration=str(tmp_path / "other.yaml"))


def test_a_torque_limit_above_the_ceiling_is_refused(tmp_path: Path) -> None:
    joints = yaml.safe_load((CONFIG / "hardware" / "device.yaml").read_text())["joints"]
    joints[RIGHT]["torque_limit_nm"] = 20.0
    with pytest.raises(ConfigError, match=r"torque_limit_nm = 20\.0: .*at most 15"):
        plan(tmp_path, device=device_file(tmp_path, joints=joints))


def test_a_torque_cap_above_the_ceiling_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "config"
    config.mkdir()
    for entry in CONFIG.iterdir():
        if entry.name != "safety":
            (config / entry.name).symlink_to(entry)
    (config / "safety").mkdir()
    limits = (CONFIG / "safety" / "limits.yaml").read_text().replace("torque_cap_nm: 8.0", "torque_cap_nm: 20.0")
    (config / "safety" / "limits.yaml").write_text(limits)
    monkeypatch.setenv("EXO_CONFIG_DIR", str(config))
    with pytest.raises(ConfigError, match=r"torque_cap_nm = 20\.0: .*at most 15.*ceiling is fixed in code"):
        plan(tmp_path)


def test_moteus_drives_are_not_emulated_on_a_bus(tmp_path: Path) -> None:
    joints = yaml.safe_load((CONFIG / "hardware" / "device.yaml").read_text())["joints"]
    for joint in joints.values():
        del joint["model"]
    with pytest.raises(ConfigError, match="hip-exo has moteus drives; only cubemars ones can be emulated on a bus"):
        plan(
            tmp_path,
            device=device_file(tmp_path, driver="moteus", joints=joints, supply_window={"low_v": 20.0, "high_v": 28.0}),
        )


def test_a_priority_is_for_all_nodes_and_the_emergency_stop_comes_first(tmp_path: Path) -> None:
    asked = plan(tmp_path, realtime_priority="50")
    assert asked.shared_parameters == {"realtime_priority": 50} and asked.estop_parameters == {"realtime_priority": 51}
    assert plan(tmp_path / "other").shared_parameters == plan(tmp_path / "third").estop_parameters == {}
    assert plan(tmp_path / "last", realtime_priority="0").estop_parameters == {}
