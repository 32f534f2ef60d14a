"""The exoskeleton under ros2_control: controller manager, effort controller, and the bridge to the device's topics.

hardware:=topic commands a device that runs already, simulated or real; policy:=NAME starts a policy that commands
through the controller. hardware:=mock needs no device: its joints do not move, but all plumbing can be tried.
Needs a ROS 2 distribution with ros2_control.
"""

import os

from ament_index_python.packages import PackageNotFoundError, get_package_share_directory
from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, EmitEvent, LogInfo, OpaqueFunction
from launch.events import Shutdown
from launch.events.process import ProcessExited
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from exo.launch_command import command_line_arguments
from exo.launched_trial import DISCOVERY, LIMIT_DISCOVERY
from exo.rviz_nodes import robot_description
from exo.trial_plan import check_names
from exo_control.config_files import config_path
from exo_nodes import topics
from exo_nodes.controller_topics import CONTROLLER, POLICY_COMMANDS

PACKAGES = ["controller_manager", "forward_command_controller", "joint_state_broadcaster", "robot_state_publisher"]
PLUGIN_PACKAGES = {"topic": "joint_state_topic_hardware_interface", "mock": "hardware_interface"}

ARGUMENTS = [
    DeclareLaunchArgument(
        "hardware",
        default_value="topic",
        choices=list(PLUGIN_PACKAGES),
        description="topic: the device behind exo/joint_states, simulated or real; mock: none",
    ),
    DeclareLaunchArgument(
        "policy",
        default_value="",
        description="with hardware:=topic, policy that commands through the controller, as for sim.launch.py; empty: "
        "none",
    ),
    DeclareLaunchArgument("subject", default_value="reference", description="who wears it: a file in config/subjects"),
    DeclareLaunchArgument("namespace", default_value="", description="namespace of all nodes and topics"),
    DISCOVERY,
    DeclareLaunchArgument(
        "log_level",
        default_value="info",
        choices=["debug", "info", "warn", "error", "fatal"],
        description="least severity that the nodes log",
    ),
]


def generate_launch_description() -> LaunchDescription:
    return LaunchDescription([*ARGUMENTS, LIMIT_DISCOVERY, OpaqueFunction(function=start)])


def start(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    values = context.launch_configurations
    check_names(command_line_arguments(__file__), [argument.name for argument in ARGUMENTS])
    hardware, policy = values["hardware"], values["policy"]
    if policy and hardware != "topic":
        raise RuntimeError(f"policy:={policy} needs a device: use it with hardware:=topic")
    check_installed([*PACKAGES, PLUGIN_PACKAGES[hardware]])
    description = {"robot_description": ParameterValue(robot_description(values["subject"], hardware), value_type=str)}
    controllers = str(config_path("ros2_control", "controllers.yaml"))
    shared = {
        "namespace": values["namespace"],
        "output": "screen",
        "ros_arguments": ["--log-level", values["log_level"]],
    }
    manager = Node(
        package="controller_manager",
        executable="ros2_control_node",
        parameters=[description, controllers],
        on_exit=end,
        **shared,
    )
    publisher = Node(
        package="robot_state_publisher", executable="robot_state_publisher", parameters=[description], **shared
    )
    spawner = Node(
        package="controller_manager",
        executable="spawner",
        arguments=["joint_state_broadcaster", CONTROLLER, "--param-file", controllers],
        on_exit=end_without_controllers,
        **shared,
    )
    nodes = [manager, publisher, spawner]
    if hardware == "topic":
        nodes.append(
            Node(package="exo_nodes", executable="controller_bridge", name="controller_bridge", on_exit=end, **shared)
        )
    if policy:
        nodes.append(
            Node(
                package="exo_nodes",
                executable="policy_node",
                name="policy",
                parameters=[str(config_path("policy.yaml")), {"policy": policy}],
                remappings=[(topics.JOINT_COMMANDS, POLICY_COMMANDS)],
                **shared,
            )
        )
    return nodes


def check_installed(packages: list[str]) -> None:
    missing = []
    for package in packages:
        try:
            get_package_share_directory(package)
        except PackageNotFoundError:
            missing.append(package)
    try:
        import xacro  # noqa: F401
    except ImportError:
        missing.append("xacro")
    if missing:
        distribution = os.environ.get("ROS_DISTRO", "jazzy")
        debian = " ".join(f"ros-{distribution}-{package.replace('_', '-')}" for package in missing)
        raise RuntimeError(
            f"ros2_control.launch.py needs packages that are not installed: {', '.join(missing)}. With a ROS 2 "
            f"distribution: sudo apt install {debian}. Without one use sim.launch.py, which needs none of them"
        )


def end(event: ProcessExited, context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Without the manager or the bridge there is nothing left to do; the device brings the torque to zero."""
    if context.is_shutdown:
        return []
    if event.returncode != 0:
        raise RuntimeError(f"{event.process_name} failed, exit code {event.returncode}")  # the launch ends with 1
    return [EmitEvent(event=Shutdown(reason=f"{event.process_name} has ended"))]


def end_without_controllers(event: ProcessExited, context: LaunchContext) -> list[LaunchDescriptionEntity]:
    if event.returncode != 0:
        return end(event, context)
    return [LogInfo(msg="the controllers are active")]
