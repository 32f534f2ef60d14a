"""What the documents name exists: tests, files, headings, topics, launch arguments."""

import ast
import configparser
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
DOCUMENTS = [TOP / "README.md", *sorted((TOP / "docs").rglob("*.md"))]
HOWTO = TOP / "docs" / "howto"
HAZARDS = TOP / "docs" / "safety" / "hazards.md"
POINTS = range(1, 26)
"""Of the safety checklist."""

TEST_ID = re.compile(r"tests/[\w/]+\.py(?:::\w+)?")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)[^)]*\)")


def functions(file: Path) -> set[str]:
    """Return the names of the functions at the top of a Python file."""
    if not file.is_file():
        return set()
    return {node.name for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef)}


def missing_tests(text: str, top: Path) -> list[str]:
    """Return the tests that a document names and that do not exist."""
    missing = []
    for name in TEST_ID.findall(text):
        file, _, function = name.partition("::")
        if not (top / file).is_file() or (function and function not in functions(top / file)):
            missing.append(name)
    return missing


def prose(text: str) -> str:
    """Return a document without its code."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


def anchors(document: Path) -> Iterator[str]:
    """Yield the anchors of a document's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)
    for heading in re.findall(r"^#+ +(.+?) *$", text, flags=re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def broken_links(document: Path) -> list[str]:
    """Return the relative links and pictures of a document that point nowhere."""
    broken = []
    for target in LINK.findall(prose(document.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = document.parent / name if name else document
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)
    return broken


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(TOP)))
def test_every_test_that_a_document_names_exists(document: Path) -> None:
    assert missing_tests(document.read_text(), TOP) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(TOP)))
def test_every_relative_link_and_picture_points_at_something(document: Path) -> None:
    assert broken_links(document) == []


def test_what_does_not_exist_is_found(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text("def test_one(): pass\n")
    text = "`tests/test_a.py::test_one` `tests/test_a.py::test_two` tests/test_b.py::test_one tests/test_b.py"
    assert missing_tests(text, tmp_path) == [
        "tests/test_a.py::test_two",
        "tests/test_b.py::test_one",
        "tests/test_b.py",
    ]
    (tmp_path / "there.md").write_text("# A heading, with `code`\n")
    page = tmp_path / "page.md"
    good = "[a](there.md) [b](there.md#a-heading-with-code) [c](#own) [d](https://x.org/y) `[e](nowhere.md)`\n# Own\n"
    bad = "[f](gone.md) ![g](gone.png) [h](there.md#gone) [i](#gone)\n"
    page.write_text(f"{good}{bad}```\n[j](nowhere.md)\n# gone\n```\n")
    assert broken_links(page) == ["gone.md", "gone.png", "there.md#gone", "#gone"]


def test_every_point_of_the_safety_checklist_has_a_hazard_and_each_hazard_a_test_or_a_limit() -> None:
    table = [line.strip("|").split("|") for line in HAZARDS.read_text().splitlines() if re.match(r"\|[^-]", line)]
    points = {int(cells[0]) for cells in table if cells[0].strip().isdigit()}
    assert points == set(POINTS)
    rows = [cells for cells in table if "hazard" not in (cells[0].strip(), cells[1].strip())]
    assert [row for row in rows if "::" not in row[-1] and "**Limit:**" not in row[-2]] == []


def declared_arguments() -> set[str]:
    """Return the launch arguments of hardware.launch.py."""
    files = [TOP / "launch" / "hardware.launch.py", TOP / "src" / "exo" / "exo" / "launched_trial.py"]
    return {
        node.args[0].value
        for file in files
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "DeclareLaunchArgument"
        and isinstance(node.args[0], ast.Constant)
    }


def test_the_systemd_unit_starts_the_device_with_arguments_that_exist() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    assert unit.read(HOWTO / "exo-hardware.service")
    assert unit.sections() == ["Unit", "Service"]  # no [Install]: nothing starts it at boot
    command = unit["Service"]["ExecStart"]
    _, launch, arguments = command.partition("ros2 launch exo hardware.launch.py ")
    assert launch and (TOP / "launch" / "hardware.launch.py").is_file()
    used = re.findall(r"(\w+):=", arguments)
    assert used and set(used) <= declared_arguments()
    assert (unit["Service"]["Restart"], unit["Service"]["KillSignal"]) == ("no", "SIGINT")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(TOP)))
def test_every_argument_of_the_hardware_launch_in_a_document_exists(document: Path) -> None:
    commands = re.findall(r"ros2 launch exo hardware\.launch\.py([^#`\n]*)", document.read_text())
    assert set(re.findall(r"(\w+):=", " ".join(commands))) <= declared_arguments()


def test_the_dds_permissions_name_the_topics_of_the_nodes() -> None:
    module = ast.parse((TOP / "src" / "exo_nodes" / "exo_nodes" / "topics.py").read_text())
    known = {node.value for node in ast.walk(module) if isinstance(node, ast.Constant)}
    entries = [entry.text or "" for entry in ElementTree.parse(HOWTO / "dds-policy.xml").iter() if len(entry) == 0]
    of_any_node = {"/rosout", "/parameter_events"}
    ours = {name for name in entries if not name.startswith(("~", "/emergency_stop/"))} - of_any_node
    assert ours and ours <= known
