from launch import LaunchDescription
from launch.actions import Shutdown
from launch_ros.actions import Node


def generate_launch_description():
    return LaunchDescription(
        [
            Node(package="demo_pkg", executable="fail", on_exit=Shutdown(reason="it failed")),
            Node(package="demo_pkg", executable="wait", output="screen"),
        ]
    )
