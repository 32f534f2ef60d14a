"""Finding and reading the configuration files, without ROS.

Every model of a file derives from ``ConfigModel``; ``load_config`` turns whatever is wrong with a file into a
``ConfigError`` that names the file, line, key, value and allowed range.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from types import NoneType
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from exo_control.errors import ConfigError, choices_hint

CONFIG_DIR_VARIABLE = "EXO_CONFIG_DIR"
_PREFIX_VARIABLE = "AMENT_PREFIX_PATH"


class ConfigModel(BaseModel):
    """Base of the models of configuration files: immutable, no unknown keys, no conversions, finite numbers.

    Strict: a whole number is accepted for a float, but neither ``yes`` nor a quoted number is.
    Use ``list`` for sequences, since a strict ``tuple`` refuses what YAML reads.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


ModelT = TypeVar("ModelT", bound=ConfigModel)


def config_path(*parts: str) -> Path:
    """Return the path of an installed configuration file or folder, such as ``config_path("safety", "limits.yaml")``.

    Looks in ``EXO_CONFIG_DIR`` if it is set, else in ``share/exo/config`` of each prefix in ``AMENT_PREFIX_PATH``.

    Raises:
        ConfigError: it is in none of them; the message says what was searched.
    """
    folders = _config_folders()
    for folder in folders:
        path = folder.joinpath(*parts)
        if path.exists():
            return path
    name = "/".join(("config", *parts))
    unset = f"nothing, since {CONFIG_DIR_VARIABLE} and {_PREFIX_VARIABLE} are not set"
    searched = ", ".join(map(str, folders)) or unset
    raise ConfigError(
        f"cannot find {name}; searched: {searched}. "
        f"Run `. ./env.sh` in the workspace, or set {CONFIG_DIR_VARIABLE} to its config folder."
    )


def _config_folders() -> list[Path]:
    if override := os.environ.get(CONFIG_DIR_VARIABLE):
        return [Path(override)]
    prefixes = os.environ.get(_PREFIX_VARIABLE, "").split(os.pathsep)
    return [Path(prefix, "share", "exo", "config") for prefix in prefixes if prefix]


