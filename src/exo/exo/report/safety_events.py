"""What the safety limiter did in a trial: rules at work and faults."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exo.safety_log import MESSAGE, SafetyLog


@dataclass(frozen=True)
class RuleUse:
    """How much a rule of the limiter was at work."""

    rule: str
    seconds: float
    percent: float
    """Of the time that the limiter reported."""
    episodes: int
    longest_s: float


@dataclass(frozen=True)
class FaultEvent:
    """A fault that was latched."""

    at_s: float
    fault: str
    message: str


@dataclass(frozen=True)
class SafetyEvents:
    """All of it."""

    reports: int
    rules: list[RuleUse]
    faults: list[FaultEvent]
    states_percent: dict[str, float]


def safety_events(log: SafetyLog, origin_ns: int) -> SafetyEvents:
    """Return what a log says; times are since the origin."""
    stamps = log.stamps_ns()
    if not len(log):
        return SafetyEvents(0, [], [], {})
    period_s = 1e-9 * float(np.median(np.diff(stamps))) if len(stamps) > 1 else 0.0
    texts, codes = _coded(log["rules"])
    rules = []
    for rule in sorted({rule for text in texts for rule in text.split()}):
        active = np.array([rule in text.split() for text in texts])[codes]
        edges = np.flatnonzero(np.diff(np.concatenate([[False], active, [False]]).astype(np.int8)))
        lengths = edges[1::2] - edges[::2]
        count = int(active.sum())
        percent = 100.0 * count / len(log)
        rules.append(RuleUse(rule, count * period_s, percent, len(lengths), float(lengths.max()) * period_s))
    faults = []
    names, fault_codes = _coded(log["fault"])
    for at in np.flatnonzero(np.diff(fault_codes, prepend=-1)):
        name = names[fault_codes[at]]
        if name not in ("", "none"):
            faults.append(FaultEvent(1e-9 * float(stamps[at] - origin_ns), name, log[MESSAGE][at]))
    states, state_codes = _coded(log["state"])
    counts = np.bincount(state_codes, minlength=len(states))
    share = {name: 100.0 * float(count) / len(log) for name, count in zip(states, counts, strict=True) if name}
    return SafetyEvents(len(log), sorted(rules, key=lambda use: -use.seconds), faults, share)


def _coded(texts: list[str]) -> tuple[list[str], np.ndarray]:
    """Return the different texts, and for each text which of them it is."""
    known: dict[str, int] = {}
    codes = np.fromiter((known.setdefault(text, len(known)) for text in texts), dtype=np.int64, count=len(texts))
    return list(known), codes
