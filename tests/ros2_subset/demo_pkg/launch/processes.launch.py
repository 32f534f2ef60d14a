from launch import LaunchDescription
from launch.actions import (
    DeclareLaunchArgument,
    EmitEvent,
    ExecuteProcess,
    LogInfo,
    OpaqueFunction,
    RegisterEventHandler,
    TimerAction,
)
from launch.event_handlers import OnProcessExit, OnProcessIO, OnProcessStart, OnShutdown
from launch.events import Shutdown
from launch.substitutions import Command, FindExecutable, LaunchConfiguration, LocalSubstitution


def describe_start(event, _context):
    return [LogInfo(msg=f"started {event.process_name.rsplit('-', 1)[0]}")]


def opaque(context, suffix):
    value = LaunchConfiguration("greeting").perform(context)
    return [LogInfo(msg=f"opaque {value} {suffix}")]


def generate_launch_description():
    greet = ExecuteProcess(
        cmd=[FindExecutable(name="sh"), "-c", ["echo ", LaunchConfiguration("greeting"), "; printf unfinished >&2"]],
        name="greet",
        output="screen",
    )
    in_folder = ExecuteProcess(
        cmd=["pwd; echo $EXTRA $((1 + 1))"],
        shell=True,
        cwd="/",
        additional_env={"EXTRA": "extra"},
        name="shell",
        output="screen",
    )
    return LaunchDescription(
        [
            DeclareLaunchArgument("greeting", default_value="hello"),
            OpaqueFunction(function=opaque, args=["there"]),
            RegisterEventHandler(OnProcessStart(target_action=greet, on_start=describe_start)),
            RegisterEventHandler(
                OnProcessIO(
                    target_action=greet,
                    on_stdout=lambda event: LogInfo(msg=["heard ", event.text.decode().strip()]),
                )
            ),
            RegisterEventHandler(
                OnProcessExit(
                    target_action=greet,
                    on_exit=[LogInfo(msg=["returned ", LocalSubstitution("event.returncode.__str__()")]), in_folder],
                )
            ),
            RegisterEventHandler(
                OnProcessExit(
                    target_action=in_folder,
                    on_exit=TimerAction(period=0.1, actions=[EmitEvent(event=Shutdown(reason="all done"))]),
                )
            ),
            RegisterEventHandler(OnShutdown(on_shutdown=[LogInfo(msg="shutting down")])),
            greet,
            LogInfo(msg=["command: ", Command("echo from a command")]),
            ExecuteProcess(cmd=["sleep", "300"], sigterm_timeout="2", sigkill_timeout="2"),
        ]
    )
