"""The signals of a recorded trial by name, each over its own time, free of values that are not finite."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from exo.recorded_topic import Floats
from exo.report.segments import Segment
from exo.trial_figures import human_model
from exo.trial_recording import SIDES, Recording, Series
from exo_control.errors import ExoError
from exo_nodes import topics
from exo_sim.human_model import load_human_model
from exo_sim.leg_length import leg_length_m
from exo_sim.names import HIP_MUSCLES, LEG_MUSCLES, MUSCLES
from exo_sim.subject import load_subject
from exo_trial.trial_file import TrialFile

HUMAN_JOINTS = {name: index for index, (name, _, _) in enumerate(topics.HUMAN_JOINTS)}
_LEG = {"hip": "hip_flexion", "knee": "knee_flexion", "ankle": "ankle_dorsiflexion"}

Signal = tuple[Floats, Floats]
"""Times, s since the start, and values, shape (n,) each."""


def evenly(time_s: Floats, *signals: Floats) -> tuple[Floats, ...]:
    """Return evenly spaced times, and the signals at them: filters and lags need even samples.

    Args:
        time_s: (n,) rising, at least two.
        signals: (n,) each.
    """
    even = np.arange(time_s[0], time_s[-1], float(np.median(np.diff(time_s))))
    return even, *(np.interp(even, time_s, values) for values in signals)


class TrialSignals:
    """Signals of a trial; what is not recorded is not among them."""

    def __init__(self, recording: Recording, name: str, file: TrialFile | None = None) -> None:
        """Prepare the signals of a recording; what is wrong with them is added to ``problems``.

        Args:
            recording: the trial.
            name: of it, on the page.
            file: of the trial, which tells who the person is; without it only a simulated one is known.
        """
        self.name = name
        self.problems: list[str] = []
        self.not_finite: dict[str, int] = {}
        """Messages with a number that is not finite, by topic."""
        self._recording = recording
        self._sources = self._find_sources()
        times = [series.stamp_ns for series, _ in self._sources.values() if len(series.stamp_ns)]
        self.origin_ns = min((int(stamps[0]) for stamps in times), default=0)
        self.seconds = 1e-9 * (max((int(stamps[-1]) for stamps in times), default=0) - self.origin_ns)
        try:
            model = human_model(recording)
        except ExoError as error:
            model = None
            self.problems.append(f"the person's mass is not known: {error}")
        self.mass_kg = file.mass_kg if file else model.mass_kg if model else None
        self.leg_length_m = leg_length_m(model) if model else self._leg_length_m(file) if file else None
        self.weight_n = model.mass_kg * model.gravity_m_s2 if model else None

    def _leg_length_m(self, file: TrialFile) -> float | None:
        """Return the length of the legs of who wore the device: those of the model at the subject's height."""
        try:
            return leg_length_m(load_subject(file.arguments["subject"]).scaled(load_human_model()))
        except ExoError as error:
            self.problems.append(f"the length of the legs is not known: {error}")
            return None

    def _find_sources(self) -> dict[str, tuple[Series, int]]:
        """Return series and column by name of the signal."""
        found: dict[str, tuple[Series, int]] = {}

        def add(topic: str, series: Callable[[], Series], columns: dict[str, int]) -> None:
            try:
                finite = self._finite(topic, series())
            except ExoError as error:
                self.problems.append(f"{topic}: {error}")
                return
            width = finite.values.shape[1] if finite.values.ndim > 1 else 0
            if len(finite.stamp_ns) and max(columns.values()) < width:
                found.update({name: (finite, column) for name, column in columns.items()})
            elif len(finite.stamp_ns):
                self.problems.append(f"{topic}: {width} numbers a message; needs {max(columns.values()) + 1} or more")

        trial, both = self._recording, {side: column for column, side in enumerate(SIDES)}
        device = (
            ("hip", lambda: trial.joint_position),
            ("hip_velocity", lambda: trial.joint_velocity),
            ("torque", lambda: trial.applied_torque),
        )
        for name, series in device:
            add(topics.JOINT_STATES, series, {f"{name}_{side}": column for side, column in both.items()})
        commands = {f"command_{side}": column for side, column in both.items()}
        add(topics.JOINT_COMMANDS, lambda: trial.commanded_torque, commands)
        joints = {
            f"{name}_{side}": HUMAN_JOINTS[f"{side}_{joint}"]
            for side in SIDES
            for name, joint in _LEG.items()
            if name != "hip"
        }
        add(topics.HUMAN_JOINT_STATES, lambda: trial.human_position, joints)
        for side in SIDES:
            names = {f"grf_forward_{side}": 0, f"grf_vertical_{side}": 1}
            add(topics.GROUND_REACTION[side], partial(trial.ground_reaction, side), names)
        add(topics.CENTRE_OF_MASS, lambda: trial.centre_of_mass, {"com_forward": 0, "com_up": 1})
        muscles = {f"activation_{name}": column for column, name in enumerate(MUSCLES)}
        add(topics.MUSCLE_ACTIVATIONS, lambda: trial.activation, muscles)
        powers = {"power_gross": 0} | {f"power_{name}": column for column, name in enumerate(MUSCLES, start=1)}
        add(topics.METABOLIC_POWER, lambda: trial.metabolic_power, powers)
        return found

    def _finite(self, topic: str, series: Series) -> Series:
        # The sum of a row is finite if and only if its numbers are, and takes no table of truth values.
        finite = np.isfinite(series.values.sum(axis=1)) if series.values.size else np.ones(len(series.stamp_ns), bool)
        if finite.all():
            return series
        self.not_finite[topic] = max(int((~finite).sum()), self.not_finite.get(topic, 0))
        return Series(series.stamp_ns[finite], series.values[finite])

    def __contains__(self, name: str) -> bool:
        """Whether a signal is recorded."""
        return name in self._sources

    def __getitem__(self, name: str) -> Signal:
        """Return a signal."""
        if name.startswith("exo_power_"):
            side = name.rpartition("_")[2]
            (torque_s, torque), (velocity_s, velocity) = self[f"torque_{side}"], self[f"hip_velocity_{side}"]
            if len(torque_s) == len(velocity_s):
                return torque_s, torque * velocity
            both_s, of_torque, of_velocity = np.intersect1d(torque_s, velocity_s, return_indices=True)
            return both_s, torque[of_torque] * velocity[of_velocity]
        if name == "power_net":
            series, _ = self._sources["power_gross"]
            return self._times(series), series.values[:, 1 : 1 + len(MUSCLES)].sum(axis=1)
        series, column = self._sources[name]
        return self._times(series), series.values[:, column]

    def _times(self, series: Series) -> Floats:
        times: Floats = (series.stamp_ns - self.origin_ns) * np.float64(1e-9)
        return times

    @property
    def over_the_cycle(self) -> list[str]:
        """Names of the signals of the right leg that are shown over the gait cycle."""
        names = [f"{name}_right" for name in ("hip", "knee", "ankle", "hip_velocity", "torque")]
        names += ["grf_forward_right", "grf_vertical_right", *(f"activation_{name}_r" for name in LEG_MUSCLES)]
        names = [name for name in names if name in self]
        return names + (["exo_power_right"] if {"torque_right", "hip_velocity_right"} <= set(names) else [])

    def part(self, name: str, segment: Segment) -> Floats | None:
        """Return the values of a signal in a segment, None if it is not recorded."""
        if name not in self and not (name.startswith("exo_power_") and "torque_right" in self):
            return None
        time_s, values = self[name]
        inside: Floats = values[segment.holds(time_s)]
        return inside

    def mean_of(self, name: str, segment: Segment) -> float | None:
        """Return the mean of a signal in a segment, None if it is not recorded there."""
        if "power_gross" not in self and name.startswith("power"):
            return None
        time_s, values = self[name]
        inside = segment.holds(time_s)
        return float(values[inside].mean(dtype=np.float64)) if inside.any() else None

    def muscle_power(self, segment: Segment) -> dict[str, float]:
        """Return the mean metabolic power of each muscle, right and left together, W."""
        means = {name: self.mean_of(f"power_{name}", segment) or 0.0 for name in MUSCLES}
        return {name: means[f"{name}_r"] + means[f"{name}_l"] for name in LEG_MUSCLES}

    def hip_activation_squared(self, segment: Segment) -> float | None:
        """Return the mean squared activation of the muscles that cross the hip, None if it is not recorded."""
        names = [f"activation_{name}_{side}" for name in HIP_MUSCLES for side in "rl"]
        if names[0] not in self:
            return None
        squares = [self.part(name, segment) for name in names]
        means = [
            float(np.mean(np.square(values, dtype=np.float64)))
            for values in squares
            if values is not None and len(values)
        ]
        return float(np.mean(means)) if means else None
