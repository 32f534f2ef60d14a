"""The stand-ins never take the place of the real thing."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from ros2_subset.fallback_path import FALLBACK_DIR


def test_a_real_launch_wins(ros2: Callable, tmp_path: Path) -> None:
    for module in ("launch", "launch_ros"):
        package = tmp_path / module
        package.mkdir()
        (package / "__init__.py").write_text(f"raise RuntimeError('this is the real {module}')")
    done = ros2("launch", "demo_pkg", "arguments.launch.py", PYTHONPATH=os.pathsep.join([str(tmp_path), *sys.path]))
    assert done.returncode == 1
    assert "this is the real launch" in done.stderr


def test_the_stand_ins_are_not_importable_without_the_command() -> None:
    code = "import ros2_subset, ros2_subset.main, sys; print(any('fallback' in entry for entry in sys.path))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_stand_ins_come_last() -> None:
    code = "from ros2_subset.fallback_path import *; import sys; enable_fallback(); enable_fallback(); print(sys.path)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    entries = eval(done.stdout)
    assert entries[-1] == str(FALLBACK_DIR)
    assert entries.count(str(FALLBACK_DIR)) == 1
