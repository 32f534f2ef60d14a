"""A simulated person walks with the exoskeleton: simulation node, policy node and, by default, a recording.

The trial folder then holds the recording (bag/), summary.json and summary.png.
"""

import signal

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, EmitEvent, ExecuteProcess, LogInfo, OpaqueFunction
from launch.conditions import IfCondition
from launch.events import Shutdown, matches_action
from launch.events.process import ProcessExited, SignalProcess
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackagePrefix

from exo.launch_command import command_line_arguments
from exo.trial_plan import TrialPlan, check_names, plan_trial
from exo_control.joints import POLICY_PERIOD_S
from exo_nodes import topics
from exo_nodes.lifecycle import EXIT_CANNOT_START
from exo_sim.names import DEFAULT_GAIT

TRUE_FALSE = ["true", "false"]

ARGUMENTS = [
    DeclareLaunchArgument(
        "policy",
        default_value="dofc",
        description="zero, dofc, name of a file in config/policies, or the path of an .onnx file from `exo train` or "
        "of a .yaml file from `exo bound`",
    ),
    DeclareLaunchArgument(
        "engine",
        default_value="auto",
        choices=["auto", "native", "scone"],
        description="simulation engine; auto takes the best that is installed",
    ),
    DeclareLaunchArgument(
        "gait", default_value=DEFAULT_GAIT, description="name of a file in config/gaits, or a path ending in .yaml"
    ),
    DeclareLaunchArgument(
        "subject", default_value="reference", description="name of a file in config/subjects, or a path ending in .yaml"
    ),
    DeclareLaunchArgument("seed", default_value="0", description="seed of sensor noise and disturbances"),
    DeclareLaunchArgument("duration", default_value="20", description="length of the walk in simulated seconds"),
    DeclareLaunchArgument(
        "real_time_factor", default_value="1.0", description="simulated seconds per second, 0.01 to 10"
    ),
    DeclareLaunchArgument(
        "lockstep",
        default_value="false",
        choices=TRUE_FALSE,
        description="step as soon as the policy has answered, as fast as it can; the same seed gives the same trial",
    ),
    DeclareLaunchArgument(
        "record", default_value="true", choices=TRUE_FALSE, description="record the trial and summarise it"
    ),
    DeclareLaunchArgument(
        "trial_dir", default_value="", description="trial folder; empty: trials/<date-time>-<policy>"
    ),
    DeclareLaunchArgument(
        "rviz",
        default_value="false",
        choices=TRUE_FALSE,
        description="start rviz2",
    ),
    DeclareLaunchArgument("namespace", default_value="", description="namespace of all nodes and topics"),
    DeclareLaunchArgument(
        "log_level",
        default_value="info",
        choices=["debug", "info", "warn", "error", "fatal"],
        description="least severity that the nodes log",
    ),
    DeclareLaunchArgument(
        "policy_params", default_value="", description="parameter file of the policy node; empty: config/policy.yaml"
    ),
    DeclareLaunchArgument(
        "simulation_params",
        default_value="",
        description="parameter file of the simulation node; empty: config/simulation.yaml",
    ),
]


def generate_launch_description() -> LaunchDescription:
    rviz = Node(
        package="rviz2",
        executable="rviz2",
        arguments=["--fixed-frame", topics.WORLD_FRAME],
        condition=IfCondition(LaunchConfiguration("rviz")),
    )
    return LaunchDescription([*ARGUMENTS, OpaqueFunction(function=start_trial), rviz])


