"""The nodes of a trial, simulated or with the device, as the launch files start them."""

from collections.abc import Mapping

from exo.hardware_plan import HardwarePlan
from exo.launched_trial import SHARE_NO_LOCKS, LaunchedTrial
from exo.trial_plan import TrialPlan
from exo_control.joints import POLICY_PERIOD_S
from exo_nodes import topics


def recorded_topics(plan: TrialPlan | HardwarePlan) -> tuple[str, ...]:
    """Return the topics that the recording of a trial has."""
    if isinstance(plan, TrialPlan):
        # Diagnostics hold wall times, which differ from run to run.
        return topics.RECORDED if plan.lockstep else (*topics.RECORDED, topics.DIAGNOSTICS)
    return (*(topics.RECORDED if plan.emulate else topics.RECORDED_OF_DEVICE), topics.DIAGNOSTICS)


def simulate(
    trial: LaunchedTrial,
    plan: TrialPlan,
    person: Mapping[str, object] | None = None,
    device: Mapping[str, object] | None = None,
) -> None:
    """Add policy and simulated person to a trial; ``person`` and ``device`` are further parameters of the latter."""
    tick_period_s = 0.0 if plan.lockstep else POLICY_PERIOD_S / plan.real_time_factor
    trial.add_policy([plan.policy_params, {"policy": plan.policy, "tick_period_s": tick_period_s}])
    parameters = {
        "engine": plan.engine,
        "gait": plan.gait,
        "subject": plan.subject,
        "seed": plan.seed,
        "duration_s": plan.duration_s,
        "real_time_factor": plan.real_time_factor,
        "lockstep": plan.lockstep,
    }
    trial.add_device("simulation", [plan.simulation_params, parameters | dict(person or {}) | dict(device or {})])


def drive(
    trial: LaunchedTrial,
    plan: HardwarePlan,
    person: Mapping[str, object] | None = None,
    device: Mapping[str, object] | None = None,
) -> None:
    """Add policy, emergency stop and drives to a trial; emulated ones are worn by a simulated person.

    ``person`` and ``device`` are further parameters of the emulator and of the hardware node.
    """
    if plan.realtime_priority:
        trial.actions.append(SHARE_NO_LOCKS)
    if plan.emulate:
        wearer = {"gait": plan.gait, "subject": plan.subject, "seed": plan.seed, "duration_s": plan.disturbed_s}
        drives = {"channel": plan.channel, "emulation": plan.emulation, "inject": plan.inject, "device": plan.device}
        trial.add_helper("emulator", "emulator_node", [plan.hardware_params, wearer | drives | dict(person or {})], "")
    if plan.estop == "launch":
        trial.add_helper(
            "emergency_stop", "estop_node", [plan.hardware_params], "the device gives no torque", plan.estop_parameters
        )
    trial.add_policy([plan.policy_params, {"policy": plan.policy, "tick_period_s": POLICY_PERIOD_S}])
    parameters = {
        "device": plan.device,
        "calibration": plan.calibration,
        "emulation_channel": plan.channel,
        "rate_hz": plan.rate_hz,
        "duration_s": plan.duration_s,
        "wait_for_emulator": plan.emulate,
        "no_estop": plan.estop == "none",
    }
    trial.add_device("hardware", [plan.hardware_params, parameters | dict(device or {})])
