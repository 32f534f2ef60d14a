"""Parameters as launch files give them: dicts, files and single values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from launch.substitution import Substitution
from launch.substitutions import TextSubstitution
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions
from launch.utilities.type_utils import is_instance_of, is_substitution

from .parameter_descriptions import Parameter, ParameterFile, ParameterValue

if TYPE_CHECKING:
    from launch.launch_context import LaunchContext

ParameterSource = ParameterFile | Parameter | dict[tuple[Substitution, ...], Any]


def normalize_parameters(parameters: Sequence[Any]) -> list[ParameterSource]:
    """Return parameter files, single parameters and dicts with flat, dotted names.

    Raises:
        TypeError: if anything else is among them.
    """
    if isinstance(parameters, str) or not isinstance(parameters, Sequence):
        raise TypeError(f"expected a list of parameter dicts and files, got {parameters!r}")
    normalized: list[ParameterSource] = []
    for source in parameters:
        if isinstance(source, Mapping):
            normalized.append(normalize_parameter_dict(source))
        elif isinstance(source, (ParameterFile, Parameter)):
            normalized.append(source)
        else:
            normalized.append(ParameterFile(source))
    return normalized


def normalize_parameter_dict(
    parameters: Mapping[Any, Any], prefix: tuple[Substitution, ...] = ()
) -> dict[tuple[Substitution, ...], Any]:
    """Return a dict whose nested dicts are flattened to dotted names; values stay as they are."""
    flat: dict[tuple[Substitution, ...], Any] = {}
    for key, value in parameters.items():
        name = (*prefix, *normalize_to_list_of_substitutions(key))
        if isinstance(value, Mapping):
            flat.update(normalize_parameter_dict(value, (*name, TextSubstitution(text="."))))
        elif isinstance(value, (str, bool, int, float, bytes, Substitution, ParameterValue, Sequence)):
            flat[name] = value
        else:
            raise TypeError(f"unexpected type {type(value)} of parameter value {value!r}")
    return flat


def evaluate_parameter_dict(
    context: LaunchContext, parameters: Mapping[tuple[Substitution, ...], Any]
) -> dict[str, Any]:
    """Return a normalised dict with all substitutions performed; their results follow the rules of YAML.

    Raises:
        TypeError: if a value is not a scalar or a list of scalars of one type.
    """
    evaluated: dict[str, Any] = {}
    for key, value in parameters.items():
        name = perform_substitutions(context, key)
        try:
            evaluated[name] = _evaluate(context, value)
        except (TypeError, ValueError, yaml.YAMLError) as error:
            raise TypeError(f"parameter '{name}': {error}") from error
    return evaluated


def _evaluate(context: LaunchContext, value: Any) -> Any:
    if isinstance(value, ParameterValue):
        return value.evaluate(context)
    if isinstance(value, (str, bool, int, float, bytes)):
        return value
    if is_substitution(value):
        return _from_yaml(perform_substitutions(context, normalize_to_list_of_substitutions(value)))
    items = [item if isinstance(item, (str, bool, int, float)) else _perform_item(context, item) for item in value]
    if not items:
        raise TypeError("expected a non-empty list")
    if all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in items):
        return items if all(isinstance(item, int) for item in items) else [float(item) for item in items]
    if not is_instance_of(items):
        raise TypeError(f"expected a list of one type out of bool, int, float and str, got {items!r}")
    return items


def _perform_item(context: LaunchContext, item: Any) -> Any:
    return yaml.safe_load(perform_substitutions(context, normalize_to_list_of_substitutions(item)))


def _from_yaml(text: str) -> Any:
    if not text:
        return ""
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise TypeError(
            f"'{text}' does not read as YAML; if it is meant as text, wrap it in ParameterValue(..., value_type=str)"
        ) from error
    if not is_instance_of(value) or value == []:
        raise TypeError(
            f"'{text}' reads as {type(value).__name__}; allowed are bool, int, float, str and non-empty lists of "
            "one of them. If it is meant as text, wrap it in ParameterValue(..., value_type=str)"
        )
    return value


def evaluate_parameters(
    context: LaunchContext, parameters: Iterable[ParameterSource]
) -> list[Path | tuple[str, Any] | dict[str, Any]]:
    """Return each source as a path, a name with its value, or a dict of values."""
    evaluated: list[Path | tuple[str, Any] | dict[str, Any]] = []
    for source in parameters:
        if isinstance(source, (ParameterFile, Parameter)):
            evaluated.append(source.evaluate(context))
        else:
            evaluated.append(evaluate_parameter_dict(context, source))
    return evaluated
