"""The launch arguments of a trial in phases, checked before anything starts."""

import datetime
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from exo import trial_folder
from exo.hardware_plan import HardwarePlan, plan_hardware_trial
from exo.trial_plan import TrialPlan, checker, make_trial_folder, number_from, plan_trial, whole_from
from exo.trial_progress import phase_to_go_on_with
from exo_control.errors import ConfigError, ExoError
from exo_control.registry import make_policy, policy_file
from exo_nodes.person import MOTION
from exo_sim.gait_speeds import gait_at_speed
from exo_sim.subject import load_subject
from exo_sim.wearer import STAND
from exo_trial.protocol import FASTEST_M_S, NO_ASSISTANCE, load_protocol
from exo_trial.schedule import Schedule, schedule_trial
from exo_trial.trial_file import TrialFile, load_trial_file

EMULATED = "emulated"
"""The launch argument device for emulated drives."""

PAUSES_S = 3600.0
"""Time for pauses, beside twice that of the phases, after which a simulated trial ends on its own."""

PATHS = (
    "protocol",
    "subject",
    "gait",
    "device",
    "calibration",
    "policy_params",
    "simulation_params",
    "hardware_params",
)
"""Launch arguments that may be paths."""

OF_A_RUN = ("resume", "lockstep", "real_time_factor", "namespace", "log_level", "discovery")
"""Launch arguments that a resumed trial may be given: all others are those that it began with."""


@dataclass(frozen=True)
class ProtocolPlan:
    """What a trial in phases will be."""

    schedule: Schedule
    first_phase: int
    gait: str
    directory: Path
    bag: Path
    nodes: TrialPlan | HardwarePlan
    """Of policy and device."""
    motions: list[str]
    """What a simulated person does in each phase."""

    @property
    def person(self) -> dict[str, object]:
        """ROS parameters of the simulated person, besides those of every trial."""
        gaits = dict.fromkeys(motion for motion in self.motions if motion not in (STAND, self.nodes.gait))
        return {MOTION.name: self.motions[self.first_phase], "more_gaits": " ".join(gaits)}

    @property
    def conductor(self) -> dict[str, object]:
        """ROS parameters of the trial node."""
        person = "simulation" if isinstance(self.nodes, TrialPlan) else "emulator" if self.nodes.emulate else ""
        return {
            "trial": str(self.directory / trial_folder.TRIAL),
            "first_phase": self.first_phase,
            "person": person,
            "gait": self.gait,
        }

    def custom_data(self) -> dict[str, str]:
        """Return what the recording says about itself, beside its messages."""
        policies = list(dict.fromkeys(phase.policy for phase in self.schedule.phases))
        files = {policy: path for policy in policies if (path := policy_file(policy)) is not None}
        hashes = {policy: hashlib.sha256(path.read_bytes()).hexdigest() for policy, path in files.items()}
        return self.nodes.custom_data() | {
            "policy": " ".join(policies),
            "policies_sha256": json.dumps(hashes).replace("=", "\\u003d"),
            "protocol": self.schedule.protocol,
            "protocol_sha256": self.schedule.protocol_sha256,
            "order_seed": str(self.schedule.order_seed),
            "subject": self.nodes.subject,
        }


def plan_protocol_trial(given: Mapping[str, str], defaults: Mapping[str, str]) -> ProtocolPlan:
    """Check the launch arguments of trial.launch.py.

    Args:
        given: arguments with another value than the default.
        defaults: of all arguments.

    Raises:
        ConfigError: a value is not allowed, or the trial to resume is none or is finished; names argument, value and
            fix.
    """
    arguments = {**defaults, **given}
    if arguments["resume"]:
        return _resumed(given, defaults)
    checked = checker(arguments)
    order_seed = arguments["order_seed"] or arguments["seed"]
    schedule = schedule_trial(
        checked("protocol", load_protocol),
        checker({"order_seed": order_seed})("order_seed", whole_from(0, 2**31 - 1)),
        checked("duration_scale", number_from(0.001, 10.0, "")),
        checked("speed_m_s", number_from(0.1, FASTEST_M_S, "")) if arguments["speed_m_s"] else None,
    )
    subject = checked("subject", load_subject)
    plan = _plan(arguments, schedule, 0)
    now = datetime.datetime.now().strftime("%Y-%m-%d-%H%M%S")
    folder = arguments["trial_dir"] or f"trials/{now}-{schedule.protocol}"
    directory = checker({"trial_dir": folder})("trial_dir", make_trial_folder(schedule.protocol))
    kept = {name: _absolute(value) if name in PATHS else value for name, value in arguments.items()}
    TrialFile(schedule=schedule, arguments=kept, mass_kg=subject.mass_kg).save(directory / trial_folder.TRIAL)
    return _in_folder(plan, directory)


def _resumed(given: Mapping[str, str], defaults: Mapping[str, str]) -> ProtocolPlan:
    directory = Path(given["resume"]).absolute()
    for name, value in given.items():
        if name not in OF_A_RUN:
            raise ConfigError(
                f"launch argument {name}:={value}: a resumed trial goes on as it began; leave it out, or start another"
            )
    trial = checker(given)("resume", lambda text: load_trial_file(directory / trial_folder.TRIAL))
    first = phase_to_go_on_with(directory, len(trial.schedule.phases))
    if first is None:
        raise ConfigError(f"launch argument resume:={given['resume']}: all phases are finished; start another trial")
    if not os.access(directory, os.W_OK):
        raise ConfigError(f"launch argument resume:={given['resume']}: cannot write into this folder")
    return _in_folder(_plan({**defaults, **trial.arguments, **given}, trial.schedule, first), directory)


def _plan(arguments: Mapping[str, str], schedule: Schedule, first: int) -> ProtocolPlan:
    gait = arguments["gait"]
    checked = checker(arguments)
    for phase in schedule.phases:
        try:
            make_policy(phase.policy)
        except ExoError as error:
            raise ConfigError(f"phase {phase.name}: policy = {phase.policy}: {error}") from None
    simulated = arguments["device"] in ("", EMULATED)
    motions = checked("gait", lambda text: _motions(text, schedule)) if simulated else []
    common = {
        **arguments,
        "policy": NO_ASSISTANCE,  # the trial node sets the first phase's
        "gait": next((motion for motion in motions if motion != STAND), gait),
        "record": "false",  # the folder is known later only
    }
    nodes: TrialPlan | HardwarePlan
    if arguments["device"]:
        emulated = arguments["device"] == EMULATED
        own = {"emulate": str(emulated).lower(), "device": "" if emulated else arguments["device"], "duration": "0"}
        nodes = plan_hardware_trial({**common, **own, "emulation": "realistic", "inject": "", "rate": "100"})
    else:
        longest_s = min(2.0 * schedule.total_s + PAUSES_S, 36000.0)
        nodes = plan_trial({**common, "engine": "auto", "rviz": "false", "duration": f"{longest_s:g}"})
    return ProtocolPlan(schedule, first, gait, Path(), Path(), nodes, motions)


def _motions(gait: str, schedule: Schedule) -> list[str]:
    """Return what a simulated person does in each phase."""
    return [gait_at_speed(gait, phase.speed_m_s) if phase.kind == "walk" else STAND for phase in schedule.phases]


def _in_folder(plan: ProtocolPlan, directory: Path) -> ProtocolPlan:
    nodes = replace(plan.nodes, directory=directory)
    return replace(plan, directory=directory, bag=trial_folder.next_recording(directory), nodes=nodes)


def _absolute(value: str) -> str:
    return str(Path(value).absolute()) if value.endswith(".yaml") else value
