"""The training worker's commands and events, in this process."""

from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from exo_control.onnx_policy import OnnxPolicy
from exo_learning.learning_curve import read_curve
from exo_learning.training_worker import END, TrainingWorker


def serve(config: Path, folder: Path, commands: list[str], after: Callable[[dict[str, Any]], list[str]]) -> list[Any]:
    """Serve the commands, and those that ``after`` gives after an event; return the events."""
    queue: SimpleQueue[str] = SimpleQueue()
    events: list[dict[str, Any]] = []

    def put(commands: list[str]) -> None:
        for command in commands:
            queue.put(command)

    def emit(event: str, **values: Any) -> None:
        events.append({"event": event, **values})
        put(after(events[-1]))

    put(commands)
    TrainingWorker(str(config), 1, str(folder), 1, queue, emit).serve()
    return events


def test_commands_are_obeyed_between_buffers(tiny_training: Callable[..., Path], tmp_path: Path) -> None:
    def after(event: dict[str, Any]) -> list[str]:
        if event["event"] == "progress" and event["buffer"] == 1:
            return ["export", "stop"]
        return {"stopped": ["restart"], "finished": [END]}.get(event["event"], [])

    events = serve(tiny_training(buffers=3), tmp_path / "run", ["export", "start"], after)
    names = [event["event"] for event in events]
    assert names == [*("ready", "not_exported", "progress", "exported", "stopped", "progress", "progress", "finished")]
    assert [event["buffer"] for event in events if event["event"] == "progress"] == [1, 2, 3]
    assert [int(row["buffer"]) for row in read_curve(tmp_path / "run")] == [1, 2, 3]
    assert not events[0]["has_checkpoint"] and events[0]["folder"] == str(tmp_path / "run")
    assert "no buffer is finished" in events[1]["message"]
    OnnxPolicy(Path(events[-1]["policy"]))


def test_the_end_of_the_commands_stops_training(tiny_training: Callable[..., Path], tmp_path: Path) -> None:
    def after(event: dict[str, Any]) -> list[str]:
        return [END] if event["event"] == "progress" else []

    events = serve(tiny_training(buffers=1000), tmp_path / "run", ["start"], after)
    assert [event["event"] for event in events] == ["ready", "progress", "stopped"]
