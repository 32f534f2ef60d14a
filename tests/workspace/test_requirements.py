"""Each dependency is pinned, with its reason."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "requirements"
LINE = re.compile(
    r"(?P<name>[\w.-]+)==(?P<version>[\w.]+)(?P<marker>; python_version [<>]=? \"3\.\d+\")?(\s+# (?P<why>.+))?"
)
FILES = (
    "base.txt", "ros.txt", "train.txt", "test.txt", "cluster.txt", "docs.txt", "links.txt", "moteus.txt",
    "video.txt", "view.txt",
)  # fmt: skip


def pins(file: str) -> list[re.Match[str]]:
    """Return the file's lines, comments and included files left out. Each must be an exact pin."""
    lines = [line for line in (FOLDER / file).read_text().splitlines() if line and not line.startswith(("#", "-r "))]
    matches = [LINE.fullmatch(line) for line in lines]
    assert None not in matches, [line for line, match in zip(lines, matches, strict=True) if match is None]
    return [match for match in matches if match]


@pytest.mark.parametrize("file", FILES)
def test_pins_are_exact_and_have_a_reason(file: str) -> None:
    found = pins(file)
    assert found
    assert [pin["name"] for pin in found if not pin["why"]] == []


def test_no_package_is_pinned_twice() -> None:
    names = [pin["name"].lower() for file in FILES for pin in pins(file)]
    assert len(names) == len(set(names))


def test_the_base_has_no_torch() -> None:
    names = {pin["name"] for file in ("base.txt", "ros.txt") for pin in pins(file)}
    assert names.isdisjoint({"torch", "torchvision", "tensorflow", "jax"})


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_constraints_hold_the_pins_and_all_that_they_bring() -> None:
    constraints = {normal(pin["name"]): pin["version"] for pin in pins("constraints.txt")}
    for file in FILES:
        for pin in pins(file):
            assert constraints[normal(pin["name"])] == pin["version"]
    assert len(constraints) > 100  # rclpy alone brings dozens
