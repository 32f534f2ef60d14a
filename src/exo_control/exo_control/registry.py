"""Policies by name: what the ``policy`` launch argument accepts."""

from collections.abc import Mapping
from pathlib import Path

from exo_control.dofc import DofcPolicy
from exo_control.errors import PolicyError, choices_hint
from exo_control.law_policy import LawPolicy
from exo_control.onnx_policy import OnnxPolicy
from exo_control.policy import Parameter, Policy, checked_values
from exo_control.zero import ZeroPolicy

POLICY_NAMES: tuple[str, ...] = ("zero", "dofc")
"""The built-in policies. A path with one of ``POLICY_SUFFIXES`` is a policy too."""

POLICY_SUFFIXES: tuple[str, ...] = (".onnx", ".yaml")
"""Endings of policy files: a trained network, a feedback law."""

_PATHS = f"a path ending in {' or '.join(POLICY_SUFFIXES)}"


def policy_parameters(spec: str) -> tuple[Parameter, ...]:
    """Return the parameters of a policy, without loading it.

    Raises:
        PolicyError: ``spec`` is neither a built-in policy nor a path of a policy file.
    """
    return _policy_class(spec).parameters


def make_policy(spec: str, parameters: Mapping[str, object] | None = None) -> Policy:
    """Create a policy from 'zero', 'dofc' or the path of an ONNX file or of a feedback law.

    Args:
        spec: name or path.
        parameters: values of ``policy_parameters(spec)``; the default is used for those left out.

    Raises:
        PolicyError: unknown policy or parameter, a value out of range, or an unusable file.
        ConfigError: the law, or the manifest of the ONNX file, is missing or malformed.
    """
    policy_class = _policy_class(spec)
    values = checked_values(spec, policy_class.parameters, parameters or {})
    if policy_class is OnnxPolicy:
        return OnnxPolicy(Path(spec))
    if policy_class is LawPolicy:
        return LawPolicy.from_file(Path(spec))
    return DofcPolicy(**values) if policy_class is DofcPolicy else ZeroPolicy()


def _policy_class(spec: str) -> type[ZeroPolicy] | type[DofcPolicy] | type[OnnxPolicy] | type[LawPolicy]:
    if spec == "zero":
        return ZeroPolicy
    if spec == "dofc":
        return DofcPolicy
    if spec.endswith(".onnx"):
        return OnnxPolicy
    if spec.endswith(".yaml"):
        return LawPolicy
    raise PolicyError(f"unknown policy '{spec}'; {choices_hint(spec, POLICY_NAMES)}, or {_PATHS}")
