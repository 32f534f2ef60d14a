"""Which engine a person can be simulated with."""

import json

from exo.doctor.finding import Finding, note, ok, problem
from exo.doctor.machine import Machine
from exo_scone.finder import search_folders

IMPORT = "import numba"
HOWTO = "docs/howto/scone.md"
FIND_SCONE = (
    "import json; from exo_scone.finder import find_scone; found = find_scone(); "
    "print(); print(json.dumps({'usable': found.usable, 'text': found.text}))"
)
"""In a process of its own: the module is a compiled one of others, which may crash or hang."""


def check(machine: Machine) -> list[Finding]:
    """Return a finding per engine."""
    return [_native(machine), _scone(machine), _processors(machine)]


def _native(machine: Machine) -> Finding:
    done = machine.run_python(IMPORT)
    if done.code == 0:
        return ok("engine", f"native, compiled by Numba {machine.version('numba')}")
    return problem("engine", f"native: Numba cannot be imported: {done.last_error}", "make setup")


def _scone(machine: Machine) -> Finding:
    done = machine.run_python(FIND_SCONE)
    if done.code != 0:
        hangs = "timed out" in done.last_error  # the rest of that message is the program above
        why = "hangs" if hangs else f"ends Python with code {done.code}: {done.last_error or 'it crashes'}"
        return problem(
            "engine", f"SCONE: importing sconepy {why}; searched: {', '.join(map(str, search_folders()))}", HOWTO
        )
    found = json.loads(done.output.splitlines()[-1])
    return ok("engine", found["text"]) if found["usable"] else note("engine", found["text"], HOWTO)


def _processors(machine: Machine) -> Finding:
    if machine.cores >= 2:
        return ok("engine", f"{machine.cores} processors")
    return note(
        "engine",
        "one processor: simulation and policy share it, and states may be late in real time",
        "ros2 launch exo sim.launch.py lockstep:=true",
    )
