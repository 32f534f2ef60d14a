"""env.sh puts `ros2` and `exo` on the path of the shells that people use."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

PATH_LISTS = ("PATH", "PYTHONPATH", "AMENT_PREFIX_PATH")


def shell(name: str, script: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a shell that knows nothing of this workspace yet."""
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    options = {"bash": ["--norc"], "zsh": ["--no-rcs"]}.get(name, [])
    clean = {"PATH": os.defpath, "HOME": str(folder), **env}
    return subprocess.run([name, *options, "-c", script], cwd=folder, env=clean, capture_output=True, text=True)


# A plain POSIX shell does not tell a sourced file where it is.
FROM_THE_TOP = "cd '{top}' && . ./env.sh"
FROM_ELSEWHERE = ". '{top}/env.sh'"
SHELLS = [("bash", FROM_ELSEWHERE), ("bash", FROM_THE_TOP), ("zsh", FROM_ELSEWHERE), ("dash", FROM_THE_TOP)]


@pytest.mark.parametrize(("name", "source"), SHELLS)
def test_ros2_and_exo_are_found(name: str, source: str, repo_root: Path, tmp_path: Path) -> None:
    script = (
        f"{source.format(top=repo_root)} && command -v exo && command -v ros2 && exo version >/dev/null && echo ran"
    )
    done = shell(name, script, tmp_path)
    assert done.stderr == ""
    assert done.stdout.split() == [
        f"{repo_root}/install/exo/lib/exo/exo",
        f"{repo_root}/install/ros2_subset/lib/ros2_subset/ros2",
        "ran",
    ]


@pytest.mark.parametrize(("name", "source"), SHELLS)
def test_sourcing_again_changes_nothing(name: str, source: str, repo_root: Path, tmp_path: Path) -> None:
    source = source.format(top=repo_root)
    # env.sh must also leave no variable or function of its own
    state = "set | grep ^_exo; " + "; ".join(f'echo "${variable}"' for variable in PATH_LISTS)
    once = shell(name, f"{source}; {state}", tmp_path)
    twice = shell(name, f"{source}; {source}; {state}", tmp_path)
    assert once.stderr == ""
    assert twice.stdout == once.stdout
    lines = once.stdout.splitlines()
    assert len(lines) == len(PATH_LISTS)
    for line in lines:
        entries = line.split(":")
        assert "" not in entries
        assert len(entries) == len(set(entries))


def test_strict_shells_stay_strict(repo_root: Path, tmp_path: Path) -> None:
    done = shell("bash", f"set -eu; . '{repo_root}/env.sh'; echo $-", tmp_path)
    assert done.stderr == ""
    assert {"e", "u"} <= set(done.stdout.strip())


def test_a_ros_distribution_comes_first(repo_root: Path, tmp_path: Path) -> None:
    distribution = tmp_path / "opt/ros/jazzy"
    ros2 = distribution / "bin/ros2"
    ros2.parent.mkdir(parents=True)
    ros2.write_text("#!/bin/sh\n")
    ros2.chmod(0o755)
    done = shell(
        "bash",
        f". '{repo_root}/env.sh'; command -v ros2; echo $AMENT_PREFIX_PATH",
        tmp_path,
        PATH=f"{ros2.parent}:{os.defpath}",
        AMENT_PREFIX_PATH=str(distribution),
    )
    found, prefixes = done.stdout.split()
    assert found == str(ros2)
    prefix = prefixes.split(":")
    assert prefix.index(f"{repo_root}/install/exo") < prefix.index(str(distribution))  # the overlay
    assert prefix.index(str(distribution)) < prefix.index(f"{repo_root}/.venv")  # the wheels


def test_the_python_of_a_ros_distribution_finds_our_libraries(repo_root: Path, tmp_path: Path) -> None:
    # An environment made beside a distribution, and an empty overlay.
    venv.create(tmp_path / ".venv", system_site_packages=True)
    library = Path(sysconfig.get_path("purelib", vars={"base": str(tmp_path / ".venv")}), "our_library.py")
    library.touch()
    base_python = Path(sys.base_prefix, "bin/python3")
    (tmp_path / "install").mkdir()
    (tmp_path / "install/local_setup.bash").touch()
    shutil.copy(repo_root / "env.sh", tmp_path)
    done = shell("bash", f". ./env.sh; '{base_python}' -c 'import our_library as o; print(o.__file__)'", tmp_path)
    assert (done.stdout.strip(), done.stderr) == (str(library), "")


@pytest.mark.parametrize(
    ("given", "expected"), [({}, "LOCALHOST"), ({"ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET"}, "SUBNET")]
)
def test_discovery_stays_on_this_machine_unless_told(
    given: dict[str, str], expected: str, repo_root: Path, tmp_path: Path
) -> None:
    done = shell("bash", f". '{repo_root}/env.sh'; echo $ROS_AUTOMATIC_DISCOVERY_RANGE", tmp_path, **given)
    assert done.stdout.strip() == expected


def test_a_process_of_another_environment_leaves_its_libraries_behind(repo_root: Path, tmp_path: Path) -> None:
    script = f". '{repo_root}/env.sh'; python -c 'import rclpy; rclpy.init(); print(1)'"
    done = shell("bash", script, tmp_path, _ROS_WHEELS_BOOTSTRAP_COMPLETE="1")
    assert (done.stdout.strip(), done.stderr) == ("1", "")


@pytest.mark.parametrize("name", ["bash", "zsh", "dash"])
def test_a_workspace_that_is_not_set_up(name: str, repo_root: Path, tmp_path: Path) -> None:
    shutil.copy(repo_root / "env.sh", tmp_path)
    done = shell(name, 'before=$PATH; . ./env.sh; echo $?; [ "$PATH" = "$before" ] && echo same', tmp_path)
    assert done.stdout.split() == ["1", "same"]
    assert "make setup" in done.stderr


def test_a_shell_that_cannot_tell_where_env_sh_is(repo_root: Path, tmp_path: Path) -> None:
    done = shell("dash", f". '{repo_root}/env.sh'; echo $?", tmp_path)
    assert done.stdout.strip() == "1"
    assert "cd to the top of the checkout" in done.stderr
