"""The manifest of a trained policy: the JSON file next to the ONNX file, and the only place of its keys."""

from pydantic import Field

from exo_control.config_files import ConfigModel
from exo_control.errors import PolicyError
from exo_control.history import HISTORY_LENGTH
from exo_control.joints import JOINT_NAMES, POLICY_PERIOD_S, TORQUE_CEILING_NM

RATE_HZ = 1.0 / POLICY_PERIOD_S


class TrainingRecord(ConfigModel):
    """How a policy was trained, so that the training can be repeated."""

    config: str | None = Field(description="name in config/training; null if no file there has this hash")
    config_sha256: str = Field(description="hash of the training configuration's values")
    seed: int = Field(description="seed of the training")
    gaits: list[str] = Field(description="gaits that the simulated people walked with")
    git_sha: str = Field(description="commit of exo that wrote the policy")
    versions: dict[str, str] = Field(description="versions of exo and of the libraries that wrote the policy")


class PolicyManifest(ConfigModel):
    """What a policy needs from the exoskeleton, and where it comes from.

    Only what it needs must be given: a network from another trainer knows no more.
    """

    joint_names: list[str] = Field(description="joints in the order of the network's inputs and outputs")
    history_length: int = Field(description="ticks per observation")
    rate_hz: float = Field(description="rate at which the policy was trained, Hz")
    torque_limit_nm: float = Field(gt=0.0, le=TORQUE_CEILING_NM, description="torque of action 1, Nm")
    onnx_sha256: str | None = Field(default=None, description="hash of the ONNX file")
    training: TrainingRecord | None = Field(default=None, description="how the policy was trained")
    evaluation: dict[str, float | None] | None = Field(
        default=None, description="figures of the policy's evaluation, such as changes in percent"
    )

    def check_fits(self, file: object) -> None:
        """Check that the policy was made for this exoskeleton.

        Args:
            file: the manifest's file, for the message.

        Raises:
            PolicyError: another order of joints, history length or rate; names key, value and what is needed.
        """
        needed = {"joint_names": list(JOINT_NAMES), "history_length": HISTORY_LENGTH, "rate_hz": RATE_HZ}
        for key, value in needed.items():
            given = getattr(self, key)
            if given != value:
                raise PolicyError(f"{file}: {key} = {given!r}, but this exoskeleton needs {value!r}")
