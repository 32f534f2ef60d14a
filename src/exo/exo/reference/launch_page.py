"""The page of the launch files, from the arguments that they declare."""

import importlib.util
from pathlib import Path
from typing import Any

from exo.reference.markdown import code, table


def launch_arguments(file: Path) -> list[Any]:
    """Return the ``DeclareLaunchArgument`` actions of a launch file."""
    spec = importlib.util.spec_from_file_location(file.name.partition(".")[0] + "_launch", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return list(module.generate_launch_description().get_launch_arguments())


def _default(argument: Any) -> str:
    parts = argument.default_value or ()
    return code("".join(part.text if hasattr(part, "text") else part.describe() for part in parts) or '""')


def page(folder: Path) -> str:
    """Return the page of all launch files in a folder."""
    text = "# Launch files\n\n`ros2 launch exo FILE --show-args` prints the same. An unknown argument is an error.\n"
    for file in sorted(folder.glob("*.launch.py")):
        rows = [(code(a.name), _default(a), a.description.replace("<", "&lt;")) for a in launch_arguments(file)]
        text += f"\n## {file.name}\n\n{table(('argument', 'default', 'what'), rows)}"
    return text
