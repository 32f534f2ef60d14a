from launch import LaunchDescription
from launch_ros.actions import Node


def generate_launch_description():
    return LaunchDescription(
        [Node(package="demo_pkg", executable="fail", respawn=True, respawn_delay=0.05, respawn_max_retries=2)]
    )
