"""What the launch files of trials share: the recorder, who may hear, and what happens when a process ends."""

import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from launch import LaunchContext, LaunchDescriptionEntity
from launch.actions import (
    DeclareLaunchArgument,
    EmitEvent,
    ExecuteProcess,
    LogInfo,
    SetEnvironmentVariable,
)
from launch.events import Shutdown, matches_action
from launch.events.process import ProcessExited, SignalProcess
from launch.substitutions import EnvironmentVariable, LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackagePrefix

from exo_nodes import topics
from exo_nodes.lifecycle import EXIT_CANNOT_START

DISCOVERY_RANGE = "ROS_AUTOMATIC_DISCOVERY_RANGE"

DISCOVERY = DeclareLaunchArgument(
    "discovery",
    default_value=EnvironmentVariable(DISCOVERY_RANGE, default_value="LOCALHOST"),
    choices=["LOCALHOST", "SUBNET", "SYSTEM_DEFAULT", "OFF"],
    description="who may find the nodes: this machine only, or all machines of the network",
)

LIMIT_DISCOVERY = SetEnvironmentVariable(DISCOVERY_RANGE, LaunchConfiguration("discovery"))
"""To put before the nodes: a device is not to be commanded from another desk by accident."""
SHARE_NO_LOCKS = SetEnvironmentVariable("FASTDDS_BUILTIN_TRANSPORTS", "UDPv4")
"""For nodes with a real-time priority: a process without one, such as a recorder, may be kept from running while it
holds a lock of Fast DDS' shared memory, and they would wait for it. Other middleware does not know the variable."""


