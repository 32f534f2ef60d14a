"""What the time stamps of a recorded topic say about its completeness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Stamps = NDArray[np.int64]

BACK_NS = 20_000_000
"""A stamp further back than this is a jump of the clock; less is two messages that overtook each other."""

FORWARD_NS = 500_000_000
"""A jump of the clock forward: by so much more than the recorder's clock."""


@dataclass(frozen=True)
class StampQuality:
    """Counts of one topic."""

    messages: int
    rate_hz: float | None
    """Of the median period; None of fewer than two messages."""
    lost: int
    """Messages that are missing, by the length of the gaps."""
    longest_gap_s: float
    duplicated: int
    """Messages with the stamp of another one."""
    disordered: int
    """Messages with an earlier stamp than the one before."""


def stamp_quality(stamps_ns: Stamps) -> StampQuality:
    """Return what the stamps of a topic, in the order of recording, say; shape (n,)."""
    if len(stamps_ns) < 2:
        return StampQuality(len(stamps_ns), None, 0, 0.0, 0, 0)
    unique = np.unique(stamps_ns)
    steps = np.diff(unique)
    if not len(steps):
        return StampQuality(len(stamps_ns), None, 0, 0.0, len(stamps_ns) - 1, 0)
    period = max(float(np.median(steps)), 1.0)
    return StampQuality(
        messages=len(stamps_ns),
        rate_hz=1e9 / period,
        lost=int((np.round(steps / period) - 1.0).clip(min=0.0).sum()),
        longest_gap_s=1e-9 * float(steps.max()),
        duplicated=len(stamps_ns) - len(unique),
        disordered=int((np.diff(stamps_ns) < 0).sum()),
    )


@dataclass(frozen=True)
class ClockJump:
    """A step of the clock that stamps come from."""

    received_ns: int
    """When the recorder got the first message after it."""
    by_ns: int


def clock_jumps(stamps_ns: Stamps, received_ns: Stamps) -> list[ClockJump]:
    """Return the jumps of the clock of a topic that comes at an even rate, in the order of recording.

    Args:
        stamps_ns: (n,) of the messages.
        received_ns: (n,) the recorder's times of the same messages.
    """
    steps, received = np.diff(stamps_ns), np.diff(received_ns)
    if not len(steps):
        return []
    period = int(np.median(steps))
    found = np.flatnonzero((steps < -BACK_NS) | (steps - received > FORWARD_NS))
    return [ClockJump(int(received_ns[at + 1]), int(steps[at]) - period) for at in found]


def without_jumps(stamps_ns: Stamps, received_ns: Stamps, jumps: list[ClockJump]) -> Stamps:
    """Return the stamps as they would be if the clock had gone on evenly, shape (n,)."""
    steady = stamps_ns.copy()
    for jump in jumps:
        steady[received_ns >= jump.received_ns] -= jump.by_ns
    return steady
