"""The reflex engine against SCONE's rules: gait states, delays, terms, gates and limits."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exo_sim.engine import layout
from exo_sim.engine.model_arrays import ModelArrays
from exo_sim.engine.reflexes import (
    EARLY_STANCE,
    LANDING,
    LATE_STANCE,
    LIFTOFF,
    SWING,
    UNKNOWN,
    excite,
    fill_history,
    next_gait_state,
    record_sensors,
    update_gait_states,
)
from exo_sim.names import GAIT_STATES, LEG_COORDINATES, LEG_MUSCLES, SENSED_COORDINATES
from exo_sim.reflex_controller import ReflexController

LEG_LENGTH = 0.9
THRESHOLD = 0.2
ON, OFF = 0.5, 0.1  # loads above and below the threshold


@pytest.mark.parametrize(
    ("present", "load", "other_load", "sag", "other_sag", "expected"),
    [
        (UNKNOWN, ON, ON, -0.2, 0.3, LIFTOFF),  # loaded, the other leg loaded in front of it
        (UNKNOWN, ON, ON, 0.2, 0.3, LIFTOFF),
        (UNKNOWN, ON, OFF, -0.2, 0.3, LATE_STANCE),  # the other leg swings
        (UNKNOWN, ON, ON, -0.1, -0.3, LATE_STANCE),  # the other leg is loaded behind
        (UNKNOWN, ON, OFF, 0.2, -0.3, EARLY_STANCE),
        (UNKNOWN, OFF, ON, 0.2, -0.3, LANDING),
        (UNKNOWN, OFF, ON, -0.2, 0.3, SWING),
        (EARLY_STANCE, ON, ON, 0.1, 0.3, LIFTOFF),
        (EARLY_STANCE, ON, OFF, 0.1, 0.3, EARLY_STANCE),  # in front of the pelvis still
        (EARLY_STANCE, ON, OFF, -0.1, 0.3, LATE_STANCE),
        (EARLY_STANCE, OFF, OFF, 0.1, 0.0, EARLY_STANCE),  # a bounce does not end stance
        (LATE_STANCE, ON, ON, -0.1, 0.3, LIFTOFF),
        (LATE_STANCE, ON, ON, -0.1, -0.3, LATE_STANCE),
        (LATE_STANCE, ON, OFF, 0.2, 0.3, LATE_STANCE),  # never back to early stance
        (LATE_STANCE, OFF, OFF, -0.91, 0.3, LIFTOFF),  # behind by more than the leg length
        (LATE_STANCE, OFF, OFF, -0.89, 0.3, LATE_STANCE),
        (LIFTOFF, ON, ON, -0.3, 0.3, LIFTOFF),
        (LIFTOFF, OFF, ON, -0.3, 0.3, SWING),
        (LIFTOFF, THRESHOLD, ON, -0.3, 0.3, SWING),  # "load <= threshold"
        (SWING, OFF, ON, -0.1, 0.1, SWING),
        (SWING, OFF, ON, 0.1, -0.1, LANDING),
        (SWING, ON, ON, 0.1, -0.1, EARLY_STANCE),
        (SWING, ON, ON, -0.1, 0.1, SWING),  # scuffing behind the other foot
        (LANDING, OFF, ON, 0.3, -0.1, LANDING),
        (LANDING, OFF, ON, -0.3, 0.1, LANDING),
        (LANDING, ON, ON, 0.3, -0.1, EARLY_STANCE),
    ],
)
def test_gait_state(present, load, other_load, sag, other_sag, expected) -> None:
    assert next_gait_state(present, load, other_load, sag, other_sag, LEG_LENGTH, THRESHOLD) == expected


@given(st.integers(0, 5), st.floats(0, 3), st.floats(0, 3), st.floats(-1, 1), st.floats(-1, 1), st.floats(0.001, 1.0))
def test_gait_states_settle_when_nothing_moves(present, load, other_load, sag, other_sag, threshold) -> None:
    for _ in range(8):
        present = next_gait_state(present, load, other_load, sag, other_sag, LEG_LENGTH, threshold)
    assert present != UNKNOWN
    assert next_gait_state(present, load, other_load, sag, other_sag, LEG_LENGTH, threshold) == present


def test_gait_states_read_loads_over_body_weight_and_feet_relative_to_the_pelvis(mechanics, arrays) -> None:
    """Right leg in front and loaded, left leg behind and loaded: early stance and liftoff; mirrored likewise."""
    weight = arrays.total_mass * arrays.gravity
    for front in (0, 1):
        position = np.zeros(9)
        position[3 + 3 * front], position[3 + 3 * (1 - front)] = 0.5, -0.5
        state = mechanics.state(position, np.zeros(9))
        state[layout.GROUND_FORCE : layout.GROUND_FORCE + 4] = 0.3 * weight
        state[layout.GAIT_STATE : layout.GAIT_STATE + 2] = UNKNOWN
        mechanics.place(state)
        threshold = 0.3 * np.sqrt(2.0) - 1e-9  # the load is the length of the force
        update_gait_states(arrays, state, mechanics.cosine, mechanics.sine, mechanics.origin, threshold)
        expected = [LIFTOFF, LIFTOFF]
        expected[front] = EARLY_STANCE
        assert list(state[layout.GAIT_STATE : layout.GAIT_STATE + 2]) == expected
        state[layout.GAIT_STATE : layout.GAIT_STATE + 2] = UNKNOWN
        update_gait_states(arrays, state, mechanics.cosine, mechanics.sine, mechanics.origin, threshold + 1e-6)
        expected = [SWING, SWING]
        expected[front] = LANDING
        assert list(state[layout.GAIT_STATE : layout.GAIT_STATE + 2]) == expected


@dataclass
class Recording:
    """A sensor history in the engine's state, and the same values by name."""

    arrays: ModelArrays
    state: np.ndarray = field(default_factory=lambda: np.zeros(layout.STATE_SIZE))
    samples: list[list[dict[str, float]]] = field(default_factory=list)  # sample, leg, sensor

    def add(self, rng: np.random.Generator) -> None:
        """Record one more sample of random sensor values."""
        state = self.state
        state[layout.FIBRE_LENGTH : layout.FIBRE_LENGTH + 18] = rng.uniform(0.4, 1.4, 18)
        state[layout.FIBRE_VELOCITY : layout.FIBRE_VELOCITY + 18] = rng.normal(0.0, 3.0, 18)
        state[layout.FORCE : layout.FORCE + 18] = rng.uniform(0.0, 1.0, 18)
        state[layout.POSITION : layout.POSITION + 9] = rng.normal(0.0, 0.5, 9)
        state[layout.VELOCITY : layout.VELOCITY + 9] = rng.normal(0.0, 3.0, 9)
        # The pelvis's origin in the plane, 0.0707 m before the hip and 0.0661 m above, turned by the pelvis's tilt.
        tilt, rate = state[layout.POSITION + 2], state[layout.VELOCITY + 2]
        origin = complex(0.0707, 0.0661) * np.exp(1j * tilt)
        pelvis = {"P": state[layout.POSITION] + origin.real, "V": state[layout.VELOCITY] - origin.imag * rate}
        legs = []
        for leg in range(2):
            values = {}
            for i, muscle in enumerate(LEG_MUSCLES):
                for key, base in (("L", layout.FIBRE_LENGTH), ("V", layout.FIBRE_VELOCITY), ("F", layout.FORCE)):
                    values[f"{muscle}.{key}"] = state[base + 9 * leg + i]
            for key, base in (("P", layout.POSITION + 2), ("V", layout.VELOCITY + 2)):
                chain = [state[base], *state[base + 1 + 3 * leg : base + 4 + 3 * leg]]
                values[f"pelvis_tilt.{key}"], values[f"pelvis_tx.{key}"] = chain[0], pelvis[key]
                values.update({f"{c}.{key}": chain[j + 1] - chain[j] for j, c in enumerate(LEG_COORDINATES)})
            legs.append(values)
        record_sensors(self.arrays, state, len(self.samples))
        self.samples.append(legs)

    def at(self, leg: int, sensor: str, delay_s: float) -> float:
        """Sensor value some time before the last sample, linear between samples."""
        x = len(self.samples) - 1 - delay_s / layout.CONTROL_PERIOD_S
        before = int(np.floor(x + 1e-9))
        part = max(x - before, 0.0)
        values = [self.samples[min(i, len(self.samples) - 1)][leg][sensor] for i in (before, before + 1)]
        return values[0] + part * (values[1] - values[0]) if part > 1e-9 else values[0]


