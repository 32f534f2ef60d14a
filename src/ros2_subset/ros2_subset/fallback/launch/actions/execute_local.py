"""Processes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .. import logging as launch_logging
from ..action import Action
from ..conditions import evaluate_condition_expression
from ..descriptions import Executable
from ..event import Event
from ..event_handler import EventHandler
from ..event_handlers import OnProcessExit, OnShutdown
from ..events import Shutdown
from ..events.process import (
    ProcessExited,
    ProcessStarted,
    ProcessStderr,
    ProcessStdout,
    ShutdownProcess,
    SignalProcess,
)
from ..launch_description_entity import LaunchDescriptionEntity
from ..local_process import STDERR, STDOUT, LocalProcess
from ..orphan_guard import MARK_VARIABLE
from ..some_substitutions_type import SomeSubstitutionsType
from ..substitutions import LaunchConfiguration
from ..utilities import normalize_to_list_of_substitutions, perform_substitutions
from ..utilities.type_utils import normalize_typed_substitution, perform_typed_substitution
from .opaque import OpaqueFunction

if TYPE_CHECKING:
    from ..launch_context import LaunchContext


class ExecuteLocal(Action):
    """Runs a process.

    At shutdown the process gets SIGINT, after ``sigterm_timeout`` seconds SIGTERM, and after ``sigkill_timeout`` more
    SIGKILL. ``on_exit`` are actions, or a callable that returns some, for when it has ended.
    """

    def __init__(
        self,
        *,
        process_description: Executable,
        shell: bool = False,
        sigterm_timeout: SomeSubstitutionsType | float | None = None,
        sigkill_timeout: SomeSubstitutionsType | float | None = None,
        emulate_tty: bool = False,
        output: SomeSubstitutionsType | Mapping[str, Any] = "log",
        output_format: str = "[{this.process_description.final_name}] {line}",
        cached_output: bool = False,
        log_cmd: bool = False,
        on_exit: Any = None,
        respawn: bool | SomeSubstitutionsType = False,
        respawn_delay: float | None = None,
        respawn_max_retries: int = -1,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.__description = process_description
        self.__shell = shell
        self.__sigterm_timeout = self.__normalize_timeout(sigterm_timeout, "sigterm_timeout")
        self.__sigkill_timeout = self.__normalize_timeout(sigkill_timeout, "sigkill_timeout")
        self.__emulate_tty = emulate_tty
        self.__output = output
        self.__output_format = output_format
        self.__cached_output = cached_output
        self.__log_cmd = log_cmd
        self.__on_exit = on_exit
        self.__respawn = normalize_typed_substitution(respawn, bool)
        self.__respawn_delay = respawn_delay or 0.0
        self.__respawns_left = respawn_max_retries if respawn_max_retries >= 0 else float("inf")

        self.__executed = False
        self.__process: LocalProcess | None = None
        self.__details: dict[str, Any] | None = None
        self.__completed: asyncio.Future[None] | None = None
        self.__shutdown_requested = asyncio.Event()
        self.__sigint_pending = False
        self.__escalations: list[asyncio.TimerHandle] = []
        self.__unfinished_lines = {STDOUT: b"", STDERR: b""}
        self.__cached = {STDOUT: b"", STDERR: b""}

    @staticmethod
    def __normalize_timeout(timeout: SomeSubstitutionsType | float | None, configuration: str) -> Any:
        if timeout is None:
            timeout = LaunchConfiguration(configuration, default=5)
        return normalize_to_list_of_substitutions(str(timeout) if isinstance(timeout, (int, float)) else timeout)

    @property
    def process_description(self) -> Executable:
        """The executable."""
        return self.__description

    @property
    def process_details(self) -> dict[str, Any] | None:
        """Name, pid, command line, working directory and environment; None before it is prepared."""
        return self.__details

    @property
    def shell(self) -> bool:
        """Whether a shell runs the command line."""
        return self.__shell

    @property
    def output(self) -> Any:
        """Where the output goes."""
        return self.__output

    @property
    def return_code(self) -> int | None:
        """Exit code, or minus the signal that ended the process; None before it ended."""
        return None if self.__process is None else self.__process.returncode

    def get_stdout(self) -> str:
        """Return the standard output so far; the action must have been made with ``cached_output``."""
        return self.__get_cached(STDOUT)

    def get_stderr(self) -> str:
        """Return the standard error so far; the action must have been made with ``cached_output``."""
        return self.__get_cached(STDERR)

    def __get_cached(self, fd: int) -> str:
        if not self.__cached_output:
            raise RuntimeError(f"process[{self.__description.final_name}]: its output is kept only with cached_output")
        return self.__cached[fd].decode(errors="replace")

    def get_sub_entities(self) -> list[LaunchDescriptionEntity]:
        """Return the actions for when the process has ended, if they are known."""
        return list(self.__on_exit) if isinstance(self.__on_exit, (list, tuple)) else []

    def get_asyncio_future(self) -> asyncio.Future[None] | None:
        """Return a future that is done when the process has ended for good."""
        return self.__completed

    def _ros_arguments(self, context: LaunchContext) -> list[str]:
        """Return words to append to the command line; for launch_ros."""
        return []

    def execute(self, context: LaunchContext) -> None:
        """Start the process as soon as the launch is done with what it is visiting."""
        description = self.__description
        if self.__executed:
            raise RuntimeError(f"ExecuteLocal action '{description.final_name}' executed more than once")
        self.__executed = True
        description.prepare(context, self._ros_arguments(context))
        assert description.final_name is not None and description.final_env is not None
        if context.is_shutdown:
            return
        self.__logger = launch_logging.get_logger(description.final_name)
        self.__output_loggers = launch_logging.get_output_loggers(description.final_name, self.__output_config(context))
        self.__details = {
            "action": self,
            "name": description.final_name,
            "cmd": description.final_cmd,
            "cwd": description.final_cwd,
            "env": description.final_env,
            "pid": 0,
        }
        respawn = perform_typed_substitution(context, self.__respawn, bool)
        emulate_tty = self.__emulate_tty
        if "emulate_tty" in context.launch_configurations:
            emulate_tty = evaluate_condition_expression(
                context, normalize_to_list_of_substitutions(context.launch_configurations["emulate_tty"])
            )
        timeouts = (self.__seconds(context, self.__sigterm_timeout), self.__seconds(context, self.__sigkill_timeout))
        self.__register_event_handlers(context, timeouts)
        self.__completed = context.asyncio_loop.create_task(self.__run(context, respawn, emulate_tty, timeouts))

    def __output_config(self, context: LaunchContext) -> Any:
        output = os.environ.get("OVERRIDE_LAUNCH_PROCESS_OUTPUT") or self.__output
        if isinstance(output, Mapping):
            return output
        return perform_substitutions(context, normalize_to_list_of_substitutions(output))

    @staticmethod
    def __seconds(context: LaunchContext, timeout: Any) -> float:
        return float(perform_substitutions(context, timeout))

    def __register_event_handlers(self, context: LaunchContext, timeouts: tuple[float, float]) -> None:
        def is_for_us(event: Event, event_class: type) -> bool:
            return isinstance(event, event_class) and event.process_matcher(self)  # type: ignore[attr-defined]

        def on_shutdown(event: Shutdown, context: LaunchContext) -> None:
            # Ctrl-C in a terminal reaches the processes without our help.
            self.__begin_shutdown(context, timeouts, not event.due_to_sigint or context.noninteractive)

        def on_shutdown_process(context: LaunchContext) -> None:
            self.__begin_shutdown(context, timeouts, True)

        def on_signal_process(context: LaunchContext) -> None:
            self.__send_signal(context.locals.event.signal)

        context.register_event_handler(
            EventHandler(
                matcher=lambda event: is_for_us(event, ShutdownProcess),
                entities=OpaqueFunction(function=on_shutdown_process),
            )
        )
        context.register_event_handler(
            EventHandler(
                matcher=lambda event: is_for_us(event, SignalProcess),
                entities=OpaqueFunction(function=on_signal_process),
            )
        )
        context.register_event_handler(OnShutdown(on_shutdown=on_shutdown))
        if self.__on_exit is not None:
            context.register_event_handler(OnProcessExit(target_action=self, on_exit=self.__on_exit))

    async def __run(
        self, context: LaunchContext, respawn: bool, emulate_tty: bool, timeouts: tuple[float, float]
    ) -> None:
        while not context.is_shutdown and not self.__shutdown_requested.is_set():
            await self.__run_once(context, emulate_tty, timeouts)
            if not respawn or self.__respawns_left <= 0:
                return
            self.__respawns_left -= 1
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self.__shutdown_requested.wait(), self.__respawn_delay)

    async def __run_once(self, context: LaunchContext, emulate_tty: bool, timeouts: tuple[float, float]) -> None:
        details = self.__details
        assert details is not None
        cmd, cwd = details["cmd"], details["cwd"]
        if self.__log_cmd:
            self.__logger.info(f"process details: cmd='{' '.join(cmd)}', cwd='{cwd}'")
        self.__check_executable(cmd[0], cwd, details["env"])

        def on_started(pid: int) -> None:
            details["pid"] = pid
            self.__logger.info(f"process started with pid [{pid}]")

        self.__process = process = await LocalProcess.start(
            cmd,
            cwd=cwd,
            env={**details["env"], MARK_VARIABLE: context.get_locals_as_dict().get("launch_mark", "")},
            shell=self.__shell,
            emulate_tty=emulate_tty,
            on_started=on_started,
            on_output=lambda fd, data: self.__on_output(context, fd, data),
        )
        context.emit_event_sync(ProcessStarted(**details))
        if self.__shutdown_requested.is_set():
            self.__stop(context, timeouts, self.__sigint_pending)

        returncode = await process.wait()
        for timer in self.__escalations:
            timer.cancel()
        for fd, rest in self.__unfinished_lines.items():
            if rest:
                self.__log_line(fd, rest)
        self.__unfinished_lines = {STDOUT: b"", STDERR: b""}
        if returncode == 0:
            self.__logger.info(f"process has finished cleanly [pid {process.pid}]")
        else:
            command = " ".join(word for word in cmd if word.strip())
            self.__logger.error(f"process has died [pid {process.pid}, exit code {returncode}, cmd '{command}'].")
        context.emit_event_sync(ProcessExited(returncode=returncode, **details))

    def __check_executable(self, executable: str, cwd: str | None, env: Mapping[str, str]) -> None:
        name = self.__description.final_name
        if cwd is not None and not os.path.isdir(cwd):
            raise RuntimeError(f"process[{name}]: working directory '{cwd}' does not exist")
        path = env.get("PATH", os.defpath)
        if self.__shell or (os.path.isabs(executable) and os.access(executable, os.X_OK)):
            return
        if os.path.dirname(executable):
            if not os.access(os.path.join(cwd or "", executable), os.X_OK):
                raise RuntimeError(f"process[{name}]: '{executable}' does not exist or is not executable")
        elif shutil.which(executable, path=path) is None:
            raise RuntimeError(f"process[{name}]: executable '{executable}' not found, searched PATH: {path}")

    def __on_output(self, context: LaunchContext, fd: int, data: bytes) -> None:
        if self.__cached_output:
            self.__cached[fd] += data
        *lines, self.__unfinished_lines[fd] = (self.__unfinished_lines[fd] + data).split(b"\n")
        for line in lines:
            self.__log_line(fd, line)
        assert self.__details is not None
        event = (ProcessStdout if fd == STDOUT else ProcessStderr)(text=data, **self.__details)
        if context.would_handle_event(event):
            context.emit_event_sync(event)

    def __log_line(self, fd: int, line: bytes) -> None:
        text = self.__output_format.format(line=line.decode(errors="replace"), this=self)
        self.__output_loggers[fd - 1].info("%s", text)

    def __begin_shutdown(self, context: LaunchContext, timeouts: tuple[float, float], send_sigint: bool) -> None:
        if self.__shutdown_requested.is_set():
            return
        self.__shutdown_requested.set()
        self.__sigint_pending = send_sigint
        if self.__process is not None and self.__process.returncode is None:
            self.__stop(context, timeouts, send_sigint)

    def __stop(self, context: LaunchContext, timeouts: tuple[float, float], send_sigint: bool) -> None:
        if send_sigint:
            self.__send_signal(signal.SIGINT)
        until_sigterm, until_sigkill = timeouts

        def escalate(seconds: float, before: str, number: signal.Signals) -> None:
            self.__logger.error(
                f"process[{self.__description.final_name}] failed to terminate '{seconds}' seconds after receiving "
                f"'{before}', escalating to '{number.name}'"
            )
            self.__send_signal(number)

        call_later: Callable[..., asyncio.TimerHandle] = context.asyncio_loop.call_later
        self.__escalations = [
            call_later(until_sigterm, escalate, until_sigterm, "SIGINT", signal.SIGTERM),
            call_later(until_sigterm + until_sigkill, escalate, until_sigkill, "SIGTERM", signal.SIGKILL),
        ]

    def __send_signal(self, number: signal.Signals) -> None:
        if self.__process is None or self.__process.returncode is not None:
            return
        self.__logger.info(f"sending signal '{number.name}' to process[{self.__description.final_name}]")
        self.__process.send_signal(number)
