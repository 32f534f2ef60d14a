"""Which engine a person can be simulated with."""

from exo.doctor.finding import Finding, note, ok, problem
from exo.doctor.machine import Machine
from exo_scone.finder import find_scone

IMPORT = "import numba"


def check(machine: Machine) -> list[Finding]:
    """Return a finding per engine."""
    return [_native(machine), _scone(), _processors(machine)]


def _native(machine: Machine) -> Finding:
    done = machine.run_python(IMPORT)
    if done.code == 0:
        return ok("engine", f"native, compiled by Numba {machine.version('numba')}")
    return problem("engine", f"native: Numba cannot be imported: {done.last_error}", "make setup")


def _scone() -> Finding:
    found = find_scone()
    return ok("engine", found.text) if found.usable else note("engine", found.text, "docs/howto/scone.md")


def _processors(machine: Machine) -> Finding:
    if machine.cores >= 2:
        return ok("engine", f"{machine.cores} processors")
    return note(
        "engine",
        "one processor: simulation and policy share it, and states may be late in real time",
        "ros2 launch exo sim.launch.py lockstep:=true",
    )
