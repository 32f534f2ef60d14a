"""Policies by name: what the ``policy`` launch argument accepts."""

from collections.abc import Mapping
from pathlib import Path

from exo_control.dofc import DofcPolicy
from exo_control.errors import PolicyError, choices_hint
from exo_control.onnx_policy import OnnxPolicy
from exo_control.policy import Parameter, Policy, checked_values
from exo_control.zero import ZeroPolicy

POLICY_NAMES: tuple[str, ...] = ("zero", "dofc")
"""The built-in policies. A path ending in .onnx is a policy too."""


def policy_parameters(spec: str) -> tuple[Parameter, ...]:
    """Return the parameters of a policy, without loading it.

    Raises:
        PolicyError: ``spec`` is neither a built-in policy nor a path ending in .onnx.
    """
    return _policy_class(spec).parameters


def make_policy(spec: str, parameters: Mapping[str, object] | None = None) -> Policy:
    """Create a policy from 'zero', 'dofc' or the path of an ONNX file.

    Args:
        spec: name or path.
        parameters: values of ``policy_parameters(spec)``; the default is used for those left out.

    Raises:
        PolicyError: unknown policy or parameter, a value out of range, or an unusable ONNX file.
        ConfigError: the manifest of the ONNX file is missing or malformed.
    """
    policy_class = _policy_class(spec)
    values = checked_values(spec, policy_class.parameters, parameters or {})
    if policy_class is OnnxPolicy:
        return OnnxPolicy(Path(spec))
    return DofcPolicy(**values) if policy_class is DofcPolicy else ZeroPolicy()


def _policy_class(spec: str) -> type[ZeroPolicy] | type[DofcPolicy] | type[OnnxPolicy]:
    if spec == "zero":
        return ZeroPolicy
    if spec == "dofc":
        return DofcPolicy
    if spec.endswith(".onnx"):
        return OnnxPolicy
    raise PolicyError(f"unknown policy '{spec}'; {choices_hint(spec, POLICY_NAMES)}, or a path ending in .onnx")