class LaunchedTrial:
    """The processes of a trial. It is over when the device, simulated or real, ends.

    The launch ends with exit code 1 if there was a problem.
    """

    def __init__(
        self, device: str, namespace: str, log_level: str, shared_parameters: Mapping[str, object] | None = None
    ) -> None:
        """Begin a trial without processes.

        Args:
            device: what the node of the device is called in messages.
            namespace: of all nodes and topics.
            log_level: of all nodes.
            shared_parameters: ROS parameters of all nodes, which win over those of files.
        """
        self._device, self._namespace, self._log_level = device, namespace, log_level
        self._shared_parameters = dict(shared_parameters or {})
        self._problems: list[str] = []
        self._over = False
        self._recorder: ExecuteProcess | None = None
        self._nodes: list[Node] = []
        self._device_node: Node | None = None
        self._conductor: Node | None = None

    @property
    def actions(self) -> list[LaunchDescriptionEntity]:
        """All processes, the recorder first."""
        return [*([self._recorder] if self._recorder else []), *self._nodes]

    def record(self, bag: Path, recorded: Sequence[str], custom_data: Mapping[str, str], sim_time: bool) -> None:
        """Record topics; a relative one is in the namespace.

        `exo record` runs the command after -- and then summarises the trial, also when all is interrupted.
        """
        prefix = f"/{self._namespace.strip('/')}/" if self._namespace.strip("/") else "/"
        names = [topic if topic.startswith("/") else prefix + topic for topic in recorded]
        data = [f"{key}={value}" for key, value in custom_data.items()]
        # Where colcon installs it: without env.sh it is not on the path.
        exo = PathJoinSubstitution([FindPackagePrefix("exo"), "lib", "exo", "exo"])
        command = ["ros2", "bag", "record", "-s", "mcap", "-o", str(bag), *(["--use-sim-time"] if sim_time else [])]
        self._recorder = ExecuteProcess(
            name="recorder",
            cmd=[exo, "record", str(bag.parent), "--", *command, "--topics", *names, "--custom-data", *data],
            output="screen",
            sigterm_timeout="180",  # the summary takes seconds, and the first one compiles the engine
            on_exit=self._on_recorder_exit,
        )

    def add_device(self, name: str, parameters: Sequence[object]) -> None:
        """Add the node of the device, NAME_node."""
        self._device_node = self._add(name, parameters, self._on_device_exit)

    def add_conductor(self, parameters: Sequence[object]) -> None:
        """Add the trial node, which goes through the phases; the trial is over with the last one."""
        self._conductor = self._add(topics.TRIAL_NODE, parameters, self._on_conductor_exit)

    def add_policy(self, parameters: Sequence[object]) -> None:
        """Add the policy node."""
        self._add("policy", parameters, self._on_policy_exit)

    def add_helper(
        self,
        name: str,
        executable: str,
        parameters: Sequence[object],
        without: str,
        own_parameters: Mapping[str, object] | None = None,
    ) -> None:
        """Add a node that ends with the device; ``without`` says how the trial goes on if it ends before.

        ``own_parameters`` win over those that all nodes share.
        """

        def on_exit(event: ProcessExited, context: LaunchContext) -> list[LaunchDescriptionEntity]:
            return self._on_helper_exit(f"the {name.replace('_', ' ')} node", without, event, context)

        self._add(name, parameters, on_exit, executable, own_parameters)

    def _add(
        self,
        name: str,
        parameters: Sequence[object],
        on_exit: Callable[[ProcessExited, LaunchContext], list[LaunchDescriptionEntity]],
        executable: str = "",
        own_parameters: Mapping[str, object] | None = None,
    ) -> Node:
        shared = self._shared_parameters | {"wait_for_recorder": self._recorder is not None}
        node = Node(
            package="exo_nodes",
            executable=executable or f"{name}_node",
            name=name,
            namespace=self._namespace,
            output="screen",
            parameters=[*parameters, shared | dict(own_parameters or {})],
            ros_arguments=["--log-level", self._log_level],
            on_exit=on_exit,
        )
        self._nodes.append(node)
        return node

    def _on_policy_exit(self, event: ProcessExited, context: LaunchContext) -> list[LaunchDescriptionEntity]:
        return self._on_helper_exit("the policy node", "the person walks on without torque", event, context)

    def _on_helper_exit(
        self, what: str, without: str, event: ProcessExited, context: LaunchContext
    ) -> list[LaunchDescriptionEntity]:
        if self._over or context.is_shutdown:
            return []
        self._problems.append(f"{what} ended early, exit code {event.returncode}")
        if event.returncode == EXIT_CANNOT_START or not without:
            return self._end()
        return [LogInfo(msg=f"{self._problems[-1]}: {without}")]

    def _on_conductor_exit(self, event: ProcessExited, context: LaunchContext) -> list[LaunchDescriptionEntity]:
        if self._over or context.is_shutdown:
            return []
        if event.returncode != 0:
            self._problems.append(f"the trial node failed, exit code {event.returncode}")
        return [_interrupt(self._device_node)] if self._device_node else self._end()

    def _on_device_exit(self, event: ProcessExited, context: LaunchContext) -> list[LaunchDescriptionEntity]:
        self._over = True
        if context.is_shutdown:
            return []
        if event.returncode != 0:
            self._problems.append(f"the {self._device} node failed, exit code {event.returncode}")
        elif self._conductor is not None and self._conductor.return_code is None:
            self._problems.append(f"the {self._device} node ended before the last phase; resume:= goes on from there")
        if self._recorder is None or self._recorder.return_code is not None:
            return self._end()
        return [_interrupt(self._recorder)]  # first, so that it does not record how the other nodes end

    def _on_recorder_exit(self, event: ProcessExited, context: LaunchContext) -> list[LaunchDescriptionEntity]:
        if context.is_shutdown:
            return []
        if event.returncode != 0:
            self._problems.append(f"the recorder failed, exit code {event.returncode}")
        elif not self._over:
            self._problems.append("the recorder was stopped early")
        if self._over or event.returncode == EXIT_CANNOT_START:
            return self._end()
        return [LogInfo(msg=f"{self._problems[-1]}: the person walks on unrecorded")]

    def _end(self) -> list[LaunchDescriptionEntity]:
        if self._problems:
            raise RuntimeError("; ".join(self._problems))  # the launch ends with exit code 1
        return [EmitEvent(event=Shutdown(reason="the trial is over"))]


def _interrupt(process: ExecuteProcess) -> EmitEvent:
    return EmitEvent(event=SignalProcess(signal_number=signal.SIGINT, process_matcher=matches_action(process)))
