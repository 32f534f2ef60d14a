"""The trainer node: starts, stops and reports training, and hands the policy to a policy node."""

import time
from enum import Enum
from pathlib import Path

from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.executors import Executor
from rclpy.task import Future
from std_srvs.srv import Trigger

from exo_nodes.lifecycle import SPIN_S, WAIT_TIMEOUT, ExoNode, StartError
from exo_nodes.parameters import NodeParameter
from exo_nodes.policy_receiver import PolicyReceiver
from exo_nodes.training_process import Event, TrainingProcess
from exo_nodes.training_topics import TrainingTopics

REPORT_PERIOD_S = 1.0

END_PATIENCE_S = 60.0
"""For the buffer under way when the node ends; then the process is killed, and its last checkpoint stays."""

PARAMETERS = (
    NodeParameter("config", "improved", "name of a file in config/training, or a path ending in .yaml"),
    NodeParameter("seed", 1, "seed of networks, exploration and walks", 0, 2**32 - 1),
    NodeParameter("output", "", "run folder; empty: runs/train-CONFIG-SEED"),
    NodeParameter("threads", 2, "for simulation and networks; more may be faster, but round differently", 1, 64),
    NodeParameter("resume", False, "go on with the run in the run folder"),
    NodeParameter("autostart_training", True, "train as soon as the node is active; false waits for ~/start"),
    NodeParameter("policy_node", "", "policy node that gets the finished policy; empty: none"),
    NodeParameter("exit_when_finished", False, "end the node when training has finished or failed"),
)


class State(Enum):
    """What training is doing, as the diagnostics say it."""

    IDLE = "idle"  # nothing trained yet by this node
    TRAINING = "training"
    STOPPED = "stopped"
    FINISHED = "finished"
    FAILED = "failed"