def reference_excitation(rules: list[dict], recording: Recording, leg: int, muscle: str, gait_state: str) -> float:
    """SCONE's MuscleReflex, DofReflex and ConditionalMuscleReflex, read off their documentation."""
    total = 0.0
    for rule in rules:
        if rule["muscle"] != muscle or (rule["states"] != "all" and gait_state not in rule["states"]):
            continue
        total += rule.get("C0", 0.0)
        delay, source = rule["delay_s"], rule.get("source", muscle)
        if gate := rule.get("gate"):
            position = recording.at(leg, f"{gate['coordinate']}.P", delay)
            if position > gate["above_rad"] and recording.at(leg, f"{gate['coordinate']}.V", delay) > 0.0:
                continue
        if source in SENSED_COORDINATES:
            q, rate = recording.at(leg, f"{source}.P", delay), recording.at(leg, f"{source}.V", delay)
            total += rule.get("KP", 0.0) * (rule.get("P0", 0.0) - q)
            total += rule.get("KV", 0.0) * (rule.get("V0", 0.0) - rate)
            continue
        stretch = recording.at(leg, f"{source}.L", delay) - rule.get("L0", 1.0)
        if rule.get("rectify_length"):
            stretch = max(stretch, 0.0)
        total += rule.get("KL", 0.0) * stretch
        total += rule.get("KV", 0.0) * max(recording.at(leg, f"{source}.V", delay) - rule.get("V0", 0.0), 0.0)
        total += rule.get("KF", 0.0) * (recording.at(leg, f"{source}.F", delay) - rule.get("F0", 0.0))
    return min(max(total, 0.01), 1.0)


