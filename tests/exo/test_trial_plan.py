"""Launch arguments of a trial, checked before anything starts."""

import json
from pathlib import Path

import pytest
from ament_index_python.packages import PackageNotFoundError

from exo.trial_plan import TrialPlan, check_names, plan_trial
from exo_control.errors import ConfigError
from exo_safety.limits import load_limits

GOOD = {
    "policy": "dofc",
    "engine": "auto",
    "gait": "two_state",
    "subject": "reference",
    "seed": "7",
    "duration": "20",
    "real_time_factor": "1.0",
    "lockstep": "false",
    "record": "true",
    "trial_dir": "",
    "rviz": "false",
    "namespace": "",
    "policy_params": "",
    "simulation_params": "",
}


def plan(folder: Path, **arguments: str) -> TrialPlan:
    return plan_trial({**GOOD, "trial_dir": str(folder / "trial"), **arguments})


def test_values_are_converted(tmp_path: Path) -> None:
    made = plan(tmp_path)
    assert (made.seed, made.duration_s, made.real_time_factor, made.lockstep) == (7, 20.0, 1.0, False)
    assert made.directory == tmp_path / "trial" and made.directory.is_dir()
    assert made.bag == tmp_path / "trial" / "bag" and not made.bag.exists()
    assert Path(made.policy_params).name == "policy.yaml" and Path(made.simulation_params).name == "simulation.yaml"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("policy", "doffc", "unknown policy 'doffc'; did you mean 'dofc'?"),
        ("policy", "missing.onnx", "no such file"),
        ("gait", "moonwalk", "unknown gait 'moonwalk'"),
        ("gait", "missing.yaml", "cannot read the file"),
        ("subject", "nobody", "unknown subject 'nobody'"),
        ("seed", "1.5", "needs a whole number from 0 to"),
        ("seed", "-1", "needs a whole number from 0 to"),
        ("duration", "long", "needs a number from 0.01 to 36000 s"),
        ("duration", "0", "needs a number from 0.01 to 36000 s"),
        ("duration", "nan", "needs a number from 0.01 to 36000 s"),
        ("real_time_factor", "0", "needs a number from 0.01 to 10; lockstep:=true is as fast as it can"),
        ("real_time_factor", "1000", "lockstep:=true is as fast as it can"),
        ("lockstep", "maybe", "needs true or false"),
        ("record", "", "needs true or false"),
        ("namespace", "left leg", "needs letters, digits and underscores"),
        ("namespace", "lab//leg", "needs letters, digits and underscores"),
        ("rviz", "maybe", "needs true or false"),
        ("policy_params", "missing.yaml", "cannot read the file"),
    ],
)
def test_a_bad_value_is_named_with_its_argument_and_the_fix(
    tmp_path: Path, name: str, value: str, message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        plan(tmp_path, **{name: value})
    assert str(caught.value).startswith(f"launch argument {name}:={value}: ")
    assert message in str(caught.value)
    assert not (tmp_path / "trial").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("policy: [", "bad.yaml:1"),
        ("policy:\n  dofc.gain_nm: 8.0\n", "policy: needs a key ros__parameters"),
        ("policy:\n  ros__parameters: 8.0\n", "policy: needs a key ros__parameters"),
        ("policy: 8.0\n", "policy: needs a key ros__parameters"),
    ],
)
def test_a_malformed_parameter_file_is_named(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(content)
    with pytest.raises(ConfigError, match="launch argument policy_params:=") as caught:
        plan(tmp_path, policy_params=str(path))
    assert message in str(caught.value)


def test_a_recording_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "trial" / "bag").mkdir(parents=True)
    with pytest.raises(ConfigError, match="holds a recording already; name another folder"):
        plan(tmp_path)


def test_a_trial_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"launch argument trial_dir:=.*cannot make the folder .*: Not a directory"):
        plan(tmp_path / "file")


@pytest.mark.parametrize("namespace", ["", "/", "lab", "/lab", "lab/left_leg"])
def test_namespaces(tmp_path: Path, namespace: str) -> None:
    plan(tmp_path, namespace=namespace)


def test_rviz_is_missed_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exo.trial_plan.get_package_prefix", missing_package)
    with pytest.raises(ConfigError, match="launch argument rviz:=true: rviz2 is not installed; leave rviz out"):
        plan(tmp_path, rviz="true")


def missing_package(name: str) -> str:
    raise PackageNotFoundError(name)


def test_without_recording_there_is_no_folder(tmp_path: Path) -> None:
    made = plan(tmp_path, record="false")
    assert made.directory is None and list(tmp_path.iterdir()) == []


def test_the_folder_is_named_after_time_and_policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = plan(tmp_path, trial_dir="", policy="zero")
    assert made.directory is not None
    assert made.directory.parent == tmp_path / "trials" and made.directory.name.endswith("-zero")


def test_the_recording_says_what_it_is_of(tmp_path: Path) -> None:
    (tmp_path / "a=b").mkdir()
    policy = tmp_path / "a=b" / "net.onnx"
    policy.write_bytes(b"network")
    data = plan(tmp_path, policy=str(policy)).custom_data()
    assert data["limits_sha256"] == load_limits().sha256()
    assert data["policy_sha256"] == "3009be769fb8f956e8413ee9f3e0836e34968bc40457d0a10c549d2edcf00cc1"
    parameters = json.loads(data["parameters"])
    assert parameters["policy"] == str(policy) and parameters["seed"] == 7
    assert "ros__parameters" in parameters["simulation_params"]["/**/simulation"]
    # `ros2 bag record` cuts values at "=".
    assert "=" not in data["parameters"]


def test_unknown_arguments_are_refused() -> None:
    check_names({"policy": "zero"}, list(GOOD))
    with pytest.raises(ConfigError, match="unknown launch argument polcy:=zero; did you mean 'policy'"):
        check_names({"polcy": "zero"}, list(GOOD))
