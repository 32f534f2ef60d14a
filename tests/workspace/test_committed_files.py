"""No committed file holds what belongs to one machine or one registry."""

import re
import subprocess
from pathlib import Path

import pytest

# Written in pieces, so that this file does not match itself.
REGISTRY_HOSTS = ["pypi" + ".org", "python" + "hosted.org", "deb.debian" + ".org", "npmjs" + ".org", "conda" + ".io"]
HOME_FOLDERS = ["/ro" + "ot/", "/ho" + "me/", "/Us" + "ers/", "/wo" + "rk/"]
FORBIDDEN = re.compile("|".join([*map(re.escape, REGISTRY_HOSTS), *(rf"(?<![\w.$}}]){path}" for path in HOME_FOLDERS)]))

LARGEST_FILE = 1_000_000  # bytes


@pytest.fixture(scope="module")
def committed_files() -> list[Path]:
    top = Path(__file__).resolve().parents[2]
    done = subprocess.run(["git", "-C", str(top), "ls-files", "-z"], capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [path for name in done.stdout.split("\0") if name and (path := top / name).is_file()]


def test_the_pattern_finds_what_it_should() -> None:
    assert FORBIDDEN.search("index: https://" + REGISTRY_HOSTS[0] + "/simple")
    assert FORBIDDEN.search('open("' + HOME_FOLDERS[1] + 'someone/file")')
    assert not FORBIDDEN.search("/opt/ros/jazzy, src/exo_sim, ~/file, build/work/file")


def test_no_registry_host_and_no_path_of_one_machine(committed_files: list[Path]) -> None:
    found = [
        f"{path}:{number}: {line.strip()}"
        for path in committed_files
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if FORBIDDEN.search(line)
    ]
    assert found == []


def test_nothing_large_or_built_is_committed(committed_files: list[Path]) -> None:
    assert [path for path in committed_files if path.stat().st_size > LARGEST_FILE] == []
    assert [path for path in committed_files if path.suffix in {".pyc", ".so", ".mcap", ".whl"}] == []
