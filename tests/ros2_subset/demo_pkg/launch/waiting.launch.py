from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node


def generate_launch_description():
    return LaunchDescription(
        [
            DeclareLaunchArgument("executable", default_value="wait", choices=["wait", "stubborn"]),
            Node(
                package="demo_pkg",
                executable=LaunchConfiguration("executable"),
                output="screen",
                sigterm_timeout="0.5",
                sigkill_timeout="0.5",
            ),
            Node(package="demo_pkg", executable="wait", output="screen"),
        ]
    )
