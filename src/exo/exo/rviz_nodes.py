"""The processes that show a walk in rviz2, of a ROS 2 distribution."""

import importlib.util
from pathlib import Path

from ament_index_python.packages import PackageNotFoundError, get_package_prefix, get_package_share_directory
from launch import LaunchDescriptionEntity
from launch.actions import LogInfo
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from exo_control.config_files import config_path
from exo_nodes import topics


def robot_description(subject: str, hardware: str = "plain") -> str:
    """Return the URDF of the device and its wearer; needs xacro.

    Args:
        subject: a file in config/subjects.
        hardware: as in exo.urdf.xacro.
    """
    import xacro

    file = Path(get_package_share_directory("exo_description"), "urdf", "exo.urdf.xacro")
    # The folder that the safety limiter reads too.
    arguments = {"hardware": hardware, "subject": subject, "config": str(config_path("safety").parent)}
    return str(xacro.process_file(str(file), mappings=arguments).toxml())


def rviz_nodes(subject: str, namespace: str) -> list[LaunchDescriptionEntity]:
    """Return rviz2 with the configuration of exo, and the robot model where its publisher is installed."""
    in_simulated_time = {"use_sim_time": True}
    rviz = Node(
        package="rviz2",
        executable="rviz2",
        namespace=namespace,
        arguments=["--display-config", str(config_path("rviz", "exo.rviz"))],
        parameters=[in_simulated_time],
    )
    there = {"robot_state_publisher": _has_publisher(), "xacro": importlib.util.find_spec("xacro") is not None}
    missing = [name for name, is_there in there.items() if not is_there]
    if missing or Path(subject).suffix:
        why = f"{' and '.join(missing)} not installed" if missing else f"{subject} is no file of config/subjects"
        return [LogInfo(msg=f"rviz shows markers without the robot model: {why}"), rviz]
    publisher = Node(
        package="robot_state_publisher",
        executable="robot_state_publisher",
        namespace=namespace,
        parameters=[
            in_simulated_time | {"robot_description": ParameterValue(robot_description(subject), value_type=str)}
        ],
        remappings=[("joint_states", topics.HUMAN_JOINT_STATES)],
    )
    return [publisher, rviz]


def _has_publisher() -> bool:
    try:
        get_package_prefix("robot_state_publisher")
    except PackageNotFoundError:
        return False
    return True
