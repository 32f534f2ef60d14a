"""The device assists: hardware node, policy node, emergency stop and, by default, a recording.

emulate:=true runs the same driver, frames and safety against emulated drives on a CAN bus of this machine, worn by a
walking person. The trial folder then holds the recording (bag/), summary.json and summary.png.
"""

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, OpaqueFunction

from exo.hardware_plan import plan_hardware_trial
from exo.launch_command import command_line_arguments
from exo.launched_nodes import drive, recorded_topics
from exo.launched_trial import DISCOVERY, LIMIT_DISCOVERY, LaunchedTrial
from exo.trial_plan import check_names
from exo_sim.names import DEFAULT_GAIT

TRUE_FALSE = ["true", "false"]

ARGUMENTS = [
    DeclareLaunchArgument(
        "policy",
        default_value="dofc",
        description="zero, dofc, name of a file in config/policies, or the path of an .onnx file from `exo train` or "
        "of a .yaml file from `exo bound`",
    ),
    DeclareLaunchArgument("device", default_value="", description="device file; empty: config/hardware/device.yaml"),
    DeclareLaunchArgument(
        "calibration", default_value="", description="calibration file; empty: where `exo calibrate` writes it"
    ),
    DeclareLaunchArgument(
        "emulate",
        default_value="false",
        choices=TRUE_FALSE,
        description="emulated drives, worn by a walking person, instead of the real ones",
    ),
    DeclareLaunchArgument(
        "emulation", default_value="realistic", description="kind of emulated drives in config/hardware/emulation.yaml"
    ),
    DeclareLaunchArgument(
        "inject",
        default_value="",
        description="fault of the emulated drives from the start, such as silent:left_hip_flexion or bus_off",
    ),
    DeclareLaunchArgument(
        "gait",
        default_value=DEFAULT_GAIT,
        description="with emulate:=true, name of a file in config/gaits, or a path ending in .yaml",
    ),
    DeclareLaunchArgument(
        "subject",
        default_value="reference",
        description="with emulate:=true, name of a file in config/subjects, or a path ending in .yaml",
    ),
    DeclareLaunchArgument("seed", default_value="0", description="with emulate:=true, seed of noise and disturbances"),
    DeclareLaunchArgument(
        "rate", default_value="100", description="ticks of drives and safety per second, 100 to 500; a multiple of 100"
    ),
    DeclareLaunchArgument(
        "duration",
        default_value="",
        description="length of the assistance in seconds, 0: until Ctrl-C; empty: 20 with emulate:=true, else 0",
    ),
    DeclareLaunchArgument(
        "realtime_priority",
        default_value="",
        description="SCHED_FIFO priority of all nodes, 1 to 99, where the system grants it; 0: leave it to the system; "
        "empty: as the parameter files say",
    ),
    DeclareLaunchArgument(
        "estop",
        default_value="launch",
        choices=["launch", "external", "none"],
        description="software emergency stop: started here; by somebody else (ros2 run exo_nodes estop_node); none, on "
        "a bench without people only",
    ),
    DeclareLaunchArgument(
        "record", default_value="true", choices=TRUE_FALSE, description="record the trial and summarise it"
    ),
    DeclareLaunchArgument(
        "trial_dir", default_value="", description="trial folder; empty: trials/<date-time>-<policy>"
    ),
    DeclareLaunchArgument("namespace", default_value="", description="namespace of all nodes and topics"),
    DISCOVERY,
    DeclareLaunchArgument(
        "log_level",
        default_value="info",
        choices=["debug", "info", "warn", "error", "fatal"],
        description="least severity that the nodes log",
    ),
    DeclareLaunchArgument(
        "policy_params", default_value="", description="parameter file of the policy node; empty: config/policy.yaml"
    ),
    DeclareLaunchArgument(
        "hardware_params",
        default_value="",
        description="parameter file of the other nodes; empty: config/hardware.yaml",
    ),
]


def generate_launch_description() -> LaunchDescription:
    return LaunchDescription([*ARGUMENTS, LIMIT_DISCOVERY, OpaqueFunction(function=start_trial)])


def start_trial(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    values = context.launch_configurations
    check_names(command_line_arguments(__file__), [argument.name for argument in ARGUMENTS])
    plan = plan_hardware_trial(values)
    trial = LaunchedTrial("hardware", values["namespace"], values["log_level"], plan.shared_parameters)
    if plan.directory:
        trial.record(plan.bag, recorded_topics(plan), plan.custom_data(), sim_time=False)
    drive(trial, plan)
    return trial.actions
