"""The page of the nodes' parameters, from the declarations that the nodes themselves use."""

import importlib
import inspect
from collections.abc import Sequence

from exo.reference.markdown import code, table
from exo_nodes import start
from exo_nodes.lifecycle import SHARED
from exo_nodes.parameters import NodeParameter


def executables() -> list[str]:
    """Return what ``ros2 run exo_nodes`` starts; each is a module of exo_nodes too."""
    return [name for name, _ in inspect.getmembers(start, inspect.isfunction) if not name.startswith("_")]


def own_parameters(executable: str) -> Sequence[NodeParameter]:
    """Return the parameters of a node, without those that all nodes share."""
    module = importlib.import_module(f"exo_nodes.{executable}")
    found: Sequence[NodeParameter] = getattr(module, "PARAMETERS", ())
    return found


def parameter_table(parameters: Sequence[NodeParameter]) -> str:
    """Return the table of some parameters."""
    rows = [
        (code(p.name), code(value_text(p.default)), p.allowed, p.description, "no" if p.read_only else "yes")
        for p in parameters
    ]
    return table(("parameter", "default", "allowed", "what", "set while running"), rows)


def value_text(value: bool | int | float | str) -> str:
    """Return a value as YAML has it; an empty text as two quotes."""
    return str(value).lower() if isinstance(value, bool) else '""' if value == "" else str(value)


def page() -> str:
    """Return the page."""
    parts = [
        "# Parameters of the nodes\n\n"
        "Set them with `--ros-args -p NAME:=VALUE` or in a parameter file; `ros2 param describe` shows the same. An "
        "unknown parameter or a value that is not allowed ends the node with exit code 2. Made from the nodes' own "
        "declarations.\n\n"
        "## All nodes\n\n" + parameter_table(SHARED)
    ]
    for executable in executables():
        if parameters := own_parameters(executable):
            parts.append(f"\n## `{executable}`\n\n{parameter_table(parameters)}")
    return "".join(parts)
