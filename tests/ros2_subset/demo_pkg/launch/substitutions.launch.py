from launch import LaunchDescription
from launch.actions import AppendEnvironmentVariable, GroupAction, LogInfo, ResetLaunchConfigurations
from launch.actions import SetLaunchConfiguration as Set
from launch.actions import UnsetLaunchConfiguration as Unset
from launch.substitutions import (
    AllSubstitution,
    AndSubstitution,
    AnySubstitution,
    EnvironmentVariable,
    EqualsSubstitution,
    IfElseSubstitution,
    LaunchConfiguration,
    NotEqualsSubstitution,
    NotSubstitution,
    OrSubstitution,
    PathJoinSubstitution,
    PythonExpression,
)


def generate_launch_description():
    config = LaunchConfiguration
    cases = {
        "and": AndSubstitution(config("yes"), "1"),
        "or": OrSubstitution(config("no"), "false"),
        "not": NotSubstitution(config("no")),
        "any": AnySubstitution("0", config("yes"), "false"),
        "all": AllSubstitution("1", config("yes"), "True"),
        "equal booleans": EqualsSubstitution(config("yes"), "1"),
        "equal numbers": EqualsSubstitution("1.0", "1"),
        "equal texts": EqualsSubstitution("a", "A"),
        "unequal": NotEqualsSubstitution(config("word"), "other"),
        "if": IfElseSubstitution(config("no"), "then", "else"),
        "path": PathJoinSubstitution(["/a", config("word"), "b.yaml"]),
        "math": PythonExpression(["round(cos(0) + ", "pi, 3)"]),
        "default": config("not_set", default="fallback"),
        "default list": config("not_set", default=["x", config("word")]),
        "variable": EnvironmentVariable("DEMO_LIST"),
    }
    return LaunchDescription(
        [
            Set("yes", "true"),
            Set("no", "False"),
            Set("word", "word"),
            AppendEnvironmentVariable("DEMO_LIST", "b"),
            AppendEnvironmentVariable("DEMO_LIST", "c"),
            AppendEnvironmentVariable("DEMO_LIST", "a", prepend=True),
            *(LogInfo(msg=[name, ": ", case]) for name, case in cases.items()),
            GroupAction([Set("word", "inside"), LogInfo(msg=["scoped: ", config("word")])]),
            GroupAction([Set("kept", "leaks")], scoped=False),
            LogInfo(msg=["after: ", config("word"), " ", config("kept")]),
            GroupAction(
                [LogInfo(msg=["isolated: ", config("word", default="unknown"), " ", config("given")])],
                forwarding=False,
                launch_configurations={"given": config("word")},
            ),
            Unset("word"),
            LogInfo(msg=["unset: ", config("word", default="unknown")]),
            ResetLaunchConfigurations(),
            LogInfo(msg=["reset: ", config("yes", default="unknown")]),
        ]
    )
