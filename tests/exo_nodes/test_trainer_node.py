"""The trainer node over DDS: services, diagnostics, learning curve, hand-over to a policy node, and what goes wrong."""

import math
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rcl_interfaces.msg import SetParametersResult
from rcl_interfaces.srv import SetParameters
from rclpy.qos import QoSProfile
from sensor_msgs.msg import JointState
from std_srvs.srv import Trigger

pytest.importorskip("torch")

from exo_learning.checkpoint import FILE_NAME, load_checkpoint
from exo_learning.learning_curve import read_curve
from exo_learning.trainer import Trainer
from exo_learning.training_config import load_training_config
from exo_nodes import topics
from exo_nodes.lifecycle import EXIT_CANNOT_START
from exo_nodes.stamps import stamp_ns

from .conftest import NodeProcess, Observer, StartNode

pytestmark = pytest.mark.integration

TinyTraining = Callable[..., Path]

ENDLESS = 1_000_000  # buffers


class TrainingMonitor:
    """Reads what a trainer node publishes, and calls its services."""

    def __init__(self, observer: Observer) -> None:
        self.observer = observer
        self.curve: list[JointState] = []
        self.reports: list[DiagnosticStatus] = []
        node, qos = observer.node, QoSProfile(depth=5000)
        node.create_subscription(JointState, topics.LEARNING_CURVE, self.curve.append, qos)
        node.create_subscription(DiagnosticArray, topics.DIAGNOSTICS, self._on_diagnostics, qos)

    def _on_diagnostics(self, array: DiagnosticArray) -> None:
        self.reports += [status for status in array.status if status.name == "/trainer"]

    @property
    def buffers(self) -> list[int]:
        """The numbers of the buffers on the learning curve."""
        return [int(dict(zip(point.name, point.position, strict=True))["buffer"]) for point in self.curve]

    @property
    def state(self) -> str | None:
        return self.values["state"] if self.reports else None

    @property
    def values(self) -> dict[str, str]:
        """The values of the newest diagnostics."""
        return {item.key: item.value for item in self.reports[-1].values}

    def wait_for(self, state: str) -> None:
        self.observer.spin_until(lambda: self.state == state)

    def wait_for_buffers(self, count: int) -> None:
        self.observer.spin_until(lambda: len(self.curve) >= count)

    def call(self, service: str) -> Trigger.Response:
        """Call a service of the node and wait for the answer."""
        client = self.observer.node.create_client(Trigger, f"/trainer/{service}")
        self.observer.spin_until(client.service_is_ready)
        future = client.call_async(Trigger.Request())
        self.observer.spin_until(future.done)
        return future.result()


@pytest.fixture
def monitor(observer: Observer) -> TrainingMonitor:
    return TrainingMonitor(observer)


@pytest.fixture
def start_trainer(start_node: StartNode, ros_env: dict[str, str], tmp_path: Path) -> Callable[..., NodeProcess]:
    """Start a trainer node whose run folder is tmp_path/run."""
    ros_env["OMP_NUM_THREADS"] = "1"

    def start(config: Path | str, **parameters: Any) -> NodeProcess:
        return start_node("trainer_node", config=config, output=tmp_path / "run", threads=1, **parameters)

    return start


StartTrainer = Callable[..., NodeProcess]


