"""The commit that records name."""

import subprocess
from pathlib import Path

import pytest

from exo_control.source_commit import git_sha


def test_it_is_a_commit_of_the_checkout(repo_root: Path) -> None:
    sha = git_sha()
    assert sha is not None
    # Some commit: work on the checkout may go on during the test.
    commit = sha.removesuffix("-dirty") + "^{commit}"
    assert subprocess.run(["git", "-C", str(repo_root), "cat-file", "-e", commit]).returncode == 0


def test_without_git_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert git_sha() is None
