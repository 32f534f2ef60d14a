"""Events of processes."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..event import Event
from . import matches_action

__all__ = [
    "ProcessExited",
    "ProcessIO",
    "ProcessStarted",
    "ProcessStderr",
    "ProcessStdin",
    "ProcessStdout",
    "RunningProcessEvent",
    "ShutdownProcess",
    "SignalProcess",
    "matches_action",
    "matches_executable",
    "matches_name",
    "matches_pid",
]

ProcessMatcher = Callable[[Any], bool]


def matches_pid(pid: int) -> ProcessMatcher:
    """Return a matcher that is true for the process with the given id."""
    return lambda action: action.process_details is not None and action.process_details.get("pid") == pid


def matches_name(name: str) -> ProcessMatcher:
    """Return a matcher that is true for processes of the given name."""
    return lambda action: action.process_details is not None and action.process_details["name"] == name


def matches_executable(executable: str) -> ProcessMatcher:
    """Return a matcher that is true for processes whose first command line word ends in the given executable."""
    return lambda action: (
        action.process_details is not None and action.process_details["cmd"][0].split("/")[-1] == executable
    )


class RunningProcessEvent(Event):
    """Something about a process that runs or ran."""

    name = "launch.events.process.RunningProcessEvent"

    def __init__(
        self,
        *,
        action: Any,
        name: str,
        cmd: Sequence[str],
        cwd: str | None,
        env: Mapping[str, str] | None,
        pid: int,
    ) -> None:
        self.action = action
        self.process_name = name
        self.cmd = list(cmd)
        self.cwd = cwd
        self.env = env
        self.pid = pid

    @property
    def execute_process_action(self) -> Any:
        """The action that started the process."""
        return self.action


class ProcessStarted(RunningProcessEvent):
    """A process has started."""

    name = "launch.events.process.ProcessStarted"


class ProcessExited(RunningProcessEvent):
    """A process has ended."""

    name = "launch.events.process.ProcessExited"

    def __init__(self, *, returncode: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.returncode = returncode


class ProcessIO(RunningProcessEvent):
    """A process has written to one of its streams, or is to read from one."""

    name = "launch.events.process.ProcessIO"
    from_stdin = False
    from_stdout = False
    from_stderr = False

    def __init__(self, *, text: bytes, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.text = text


class ProcessStdin(ProcessIO):
    """Text for the standard input of a process."""

    name = "launch.events.process.ProcessStdin"
    from_stdin = True


class ProcessStdout(ProcessIO):
    """Text from the standard output of a process."""

    name = "launch.events.process.ProcessStdout"
    from_stdout = True


class ProcessStderr(ProcessIO):
    """Text from the standard error of a process."""

    name = "launch.events.process.ProcessStderr"
    from_stderr = True


class ShutdownProcess(Event):
    """Some processes are to shut down: SIGINT, then SIGTERM, then SIGKILL."""

    name = "launch.events.process.ShutdownProcess"

    def __init__(self, *, process_matcher: ProcessMatcher) -> None:
        self.process_matcher = process_matcher


class SignalProcess(Event):
    """A signal is to be sent to some processes."""

    name = "launch.events.process.SignalProcess"

    def __init__(self, *, signal_number: signal.Signals | int | str, process_matcher: ProcessMatcher) -> None:
        if isinstance(signal_number, str):
            self.signal = signal.Signals[signal_number]
        else:
            self.signal = signal.Signals(signal_number)
        self.process_matcher = process_matcher

    @property
    def signal_name(self) -> str:
        """Name of the signal, as in SIGINT."""
        return self.signal.name
