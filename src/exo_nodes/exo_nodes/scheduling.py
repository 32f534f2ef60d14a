"""Real-time priority of this process."""

import os
from pathlib import Path

from exo_control.errors import ExoError


class PriorityError(ExoError):
    """The system does not grant a real-time priority."""


def set_realtime_priority(priority: int) -> None:
    """Schedule all threads of this process before all ordinary ones (SCHED_FIFO); those of DDS included.

    Raises:
        PriorityError: not permitted.
    """
    try:
        for thread in Path("/proc/self/task").iterdir():
            os.sched_setscheduler(int(thread.name), os.SCHED_FIFO, os.sched_param(priority))
    except PermissionError:
        raise PriorityError(
            f"realtime_priority = {priority}: not permitted; set 0, or allow it with an rtprio line in "
            "/etc/security/limits.conf, in a container with --cap-add=sys_nice --ulimit rtprio=99"
        ) from None
