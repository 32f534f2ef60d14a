from typing import List  # noqa: UP035  (as launch files have it)

from launch import LaunchDescription
from launch.actions import (
    DeclareLaunchArgument,
    GroupAction,
    SetEnvironmentVariable,
    SetLaunchConfiguration,
    UnsetEnvironmentVariable,
)
from launch.substitutions import (
    EnvironmentVariable,
    LaunchConfiguration,
    PathJoinSubstitution,
    PythonExpression,
    TextSubstitution,
)
from launch_ros.actions import Node, PushRosNamespace, SetParameter, SetRemap
from launch_ros.parameter_descriptions import ParameterFile, ParameterValue
from launch_ros.substitutions import FindPackageShare


def show(label, **kwargs):
    return Node(package="demo_pkg", executable="show_arguments", output="screen", exec_name=label, **kwargs)


def generate_launch_description():
    config = [FindPackageShare("demo_pkg"), "config"]
    number = LaunchConfiguration("number")
    return LaunchDescription(
        [
            DeclareLaunchArgument("number", default_value="5"),
            DeclareLaunchArgument("mode", default_value="fast"),
            SetEnvironmentVariable("DEMO_UNSET", "gone"),
            SetEnvironmentVariable("DEMO_SET", ["set to ", number]),
            UnsetEnvironmentVariable("DEMO_UNSET"),
            show("plain"),
            show("named", name="walker", arguments=["--speed", number], ros_arguments=["--log-level", "debug"]),
            show("absolute", name="walker", namespace="/robot", remappings=[("in", "/out"), ("a", ["b", number])]),
            show("relative", namespace="lab"),
            show(
                "values",
                parameters=[
                    {
                        "truth": True,
                        "whole": 3,
                        "real": 1e-05,
                        "huge": 1e22,
                        "text": "true",
                        "digits": "12",
                        "colon": "a: b",
                        "empty": "",
                        "reals": [1, 2.5],
                        "wholes": [1, 2],
                        "texts": ["a", "1"],
                        "truths": [True, False],
                        "nested": {"gains": {"kp": 1.0, "kd": 0.5}},
                    }
                ],
            ),
            show(
                "substituted",
                parameters=[
                    {
                        "number": number,
                        "joined": [TextSubstitution(text="n"), number],
                        "list": ParameterValue(["[", number, ", 6]"], value_type=List[int]),  # noqa: UP006
                        "text": ParameterValue(number, value_type=str),
                        "truth": PythonExpression(["'", LaunchConfiguration("mode"), "' == 'fast'"]),
                        ("key_", number): 1,
                        "home": EnvironmentVariable("DEMO_NOT_SET", default_value="nowhere"),
                    }
                ],
            ),
            show("files", name="walker", parameters=[PathJoinSubstitution([*config, "params.yaml"]), {"speed": 1.4}]),
            show(
                "templates",
                parameters=[ParameterFile(PathJoinSubstitution([*config, "substituted.yaml"]), allow_substs=True)],
            ),
            GroupAction(
                [
                    PushRosNamespace("outer"),
                    SetParameter("use_sim_time", True),
                    SetParameter(name="number", value=number),
                    SetRemap("chatter", "gossip"),
                    SetEnvironmentVariable("DEMO_GROUP", "yes"),
                    SetLaunchConfiguration("number", "7"),
                    show("grouped", name="walker", parameters=[{"own": number}]),
                    GroupAction([PushRosNamespace("inner"), show("deeper", namespace="deepest")]),
                    show("root", namespace="/"),
                ]
            ),
            show("after", parameters=[{"number": number}]),
        ]
    )
