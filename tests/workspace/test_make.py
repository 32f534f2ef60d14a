"""``make setup`` does what is needed, once, and says what is wrong.

A stub stands in for Python, pip and colcon: it notes how it is called, so each test sees what make would have done.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

STUB = """#!/bin/bash
echo "$*" >> "$STUB_CALLS"
for word in $STUB_FAILS; do [[ "$*" == *"$word"* ]] && { echo "stub: $word fails" >&2; exit 1; }; done
case "$*" in
  --version) echo Python 3.11.0;;
  "-m venv"*) rm -rf "${@: -1}"; mkdir -p "${@: -1}/bin"; cp "$0" "${@: -1}/bin/python";;
  "-m colcon"*) mkdir -p install/exo;;
esac
"""


def write_script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


class Checkout:
    """A copy of the checkout's Makefile and requirements, with one package and the stub as python3."""

    def __init__(self, source: Path, folder: Path) -> None:
        self.top = folder / "exo"
        self.bin = folder / "bin"
        self.calls = folder / "calls"
        shutil.copytree(source / "requirements", self.top / "requirements")
        for name in ("Makefile", "colcon.meta"):
            shutil.copy(source / name, self.top)
        for name in (
            "src/exo/package.xml",
            "src/exo/setup.py",
            "src/exo/exo/cli.py",
            "launch/sim.launch.py",
            "tests/a.py",
        ):
            self.add(name)
        self.stub = write_script(self.bin / "python3", STUB)
        inherited = {
            name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
        }
        self.env = {
            **inherited,
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
            "STUB_CALLS": str(self.calls),
            "ROS_DISTRO": "",
        }

    def add(self, name: str) -> Path:
        """Make an empty file."""
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        return path

    def make(self, *arguments: str, fails: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        """Run make; the stub fails in calls that hold one of the words of ``fails``."""
        self.calls.write_text("")
        return subprocess.run(
            ["make", *arguments],
            cwd=self.top,
            env={**self.env, "STUB_FAILS": fails, **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )

    def steps(self, *arguments: str, fails: str = "", **env: str) -> list[str]:
        """Run make, and return its steps: ``venv``, ``pip``, ``colcon``; ``?`` for another start of Python."""
        self.make(*arguments, fails=fails, **env)
        calls = self.calls.read_text().splitlines()
        known = [word for call in calls for word in ("venv", "pip", "colcon") if call.startswith(f"-m {word}")]
        return known if known or not calls else ["?"]


@pytest.fixture
def checkout(repo_root: Path, tmp_path: Path) -> Iterator[Checkout]:
    yield Checkout(repo_root, tmp_path)


@pytest.fixture
def ready(checkout: Checkout) -> Checkout:
    assert checkout.steps("setup") == ["venv", "pip", "colcon"]
    return checkout


def test_a_second_setup_starts_no_python(ready: Checkout) -> None:
    done = ready.make("setup")
    assert (done.returncode, done.stdout, done.stderr, ready.calls.read_text()) == (0, "", "", "")


def test_the_test_packages_come_only_when_asked_for(ready: Checkout) -> None:
    assert ready.steps("_setup", "_test_packages") == ["pip"]
    assert "requirements/test.txt" in ready.calls.read_text()
    assert ready.steps("_setup", "_test_packages") == []
    assert ready.steps("setup") == []


def test_training_packages_come_only_when_asked_for(ready: Checkout) -> None:
    assert ready.steps("_setup", "_train_packages") == ["pip"]
    assert "requirements/train.txt" in ready.calls.read_text()
    assert ready.steps("_setup", "_train_packages") == []
    touch_later(ready.top / "requirements/train.txt")
    assert ready.steps("_setup", "_train_packages") == ["pip"]


def test_an_edit_or_a_new_module_needs_no_build(ready: Checkout) -> None:
    (ready.top / "src/exo/exo/cli.py").write_text("edited = True\n")
    ready.add("src/exo/exo/new.py")
    (ready.top / "launch/sim.launch.py").write_text("edited = True\n")
    assert ready.steps("setup") == []


@pytest.mark.parametrize(
    "name", ["launch/new.launch.py", "config/a/b.yaml", "src/exo/exo/model.yaml", "src/exo_new/package.xml"]
)
def test_a_file_that_comes_or_goes_needs_a_build(ready: Checkout, name: str) -> None:
    file = ready.add(name)
    assert ready.steps("setup") == ["colcon"]
    assert ready.steps("setup") == []
    file.unlink()
    assert ready.steps("setup") == ["colcon"]


@pytest.mark.parametrize("name", ["src/exo/package.xml", "src/exo/setup.py", "colcon.meta"])
def test_a_changed_package_needs_a_build(ready: Checkout, name: str) -> None:
    touch_later(ready.top / name)
    assert ready.steps("setup") == ["colcon"]


def touch_later(path: Path) -> None:
    """Give a file a time after all others', as an edit does, however coarse the file system's clock."""
    later = time.time() + 10
    os.utime(path, (later, later))


def test_changed_requirements_are_installed_into_the_same_environment(ready: Checkout) -> None:
    touch_later(ready.top / "requirements/base.txt")
    assert ready.steps("setup")[0] == "pip"


def test_an_unfinished_installation_starts_from_an_empty_environment(checkout: Checkout) -> None:
    done = checkout.make("setup", fails="pip")
    assert done.returncode != 0
    assert checkout.steps("setup") == ["venv", "pip", "colcon"]
    assert checkout.steps("setup") == []


def test_an_unfinished_build_is_built_again(checkout: Checkout) -> None:
    assert checkout.make("setup", fails="colcon").returncode != 0
    assert checkout.steps("setup") == ["colcon"]
    assert checkout.steps("setup") == []


def test_a_failed_rebuild_is_not_taken_for_built(ready: Checkout) -> None:
    ready.add("launch/new.launch.py")
    assert ready.make("setup", fails="colcon").returncode != 0
    assert ready.steps("setup") == ["colcon"]


def test_a_moved_checkout_gets_a_new_environment(ready: Checkout) -> None:
    ready.top = ready.top.rename(ready.top.with_name("moved"))
    assert ready.steps("setup")[:2] == ["venv", "pip"]


def test_another_python_gets_a_new_environment(ready: Checkout) -> None:
    other = shutil.copy(ready.stub, ready.bin / "python3.12")
    assert ready.steps("setup", f"PYTHON={other}")[:2] == ["venv", "pip"]
    assert ready.steps("setup") == []  # it stays, without naming it again
    assert ready.steps("setup", f"PYTHON={other}") == []


def test_a_python_that_went_away_is_replaced(ready: Checkout) -> None:
    (ready.top / ".venv/bin/python").unlink()
    assert ready.steps("setup")[:2] == ["venv", "pip"]


def test_packages_whose_source_is_gone_leave_the_installation(ready: Checkout) -> None:
    (ready.top / "install/exo_old").mkdir()
    (ready.top / "install/exo/dangling").symlink_to("gone")
    touch_later(ready.top / "src/exo/setup.py")
    ready.make("setup")
    assert [path.name for path in (ready.top / "install").rglob("*")] == ["exo"]


def test_a_sourced_ros_distribution_is_used(checkout: Checkout) -> None:
    write_script(checkout.bin / "ros2", "#!/bin/sh\n")
    checkout.make("setup", ROS_DISTRO="jazzy")
    venv, pip = (line for line in checkout.calls.read_text().splitlines() if line.startswith(("-m venv", "-m pip")))
    assert "--system-site-packages" in venv
    assert "requirements/base.txt" in pip
    assert "requirements/ros.txt" not in pip
    # without it, the environment would lack rclpy
    assert checkout.steps("setup")[:2] == ["venv", "pip"]


def failure(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a failed make said, less make's own lines."""
    assert done.returncode != 0
    return "\n".join(line for line in done.stderr.splitlines() if not line.startswith("make"))


def test_no_fitting_python(checkout: Checkout) -> None:
    for version in ("3.10", "3.11", "3.12", "3.13"):  # a machine may have these
        shutil.copy(checkout.stub, checkout.bin / f"python{version}")
    said = failure(checkout.make("setup", fails="version_info"))
    assert said == (
        "exo needs Python 3.10 to 3.13, and none is on the path.\n"
        "  Debian, Ubuntu: sudo apt install python3 python3-venv\n"
        "  or name one:    make setup PYTHON=/path/to/python3.12"
    )


def test_a_named_python_that_does_not_fit(checkout: Checkout) -> None:
    assert "PYTHON=/nowhere/python3 is not one." in failure(checkout.make("setup", "PYTHON=/nowhere/python3"))


def test_the_next_python_is_tried_when_python3_is_too_old(checkout: Checkout) -> None:
    write_script(checkout.bin / "python3", "#!/bin/sh\nexit 1\n")
    write_script(checkout.bin / "python3.13", STUB)
    assert checkout.steps("setup") == ["venv", "pip", "colcon"]


def test_a_python_without_venv(checkout: Checkout) -> None:
    assert "sudo apt install python3-venv" in failure(checkout.make("setup", fails="ensurepip"))


def test_a_machine_without_wheels(checkout: Checkout) -> None:
    write_script(checkout.bin / "uname", "#!/bin/sh\necho Linux aarch64\n")
    said = failure(checkout.make("setup"))
    assert "this is Linux aarch64" in said
    assert "Install ROS 2 Jazzy" in said


def test_a_path_with_a_space(checkout: Checkout) -> None:
    checkout.top = checkout.top.rename(checkout.top.with_name("my exo"))
    assert "has a space" in failure(checkout.make("setup"))


def test_help_names_the_targets(checkout: Checkout) -> None:
    out = checkout.make("help").stdout
    for target in ("setup", "build", "sim", "train", "test", "lint", "bench", "docs", "links", "clean"):
        assert f"make {target} " in out


def test_clean_keeps_the_environment_and_trials(ready: Checkout) -> None:
    (ready.top / "trials").mkdir()
    assert ready.make("clean").returncode == 0
    names = {path.name for path in ready.top.iterdir()}
    assert names.isdisjoint({"build", "install", "log"})
    assert {".venv", "trials", "src"} <= names
    assert ready.steps("setup") == ["colcon"]
    ready.make("distclean")
    assert not (ready.top / ".venv").exists()


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["sim"], "ros2 launch exo sim.launch.py"),
        (["sim", "ARGS=policy:=zero"], "ros2 launch exo sim.launch.py policy:=zero"),
        (["sim", "VIEW=1"], "ros2 launch exo sim.launch.py view:=true duration:=300"),
        (["sim", "VIEW=1", "ARGS=duration:=60"], "ros2 launch exo sim.launch.py view:=true duration:=60"),
        (["train", "ARGS=--seed 2"], "exo train --seed 2"),
    ],
)
def test_sim_and_train_set_up_and_run_their_command(checkout: Checkout, arguments: list[str], command: str) -> None:
    (checkout.top / "env.sh").write_text("")
    for program in ("ros2", "exo", "python"):
        write_script(checkout.bin / program, f'#!/bin/bash\necho "{program} $*" >> "$STUB_CALLS"\n')
    done = checkout.make(*arguments)
    assert done.returncode == 0, done.stderr
    calls = checkout.calls.read_text().splitlines()
    assert calls[-1].split() == command.split()
    installed = [call for call in calls if "pip install" in call]
    assert any("view.txt" in call for call in installed) == ("VIEW=1" in arguments)
    assert any("train.txt" in call for call in installed) == (arguments[0] == "train")
