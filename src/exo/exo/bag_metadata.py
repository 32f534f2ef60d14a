"""What a metadata.yaml of rosbag2 says about a bag."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

import yaml

METADATA = "metadata.yaml"

TOP = "rosbag2_bagfile_information"


@dataclass(frozen=True)
class BagMetadata:
    """What of it is of interest here; nothing of a text that means nothing."""

    files: list[str] = field(default_factory=list)
    """Names of the files of the bag, in the order of their recording."""
    custom_data: dict[str, str] = field(default_factory=dict)


def read_metadata(text: str) -> BagMetadata | None:
    """Return what a metadata.yaml says, None if it means nothing."""
    try:
        content: Any = yaml.safe_load(text)
        about = content.get(TOP, content)  # the copy within the files of a bag is written without this key, too
        return BagMetadata(
            [PurePath(str(path)).name for path in about.get("relative_file_paths") or ()],
            {str(key): str(value) for key, value in (about.get("custom_data") or {}).items()},
        )
    except (yaml.YAMLError, AttributeError, TypeError, ValueError):
        return None
