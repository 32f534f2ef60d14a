"""Whether nodes may have a real-time priority, and what else decides how punctual they are."""

import re

from exo.doctor.finding import Finding, note, ok
from exo.doctor.machine import Machine

TRY_PRIORITY = """
from exo_control.errors import ExoError
from exo_nodes.scheduling import set_realtime_priority
try:
    set_realtime_priority(1)
except ExoError as error:
    raise SystemExit(str(error))
"""
WAKE_LATENCY = "dev/cpu_dma_latency"
LIMITS_FILE = "/etc/security/limits.d/exo.conf"
GRANT = (
    f"printf '%s - rtprio 50\\n%s - memlock unlimited\\n' $USER $USER | sudo tee {LIMITS_FILE}, then log in again; "
    "in a container --ulimit rtprio=50 --ulimit memlock=-1"
)


def check(machine: Machine) -> list[Finding]:
    """Return findings about priority, sleeping processors, governor and kernel."""
    return [_priority(machine), _wake_latency(machine), *_governor(machine), _kernel(machine)]


def _limit(machine: Machine, name: str) -> str:
    """Return a soft limit of this process, such as "50" or "unlimited"."""
    found = re.search(rf"^{name}\s+(\S+)", machine.read("proc/self/limits") or "", re.MULTILINE)
    return found.group(1) if found else "unknown"


def _priority(machine: Machine) -> Finding:
    limits = f"rtprio {_limit(machine, 'Max realtime priority')}, memlock {_limit(machine, 'Max locked memory')}"
    if machine.run_python(TRY_PRIORITY).code == 0:
        return ok("realtime", f"nodes may have a real-time priority ({limits})")
    return note("realtime", f"no real-time priority for nodes ({limits}): realtime_priority is refused", GRANT)


def _wake_latency(machine: Machine) -> Finding:
    path = machine.root / WAKE_LATENCY
    if not path.exists():
        return ok("realtime", f"no /{WAKE_LATENCY}: this system does not let programs keep processors awake")
    if machine.writable(path):
        return ok("realtime", f"nodes with a real-time priority keep the processors awake (/{WAKE_LATENCY})")
    text = f"/{WAKE_LATENCY} may not be written: processors that sleep deeply wake up late"
    return note(
        "realtime", text, f"the udev rule of docs/howto/deployment.md, then sudo udevadm trigger /{WAKE_LATENCY}"
    )


def _governor(machine: Machine) -> list[Finding]:
    paths = machine.glob("sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor")
    governors = {machine.read(str(path.relative_to(machine.root))) for path in paths} - {None}
    if not governors:
        return [ok("realtime", "the processors' frequency is not set by this system")]
    if governors == {"performance"}:
        return [ok("realtime", "governor performance")]
    text = f"governor {', '.join(sorted(map(str, governors)))}: processors need time to wake up"
    return [note("realtime", text, "sudo cpupower frequency-set --governor performance")]


def _kernel(machine: Machine) -> Finding:
    if machine.read("sys/kernel/realtime") == "1":
        return ok("realtime", "kernel with PREEMPT_RT")
    return ok("realtime", "kernel without PREEMPT_RT, as exo was measured")