gains = st.floats(-3.0, 3.0)
state_sets = st.one_of(st.just("all"), st.lists(st.sampled_from(GAIT_STATES), min_size=1, max_size=5, unique=True))


@st.composite
def rule_lists(draw) -> list[dict]:
    """Lists of rules with fixed values, each (states, muscle, source) once."""
    rules = []
    for _ in range(draw(st.integers(1, 8))):
        rule: dict = {"states": draw(state_sets), "muscle": draw(st.sampled_from(LEG_MUSCLES))}
        source = draw(st.one_of(st.none(), st.sampled_from((*LEG_MUSCLES, *SENSED_COORDINATES))))
        coordinate = source in SENSED_COORDINATES
        if source is not None:
            rule["source"] = source
        keys = ("KP", "P0", "KV", "V0", "C0") if coordinate else ("KL", "L0", "KF", "F0", "KV", "V0", "C0")
        for key in draw(st.lists(st.sampled_from(keys), min_size=1, unique=True)):
            rule[key] = draw(gains)
        for offset, gain in (("L0", "KL"), ("F0", "KF"), ("P0", "KP"), ("V0", "KV")):
            if offset in rule:
                rule.setdefault(gain, draw(gains))  # an offset without its gain is refused
        rule.setdefault("KV", draw(gains))  # at least one gain
        # Whole control periods and parts of them; a gate looks at whole ones.
        rule["delay_s"] = draw(st.integers(0, 14)) * 0.005
        if not coordinate:
            rule["rectify_length"] = draw(st.booleans())
        if draw(st.booleans()):
            gate = {"coordinate": draw(st.sampled_from(LEG_COORDINATES)), "above_rad": draw(st.floats(-1.0, 1.0))}
            rule["gate"] = gate
        elif rule["delay_s"] < 0.065:
            rule["delay_s"] += draw(st.sampled_from((0.0, 0.001, 0.0025, 0.004)))
        rules.append(rule)
    return rules


