"""Programs that some commands can use and none needs."""

from exo.doctor.finding import Finding, note, ok
from exo.doctor.machine import Machine

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PROGRAMS = (
    (("gcc", "cc", "clang"), "measures the C99 header of a policy", "sudo apt install gcc"),
    (("git",), "lets recordings name the commit", "sudo apt install git"),
    (CHROMIUM, "prints pages and shows them to tests", "sudo apt install chromium"),
)
"""Names under which a program goes, what it is for, and how to install it."""


def check(machine: Machine) -> list[Finding]:
    """Return a finding per program."""
    found = []
    for names, purpose, fix in PROGRAMS:
        path = next((path for name in names if (path := machine.which(name))), None)
        text = f"{path} {purpose}" if path else f"no {names[0]}, which {purpose}"
        found.append(ok("programs", text) if path else note("programs", text, fix))
    return found
