"""Trains a controller in simulation: the trainer node, until the last buffer.

The run folder then holds policy.onnx with its manifest, the learning curve and a checkpoint to go on from.
"""

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, EmitEvent, OpaqueFunction
from launch.events import Shutdown
from launch.events.process import ProcessExited
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from exo.launch_command import command_line_arguments
from exo.launched_trial import DISCOVERY, LIMIT_DISCOVERY
from exo.trial_plan import check_names

ARGUMENTS = [
    DeclareLaunchArgument(
        "config", default_value="improved", description="name of a file in config/training, or a path ending in .yaml"
    ),
    DeclareLaunchArgument("seed", default_value="1", description="seed of networks, exploration and walks"),
    DeclareLaunchArgument("output", default_value="", description="run folder; empty: runs/train-<config>-<seed>"),
    DeclareLaunchArgument(
        "threads", default_value="2", description="for simulation and networks; more may be faster, but round otherwise"
    ),
    DeclareLaunchArgument(
        "resume",
        default_value="false",
        choices=["true", "false"],
        description="go on with the run in the run folder",
    ),
    DeclareLaunchArgument(
        "policy_node", default_value="", description="running policy node that gets the finished policy; empty: none"
    ),
    DISCOVERY,
    DeclareLaunchArgument(
        "log_level",
        default_value="info",
        choices=["debug", "info", "warn", "error", "fatal"],
        description="least severity that the node logs",
    ),
]

TYPES = {"config": str, "seed": int, "output": str, "threads": int, "resume": bool, "policy_node": str}


def generate_launch_description() -> LaunchDescription:
    trainer = Node(
        package="exo_nodes",
        executable="trainer_node",
        name="trainer",
        output="screen",
        parameters=[
            {
                **{name: ParameterValue(LaunchConfiguration(name), value_type=kind) for name, kind in TYPES.items()},
                "exit_when_finished": True,
            }
        ],
        ros_arguments=["--log-level", LaunchConfiguration("log_level")],
        sigterm_timeout="90",  # longer than the node waits for the buffer under way
        on_exit=on_trainer_exit,
    )
    return LaunchDescription([*ARGUMENTS, LIMIT_DISCOVERY, OpaqueFunction(function=check), trainer])


def check(context: LaunchContext) -> None:
    check_names(command_line_arguments(__file__), [argument.name for argument in ARGUMENTS])


def on_trainer_exit(event: ProcessExited, context: LaunchContext) -> list[LaunchDescriptionEntity]:
    if context.is_shutdown:
        return []
    if event.returncode != 0:
        raise RuntimeError(f"training failed, exit code {event.returncode}")  # the launch ends with exit code 1
    return [EmitEvent(event=Shutdown(reason="training is over"))]
