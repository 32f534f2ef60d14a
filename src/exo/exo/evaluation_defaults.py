"""What ``exo evaluate`` walks where the user does not say: the gait, the law, and each policy at which peak torque."""

from collections.abc import Sequence

from exo_control.config_files import load_config
from exo_control.errors import ConfigError, choices_hint
from exo_control.feedback_law import load_law
from exo_control.policy_manifest import PolicyManifest
from exo_control.registry import policy_file, shipped_policies

NO_LAW = "none"


def trained_gait(policies: Sequence[str]) -> str | None:
    """Return the first gait of the first policy whose manifest names gaits, or None.

    Raises:
        ConfigError, PolicyError: a policy is unknown, or its manifest is missing or malformed.
    """
    for policy in policies:
        manifest = _manifest(policy)
        if manifest and manifest.training and manifest.training.gaits:
            return manifest.training.gaits[0]
    return None


def torque_limit_nm(policy: str) -> float | None:
    """Return the torque that a network or a law was made for, Nm; None for a built-in policy.

    Raises:
        ConfigError, PolicyError: the policy is unknown, or its manifest or law is missing or malformed.
    """
    if manifest := _manifest(policy):
        return manifest.torque_limit_nm
    path = policy_file(policy)
    return load_law(path).file.torque_limit_nm if path else None


def walked_peaks_nm(policy: str, peaks_nm: Sequence[float]) -> Sequence[float]:
    """Return the peak torques that a policy is walked at, Nm: its own only where that is among them, else all."""
    own_nm = torque_limit_nm(policy)
    return [own_nm] if own_nm is not None and own_nm in peaks_nm else peaks_nm


def shipped_law(peak_nm: float, gait: str) -> str | None:
    """Return the name of the shipped law that was searched with this peak torque on this gait, or None."""
    for name in _shipped_laws():
        law = load_law(shipped_policies()[name]).file
        if law.torque_limit_nm == peak_nm and law.provenance.get("gait") == gait:
            return name
    return None


def check_law(law: str) -> None:
    """Check that a law is one by its name: of config/policies, or a path.

    Raises:
        ConfigError: it is neither; the message has the choices.
    """
    known = _shipped_laws()
    if law not in known and not law.endswith(".yaml"):
        hint = choices_hint(law, [NO_LAW, *known])
        raise ConfigError(f"--law {law}: unknown law; {hint}, or a .yaml file that `exo bound` wrote")


def _shipped_laws() -> list[str]:
    return [name for name, path in shipped_policies().items() if path.suffix == ".yaml"]


def _manifest(policy: str) -> PolicyManifest | None:
    path = policy_file(policy)
    return load_config(path.with_suffix(".json"), PolicyManifest) if path and path.suffix == ".onnx" else None
