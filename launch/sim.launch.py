"""A simulated person walks with the exoskeleton: simulation node, policy node and, by default, a recording.

The trial folder then holds the recording (bag/), summary.json and summary.png.
"""

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from exo.launch_command import command_line_arguments
from exo.launched_nodes import recorded_topics, simulate
from exo.launched_trial import DISCOVERY, LIMIT_DISCOVERY, LaunchedTrial
from exo.trial_plan import check_names, plan_trial
from exo_nodes import topics
from exo_sim.names import DEFAULT_GAIT

TRUE_FALSE = ["true", "false"]

ARGUMENTS = [
    DeclareLaunchArgument(
        "policy",
        default_value="dofc",
        description="zero, dofc, name of a file in config/policies, or the path of an .onnx file from `exo train` or "
        "of a .yaml file from `exo bound`",
    ),
    DeclareLaunchArgument(
        "engine",
        default_value="auto",
        choices=["auto", "native", "scone"],
        description="auto or native: our own; scone: SCONE, where it is installed (`exo scone find`)",
    ),
    DeclareLaunchArgument(
        "gait",
        default_value=DEFAULT_GAIT,
        description="name in config/gaits, or a path ending in .yaml, or, in SCONE, of a model ending in .scone",
    ),
    DeclareLaunchArgument(
        "subject", default_value="reference", description="name of a file in config/subjects, or a path ending in .yaml"
    ),
    DeclareLaunchArgument("seed", default_value="0", description="seed of sensor noise and disturbances"),
    DeclareLaunchArgument("duration", default_value="20", description="length of the walk in simulated seconds"),
    DeclareLaunchArgument(
        "real_time_factor", default_value="1.0", description="simulated seconds per second, 0.01 to 10"
    ),
    DeclareLaunchArgument(
        "lockstep",
        default_value="false",
        choices=TRUE_FALSE,
        description="step as soon as the policy has answered, as fast as it can; the same seed gives the same trial",
    ),
    DeclareLaunchArgument(
        "record", default_value="true", choices=TRUE_FALSE, description="record the trial and summarise it"
    ),
    DeclareLaunchArgument(
        "trial_dir", default_value="", description="trial folder; empty: trials/<date-time>-<policy>"
    ),
    DeclareLaunchArgument(
        "rviz",
        default_value="false",
        choices=TRUE_FALSE,
        description="start rviz2",
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
        "simulation_params",
        default_value="",
        description="parameter file of the simulation node; empty: config/simulation.yaml",
    ),
]


def generate_launch_description() -> LaunchDescription:
    rviz = Node(
        package="rviz2",
        executable="rviz2",
        arguments=["--fixed-frame", topics.WORLD_FRAME],
        condition=IfCondition(LaunchConfiguration("rviz")),
    )
    return LaunchDescription([*ARGUMENTS, LIMIT_DISCOVERY, OpaqueFunction(function=start_trial), rviz])


def start_trial(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    values = context.launch_configurations
    check_names(command_line_arguments(__file__), [argument.name for argument in ARGUMENTS])
    plan = plan_trial(values)
    trial = LaunchedTrial("simulation", values["namespace"], values["log_level"])
    if plan.directory:
        trial.record(plan.bag, recorded_topics(plan), plan.custom_data(), sim_time=True)
    simulate(trial, plan)
    return trial.actions