def training_process_of(node: NodeProcess) -> int:
    """Return the process id of a node's only child."""
    pid = node.process.pid
    (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(child)


def test_training_starts_stops_and_goes_on_by_service(
    monitor: TrainingMonitor, start_trainer: StartTrainer, tiny_training: TinyTraining, tmp_path: Path
) -> None:
    trainer = start_trainer(tiny_training(buffers=ENDLESS), autostart_training=False)
    monitor.wait_for("idle")
    assert (monitor.call("stop").success, monitor.call("stop").message) == (False, "not training, but idle")

    assert monitor.call("start").success
    monitor.wait_for_buffers(2)
    assert monitor.state == "training"
    again = monitor.call("start")
    assert not again.success and again.message == f"training is training in {tmp_path / 'run'}"

    stopped = monitor.call("stop")
    monitor.wait_for("stopped")
    assert stopped.success
    done = load_checkpoint(tmp_path / "run").buffers
    assert stopped.message == f"stopped; buffer {done} of {ENDLESS} is done"
    assert monitor.values["buffer"] == str(done)

    assert monitor.call("start").success
    monitor.wait_for_buffers(done + 2)
    trainer.send(signal.SIGINT)
    assert monitor.observer.spin_until_ended(trainer) == 0, trainer.output
    assert "Traceback" not in trainer.output
    # All buffers were told, none twice, and the last one is in the checkpoint.
    last = load_checkpoint(tmp_path / "run").buffers
    assert monitor.buffers == list(range(1, last + 1))
    assert monitor.state == "stopped"


@pytest.mark.real_time
def test_a_finished_policy_takes_over_from_the_one_that_walks(
    observer: Observer,
    monitor: TrainingMonitor,
    start_node: StartNode,
    start_trainer: StartTrainer,
    tiny_training: TinyTraining,
    tmp_path: Path,
) -> None:
    slow = {"duration_s": 300.0, "real_time_factor": 0.4, "wait_for_recorder": True}
    policy = start_node("policy_node", policy="zero", tick_period_s=0.025, wait_for_recorder=True)
    start_node("simulation_node", gait="two_state", **slow)
    commands = observer.messages[topics.JOINT_COMMANDS]
    observer.spin_until(lambda: len(commands) > 10)
    trainer = start_trainer(tiny_training(buffers=3), policy_node="policy")
    observer.spin_until(lambda: "takes over from zero" in policy.output)
    assert all(list(command.effort) == [0.0, 0.0] for command in commands[:10])
    observer.spin_until(lambda: any(command.effort[0] != 0.0 for command in commands[10:]))

    written = tmp_path / "run" / "policy.onnx"
    assert f"finished; the policy is {written}" in trainer.output
    assert f"/policy takes {written}" in trainer.output
    by_hand = monitor.call("hand_over")
    assert (by_hand.success, by_hand.message) == (True, f"/policy takes {written}")
    assert monitor.state == "finished"
    finished = monitor.call("start")
    assert not finished.success and "training is finished" in finished.message

    # The learning curve on the topic is the one in the file.
    rows = read_curve(tmp_path / "run")
    assert [int(row["buffer"]) for row in rows] == monitor.buffers == [1, 2, 3]
    for row, point in zip(rows, monitor.curve, strict=True):
        assert stamp_ns(point.header.stamp) > 0
        figures = dict(zip(point.name, point.position, strict=True))
        for name in ("reward", "cost_of_transport", "policy_loss", "kl"):
            assert figures[name] == float(row[name])
    assert [math.isnan(dict(zip(p.name, p.position, strict=True))["eval_cot_gross"]) for p in monitor.curve] == [
        True,  # evaluated every second buffer, and at the end
        False,
        False,
    ]
    values = monitor.values
    assert (values["buffer"], values["buffers"], float(values["left_s"])) == ("3", "3", 0.0)
    assert float(values["cost_of_transport"]) == float(rows[-1]["cost_of_transport"])
    assert values["falls"] == rows[-1]["falls"] and values["folder"] == str(tmp_path / "run")
    assert monitor.reports[-1].level == DiagnosticStatus.OK and monitor.reports[-1].message == "finished"


def test_a_hand_over_that_cannot_be_says_why(
    observer: Observer,
    monitor: TrainingMonitor,
    start_trainer: StartTrainer,
    tiny_training: TinyTraining,
    tmp_path: Path,
) -> None:
    start_trainer(tiny_training(), autostart_training=False, policy_node="/lab/policy")
    monitor.wait_for("idle")
    alone = monitor.call("hand_over")
    assert not alone.success and "there is no node /lab/policy to hand the policy to" in alone.message

    asked: list[str] = []

    def refuse(request: SetParameters.Request, response: SetParameters.Response) -> SetParameters.Response:
        asked.extend(parameter.value.string_value for parameter in request.parameters)
        response.results = [SetParametersResult(successful=False, reason="made for another leg")]
        return response

    observer.node.create_service(SetParameters, "/lab/policy/set_parameters", refuse)
    observer.spin_until(lambda: "there is no policy yet: no buffer is finished" in monitor.call("hand_over").message)
    assert not asked

    Trainer(load_training_config(str(tiny_training())), 1, tmp_path / "run").checkpoint().save(
        tmp_path / "run" / FILE_NAME
    )
    refused = monitor.call("hand_over")
    assert asked == [str(tmp_path / "run" / "policy.onnx")] and Path(asked[0]).is_file()
    assert (refused.success, refused.message) == (False, f"/lab/policy refuses {asked[0]}: made for another leg")


def test_a_killed_training_process_is_an_error_and_training_can_go_on(
    monitor: TrainingMonitor, start_trainer: StartTrainer, tiny_training: TinyTraining
) -> None:
    trainer = start_trainer(tiny_training(buffers=ENDLESS))
    monitor.wait_for_buffers(1)
    os.kill(training_process_of(trainer), signal.SIGKILL)
    monitor.wait_for("failed")
    assert monitor.reports[-1].level == DiagnosticStatus.ERROR
    assert "the training process was killed by SIGKILL" in monitor.reports[-1].message
    assert "the training process was killed by SIGKILL" in trainer.output

    before = len(monitor.curve)
    assert monitor.call("start").success
    monitor.wait_for_buffers(before + 1)
    # A buffer may have been saved and not told.
    assert monitor.buffers[before] - monitor.buffers[before - 1] in (1, 2)
    assert monitor.reports[-1].level == DiagnosticStatus.OK


def test_without_pytorch_the_node_says_what_to_run(
    start_trainer: StartTrainer, tiny_training: TinyTraining, ros_env: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "torch.py").write_text("raise ModuleNotFoundError(\"No module named 'torch'\", name='torch')\n")
    ros_env["PYTHONPATH"] = f"{tmp_path}{os.pathsep}{ros_env['PYTHONPATH']}"
    trainer = start_trainer(tiny_training())
    assert trainer.exit_code() == EXIT_CANNOT_START
    assert "training needs torch: run `make train` once" in trainer.output
    assert "Traceback" not in trainer.output


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"config": "improoved"}, "unknown training configuration 'improoved'; did you mean 'improved'?"),
        ({"seed": -1}, "parameter seed = -1; allowed: a whole number from 0 to"),
        ({"resume": True}, "run holds no run to resume; leave resume out"),
    ],
)
def test_bad_parameters_are_refused(
    start_trainer: StartTrainer, tiny_training: TinyTraining, parameters: dict[str, Any], message: str
) -> None:
    trainer = start_trainer(**{"config": tiny_training(), **parameters})
    assert trainer.exit_code() == EXIT_CANNOT_START
    assert message in trainer.output
    assert "Traceback" not in trainer.output


def test_a_run_is_not_overwritten(start_trainer: StartTrainer, tiny_training: TinyTraining, tmp_path: Path) -> None:
    checkpoint = tmp_path / "run" / "checkpoint.pt"
    checkpoint.parent.mkdir()
    checkpoint.write_bytes(b"weeks of training")
    trainer = start_trainer(tiny_training())
    assert trainer.exit_code() == EXIT_CANNOT_START
    assert f"{tmp_path / 'run'} holds a run already; set resume to true, or name another folder" in trainer.output
    assert checkpoint.read_bytes() == b"weeks of training"
