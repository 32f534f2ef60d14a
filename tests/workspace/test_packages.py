"""Each package says what it is and what it needs."""

import ast
import re
import sys
from pathlib import Path

import pytest
from catkin_pkg.package import Package, parse_package

SOURCE = Path(__file__).resolve().parents[2] / "src"
FOLDERS = sorted(file.parent for file in SOURCE.glob("*/package.xml"))
NAMES = {folder.name for folder in FOLDERS}

# What the import of a module asks of package.xml, where the name differs: rosdep keys.
ROSDEP_KEYS = {"yaml": "python3-yaml"}
PYTHON_LIBRARIES = {"matplotlib", "numpy", "pydantic", "scipy", "tqdm", "yaml"}  # those with a rosdep key


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def folder(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture
def package(folder: Path) -> Package:
    return parse_package(str(folder / "package.xml"))


CORE = {
    "exo_analysis", "exo_control", "exo_hardware", "exo_learning", "exo_safety", "exo_scone", "exo_sim", "exo_trial",
}  # fmt: skip


def test_the_workspace_has_its_packages() -> None:
    assert CORE | {"exo", "exo_description", "exo_nodes", "ros2_subset"} <= NAMES


def test_package_xml_is_valid(folder: Path, package: Package) -> None:
    warnings: list[str] = []
    package.validate(warnings=warnings)  # includes the maintainer's e-mail: colcon drops ament's hooks on a bad one
    assert warnings == []
    assert package.package_format == 3
    assert package.name == folder.name
    assert package.licenses == ["Apache-2.0"]
    assert [(person.name, person.email) for person in package.maintainers] == [
        ("exo maintainers", "maintainers@exo-stack.org")
    ]
    assert package.get_build_type() == "ament_python"


def test_setup_py_agrees_with_package_xml(folder: Path, package: Package) -> None:
    text = (folder / "setup.py").read_text()
    assert re.findall(r'version="([^"]+)"', text) == [package.version]
    assert re.findall(r'maintainer_email="([^"]+)"', text) == [package.maintainers[0].email]
    assert re.findall(r'license="([^"]+)"', text) == package.licenses


def test_all_packages_have_one_version() -> None:
    assert len({parse_package(str(folder / "package.xml")).version for folder in FOLDERS}) == 1


def imported_modules(folder: Path) -> set[str]:
    """Return the top-level modules that a package's code imports, at whatever depth."""
    modules: set[str] = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                modules.update(name.name.split(".")[0] for name in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                modules.add(node.module.split(".")[0])
    return modules


def test_package_xml_declares_what_the_code_imports(folder: Path, package: Package) -> None:
    needed = imported_modules(folder / folder.name) - {folder.name} - set(sys.stdlib_module_names)
    declared = {dependency.name for dependency in package.exec_depends}
    for module in needed & (NAMES | PYTHON_LIBRARIES | {"rclpy"}):
        key = ROSDEP_KEYS.get(module, f"python3-{module}" if module in PYTHON_LIBRARIES else module)
        assert key in declared, f"{folder.name} imports {module}: add <exec_depend>{key}</exec_depend>"


@pytest.mark.parametrize(
    "name",
    sorted(CORE),
)
def test_the_core_is_free_of_ros(name: str) -> None:
    ros = {"rclpy", "launch", "launch_ros", "ament_index_python", "std_msgs", "sensor_msgs", "rosgraph_msgs"}
    assert imported_modules(SOURCE / name) & ros == set()


@pytest.mark.parametrize("name", sorted(NAMES - {"exo_learning", "exo"}))
def test_only_learning_needs_torch(name: str) -> None:
    assert imported_modules(SOURCE / name).isdisjoint({"torch", "gymnasium", "exo_learning"})
