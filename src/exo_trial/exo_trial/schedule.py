"""The schedule of one trial: the phases of its protocol in the order, and at the length, that this trial has."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

from pydantic import Field

from exo_control.config_files import ConfigModel
from exo_trial.protocol import Kind, Protocol

Item = TypeVar("Item")


class ScheduledPhase(ConfigModel):
    """A phase of a trial."""

    name: str
    kind: Kind
    condition: str
    policy: str
    speed_m_s: float
    duration_s: float = Field(gt=0.0)


class Schedule(ConfigModel):
    """The phases of a trial in their order."""

    protocol: str
    protocol_sha256: str
    order_seed: int
    duration_scale: float
    steady_state_s: float = Field(gt=0.0)
    """Last part of each phase that its figures are of, scaled as the phases are."""
    phases: list[ScheduledPhase] = Field(min_length=1)

    @property
    def total_s(self) -> float:
        """Length of all phases together, s."""
        return sum(phase.duration_s for phase in self.phases)


def schedule_trial(
    protocol: Protocol, order_seed: int, duration_scale: float = 1.0, speed_m_s: float | None = None
) -> Schedule:
    """Return the schedule of one trial.

    Args:
        protocol: what the trial follows.
        order_seed: seed of the order of the shuffled phases; the same seed gives the same order.
        duration_scale: factor on all durations.
        speed_m_s: of all walking, instead of the protocol's speeds: that of who cannot walk at those.
    """
    content = protocol.content
    phases = shuffle_some(content.phases, [phase.shuffled for phase in content.phases], order_seed)
    return Schedule(
        protocol=protocol.name,
        protocol_sha256=protocol.sha256,
        order_seed=order_seed,
        duration_scale=duration_scale,
        steady_state_s=duration_scale * content.steady_state_s,
        phases=[
            ScheduledPhase(
                name=phase.name,
                kind=phase.kind,
                condition=phase.condition,
                policy=phase.policy,
                speed_m_s=speed_m_s if speed_m_s is not None and phase.kind == "walk" else phase.speed_m_s,
                duration_s=duration_scale * phase.duration_s,
            )
            for phase in phases
        ],
    )


def shuffle_some(items: Sequence[Item], movable: Sequence[bool], seed: int) -> list[Item]:
    """Return the items with the movable ones in random order on the places that movable ones had."""
    drawn = [item for item, moves in zip(items, movable, strict=True) if moves]
    random.Random(seed).shuffle(drawn)
    left = iter(drawn)
    return [next(left) if moves else item for item, moves in zip(items, movable, strict=True)]
