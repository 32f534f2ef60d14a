"""A child process of a launch: starts it, hands over its output line by line, and says when it has ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import signal
from collections.abc import Callable, Mapping, Sequence

STDOUT, STDERR = 1, 2

OutputCallback = Callable[[int, bytes], None]

# A grandchild may hold the pipes open for as long as it likes; what the process itself wrote is there by then.
_LAST_OUTPUT_TIMEOUT_S = 0.2


class _SubprocessProtocol(asyncio.SubprocessProtocol):
    def __init__(self, on_started: Callable[[int], None], on_output: OutputCallback) -> None:
        self._on_started = on_started
        self._on_output = on_output
        loop = asyncio.get_running_loop()
        self.exited: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[None] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.SubprocessTransport)
        self._on_started(transport.get_pid())

    def pipe_data_received(self, fd: int, data: bytes | str) -> None:
        assert isinstance(data, bytes)
        self._on_output(fd, data)

    def process_exited(self) -> None:
        self.exited.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set_result(None)


class _TerminalProtocol(asyncio.Protocol):
    def __init__(self, fd: int, on_output: OutputCallback) -> None:
        self._fd = fd
        self._on_output = on_output
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        # A terminal turns every line end into two characters.
        self._on_output(self._fd, data.replace(b"\r\n", b"\n"))

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set_result(None)


class LocalProcess:
    """A running child process; made by ``start``."""

    def __init__(
        self, transport: asyncio.SubprocessTransport, exited: asyncio.Future[None], closed: list[asyncio.Future[None]]
    ) -> None:
        self._transport = transport
        self._exited = exited
        self._closed = closed
        self.pid = transport.get_pid()

    @classmethod
    async def start(
        cls,
        cmd: Sequence[str],
        *,
        cwd: str | None,
        env: Mapping[str, str],
        shell: bool,
        emulate_tty: bool,
        on_started: Callable[[int], None],
        on_output: OutputCallback,
    ) -> LocalProcess:
        """Start a process.

        ``on_started`` gets its id before ``on_output`` gets anything: the stream (1 or 2) and the bytes written to it.

        Raises:
            OSError: if it cannot be started.
        """
        loop = asyncio.get_running_loop()
        terminals = [pty.openpty(), pty.openpty()] if emulate_tty else []
        stdout, stderr = [slave for _, slave in terminals] or [asyncio.subprocess.PIPE, asyncio.subprocess.PIPE]

        def make_protocol() -> _SubprocessProtocol:
            return _SubprocessProtocol(on_started, on_output)

        try:
            if shell:
                transport, protocol = await loop.subprocess_shell(
                    make_protocol, " ".join(cmd), stdout=stdout, stderr=stderr, cwd=cwd, env=env
                )
            else:
                transport, protocol = await loop.subprocess_exec(
                    make_protocol, *cmd, stdout=stdout, stderr=stderr, cwd=cwd, env=env
                )
        except OSError:
            for master, _ in terminals:
                os.close(master)
            raise
        finally:
            for _, slave in terminals:
                os.close(slave)
        closed = [protocol.closed]
        for fd, (master, _) in zip((STDOUT, STDERR), terminals, strict=False):
            _, terminal = await loop.connect_read_pipe(
                lambda fd=fd: _TerminalProtocol(fd, on_output),  # type: ignore[misc]
                os.fdopen(master, "rb", buffering=0),
            )
            closed.append(terminal.closed)
        return cls(transport, protocol.exited, closed)

    @property
    def returncode(self) -> int | None:
        """Exit code, or minus the signal that ended it; None while it runs."""
        return self._transport.get_returncode()

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal; one that comes too late is no error."""
        with contextlib.suppress(ProcessLookupError):
            self._transport.send_signal(number)

    async def wait(self) -> int:
        """Wait for the end of the process and of its output; return the exit code."""
        await self._exited
        await asyncio.wait(self._closed, timeout=_LAST_OUTPUT_TIMEOUT_S)
        self._transport.close()
        returncode = self.returncode
        assert returncode is not None
        return returncode