class TrainerNode(ExoNode):
    """Trains in a process of its own, which ends with the node; a checkpoint after each buffer lets it go on."""

    def __init__(self) -> None:
        super().__init__("trainer", PARAMETERS)
        self._state = State.IDLE
        self._problem = ""
        self._process: TrainingProcess | None = None
        self._folder: Path | None = None  # known once the process is ready
        self._begun = False
        self._done = "no buffer is done"
        self._stopped: Future | None = None
        self._exported: Future | None = None
        self._reported_s = 0.0

    def configure(self) -> None:
        """Create topics and services, and let the training process load."""
        values = self.values
        self._topics = TrainingTopics(self, f"{Path(values['config']).stem}, seed {values['seed']}")
        group = ReentrantCallbackGroup()  # answers may take a buffer's time, in which others are asked for
        self._answers = [
            self.create_service(Trigger, f"~/{name}", answer, callback_group=group)
            for name, answer in (("start", self._on_start), ("stop", self._on_stop), ("hand_over", self._on_hand_over))
        ]
        self._receiver = PolicyReceiver(self, values["policy_node"]) if values["policy_node"] else None
        self._state, self._problem = State.IDLE, ""
        self._process = self._new_process()

    def _new_process(self) -> TrainingProcess:
        return TrainingProcess(*(self.values[name] for name in ("config", "seed", "output", "threads")))

    def missing(self) -> list[str]:
        """Return what has to be there before activation."""
        self._take_events()
        if self._state is State.FAILED:
            raise StartError(self._problem)
        return [] if self._folder else ["the training process to load"]

    def activate(self) -> None:
        """Be ready to train, and train if that is wanted from the start."""
        deadline = time.monotonic() + self.values[WAIT_TIMEOUT.name]
        while missing := self.missing():  # not if the node has started itself
            if time.monotonic() > deadline:
                raise StartError(f"waited too long for: {missing[0]}")
            time.sleep(SPIN_S)
        if self.values["autostart_training"]:
            self._train()

    def work(self, executor: Executor) -> None:
        """Answer services, and pass on what the training process says."""
        executor.spin_once(timeout_sec=SPIN_S)
        self._take_events()
        if time.monotonic() - self._reported_s > REPORT_PERIOD_S:
            self._publish_report()

    def deactivate(self) -> None:
        """End training; its checkpoint is kept."""
        if self._state is State.TRAINING:
            self.get_logger().info("stopping after the buffer under way")
        if self._process is not None:
            self._process.end()
        deadline = time.monotonic() + END_PATIENCE_S
        while self._process is not None:
            if time.monotonic() > deadline:
                self._process.kill()
            self._take_events(SPIN_S)
        self._topics.flush()

    def cleanup(self) -> None:
        """Destroy topics and services."""
        self._topics.destroy()
        for service in self._answers:
            self.destroy_service(service)
        if self._receiver:
            self._receiver.destroy()
        if self._process is not None:
            self._process.kill()
            self._process = None

    def _train(self) -> None:
        command = "restart" if self._begun else "resume" if self.values["resume"] else "start"
        self._command(command)
        self._begun = True
        self.get_logger().info(f"training in {self._folder}")
        self._enter(State.TRAINING)

    def _command(self, command: str) -> None:
        self._process = self._process or self._new_process()
        self._process.send(command)

    def _on_start(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        """Service ~/start: train, or go on after a stop or a failure."""
        if not self.is_active:
            response.message = "the node is not active"
        elif self._state in (State.TRAINING, State.FINISHED):
            response.message = f"training is {self._state.value} in {self._folder}"
        else:
            self._train()
            response.success, response.message = True, f"training in {self._folder}"
        return response

    async def _on_stop(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        """Service ~/stop: stop after the buffer under way; answers then."""
        if self._state is not State.TRAINING:
            response.message = f"not training, but {self._state.value}"
            return response
        if self._stopped is None:
            self._stopped = Future(executor=self.executor)
            self._command("stop")
        await self._stopped
        response.success = self._state is State.STOPPED
        response.message = f"{self._problem or self._state.value}; {self._done}"
        return response

    async def _on_hand_over(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        """Service ~/hand_over: hand the policy of the last checkpoint to the policy node."""
        response.success, response.message = await self._hand_over()
        return response

    async def _hand_over(self, policy: str | None = None) -> tuple[bool, str]:
        """Hand over a policy file, or the policy of the last checkpoint."""
        if self._receiver is None:
            return False, "no policy node is named: set the parameter policy_node"
        if not self.is_active:
            return False, "the node is not active"
        if problem := self._receiver.problem():
            return False, problem
        if policy is None:
            if self._exported is None:
                self._exported = Future(executor=self.executor)
                self._command("export")
            policy, problem = await self._exported
            if policy is None:
                return False, problem
        taken, message = await self._receiver.give(Path(policy))
        (self.get_logger().info if taken else self.get_logger().error)(message)
        return taken, message

    def _take_events(self, timeout_s: float = 0.0) -> None:
        while self._process is not None and (event := self._process.event(timeout_s)) is not None:
            getattr(self, f"_on_{event['event']}")(event)

    def _on_ready(self, event: Event) -> None:
        folder, resume = Path(event["folder"]), self.values["resume"]
        if not self._begun and event["has_checkpoint"] != resume:
            found, hint = (
                ("no run to resume", "leave resume out")
                if resume
                else ("a run already", "set resume to true, or name another folder as output")
            )
            self._fail(f"{folder} holds {found}; {hint}")
            return
        self._folder = folder

    def _on_progress(self, event: Event) -> None:
        figures = event["figures"]
        self._done = f"buffer {event['buffer']} of {event['buffers']} is done"
        self.get_logger().info(
            f"{self._done}: return {figures['episode_return']:.1f}, falls {figures['falls']}, "
            f"CoT {figures['cost_of_transport']:.2f}, {event['left_s'] / 60.0:.0f} min left"
        )
        self._topics.publish_progress(event)
        self._publish_report()

    def _on_stopped(self, event: Event) -> None:
        self.get_logger().info(f"stopped; ~/start or the parameter resume goes on in {self._folder}")
        self._enter(State.STOPPED)

    def _on_finished(self, event: Event) -> None:
        self.get_logger().info(f"finished; the policy is {event['policy']}")
        self._enter(State.FINISHED)
        if self._receiver is not None:
            assert self.executor is not None
            self.executor.create_task(self._finish, event["policy"])
        elif self.values["exit_when_finished"]:
            self.stop.set()

    async def _finish(self, policy: str) -> None:
        taken, _ = await self._hand_over(policy)
        if self.values["exit_when_finished"]:
            self.failed = not taken
            self.stop.set()

    def _on_exported(self, event: Event) -> None:
        self._settle_export((event["policy"], ""))

    def _on_not_exported(self, event: Event) -> None:
        self._settle_export((None, event["message"]))

    def _settle_export(self, result: tuple[str | None, str]) -> None:
        if self._exported is not None:
            self._exported.set_result(result)
            self._exported = None

    def _on_failed(self, event: Event) -> None:
        self._fail(event["message"])

    def _on_ended(self, event: Event) -> None:
        self._process = None
        if self._state is State.TRAINING or (self._folder is None and self._state is State.IDLE):
            hint = "; ~/start goes on from the last checkpoint" if self._state is State.TRAINING else ""
            self._fail(event["message"] + hint)
        self._settle_export((None, event["message"]))

    def _fail(self, problem: str) -> None:
        self._problem = problem
        if self._begun:  # else it is why the node cannot start
            self.get_logger().error(problem)
        self._enter(State.FAILED)
        if self._begun and self.values["exit_when_finished"]:
            self.failed = True
            self.stop.set()

    def _enter(self, state: State) -> None:
        self._state = state
        if state is not State.FAILED:
            self._problem = ""
        if state is not State.TRAINING and self._stopped is not None:
            self._stopped.set_result(None)
            self._stopped = None
        self._publish_report()

    def _publish_report(self) -> None:
        self._topics.publish_report(self._state.value, self._folder or "", self._problem)
        self._reported_s = time.monotonic()
