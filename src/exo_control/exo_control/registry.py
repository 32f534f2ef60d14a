"""Policies by name: what the ``policy`` launch argument accepts."""

from collections.abc import Mapping
from pathlib import Path

from exo_control.config_files import config_path
from exo_control.dofc import DofcPolicy
from exo_control.errors import ConfigError, PolicyError, choices_hint
from exo_control.law_policy import LawPolicy
from exo_control.onnx_policy import OnnxPolicy
from exo_control.policy import Parameter, Policy, checked_values
from exo_control.zero import ZeroPolicy

POLICY_NAMES: tuple[str, ...] = ("zero", "dofc")
"""The built-in policies. A shipped policy, or a path with one of ``POLICY_SUFFIXES``, is a policy too."""

POLICY_SUFFIXES: tuple[str, ...] = (".onnx", ".yaml")
"""Endings of policy files: a trained network, a feedback law."""

_PATHS = f"a path ending in {' or '.join(POLICY_SUFFIXES)}"


def shipped_policies() -> dict[str, Path]:
    """Return the policy files of config/policies by name; empty where the configuration is not installed."""
    try:
        folder = config_path("policies")
    except ConfigError:
        return {}
    return {path.stem: path for path in sorted(folder.iterdir()) if path.suffix in POLICY_SUFFIXES}


def policy_file(spec: str) -> Path | None:
    """Return the file of a shipped policy or of a path, which need not exist; None for a built-in policy.

    Raises:
        PolicyError: ``spec`` is no policy.
    """
    if spec in POLICY_NAMES:
        return None
    if spec.endswith(POLICY_SUFFIXES):
        return Path(spec)
    shipped = shipped_policies()
    if spec not in shipped:
        hint = choices_hint(spec, [*POLICY_NAMES, *shipped])
        raise PolicyError(f"unknown policy '{spec}'; {hint}, or {_PATHS}")
    return shipped[spec]


def policy_parameters(spec: str) -> tuple[Parameter, ...]:
    """Return the parameters of a policy, without loading it.

    Raises:
        PolicyError: ``spec`` is neither a built-in nor a shipped policy, nor the path of a policy file.
    """
    return _policy_class(spec).parameters


def make_policy(spec: str, parameters: Mapping[str, object] | None = None) -> Policy:
    """Create a policy from 'zero', 'dofc', the name of a shipped one, or the path of an ONNX file or feedback law.

    Args:
        spec: name or path.
        parameters: values of ``policy_parameters(spec)``; the default is used for those left out.

    Raises:
        PolicyError: unknown policy or parameter, a value out of range, or an unusable file.
        ConfigError: the law, or the manifest of the ONNX file, is missing or malformed.
    """
    policy_class = _policy_class(spec)
    values = checked_values(spec, policy_class.parameters, parameters or {})
    path = policy_file(spec)
    if path is not None:
        return OnnxPolicy(path) if policy_class is OnnxPolicy else LawPolicy.from_file(path)
    return DofcPolicy(**values) if policy_class is DofcPolicy else ZeroPolicy()


def _policy_class(spec: str) -> type[ZeroPolicy] | type[DofcPolicy] | type[OnnxPolicy] | type[LawPolicy]:
    path = policy_file(spec)
    if path is not None:
        return OnnxPolicy if path.suffix == ".onnx" else LawPolicy
    return ZeroPolicy if spec == "zero" else DofcPolicy
