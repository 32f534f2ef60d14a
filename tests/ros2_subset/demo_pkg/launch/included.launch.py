from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, LogInfo
from launch.substitutions import LaunchConfiguration


def generate_launch_description():
    return LaunchDescription(
        [
            DeclareLaunchArgument("inner", description="Has no default"),
            DeclareLaunchArgument("depth", default_value="2", description="Of the included file"),
            LogInfo(msg=["inner: ", LaunchConfiguration("inner"), ", depth: ", LaunchConfiguration("depth")]),
        ]
    )
