"""Every branch of the safety package is walked by its own tests."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__)


def test_all_branches_of_the_safety_package_are_tested(repo_root: Path, tmp_path: Path) -> None:
    options = ["--cov=exo_safety", "--cov-branch", "--cov-fail-under=100", "--cov-report=term-missing", "-q"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", str(HERE.parent), f"--ignore={HERE}", "-p", "no:cacheprovider", *options],
        cwd=repo_root,
        env={**environment, "COVERAGE_FILE": str(tmp_path / "coverage")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
