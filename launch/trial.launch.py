"""A trial in phases, as a protocol file says: standing, resting, walking with and without assistance.

With a simulated person, with emulated drives or with the device. The trial folder then holds the recording (bag/, and
bag_2/ after a resumption), trial.json, summary.json and summary.png, figures phase by phase.
"""

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, OpaqueFunction

from exo.launch_command import command_line_arguments
from exo.launched_nodes import drive, recorded_topics, simulate
from exo.launched_trial import DISCOVERY, LIMIT_DISCOVERY, LaunchedTrial
from exo.protocol_plan import plan_protocol_trial
from exo.trial_plan import TrialPlan, check_names
from exo_nodes import topics
from exo_nodes.device import WAIT_FOR_TRIAL

DEFAULTS = {
    "protocol": ("metabolic", "name of a file in config/protocols, or a path ending in .yaml"),
    "subject": ("reference", "who walks: name of a file in config/subjects, or a path ending in .yaml"),
    "resume": ("", "folder of a trial that was aborted or broke off: goes on with the first phase not finished"),
    "duration_scale": ("1.0", "factor on the length of every phase, 0.001 to 10, for tests and quick looks"),
    "speed_m_s": ("", "speed of all walking, m/s, for who walks no other; empty: as the protocol says"),
    "seed": ("0", "seed of sensor noise, disturbances and, unless order_seed is given, of the order"),
    "order_seed": ("", "seed of the order of the phases that the protocol shuffles; empty: seed"),
    "device": ("", "empty: a simulated person and device; emulated: emulated drives; or the path of a device file"),
    "calibration": ("", "with a device, its calibration file; empty: where `exo calibrate` writes it"),
    "estop": (
        "launch",
        "with drives: software emergency stop started here (launch), by somebody else (external), none",
    ),
    "realtime_priority": ("", "with drives: SCHED_FIFO priority of all nodes, 1 to 99; empty: as the files say"),
    "gait": ("geyer_herr", "gait of a simulated person; its variants in config/gaits/speeds walk other speeds"),
    "real_time_factor": ("1.0", "without drives: simulated seconds per second, 0.01 to 10"),
    "lockstep": ("false", "without drives: step as soon as the policy has answered, as fast as it can"),
    "trial_dir": ("", "trial folder; empty: trials/<date-time>-<protocol>"),
    "namespace": ("", "namespace of all nodes and topics"),
    "log_level": ("info", "least severity that the nodes log: debug, info, warn, error or fatal"),
    "policy_params": ("", "parameter file of the policy node; empty: config/policy.yaml"),
    "simulation_params": ("", "parameter file of the simulation node; empty: config/simulation.yaml"),
    "hardware_params": ("", "with drives: parameter file of the other nodes; empty: config/hardware.yaml"),
}
CHOICES = {
    "estop": ["launch", "external", "none"],
    "lockstep": ["true", "false"],
    "log_level": ["debug", "info", "warn", "error", "fatal"],
}
ARGUMENTS = [
    *(
        DeclareLaunchArgument(name, default_value=value, description=description, choices=CHOICES.get(name))
        for name, (value, description) in DEFAULTS.items()
    ),
    DISCOVERY,
]


def generate_launch_description() -> LaunchDescription:
    return LaunchDescription([*ARGUMENTS, LIMIT_DISCOVERY, OpaqueFunction(function=start_trial)])


def start_trial(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    values = context.launch_configurations
    check_names(command_line_arguments(__file__), [argument.name for argument in ARGUMENTS])
    defaults = {name: value for name, (value, _) in DEFAULTS.items()}
    given = {name: values[name] for name, value in defaults.items() if values[name] != value}
    plan = plan_protocol_trial(given, defaults)
    nodes, simulated = plan.nodes, isinstance(plan.nodes, TrialPlan)
    shared = {} if isinstance(nodes, TrialPlan) else nodes.shared_parameters
    trial = LaunchedTrial("simulation" if simulated else "hardware", values["namespace"], values["log_level"], shared)
    recorded = (*recorded_topics(nodes), *topics.RECORDED_OF_PHASES)
    trial.record(plan.bag, recorded, plan.custom_data(), sim_time=simulated)
    trial.add_conductor([plan.conductor])
    device = {WAIT_FOR_TRIAL.name: True}
    if isinstance(nodes, TrialPlan):
        simulate(trial, nodes, plan.person, device)
    else:
        drive(trial, nodes, plan.person if nodes.emulate else None, device)
    return trial.actions
