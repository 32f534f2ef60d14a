"""What package exo installs: the top-level launch/ and config/, as they are."""

from pathlib import Path

import pytest
from ament_index_python.packages import get_package_share_directory


@pytest.mark.parametrize("folder", ["launch", "config"])
def test_all_files_are_installed_in_their_places(folder: str, repo_root: Path) -> None:
    source = repo_root / folder
    share = Path(get_package_share_directory("exo"))
    files = [file for file in source.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    assert files
    for file in files:
        assert (share / folder / file.relative_to(source)).read_bytes() == file.read_bytes()
