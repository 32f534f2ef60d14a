"""Close a driver, and so send zero torque, on every way out that a process can still act on."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from exo_hardware.driver import Driver

EXIT_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def zero_on_exit(driver: Driver) -> Iterator[Driver]:
    """Open a driver and close it after the block, an exception, SIGINT, SIGTERM or SIGHUP.

    After SIGKILL only the drives' own watchdog is left. Use it in the main thread, where signals arrive.

    Raises:
        KeyboardInterrupt: on SIGINT; SystemExit on the others, with the exit code that shells use.
    """

    def leave(number: int, _: FrameType | None) -> None:
        raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in EXIT_SIGNALS}
    try:
        with driver:
            yield driver
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