def controller_of(rules: list[dict]) -> ReflexController:
    data = {"name": "test", "source": "test", "stance_load_threshold": 0.2, "rules": rules}
    return ReflexController.model_validate(data)


@settings(max_examples=150)
@given(
    rules=rule_lists(),
    seed=st.integers(0, 2**32 - 1),
    samples=st.integers(16, 40),
    gait_states=st.tuples(st.integers(0, 4), st.integers(0, 4)),
)
def test_excitations_equal_the_reference_interpreter(arrays, rules, seed, samples, gait_states) -> None:
    recording, rng = Recording(arrays), np.random.default_rng(seed)
    for _ in range(samples):
        recording.add(rng)
    recording.state[layout.GAIT_STATE : layout.GAIT_STATE + 2] = gait_states
    excite(arrays, controller_of(rules).arrays({}), recording.state, samples - 1)
    for leg in range(2):
        for i, muscle in enumerate(LEG_MUSCLES):
            expected = reference_excitation(rules, recording, leg, muscle, GAIT_STATES[gait_states[leg]])
            assert recording.state[layout.EXCITATION + 9 * leg + i] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("delay_s", "lag", "part"), [(0.0, 0, 1.0), (0.035, 7, 1.0), (0.0375, 7, 0.5), (0.07, 14, 1.0)]
)
def test_a_pulse_arrives_after_its_delay(arrays, delay_s, lag, part) -> None:
    """A force of 0.5 in one sample is felt after the delay, between two samples shared by both."""
    rules = [{"states": "all", "muscle": "soleus", "KF": 1.0, "delay_s": delay_s}]
    table = controller_of(rules).arrays({})
    state = np.zeros(layout.STATE_SIZE)
    soleus = LEG_MUSCLES.index("soleus")
    record_sensors(arrays, state, 0)
    fill_history(state)
    felt = []
    for sample in range(40):
        state[layout.FORCE + soleus] = 0.5 if sample == 10 else 0.0
        record_sensors(arrays, state, sample)
        excite(arrays, table, state, sample)
        felt.append(state[layout.EXCITATION + soleus])
    expected = np.full(40, 0.01)
    expected[10 + lag] = 0.5 * part
    if part < 1.0:
        expected[10 + lag + 1] = 0.5 * (1.0 - part)
    assert felt == pytest.approx(list(expected), abs=1e-9)


def test_before_the_start_nothing_moved(arrays) -> None:
    rules = [{"states": "all", "muscle": "soleus", "KF": 1.0, "delay_s": 0.07}]
    state = np.zeros(layout.STATE_SIZE)
    state[layout.FORCE : layout.FORCE + 18] = 0.4
    record_sensors(arrays, state, 0)
    fill_history(state)
    excite(arrays, controller_of(rules).arrays({}), state, 0)
    assert state[layout.EXCITATION + LEG_MUSCLES.index("soleus")] == pytest.approx(0.4)


@pytest.mark.parametrize(("constant", "expected"), [(-5.0, 0.01), (0.0, 0.01), (0.5, 0.5), (1.0, 1.0), (7.0, 1.0)])
def test_excitations_are_clamped(arrays, constant, expected) -> None:
    rules = [{"states": "all", "muscle": "vasti", "C0": constant, "delay_s": 0.0}]
    state = np.zeros(layout.STATE_SIZE)
    excite(arrays, controller_of(rules).arrays({}), state, 0)
    assert state[layout.EXCITATION + LEG_MUSCLES.index("vasti")] == expected
    assert state[layout.EXCITATION + LEG_MUSCLES.index("soleus")] == 0.01


def test_a_leg_in_an_unknown_state_has_no_reflexes(arrays) -> None:
    rules = [{"states": "all", "muscle": "vasti", "C0": 0.5, "delay_s": 0.0}]
    state = np.zeros(layout.STATE_SIZE)
    state[layout.GAIT_STATE] = UNKNOWN
    excite(arrays, controller_of(rules).arrays({}), state, 0)
    assert state[layout.EXCITATION + LEG_MUSCLES.index("vasti")] == 0.01
    assert state[layout.EXCITATION + 9 + LEG_MUSCLES.index("vasti")] == 0.5