class _Loader(yaml.SafeLoader):
    """Safe YAML that also refuses duplicate keys and reads ``1e-3`` as a number, as YAML 1.2 does."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                continue  # a list or mapping as a key: the base class refuses it
            if key_node.value in seen:
                raise yaml.constructor.ConstructorError(
                    problem=f"key '{key_node.value}' is given twice", problem_mark=key_node.start_mark
                )
            seen.add(key_node.value)
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"), list("-+0123456789")
)


def load_yaml(path: Path | str) -> dict[str, Any]:
    """Read a YAML (or JSON) file whose top level is a mapping.

    Raises:
        ConfigError: the file is missing, unreadable, not YAML or not a mapping; names the file, line and reason.
    """
    text = _read_text(Path(path))
    try:
        data = yaml.load(text, Loader=_Loader)  # as safe as SafeLoader
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ConfigError(f"{path}{line}: {error.problem}") from None
    except (yaml.YAMLError, ValueError) as error:  # ValueError: an impossible date or number
        raise ConfigError(f"{path}: {error}") from None
    if not isinstance(data, dict):
        raise ConfigError(f"{path}: expected `key: value` lines at the top level, found {_kind(data)}")
    return data


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot read the file: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not a text file in UTF-8: {error.reason} at byte {error.start}") from None


def _kind(data: object) -> str:
    return "nothing" if data is None else f"a {type(data).__name__}"


BASE_KEY = "base"
"""Of a file beside this one, by name, whose values hold where this one has none: variants say what differs only."""


def load_config(path: Path | str, model: type[ModelT]) -> ModelT:
    """Read a YAML (or JSON) file, and the one it is based on if it names one, into a model.

    Raises:
        ConfigError: one line per problem with file, line, key, value and allowed range.
    """
    data = _with_base(Path(path))
    try:
        return model.model_validate(data)
    except ValidationError as error:
        root = yaml.compose(_read_text(Path(path)), Loader=_Loader)
        problems = [f"{path}{_line(root, item['loc'])}: {describe_problem(item, model)}" for item in error.errors()]
        raise ConfigError("\n".join(problems)) from None


def _with_base(path: Path, variants: tuple[Path, ...] = ()) -> dict[str, Any]:
    data = load_yaml(path)
    if BASE_KEY not in data:
        return data
    base = path.with_name(f"{data.pop(BASE_KEY)}.yaml")
    if base in (*variants, path):
        raise ConfigError(f"{path}: {BASE_KEY}: {base.stem} is based on this file itself")
    return _merged(_with_base(base, (*variants, path)), data)


def _merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    both = {key: _merged(base[key], own[key]) for key in own if _are_mappings(base.get(key), own[key])}
    return {**base, **own, **both}


def _are_mappings(*values: object) -> bool:
    return all(isinstance(value, dict) for value in values)


def describe_problem(problem: ErrorDetails, model: type[BaseModel]) -> str:
    """Return one sentence for one pydantic problem: key, value, reason, allowed range and description of the field."""
    location = problem["loc"]
    key = ".".join(map(str, location))
    if problem["type"] == "extra_forbidden":
        owner = _annotation_at(model, location[:-1])
        known = owner.model_fields if isinstance(owner, type) and issubclass(owner, BaseModel) else {}
        return f"unknown key '{key}'; {choices_hint(str(location[-1]), known)}"
    field = _field_at(model, location)
    notes = [note for note in (_allowed(field), field.description if field else None) if note]
    tail = f" ({'; '.join(notes)})" if notes else ""
    if problem["type"] == "missing":
        return f"key '{key}' is missing{tail}"
    reason = problem["msg"].removeprefix("Value error, ")
    if problem["type"] != "value_error":  # our own messages begin with the name of a key
        reason = reason[:1].lower() + reason[1:]
    return f"{key} = {problem['input']!r}: {reason}{tail}" if location else reason


def _steps(model: type[BaseModel], location: tuple[int | str, ...]) -> Iterator[tuple[FieldInfo | None, Any]]:
    """Yield (field, annotation) along a pydantic error location; stops where the location leaves the model."""
    annotation: Any = model
    for key in location:
        field = None
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            field = annotation.model_fields.get(str(key))
            if field is None:
                return
            annotation = _without_none(field.annotation)
        else:  # an item of a list or a value of a mapping
            arguments = get_args(annotation)
            annotation = _without_none(arguments[-1]) if arguments else None
        yield field, annotation


def _without_none(annotation: Any) -> Any:
    """Return T for ``T | None``, and any other annotation as it is."""
    arguments = get_args(annotation)
    others = [item for item in arguments if item is not NoneType]
    return others[0] if NoneType in arguments and len(others) == 1 else annotation


def _annotation_at(model: type[BaseModel], location: tuple[int | str, ...]) -> Any:
    return next((annotation for _, annotation in reversed(list(_steps(model, location)))), model)


def _field_at(model: type[BaseModel], location: tuple[int | str, ...]) -> FieldInfo | None:
    steps = list(_steps(model, location))
    return steps[-1][0] if len(steps) == len(location) and steps else None


def _allowed(field: FieldInfo | None) -> str | None:
    """Return the range of a number field in words, such as ``allowed: above 0, at most 15``."""
    words = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}
    metadata = field.metadata if field else []
    pairs = [(item, name) for item in metadata for name in words if hasattr(item, name)]
    bounds = [f"{words[name]} {getattr(item, name):g}" for item, name in pairs]
    return f"allowed: {', '.join(bounds)}" if bounds else None


def _line(root: yaml.Node | None, location: tuple[int | str, ...]) -> str:
    """Return ``:line`` of the deepest key of a location that the file has; the file's own line numbers start at 1."""
    line = ""
    node = root
    for key in location:
        if isinstance(node, yaml.MappingNode):
            found = next(((name, value) for name, value in node.value if name.value == str(key)), None)
            if found is None:
                break
            line, node = f":{found[0].start_mark.line + 1}", found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
            line = f":{node.start_mark.line + 1}"
    return line
