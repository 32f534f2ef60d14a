"""Python, and its packages against the pins in requirements/."""

from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

from exo.doctor.finding import Finding, note, ok, problem
from exo.doctor.machine import Machine

OLDEST, NEWEST = (3, 10), (3, 13)
"""As in the Makefile, which looks for such a Python."""

MOST_NAMES = 5


@dataclass(frozen=True)
class Purpose:
    """What a file of requirements is for, and the command that installs it."""

    why: str
    fix: str
    needed: bool = False


PURPOSES = {
    "base.txt": Purpose("exo", "make setup", needed=True),
    "ros.txt": Purpose("ROS 2 without a distribution", "make setup", needed=True),
    "train.txt": Purpose("training", "make train"),
    "moteus.txt": Purpose("moteus drives", ".venv/bin/python -m pip install -r requirements/moteus.txt"),
    "video.txt": Purpose("films in MP4, by ffmpeg", ".venv/bin/python -m pip install -r requirements/video.txt"),
    "view.txt": Purpose("the live page", "make sim VIEW=1"),
    "cluster.txt": Purpose(
        "cohorts on several machines", ".venv/bin/python -m pip install -r requirements/cluster.txt"
    ),
    "docs.txt": Purpose("building the documentation", "make docs"),
    "links.txt": Purpose("trying links to other sites", "make links"),
    "test.txt": Purpose("the tests", "make test"),
}


def check(machine: Machine) -> list[Finding]:
    """Return a finding about Python and one per file of requirements."""
    found = [_python(machine)]
    folder = machine.checkout / "requirements"
    if not folder.is_dir():
        return [
            *found,
            note("packages", "not compared with the pins: exo runs from outside its checkout", "make setup"),
        ]
    for file, purpose in PURPOSES.items():
        if (folder / file).is_file() and not (file == "ros.txt" and machine.ros_distribution):
            found.append(_packages(machine, folder / file, purpose))
    return found


def requirements(file: Path) -> list[Requirement]:
    """Return the lines of a requirements file that hold for this Python; included files are left out."""
    lines = (line.split("#")[0].strip() for line in file.read_text().splitlines())
    parsed = [Requirement(line) for line in lines if line and not line.startswith("-")]
    return [requirement for requirement in parsed if requirement.marker is None or requirement.marker.evaluate()]


def _python(machine: Machine) -> Finding:
    text = ".".join(map(str, machine.python))
    if OLDEST <= machine.python[:2] <= NEWEST:
        return ok("python", text)
    wanted = f"{OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}"
    return problem("python", f"{text}; exo needs {wanted}", "make setup PYTHON=python3.12")


def _packages(machine: Machine, file: Path, purpose: Purpose) -> Finding:
    missing, others = [], []
    for requirement in requirements(file):
        if requirement.name == "numpy" and machine.ros_distribution:
            continue  # the distribution's own, which its message packages are compiled for
        version = machine.version(requirement.name)
        if version is None:
            missing.append(requirement.name)
        elif not requirement.specifier.contains(version, prereleases=True):
            others.append(f"{requirement.name} {version} instead of {str(requirement.specifier).lstrip('=')}")
    if missing:
        make = problem if purpose.needed else note
        return make("packages", f"for {purpose.why}, not installed: {_listed(missing)}", purpose.fix)
    if others:
        return note("packages", f"for {purpose.why}, not as pinned: {_listed(others)}", purpose.fix)
    return ok("packages", f"for {purpose.why}: as pinned")


def _listed(names: list[str]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
