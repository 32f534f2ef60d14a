"""CAN: interfaces of the system, USB adapters, and the right to use them."""

from pathlib import Path

from exo.doctor.finding import Finding, note, ok, problem
from exo.doctor.machine import Machine

CAN_HARDWARE_TYPE = "280"
"""Of /sys/class/net/*/type (linux/if_arp.h, ARPHRD_CAN)."""

FLAG_UP = 0x1
SET_UP = "sudo ip link set {0} type can bitrate 1000000 restart-ms 100 && sudo ip link set {0} up"


def check(machine: Machine) -> list[Finding]:
    """Return findings about python-can, the interfaces and the tool that tells their bit rate."""
    found = [_library(machine), *_interfaces(machine), *_adapters(machine)]
    if not machine.which("ip"):
        text = "no command ip: the driver cannot compare the bit rate with the device file"
        found.append(note("can", text, "sudo apt install iproute2"))
    return found


def _library(machine: Machine) -> Finding:
    version = machine.version("python-can")
    return ok("can", f"python-can {version}") if version else problem("can", "python-can is missing", "make setup")


def _interfaces(machine: Machine) -> list[Finding]:
    names = [
        path.parent.name
        for path in machine.glob("sys/class/net/*/type")
        if machine.read(str(path.relative_to(machine.root))) == CAN_HARDWARE_TYPE
    ]
    if not names:
        return [note("can", "no CAN interface: emulated drives only", SET_UP.format("can0"))]
    return [_interface(machine, name) for name in names]


def _interface(machine: Machine, name: str) -> Finding:
    flags = machine.read(f"sys/class/net/{name}/flags") or "0"
    if int(flags, 16) & FLAG_UP:
        return ok("can", f"{name} is up")
    return note("can", f"{name} is down", SET_UP.format(name))


def _adapters(machine: Machine) -> list[Finding]:
    """Return a finding per serial port, which may be an adapter that speaks slcan."""
    ports = [*machine.glob("dev/ttyACM*"), *machine.glob("dev/ttyUSB*")]
    return [_adapter(machine, port) for port in ports]


def _adapter(machine: Machine, port: Path) -> Finding:
    name = f"/{port.relative_to(machine.root)}"
    if machine.writable(port):
        return ok("can", f"serial port {name} may be used")
    return note("can", f"serial port {name} may not be used by you", "sudo usermod -aG dialout $USER && newgrp dialout")
