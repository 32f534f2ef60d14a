"""The training configuration: everything that decides what is learned, but the seed."""

import hashlib
import json
import math
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from exo_control.config_files import ConfigModel, config_path, load_config
from exo_control.errors import ConfigError, choices_hint
from exo_control.joints import POLICY_PERIOD_S, TORQUE_CEILING_NM
from exo_sim.human_model import MASS_RANGE_KG


class RewardConfig(ConfigModel):
    """Weights of the reward (paper, eq. 2 to 6 and Table I)."""

    effort_weight: float = Field(ge=0.0, description="w_eff of each leg")
    effort_scale: float = Field(gt=0.0, description="factor of the mean squared activation inside the tanh; paper: 1")
    saving_weight: float = Field(ge=0.0, description="w_m, per W/kg of metabolic power saved at equal way; paper: 0")
    velocity_weight: float = Field(ge=0.0, description="w_v")
    target_speed_m_s: float | None = Field(
        gt=0.0, le=3.0, description="v_target, m/s; null: the gait's own speed without assistance"
    )
    velocity_filter_s: float = Field(
        ge=0.0, le=5.0, description="time constant of a low-pass on the speed, s; paper: 0"
    )
    smoothness_weight: float = Field(ge=0.0, description="lambda_s, on actions of -1 to 1")
    torque_weight: float = Field(ge=0.0, description="w_t, on squared actions of -1 to 1; paper: 0")
    fall_penalty: float = Field(ge=0.0, description="subtracted at a fall")
    fall_height_m: float = Field(gt=0.3, lt=1.2, description="height of the centre of mass that counts as fallen, m")
    alive_bonus: float = Field(ge=0.0, description="added on each tick without a fall; paper: 0")


NumberRange = Annotated[list[float], Field(min_length=2, max_length=2)]
"""Lowest and highest value."""

TickRange = Annotated[list[Annotated[int, Field(ge=0, le=20)]], Field(min_length=2, max_length=2)]
"""Fewest and most policy periods."""


class RandomisationConfig(ConfigModel):
    """What differs from walk to walk and from tick to tick."""

    hip_angle_noise_rad: float = Field(ge=0.0, le=0.5, description="sd of the noise on the angles, rad")
    hip_velocity_noise_rad_s: float = Field(ge=0.0, le=5.0, description="sd of the noise on the velocities, rad/s")
    hip_disturbance_nm: float = Field(ge=0.0, le=20.0, description="random torque at each hip, up to, Nm; paper: 0")
    push_m_s: float = Field(ge=0.0, le=1.0, description="pushes: change of forward velocity, up to, m/s; paper: 0")
    disturbance_ramp_buffers: int = Field(
        ge=0, description="buffers over which disturbances and pushes grow from 0 to full size; 0: full from the start"
    )
    body_mass_kg: NumberRange | None = Field(
        description="lightest and heaviest walker, evenly spread, kg; null: the subject's own mass"
    )
    actuator_delay_ticks: TickRange = Field(description="delay from command to torque, policy periods; paper: 0")
    actuator_bandwidth_hz: NumberRange | None = Field(
        description="first-order bandwidth of the actuator, Hz; null: ideal torque, as in the paper"
    )
    sensor_delay_ticks: TickRange = Field(description="age of the encoder readings, policy periods; paper: 0")

    @model_validator(mode="after")
    def _ranges(self) -> "RandomisationConfig":
        limits = {
            "body_mass_kg": MASS_RANGE_KG,
            "actuator_delay_ticks": (0, 20),
            "actuator_bandwidth_hz": (0.5, 1000.0),
            "sensor_delay_ticks": (0, 20),
        }
        for name, (lowest, highest) in limits.items():
            values = getattr(self, name)
            if values is not None and not lowest <= values[0] <= values[1] <= highest:
                raise ValueError(f"{name} = {values}: needs two rising numbers from {lowest:g} to {highest:g}")
        return self


class PpoConfig(ConfigModel):
    """Hyperparameters (paper, Table II; what the paper does not name, as stable-baselines3 has it)."""

    discount: float = Field(ge=0.0, lt=1.0, description="gamma")
    gae_lambda: float = Field(ge=0.0, le=1.0, description="lambda of generalised advantage estimation")
    clip: float = Field(gt=0.0, lt=1.0, description="epsilon: bound of the change of the probability ratio")
    entropy_coefficient: float = Field(ge=0.0, le=1.0, description="weight of the entropy bonus")
    value_coefficient: float = Field(gt=0.0, le=10.0, description="weight of the value loss")
    learning_rate: float = Field(gt=0.0, le=0.1, description="of Adam")
    final_learning_rate: float = Field(
        ge=0.0, le=0.1, description="reached linearly at the last buffer; paper: the same as learning_rate"
    )
    epochs: int = Field(ge=1, le=100, description="passes over each buffer")
    buffer_ticks: int = Field(ge=2, le=1_000_000, description="environment steps per buffer")
    minibatch: int = Field(ge=2, description="samples per gradient step")
    max_gradient_norm: float = Field(gt=0.0, description="gradients are scaled down to this norm")
    clip_gradients_apart: bool = Field(
        description="clip actor's and critic's gradients each on their own; paper: false"
    )
    initial_action_sd: float = Field(gt=0.0, le=2.0, description="sd of the exploration, on actions of -1 to 1")
    exploration_correlation: float = Field(
        ge=0.0, lt=1.0, description="of the exploration from tick to tick; paper: 0, independent noise"
    )
    normalise_observations: bool = Field(
        description="feed the networks observations of mean 0, variance 1; paper: false"
    )
    normalise_values: bool = Field(description="let the critic learn returns of mean 0, variance 1; paper: false")
    advantage_bound: float | None = Field(gt=0.0, description="normalised advantages are clipped here; paper: null")
    target_kl: float | None = Field(gt=0.0, description="stop a buffer's epochs above 1.5 times this KL; paper: null")
    bfloat16: bool = Field(description="multiply in bfloat16 in the update, where the processor can; paper: false")
    privileged_critic: bool = Field(description="let the critic see the whole body; paper: false")