def start_trial(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    values = context.launch_configurations
    check_names(command_line_arguments(__file__), [argument.name for argument in ARGUMENTS])
    plan = plan_trial(values)
    return Trial(plan, values["namespace"], values["log_level"]).actions()


class Trial:
    """The processes of a trial, and what happens when one of them ends."""

    def __init__(self, plan: TrialPlan, namespace: str, log_level: str) -> None:
        self.problems: list[str] = []
        self.simulation_ended = False
        self.plan = plan
        self.recorder = self.make_recorder(namespace) if plan.directory else None
        shared = {
            "package": "exo_nodes",
            "namespace": namespace,
            "output": "screen",
            "ros_arguments": ["--log-level", log_level],
        }
        self.policy = Node(
            executable="policy_node",
            name="policy",
            parameters=[
                plan.policy_params,
                {
                    "policy": plan.policy,
                    "tick_period_s": 0.0 if plan.lockstep else POLICY_PERIOD_S / plan.real_time_factor,
                    "wait_for_recorder": self.recorder is not None,
                },
            ],
            on_exit=self.on_policy_exit,
            **shared,
        )
        self.simulation = Node(
            executable="simulation_node",
            name="simulation",
            parameters=[
                plan.simulation_params,
                {
                    "engine": plan.engine,
                    "gait": plan.gait,
                    "subject": plan.subject,
                    "seed": plan.seed,
                    "duration_s": plan.duration_s,
                    "real_time_factor": plan.real_time_factor,
                    "lockstep": plan.lockstep,
                    "wait_for_recorder": self.recorder is not None,
                },
            ],
            on_exit=self.on_simulation_exit,
            **shared,
        )

    def make_recorder(self, namespace: str) -> ExecuteProcess:
        """`exo record` runs the command after -- and then summarises the trial, also when all is interrupted."""
        prefix = f"/{namespace.strip('/')}/" if namespace.strip("/") else "/"
        recorded = [prefix + topic for topic in topics.RECORDED]
        if not self.plan.lockstep:
            recorded.append(topics.DIAGNOSTICS)  # holds wall times, which differ from run to run
        custom_data = [f"{key}={value}" for key, value in self.plan.custom_data().items()]
        # Where colcon installs it: without env.sh it is not on the path.
        exo = PathJoinSubstitution([FindPackagePrefix("exo"), "lib", "exo", "exo"])
        directory = str(self.plan.directory)
        command = ["ros2", "bag", "record", "-s", "mcap", "-o", str(self.plan.bag), "--use-sim-time"]
        return ExecuteProcess(
            name="recorder",
            cmd=[exo, "record", directory, "--", *command, "--topics", *recorded, "--custom-data", *custom_data],
            output="screen",
            sigterm_timeout="180",  # the summary takes seconds, and the first one compiles the engine
            on_exit=self.on_recorder_exit,
        )

    def actions(self) -> list[LaunchDescriptionEntity]:
        processes = [self.policy, self.simulation]
        return processes if self.recorder is None else [self.recorder, *processes]

    def on_policy_exit(self, event: ProcessExited, context: LaunchContext) -> list[LaunchDescriptionEntity]:
        if self.simulation_ended or context.is_shutdown:
            return []
        self.problems.append(f"the policy node ended early, exit code {event.returncode}")
        if event.returncode == EXIT_CANNOT_START:
            return self.end()
        return [LogInfo(msg=f"{self.problems[-1]}: the person walks on without torque")]

    def on_simulation_exit(self, event: ProcessExited, context: LaunchContext) -> list[LaunchDescriptionEntity]:
        self.simulation_ended = True
        if context.is_shutdown:
            return []
        if event.returncode != 0:
            self.problems.append(f"the simulation node failed, exit code {event.returncode}")
        if self.recorder is None or self.recorder.return_code is not None:
            return self.end()
        return [
            EmitEvent(event=SignalProcess(signal_number=signal.SIGINT, process_matcher=matches_action(self.recorder)))
        ]

    def on_recorder_exit(self, event: ProcessExited, context: LaunchContext) -> list[LaunchDescriptionEntity]:
        if context.is_shutdown:
            return []
        if event.returncode != 0:
            self.problems.append(f"the recorder failed, exit code {event.returncode}")
        elif not self.simulation_ended:
            self.problems.append("the recorder was stopped early")
        if self.simulation_ended or event.returncode == EXIT_CANNOT_START:
            return self.end()
        return [LogInfo(msg=f"{self.problems[-1]}: the person walks on unrecorded")]

    def end(self) -> list[LaunchDescriptionEntity]:
        if self.problems:
            raise RuntimeError("; ".join(self.problems))  # the launch ends with exit code 1
        return [EmitEvent(event=Shutdown(reason="the trial is over"))]
