from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, LogInfo
from launch.substitutions import LaunchConfiguration


def generate_launch_description():
    return LaunchDescription(
        [DeclareLaunchArgument("subject", description="Who"), LogInfo(msg=LaunchConfiguration("subject"))]
    )