class WarmStartConfig(ConfigModel):
    """Behaviour cloning before PPO: the actor learns to command what a teacher commands."""

    policy: str = Field(description="'dofc', or the path of a policy file: a feedback law, an ONNX network")
    parameters: dict[str, float] = Field(description="of the teacher, such as gain_nm of dofc")
    seconds: float = Field(gt=0.0, le=3600.0, description="walking time to learn from, all walkers together, s")
    epochs: int = Field(ge=1, le=1000, description="passes over it")
    critic_buffers: int = Field(ge=0, le=100, description="buffers in which only the critic learns, before PPO begins")


class EvaluationConfig(ConfigModel):
    """The periodic evaluation, with the mean action, against no assistance and DOFC."""

    every_buffers: int = Field(ge=1, description="buffers between evaluations")
    walkers: int = Field(ge=1, le=256, description="walks per evaluation, the same ones each time")
    seconds: float = Field(ge=2.0, le=600.0, description="length of a walk, s")
    dofc: dict[str, float] = Field(description="parameters of DOFC, such as the best ones that `exo evaluate` finds")


class StopConfig(ConfigModel):
    """When training is given up."""

    seconds_between_falls: float = Field(ge=0.0, description="collapse: the walkers fall more often than this, s")
    buffers: int = Field(ge=1, description="for so many buffers in a row")


class TrainingConfig(ConfigModel):
    """A file of config/training."""

    engine: Literal["native", "scone"] = Field(default="native", description="engine that the walkers walk in")
    gaits: list[str] = Field(min_length=1, description="gaits, names or paths; walkers take them in turn")
    subject: str | list[str] = Field(description="subject, name or path; a list: the one of each gait")
    torque_limit_nm: float = Field(gt=0.0, le=TORQUE_CEILING_NM, description="torque of action 1, Nm")
    walkers: int = Field(ge=1, le=4096, description="humans that walk at the same time")
    episode_s: float = Field(ge=0.1, le=600.0, description="a walk ends here, s")
    buffers: int = Field(ge=1, description="buffers to train for")
    reward: RewardConfig
    randomisation: RandomisationConfig
    ppo: PpoConfig
    warm_start: WarmStartConfig | None
    evaluation: EvaluationConfig
    stop: StopConfig

    @model_validator(mode="after")
    def _has_a_subject_for_each_gait(self) -> "TrainingConfig":
        if isinstance(self.subject, list):
            if len(self.subject) != len(self.gaits):
                raise ValueError(f"subject: {len(self.subject)} for {len(self.gaits)} gaits; a list needs one for each")
            if self.randomisation.body_mass_kg is not None:
                raise ValueError("randomisation.body_mass_kg: needs to be null where each gait has its own subject")
        return self

    @model_validator(mode="after")
    def _divisible(self) -> "TrainingConfig":
        if self.ppo.buffer_ticks % self.walkers:
            raise ValueError(f"walkers = {self.walkers} must divide ppo.buffer_ticks = {self.ppo.buffer_ticks}")
        if self.ppo.buffer_ticks % self.ppo.minibatch:
            raise ValueError(f"ppo.minibatch = {self.ppo.minibatch} must divide ppo.buffer_ticks")
        return self

    @property
    def episode_ticks(self) -> int:
        """Policy periods in a walk."""
        return max(round(self.episode_s / POLICY_PERIOD_S), 1)

    @property
    def ticks_per_walker(self) -> int:
        """Policy periods that each walker adds to a buffer."""
        return self.ppo.buffer_ticks // self.walkers

    def sha256(self) -> str:
        """Return the hash of the values, hex: the same for any order, comments or number format in the file."""
        values = self.model_dump()
        # Runs made before there was a choice keep their hash.
        if self.engine == "native":
            del values["engine"]
        if not self.reward.torque_weight:
            del values["reward"]["torque_weight"]
        canonical = json.dumps(_numbers_alike(values), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


def _numbers_alike(value: object) -> object:
    """Return nested plain data with whole floats as integers, so that 8 and 8.0 hash alike."""
    if isinstance(value, dict):
        return {key: _numbers_alike(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_numbers_alike(item) for item in value]
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return int(value)
    return value


def load_training_config(name_or_path: str) -> TrainingConfig:
    """Load a training configuration.

    Args:
        name_or_path: name of a file in config/training, or a path ending in .yaml.

    Raises:
        ConfigError: no such file, an unknown key or a value out of range (named in the message).
    """
    if name_or_path.endswith(".yaml"):
        return load_config(Path(name_or_path), TrainingConfig)
    folder = config_path("training")
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    if name_or_path not in known:
        hint = choices_hint(name_or_path, known)
        raise ConfigError(f"unknown training configuration '{name_or_path}'; {hint}, or a path to a .yaml")
    return load_config(folder / f"{name_or_path}.yaml", TrainingConfig)
