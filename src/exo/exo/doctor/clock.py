"""The clocks: how late this machine wakes up, and whether its time of day is set."""

from exo.doctor.finding import Finding, note, ok
from exo.doctor.machine import Machine

LATE_S = 0.005
"""Half a tick of 10 ms: the device waits that long for a command before it sends."""

GOOD_SOURCES = ("tsc", "kvm-clock", "arch_sys_counter", "hyperv_clocksource_tsc_page")
"""Clock sources that are read in nanoseconds."""


def check(machine: Machine) -> list[Finding]:
    """Return findings about sleeping, the clock source and the time of day."""
    return [_sleep(machine), *_source(machine), _time_of_day(machine)]


def _sleep(machine: Machine) -> Finding:
    overshoots = sorted(machine.sleep_overshoots_s())
    median, longest = overshoots[len(overshoots) // 2], overshoots[-1]
    text = f"{len(overshoots)} sleeps ended {1e3 * median:.2f} ms late (median), {1e3 * longest:.2f} ms at most"
    if longest < LATE_S:
        return ok("clock", text)
    fix = "end other work, or add realtime_priority:=40 to hardware.launch.py; see docs/howto/deployment.md"
    return note("clock", f"{text}: ticks of 10 ms will be late now and then", fix)


def _source(machine: Machine) -> list[Finding]:
    source = machine.read("sys/devices/system/clocksource/clocksource0/current_clocksource")
    if source is None:
        return []
    if source in GOOD_SOURCES:
        return [ok("clock", f"clock source {source}")]
    return [
        note("clock", f"clock source {source}, which takes long to read", "add clocksource=tsc to the kernel's line")
    ]


def _time_of_day(machine: Machine) -> Finding:
    if machine.read("run/systemd/timesync/synchronized") is not None:
        return ok("clock", "the time of day is synchronised")
    done = machine.run(["timedatectl", "show", "--property=NTPSynchronized", "--value"])
    if done.code == 0 and done.output == "yes":
        return ok("clock", "the time of day is synchronised")
    if done.code == 0 and done.output == "no":
        text = "the time of day is not synchronised, as it should be to compare recordings of several computers"
        return note("clock", text, "sudo timedatectl set-ntp true")
    return ok("clock", "whether the time of day is synchronised cannot be read here; no tick depends on it")
