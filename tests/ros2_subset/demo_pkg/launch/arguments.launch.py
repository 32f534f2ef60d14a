from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, GroupAction, IncludeLaunchDescription, LogInfo
from launch.conditions import IfCondition, UnlessCondition
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution, ThisLaunchFileDir
from launch_ros.substitutions import FindPackageShare


def generate_launch_description():
    included = PathJoinSubstitution([FindPackageShare("demo_pkg"), "launch", "included.launch.py"])
    return LaunchDescription(
        [
            DeclareLaunchArgument("mode", default_value="fast", description="How to go", choices=["fast", "slow"]),
            DeclareLaunchArgument("title", default_value=["mode is ", LaunchConfiguration("mode")]),
            DeclareLaunchArgument("verbose", default_value="false", description="More output."),
            LogInfo(msg=["title: ", LaunchConfiguration("title")]),
            LogInfo(msg="verbose", condition=IfCondition(LaunchConfiguration("verbose"))),
            LogInfo(msg="terse", condition=UnlessCondition(LaunchConfiguration("verbose"))),
            IncludeLaunchDescription(
                PythonLaunchDescriptionSource(included), launch_arguments={"inner": "from outer"}.items()
            ),
            GroupAction(
                [
                    DeclareLaunchArgument("only_verbose", default_value="x"),
                    LogInfo(msg=["only_verbose: ", LaunchConfiguration("only_verbose")]),
                ],
                condition=IfCondition(LaunchConfiguration("verbose")),
            ),
            LogInfo(msg=["inner is still ", LaunchConfiguration("inner")]),
            LogInfo(msg=["folder: ", ThisLaunchFileDir()]),
        ]
    )
