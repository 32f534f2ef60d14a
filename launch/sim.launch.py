"""A simulated person walks with the exoskeleton: simulation node, policy node and, by default, a recording.

The trial folder then holds the recording (bag/), summary.json and summary.png.
"""

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, OpaqueFunction

from exo.launch_command import command_line_arguments
from exo.launched_nodes import recorded_topics, simulate
from exo.launched_trial import DISCOVERY, LIMIT_DISCOVERY, LaunchedTrial
from exo.rviz_nodes import rviz_nodes
from exo.trial_plan import check_names, plan_trial
from exo.view_plan import plan_view
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
        "view", default_value="false", choices=TRUE_FALSE, description="show the walk live on a page in the browser"
    ),
    DeclareLaunchArgument(
        "view_controls",
        default_value="false",
        choices=TRUE_FALSE,
        description="let that page push, lean, change the policy, lower and stop",
    ),
    DeclareLaunchArgument("view_port", default_value="8088", description="TCP port of the page, on this machine only"),
    DeclareLaunchArgument(
        "rviz",
        default_value="false",
        choices=TRUE_FALSE,
        description="show robot, muscles, torques and ground reactions in rviz2",
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
    return LaunchDescription([*ARGUMENTS, LIMIT_DISCOVERY, OpaqueFunction(function=start_trial)])


def start_trial(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    values = context.launch_configurations
    check_names(command_line_arguments(__file__), [argument.name for argument in ARGUMENTS])
    view = plan_view(values)
    plan = plan_trial(values)
    trial = LaunchedTrial("simulation", values["namespace"], values["log_level"])
    if plan.directory:
        trial.record(plan.bag, recorded_topics(plan), plan.custom_data(), sim_time=True)
    simulate(trial, plan)
    person = {"gait": plan.gait, "subject": plan.subject}
    if view.page:
        trial.add_helper("view", "view_node", [person | view.page], "the person walks on unseen")
    if view.rviz:
        trial.add_helper("markers", "marker_node", [person], "the person walks on without markers")
    return [*trial.actions, *(rviz_nodes(plan.subject, values["namespace"]) if view.rviz else [])]
