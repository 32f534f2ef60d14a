"""The launch arguments of a simulated trial, checked before anything starts."""

import datetime
import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from exo import trial_folder
from exo_control.config_files import config_path, load_yaml
from exo_control.errors import ConfigError, ExoError, choices_hint
from exo_control.registry import policy_file
from exo_control.source_commit import git_sha
from exo_safety.limits import load_limits
from exo_scone.finder import find_scone
from exo_scone.people import check_engine, is_own_model, load_own_human
from exo_sim.gait import load_gait
from exo_sim.subject import load_subject

Checked = TypeVar("Checked")


@dataclass(frozen=True)
class TrialPlan:
    """What a trial will be."""

    policy: str
    engine: str
    gait: str
    subject: str
    seed: int
    duration_s: float
    real_time_factor: float
    lockstep: bool
    policy_params: str
    simulation_params: str
    directory: Path | None
    """Trial folder; None when nothing is recorded."""

    @property
    def bag(self) -> Path:
        """Folder of the recording."""
        assert self.directory is not None
        return self.directory / trial_folder.BAG

    def custom_data(self) -> dict[str, str]:
        """Return what the recording says about itself, beside its messages."""
        assert self.directory is not None
        arguments = {key: value for key, value in asdict(self).items() if key != "directory"}
        files = {key: load_yaml(arguments[key]) for key in ("policy_params", "simulation_params")}
        person = {"gait": self.gait, "subject": self.subject, "seed": str(self.seed)}
        if self.engine == "scone":
            person["scone"] = find_scone().text
            if is_own_model(self.gait):
                person["mass_kg"] = repr(load_own_human(self.gait).model.mass_kg)
        return {**describe_trial(self.directory, self.policy, {**arguments, **files}), **person}


def describe_trial(directory: Path, policy: str, parameters: Mapping[str, Any]) -> dict[str, str]:
    """Return what every recording says about itself, simulated or not."""
    data = {
        "trial_id": directory.name,
        "git_sha": git_sha() or "unknown",
        "limits_sha256": load_limits().sha256(),
        "policy": policy,
        # `ros2 bag record` cuts a value at its first "="; JSON can do without that character.
        "parameters": json.dumps(parameters).replace("=", "\\u003d"),
    }
    path = policy_file(policy)
    if path is not None:
        data["policy_sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    return data


class Checker(Protocol):
    """Checks one launch argument."""

    def __call__(self, name: str, check: Callable[[str], Checked], /) -> Checked:
        """Return the value; raises ConfigError that names argument, value and fix."""
        ...


def checker(arguments: Mapping[str, str]) -> Checker:
    """Return a function that checks launch arguments by name."""

    def checked(name: str, check: Callable[[str], Checked]) -> Checked:
        value = arguments[name]
        try:
            return check(value)
        except ExoError as error:
            raise ConfigError(f"launch argument {name}:={value}: {error}") from None

    return checked


def plan_trial(arguments: Mapping[str, str]) -> TrialPlan:
    """Check the launch arguments of sim.launch.py.

    Raises:
        ConfigError: a value is not allowed; names argument, value and fix.
    """

    checked = checker(arguments)
    checked("policy", check_policy)
    checked("namespace", check_namespace)
    checked("engine", check_engine)
    checked("gait", _check_gait(arguments["engine"]))
    checked("subject", load_subject)
    plan = TrialPlan(
        policy=arguments["policy"],
        engine=arguments["engine"],
        gait=arguments["gait"],
        subject=arguments["subject"],
        seed=checked("seed", whole_from(0, 2**31 - 1)),
        duration_s=checked("duration", number_from(0.01, 36000.0, " s")),
        real_time_factor=checked("real_time_factor", number_from(0.01, 10.0, "; lockstep:=true is as fast as it can")),
        lockstep=checked("lockstep", to_bool),
        policy_params=str(checked("policy_params", parameter_file("policy.yaml"))),
        simulation_params=str(checked("simulation_params", parameter_file("simulation.yaml"))),
        directory=None,
    )
    if not checked("record", to_bool):
        return plan
    return TrialPlan(**{**asdict(plan), "directory": checked("trial_dir", make_trial_folder(plan.policy))})


def to_bool(text: str) -> bool:
    """Return the value of a launch argument that is true or false.

    Raises:
        ConfigError: it is neither.
    """
    values = {"true": True, "1": True, "false": False, "0": False}
    if text.lower() not in values:
        raise ConfigError("needs true or false")
    return values[text.lower()]


def check_names(given: Mapping[str, Any], known: list[str]) -> None:
    """Refuse launch arguments that the launch file does not have: the real ``ros2 launch`` would drop them silently.

    Raises:
        ConfigError: names the argument and the nearest known one.
    """
    for name in given:
        if name not in known:
            raise ConfigError(f"unknown launch argument {name}:={given[name]}; {choices_hint(name, known)}")


def check_policy(text: str) -> None:
    """Refuse what is no policy, or a policy file that is not there.

    Raises:
        ConfigError: as said.
    """
    path = policy_file(text)
    if path is not None and not path.is_file():
        raise ConfigError("no such file")


def check_namespace(text: str) -> None:
    """Refuse what is no namespace.

    Raises:
        ConfigError: as said.
    """
    if not re.fullmatch(r"/?([A-Za-z_][A-Za-z0-9_]*(/[A-Za-z_][A-Za-z0-9_]*)*)?", text):
        raise ConfigError("needs letters, digits and underscores, in parts that a / separates, such as lab/left_leg")


def _check_gait(engine: str) -> Callable[[str], None]:
    """Return a check for a gait of ours, or in SCONE for a model of the user's."""

    def check(text: str) -> None:
        if engine != "scone" or not is_own_model(text):
            load_gait(text)
        elif not Path(text).is_file():
            raise ConfigError("no such file")

    return check


def number_from(minimum: float, maximum: float, unit: str) -> Callable[[str], float]:
    """Return a check for a number in a range; ``unit`` follows the range in the message."""

    def check(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not minimum <= value <= maximum:
            raise ConfigError(f"needs a number from {minimum:g} to {maximum:g}{unit}")
        return value

    return check


def whole_from(minimum: int, maximum: int) -> Callable[[str], int]:
    """Return a check for a whole number in a range."""

    def check(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = minimum - 1
        if not minimum <= value <= maximum:
            raise ConfigError(f"needs a whole number from {minimum} to {maximum}")
        return value

    return check


def parameter_file(default: str) -> Callable[[str], Path]:
    """Return a check for the path of a ROS parameter file; an empty text is a file of config/."""

    def check(text: str) -> Path:
        path = Path(text).absolute() if text else config_path(default)
        for node, content in load_yaml(path).items():
            if not isinstance(content, dict) or not isinstance(content.get("ros__parameters"), dict):
                raise ConfigError(f"{path}: {node}: needs a key ros__parameters with `name: value` lines below it")
        return path

    return check


def make_trial_folder(policy: str) -> Callable[[str], Path]:
    """Return a check that makes the trial folder; an empty text is one named after date and policy."""

    def check(text: str) -> Path:
        now = datetime.datetime.now().strftime("%Y-%m-%d-%H%M%S")
        path = Path(text or f"trials/{now}-{Path(policy).stem}").absolute()
        if (path / trial_folder.BAG).exists():
            raise ConfigError(f"{path} holds a recording already; name another folder, or leave trial_dir out")
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"cannot make the folder {path}: {error.strerror}") from None
        if not os.access(path, os.W_OK):
            raise ConfigError(f"cannot write into the folder {path}")
        return path

    return check
