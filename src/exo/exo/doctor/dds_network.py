"""DDS: the middleware, who may discover whom, and what it sends through."""

from exo.doctor.finding import Finding, note, ok, problem
from exo.doctor.machine import Machine

TESTED_MIDDLEWARE = "rmw_fastrtps_cpp"
HIGHEST_DOMAIN, HIGHEST_SAFE_DOMAIN = 232, 101
"""Of ROS_DOMAIN_ID; above the second the ports of a domain meet those that Linux gives to clients (ROS 2 docs)."""

FLAG_UP, FLAG_MULTICAST = 0x1, 0x1000
"""Of /sys/class/net/*/flags (linux/if.h, IFF_UP and IFF_MULTICAST)."""

SHARED_MEMORY_BYTES = 64 * 2**20
"""What a container has by default; Fast DDS keeps its segments there."""


def check(machine: Machine) -> list[Finding]:
    """Return findings about middleware, discovery, loopback interface and shared memory."""
    return [_middleware(machine), _discovery(machine), _domain(machine), _loopback(machine), _shared_memory(machine)]


def _name(machine: Machine) -> str:
    return machine.environ.get("RMW_IMPLEMENTATION") or TESTED_MIDDLEWARE


def _middleware(machine: Machine) -> Finding:
    name = _name(machine)
    if name == TESTED_MIDDLEWARE:
        return ok("dds", name)
    return note("dds", f"{name}: exo is tested with {TESTED_MIDDLEWARE}", "unset RMW_IMPLEMENTATION")


def _discovery(machine: Machine) -> Finding:
    wanted = machine.environ.get("ROS_AUTOMATIC_DISCOVERY_RANGE")
    if wanted == "LOCALHOST":
        return ok("dds", "discovery stays on this machine")
    if wanted == "OFF":
        return problem("dds", "discovery is off: nodes find nobody", "export ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST")
    return note(
        "dds",
        f"discovery range {wanted or 'not set, so SUBNET'}: nodes of other machines see those that you start by hand",
        "export ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST",
    )


def _domain(machine: Machine) -> Finding:
    text = machine.environ.get("ROS_DOMAIN_ID") or "0"
    if not text.isdecimal() or int(text) > HIGHEST_DOMAIN:
        return problem("dds", f"ROS_DOMAIN_ID={text}: needs 0 to {HIGHEST_DOMAIN}", "unset ROS_DOMAIN_ID")
    if int(text) > HIGHEST_SAFE_DOMAIN:
        return note("dds", f"domain {text}: its ports may be taken by other programs", "export ROS_DOMAIN_ID=1")
    return ok("dds", f"domain {text}")


def _loopback(machine: Machine) -> Finding:
    text = machine.read("sys/class/net/lo/flags")
    flags = int(text, 16) if text else 0
    if not flags & FLAG_UP:
        return problem("dds", "the loopback interface lo is not up", "sudo ip link set lo up")
    if flags & FLAG_MULTICAST:
        return ok("dds", "lo is up, with multicast")
    if _name(machine) == TESTED_MIDDLEWARE:
        return ok("dds", f"lo is up, without multicast, which {TESTED_MIDDLEWARE} does not need on one machine")
    return note("dds", "lo has no multicast, which other middleware may need", "sudo ip link set lo multicast on")


def _shared_memory(machine: Machine) -> Finding:
    folder = machine.root / "dev" / "shm"
    if not folder.is_dir() or not machine.writable(folder):
        return note("dds", "no shared memory in /dev/shm: messages take the slower way by UDP", "docker run --ipc=host")
    free = machine.free_bytes(folder)
    if free < SHARED_MEMORY_BYTES:
        return note("dds", f"/dev/shm has {free / 2**20:.0f} MiB left", "docker run --shm-size=256m")
    return ok("dds", "shared memory in /dev/shm")
