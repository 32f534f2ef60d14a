"""The training loop: collect, update, evaluate, checkpoint."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
import torch

from exo_learning import checkpoint as checkpoints
from exo_learning.agent import Agent
from exo_learning.checkpoint import Checkpoint, load_checkpoint
from exo_learning.collector import Collector, WalkingFigures
from exo_learning.divergence import DivergenceGuard
from exo_learning.errors import TrainingError
from exo_learning.evaluation import Evaluation, EvaluationFigures
from exo_learning.learning_curve import LearningCurve
from exo_learning.ppo import Ppo, UpdateFigures
from exo_learning.training_config import TrainingConfig
from exo_learning.walking_env import WalkingEnv
from exo_learning.warm_start import warm_start

BASELINES = ("zero", "dofc")

_EXTRA = ("action_sd", "explained_variance", "simulation_s", "update_s", "elapsed_s")
COLUMNS = (
    "buffer",
    *(field.name for field in fields(WalkingFigures)),
    *(field.name for field in fields(UpdateFigures)),
    *_EXTRA,
    *(f"eval_{field.name}" for field in fields(EvaluationFigures)),
)
"""Of the learning curve."""


@dataclass(frozen=True)
class Progress:
    """Where a run stands after a buffer."""

    buffer: int
    buffers: int
    walking: WalkingFigures
    update: UpdateFigures
    evaluation: dict[str, float]  # the latest; empty before the first
    left_s: float  # time left at this speed


class Trainer:
    """A training run in a folder. All of its state is in the folder's checkpoint after each buffer."""

    def __init__(self, config: TrainingConfig, seed: int, folder: Path, threads: int = 1, resume: bool = False) -> None:
        """Prepare a run, or take up the one in the folder.

        Args:
            config: what to train.
            seed: of networks, exploration, starts and noise.
            folder: the run folder.
            threads: for simulation and networks.
            resume: go on from the folder's checkpoint.

        Raises:
            TrainingError: the folder holds another run or, to resume, none or one of another configuration or seed.
            ConfigError: gait, subject, limits or teacher cannot be loaded.
        """
        self.config, self.seed, self.folder = config, seed, folder
        self._checkpoint_path = folder / checkpoints.FILE_NAME
        saved = self._saved(resume)
        torch.set_num_threads(1)  # Ppo and the environment share out their work themselves
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.rng = np.random.default_rng(np.random.SeedSequence([seed, 1]))
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.agent = Agent(config.ppo).to(self.device)
        self.ppo = Ppo(self.agent, config.ppo, threads)
        self.env = WalkingEnv(config, seed, threads)
        self._collector = Collector(self.env, self.agent, config)
        self._evaluation = Evaluation(config)
        self._guard = DivergenceGuard(config.stop)
        self.buffers = 0
        self.elapsed_s = 0.0
        self.evaluation: dict[str, float] = {}
        if saved is None:
            self.env.reset(staggered=True)
            self.baselines = {name: asdict(self._evaluation.policy(name)) for name in BASELINES}
            if config.ppo.normalise_values:
                self.agent.value_normaliser.expect(self.baselines["zero"]["reward"], config.ppo.discount)
            if config.warm_start is not None:
                warm_start(self.agent, config, config.warm_start, seed)
        else:
            self._restore(saved)
        folder.mkdir(parents=True, exist_ok=True)
        self._curve = LearningCurve(folder, COLUMNS, self.buffers)

    def _saved(self, resume: bool) -> Checkpoint | None:
        """Return the checkpoint to go on from, or None for a new run."""
        if not resume:
            if self._checkpoint_path.exists():
                raise TrainingError(f"{self.folder} holds a run already; add --resume, or name another --output")
            return None
        saved = load_checkpoint(self.folder)
        if saved.config.sha256() != self.config.sha256():
            different = _differences(saved.config.model_dump(), self.config.model_dump())
            raise TrainingError(f"{self._checkpoint_path} is of another configuration: {different}")
        if saved.seed != self.seed:
            raise TrainingError(
                f"{self._checkpoint_path} is of seed {saved.seed}, not {self.seed}; add --seed {saved.seed}"
            )
        return saved

    @property
    def done(self) -> bool:
        """Whether all buffers are finished."""
        return self.buffers >= self.config.buffers

    def run(self, report: Callable[[Progress], None], minutes: float | None = None) -> None:
        """Train to the last buffer, or until the time is over; the checkpoint lets a later call go on.

        Raises:
            TrainingError: the loss is not finite, training has collapsed, or the folder cannot be written. The last
                good checkpoint is intact.
        """
        end = time.monotonic() + 60.0 * minutes if minutes is not None else float("inf")
        current = self.buffers
        try:
            while not self.done and time.monotonic() < end:
                current = self.buffers + 1
                report(self._iterate())
        except TrainingError as error:
            raise TrainingError(f"stopped in buffer {current} of {self.config.buffers}: {error}") from None
        finally:
            self._curve.close()

    def _iterate(self) -> Progress:
        begin = time.perf_counter()
        config = self.config
        ramp = config.randomisation.disturbance_ramp_buffers
        self.env.disturbance_scale = min(self.buffers / ramp, 1.0) if ramp else 1.0
        samples, walking = self._collector.collect(self.rng)
        collected = time.perf_counter()
        if config.ppo.normalise_values:
            self.agent.value_normaliser.update(samples.target)
        cloned = config.warm_start is not None and self.buffers < config.warm_start.critic_buffers
        update = self.ppo.update(samples, self.rng, self._learning_rate(), policy=not cloned)
        if config.ppo.normalise_observations and config.warm_start is None:
            self.agent.normaliser.update(samples.observation[:, -1])
        updated = time.perf_counter()
        self._guard.watch(walking.seconds_between_falls)
        self.buffers += 1
        row = {"buffer": self.buffers, **asdict(walking), **asdict(update)}
        if self.buffers % config.evaluation.every_buffers == 0 or self.done:
            figures = self._evaluation.agent(self.agent)
            self.evaluation = asdict(figures)
            row |= figures.as_dict("eval")
        took = time.perf_counter() - begin
        self.elapsed_s += took
        row["action_sd"] = float(self.agent.log_sd.detach().exp().mean())
        row["explained_variance"] = float(1.0 - (samples.target - samples.value).var() / samples.target.var())
        row |= {"simulation_s": collected - begin, "update_s": updated - collected, "elapsed_s": self.elapsed_s}
        self._curve.add(row)
        self.checkpoint().save(self._checkpoint_path)
        left = self.elapsed_s / self.buffers * (config.buffers - self.buffers)
        return Progress(self.buffers, config.buffers, walking, update, self.evaluation, left)

    def _learning_rate(self) -> float:
        """Return the learning rate of the coming buffer: linear from the first to the last."""
        ppo = self.config.ppo
        share = self.buffers / max(self.config.buffers - 1, 1)
        return ppo.learning_rate + share * (ppo.final_learning_rate - ppo.learning_rate)

    def checkpoint(self) -> Checkpoint:
        """Return the state of the run."""
        collector = self._collector
        experience = (self.env.snapshot(), self.rng, collector.episode_return, collector.noise, self._guard.count)
        return Checkpoint(
            config_json=self.config.model_dump_json(),
            seed=self.seed,
            buffers=self.buffers,
            elapsed_s=self.elapsed_s,
            agent=self.agent.state_dict(),
            optimiser=self.ppo.optimiser.state_dict(),
            baselines=self.baselines,
            evaluation=self.evaluation,
            experience=pickle.dumps(experience),
        )

    def _restore(self, saved: Checkpoint) -> None:
        self.buffers, self.elapsed_s = saved.buffers, saved.elapsed_s
        self.agent.load_state_dict(saved.agent)
        self.ppo.optimiser.load_state_dict(saved.optimiser)
        self.baselines, self.evaluation = saved.baselines, saved.evaluation
        collector = self._collector
        snapshot, self.rng, collector.episode_return, collector.noise, self._guard.count = pickle.loads(
            saved.experience
        )
        self.env.restore(snapshot)


def _differences(saved: dict[str, object], given: dict[str, object], prefix: str = "") -> str:
    """Name the keys in which two configurations differ, with the saved and the given value."""
    found = []
    for key, value in saved.items():
        other = given.get(key)
        if isinstance(value, dict) and isinstance(other, dict):
            found.append(_differences(value, other, f"{prefix}{key}."))
        elif value != other:
            found.append(f"{prefix}{key} was {value!r}, is {other!r}")
    return "; ".join(text for text in found if text)
