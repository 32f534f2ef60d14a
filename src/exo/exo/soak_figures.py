"""The figures of a soak: deadlines, completeness of the recording, and memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exo.safety_log import SafetyLog
from exo.stall_probe import SEEN_S
from exo.trial_figures import timing
from exo.trial_recording import Recording
from exo_control.joints import JOINT_NAMES, POLICY_PERIOD_S
from exo_nodes import topics
from exo_safety.limits import load_limits

PERIOD_NS = round(POLICY_PERIOD_S * 1e9)

EXPLAINS_S = 3.0 * POLICY_PERIOD_S
"""A deadline missed so near a stall of the machine is put down to it: the tick before, the tick, and its report."""

LONGEST_SHOWN = 10

MOST_GROWTH_MIB = 5.0
"""A process that grows by more, between the first and the last quarter, keeps what it should let go."""

MemorySamples = Sequence[tuple[float, Mapping[str, float]]]
"""Time since the start, s, and resident memory by process, MiB."""


def soak_figures(recording: Recording, memory: MemorySamples, stalls: Sequence[tuple[int, float]]) -> dict[str, Any]:
    """Return the figures of a recorded soak, and under ``problems`` what must not be in one.

    Args:
        recording: trial of hardware.launch.py with emulated drives.
        memory: samples of the whole run.
        stalls: time, ns since 1970, and length, s, of the moments at which the machine let no process act.
    """
    log, times = recording.safety, timing(recording)
    missed_at = _increases(log.stamps_ns(), log["late_ticks"], log["late_commands"])
    stall_ns = np.array([at for at, _ in stalls], dtype=np.int64)
    explained = sum(int(missed) for at, missed in missed_at if _is_near(at, stall_ns))
    missed = sum(missed for _, missed in missed_at)
    lost = lost_messages(recording)
    health = recording.node_health.get("hardware", {})
    figures: dict[str, Any] = {
        "seconds": float(np.ptp(log.stamps_ns()) * 1e-9) if len(log) else 0.0,
        "states": len(log),
        "missed_deadlines": missed,
        "missed_deadlines_explained": explained,
        "machine_stalls": _stall_figures(log, stalls),
        "command_latency_ms": times["command_latency_ms"],
        "lost_messages": lost,
        "can_frames": {key: int(health.get(key, 0)) for key in ("frames_received", "frames_refused", "device_faults")},
        "memory_mib": memory_growth(memory),
        "faults": sorted({name for name in log["fault"] if name != "none"}),
    }
    return figures | {"problems": _fault_problems(log, stalls) + _problems(figures)}


def _stall_figures(log: SafetyLog, stalls: Sequence[tuple[int, float]]) -> dict[str, Any]:
    """Return what of the trial the machine stalled; ``near_share`` is the share of the trial that is near a stall.

    So many of the missed deadlines would be near one by chance.
    """
    stamps_ns = log.stamps_ns()
    within = [(at, late_s) for at, late_s in stalls if len(log) and stamps_ns[0] <= at <= stamps_ns[-1]]
    at_ns = np.array([at for at, _ in within], dtype=np.int64)
    return {
        "longer_than_ms": 1e3 * SEEN_S,
        "count": len(within),
        "near_share": sum(_is_near(int(at), at_ns) for at in stamps_ns) / max(len(log), 1),
        "longest": [
            {"after_s": 1e-9 * float(at - stamps_ns[0]), "ms": 1e3 * late_s}
            for at, late_s in sorted(within, key=lambda stall: -stall[1])[:LONGEST_SHOWN]
        ],
    }


def _fault_problems(log: SafetyLog, stalls: Sequence[tuple[int, float]]) -> list[str]:
    """Return the first fault, unless the machine let nothing run for longer than the limiter may wait."""
    index = next((index for index, name in enumerate(log["fault"]) if name != "none"), None)
    if index is None:
        return []
    at_ns = int(log.stamps_ns()[index])
    long_ns = [at for at, late_s in stalls if late_s >= load_limits().command_age_fault_s - POLICY_PERIOD_S]
    if _is_near(at_ns, np.array(long_ns, dtype=np.int64)):
        return []
    return [f"safety fault {log['fault'][index]} after {1e-9 * (at_ns - int(log.stamps_ns()[0])):.1f} s"]


def _problems(figures: Mapping[str, Any]) -> list[str]:
    problems = []
    if unexplained := figures["missed_deadlines"] - figures["missed_deadlines_explained"]:
        problems.append(f"{unexplained} missed deadlines that no stall of the machine explains")
    problems += [f"{count} messages of {topic} lost" for topic, count in figures["lost_messages"].items() if count]
    expected = len(JOINT_NAMES) * figures["states"]
    if (received := figures["can_frames"]["frames_received"]) < 0.99 * expected:
        problems.append(f"{received} CAN frames received, about {expected} expected")
    if refused := figures["can_frames"]["frames_refused"]:
        problems.append(f"{refused} CAN frames refused")
    for name, memory in figures["memory_mib"].items():
        if memory["growth"] > MOST_GROWTH_MIB:
            problems.append(f"{name} grew by {memory['growth']:.1f} MiB")
    return problems


def _increases(stamps_ns: NDArray[np.int64], *counters: list[str]) -> list[tuple[int, int]]:
    """Return when counters of reports rose, and by how much in all; from zero on."""
    total = np.sum([np.array(counter, dtype=np.int64) for counter in counters], axis=0)
    steps = np.diff(total, prepend=0)
    return [(int(stamps_ns[i]), int(steps[i])) for i in np.flatnonzero(steps)]


def _is_near(at_ns: int, stalls_ns: NDArray[np.int64]) -> bool:
    return bool(len(stalls_ns)) and bool(np.abs(stalls_ns - at_ns).min() <= EXPLAINS_S * 1e9)


def lost_messages(recording: Recording) -> dict[str, int]:
    """Return how many messages the recording lacks of each topic.

    The person's are 10 ms apart exactly, from the first step on; one before that shows how the person stands. The
    device's are as many as its periods less the ticks that it was late, and each state has a report of the limiter.
    """
    states, log = recording.applied_torque.stamp_ns, recording.safety
    if not len(states):
        return {topics.JOINT_STATES: 1}
    lost = {}
    for name in topics.RECORDED:
        if name in topics.RECORDED_OF_DEVICE:
            continue
        stamps = np.unique(recording.topics[name].stamps_ns()) if name in recording.topics else np.empty(0, np.int64)
        stamps = stamps[stamps >= states[0]]
        lost[name] = round(np.ptp(stamps) / PERIOD_NS) + 1 - len(stamps) if len(stamps) else 1
    late = int(log["late_ticks"][-1]) if len(log) else 0
    lost[topics.JOINT_STATES] = round(np.ptp(states) / PERIOD_NS) + 1 - late - len(states)
    lost[topics.SAFETY_STATUS] = len(np.setdiff1d(states, log.stamps_ns()))
    return lost


def memory_growth(samples: MemorySamples) -> dict[str, dict[str, float]]:
    """Return by process the median memory in the first and last quarter, without the start, and its growth, MiB."""
    names = sorted({name for _, memory in samples for name in memory})
    end_s = samples[-1][0] if samples else 0.0
    growth = {}
    for name in names:
        course = np.array([(at, memory[name]) for at, memory in samples if name in memory])
        # Each process loads and compiles in its first moments, and some go before the last sample.
        first = course[(course[:, 0] > 0.1 * end_s) & (course[:, 0] <= 0.35 * end_s), 1]
        last = course[course[:, 0] > 0.75 * end_s, 1]
        if len(first) and len(last):
            begin, end = float(np.median(first)), float(np.median(last))
            growth[name] = {"first_quarter": begin, "last_quarter": end, "growth": end - begin}
    return growth
