"""Whether a model asks for the parameters of its .par file: SCONE ignores the others without a word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from exo_control.errors import ConfigError
from exo_scone.par_file import read_par
from exo_scone.parameter_names import nearest
from exo_scone.scenario import SconeFiles

INCLUDED = re.compile(r"<<\s*(?P<include>\S+?)\s*>>|script_file\s*=\s*\"?(?P<script>[^\s\"}]+)")
COMMENT = re.compile(r"(#|--).*")
WORD = re.compile(r"\w+")
OFFSET = ".offset"
SHOWN = 5
"""More names than these do not help."""


def check_par(files: SconeFiles, model: Any) -> None:
    """Check the names of the .par file of a user's own model.

    A name ``PREFIX.KEY`` is known where the controller has reflexes of that prefix, such as S00011.vasti, and the
    model's files have the key; ``STATE.offset`` where the model has the state; any other where the files have its last
    part. A gain of exactly 0 may have no entry in the controller, so it is known.

    Args:
        files: model and parameters; without parameters there is nothing to check.
        model: loaded by sconepy with them.

    Raises:
        ConfigError: names what would be ignored, and the nearest known names; or a file cannot be read.
    """
    if files.par is None:
        return
    gains = set(model.get_control_parameter_names())
    prefixes = {name.rpartition(".")[0] for name in gains}
    words = {word for text in _texts(files.model, set()) for word in WORD.findall(text)}
    states = set(model.state())
    if not any(state.startswith("/") for state in states):
        states |= {name + rate for name in (dof.name() for dof in model.dofs()) for rate in ("", "_u")}
    offsets = {state + OFFSET for state in states} if "initial_state_offset" in words else set()

    def is_known(name: str) -> bool:
        prefix, _, key = name.rpartition(".")
        if name.endswith(OFFSET):
            return name in offsets
        return name in gains or (key in words and (not prefix or not gains or prefix in prefixes))

    unknown = [p.name for p in read_par(files.par) if p.best != 0.0 and not is_known(p.name)]
    if not unknown:
        return
    known = dict.fromkeys([*gains, *offsets])
    named = "; ".join(f"'{name}'{nearest(name, known).replace(';', ':', 1)}" for name in unknown[:SHOWN])
    more = f"; and {len(unknown) - SHOWN} more" if len(unknown) > SHOWN else ""
    raise ConfigError(
        f"{files.par}: {files.model} does not ask for these parameters, SCONE would ignore them: {named}{more}. "
        "Mend or delete their lines"
    )


def _texts(file: Path, seen: set[Path]) -> Iterator[str]:
    """Yield the text of a .scone file and of all that it includes, comments left out."""
    if file in seen:
        return
    seen.add(file)
    try:
        text = COMMENT.sub("", file.read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        raise ConfigError(f"{file}: cannot read the file: {error.strerror}") from None
    yield text
    for match in INCLUDED.finditer(text):
        yield from _texts(file.parent / (match["include"] or match["script"]), seen)
