"""Priority of this process: real-time, or low."""

import ctypes
import os
from pathlib import Path

from exo_control.errors import ExoError

LOCK_CURRENT, LOCK_FUTURE, LOCK_ON_FAULT = 1, 2, 4
"""Of mlockall (sys/mman.h): what is mapped, what will be, and only what is touched."""

WAKE_LATENCY_FILE = Path("/dev/cpu_dma_latency")
"""While it is open, processors sleep no deeper than lets them wake within the microseconds written to it."""

VIEWER_NICENESS = 10
"""Of processes that only show the walk: drawing comes after walking."""


class PriorityError(ExoError):
    """The system does not grant a real-time priority."""


def set_realtime_priority(priority: int) -> None:
    """Schedule all threads of this process before all ordinary ones (SCHED_FIFO), and keep memory and processors ready.

    Threads of DDS included. Memory that the system has taken away comes back in milliseconds, whatever the priority; so
    does, on a virtual machine, a processor that has gone to sleep.

    Raises:
        PriorityError: not permitted.
    """
    try:
        for thread in Path("/proc/self/task").iterdir():
            os.sched_setscheduler(int(thread.name), os.SCHED_FIFO, os.sched_param(priority))
        _lock_memory()
        _keep_processors_awake()
    except OSError as error:
        raise PriorityError(
            f"realtime_priority = {priority}: not permitted ({error.strerror}); set 0, or allow it with lines for "
            "rtprio and memlock in /etc/security/limits.conf, in a container with --cap-add=sys_nice "
            "--cap-add=ipc_lock --ulimit rtprio=99"
        ) from None


def set_niceness(niceness: int) -> None:
    """Let all threads of this process, those of DDS included, stand back behind others; 0 to 19."""
    for thread in Path("/proc/self/task").iterdir():
        os.setpriority(os.PRIO_PROCESS, int(thread.name), max(niceness, os.getpriority(os.PRIO_PROCESS, 0)))


def _keep_processors_awake() -> None:
    """Hold WAKE_LATENCY_FILE at zero until this process ends, where there is one and the user may write it."""
    if os.access(WAKE_LATENCY_FILE, os.W_OK):
        descriptor = os.open(WAKE_LATENCY_FILE, os.O_WRONLY | os.O_CLOEXEC)  # never closed: that would take it back
        os.write(descriptor, bytes(4))


def _lock_memory() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mlockall(LOCK_CURRENT | LOCK_FUTURE | LOCK_ON_FAULT) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"memory lock: {os.strerror(number)}")
