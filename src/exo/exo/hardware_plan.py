"""The launch arguments of a trial with the device or with emulated drives, checked before anything starts."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from exo import trial_folder
from exo.trial_plan import (
    check_namespace,
    check_policy,
    checker,
    describe_trial,
    make_trial_folder,
    number_from,
    parameter_file,
    to_bool,
    whole_from,
)
from exo_control.config_files import load_yaml
from exo_control.errors import ConfigError
from exo_hardware.calibration_file import load_calibration
from exo_hardware.device_config import DeviceConfig, device_models, load_device_config
from exo_hardware.emulation_config import load_emulation
from exo_nodes.emulator_node import parse_injection
from exo_safety.limits import load_limits
from exo_sim.gait import load_gait
from exo_sim.subject import load_subject

EMULATED_DURATION_S = 20.0
"""Of a trial with emulated drives, unless another is asked for."""

LONGEST_DISTURBANCE_S = 3600.0
"""Where the trial has no end."""


@dataclass(frozen=True)
class HardwarePlan:
    """What a trial with the device will be."""

    policy: str
    device: str
    device_name: str
    calibration: str
    emulate: bool
    emulation: str
    channel: str
    """Local bus of the emulated drives; empty without."""
    inject: str
    gait: str
    subject: str
    seed: int
    rate_hz: int
    duration_s: float
    """0: until it is stopped."""
    disturbed_s: float
    """Time that the disturbances of the emulated person are drawn for."""
    realtime_priority: int | None
    """Of all nodes; None: as the parameter files say."""
    estop: str
    policy_params: str
    hardware_params: str
    directory: Path | None
    """Trial folder; None when nothing is recorded."""

    @property
    def shared_parameters(self) -> dict[str, object]:
        """ROS parameters of all nodes."""
        return {} if self.realtime_priority is None else {"realtime_priority": self.realtime_priority}

    @property
    def estop_parameters(self) -> dict[str, object]:
        """ROS parameters of the emergency stop: before all others, since its silence costs the torque."""
        return {"realtime_priority": min(self.realtime_priority + 1, 99)} if self.realtime_priority else {}

    @property
    def bag(self) -> Path:
        """Folder of the recording."""
        assert self.directory is not None
        return self.directory / trial_folder.BAG

    def custom_data(self) -> dict[str, str]:
        """Return what the recording says about itself, beside its messages."""
        assert self.directory is not None
        person = ("gait", "subject", "seed", "emulation", "inject", "disturbed_s")
        left_out = ("directory", "channel", *(() if self.emulate else person))
        arguments = {key: value for key, value in asdict(self).items() if key not in left_out}
        files = {key: load_yaml(arguments[key]) for key in ("policy_params", "hardware_params")}
        data = describe_trial(self.directory, self.policy, {**arguments, **files}) | {"device": self.device_name}
        if self.emulate:
            data |= {"gait": self.gait, "subject": self.subject, "seed": str(self.seed)}
        return data


def _check_rate(text: str) -> int:
    rate_hz = whole_from(100, 500)(text)
    if rate_hz % 100:
        raise ConfigError("needs a multiple of 100")
    return rate_hz


def _check_priority(text: str) -> int | None:
    return whole_from(0, 99)(text) if text else None


def plan_hardware_trial(arguments: Mapping[str, str]) -> HardwarePlan:
    """Check the launch arguments of hardware.launch.py, and the files that they name.

    Raises:
        ConfigError: a value is not allowed; names argument, value and fix.
    """
    checked = checker(arguments)
    emulate = checked("emulate", to_bool)

    def check_device(text: str) -> DeviceConfig:
        device = load_device_config(text or None)
        if device.driver == "cubemars":
            device_models(device)
        elif emulate:
            raise ConfigError(f"{device.name} has {device.driver} drives; only cubemars ones can be emulated on a bus")
        return device

    def check_calibration(text: str) -> str:
        if not emulate:
            load_calibration(device, text or None)
        elif text:
            raise ConfigError("emulated drives know their offsets; leave calibration out")
        return str(Path(text).absolute()) if text else ""

    def check_inject(text: str) -> str:
        parse_injection(text)
        if text and not emulate:
            raise ConfigError("only emulated drives can be given faults; add emulate:=true")
        return text

    device = checked("device", check_device)
    checked("policy", check_policy)
    checked("namespace", check_namespace)
    checked("emulation", load_emulation)
    checked("gait", load_gait)
    checked("subject", load_subject)
    load_limits()
    duration = arguments["duration"] or (f"{EMULATED_DURATION_S:g}" if emulate else "0")
    duration_s = checker({"duration": duration})("duration", number_from(0.0, 36000.0, " s"))
    plan = HardwarePlan(
        policy=arguments["policy"],
        device=str(Path(arguments["device"]).absolute()) if arguments["device"] else "",
        device_name=device.name,
        calibration=checked("calibration", check_calibration),
        emulate=emulate,
        emulation=arguments["emulation"],
        channel=f"exo-{os.getpid()}" if emulate else "",
        inject=checked("inject", check_inject),
        gait=arguments["gait"],
        subject=arguments["subject"],
        seed=checked("seed", whole_from(0, 2**31 - 1)),
        rate_hz=checked("rate", _check_rate),
        duration_s=duration_s,
        disturbed_s=duration_s or LONGEST_DISTURBANCE_S,
        realtime_priority=checked("realtime_priority", _check_priority),
        estop=arguments["estop"],
        policy_params=str(checked("policy_params", parameter_file("policy.yaml"))),
        hardware_params=str(checked("hardware_params", parameter_file("hardware.yaml"))),
        directory=None,
    )
    if not checked("record", to_bool):
        return plan
    return replace(plan, directory=checked("trial_dir", make_trial_folder(plan.policy)))
