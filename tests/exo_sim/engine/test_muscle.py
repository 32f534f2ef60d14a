"""Fibre dynamics: the closed-form fibre velocity, equilibrium and activation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from exo_sim.engine import layout
from exo_sim.engine.muscle import (
    active_force_length,
    advance_muscles,
    equilibrate_fibres,
    fibre_velocity,
    force_velocity,
    muscle_forces,
    passive_force,
    tendon_force,
)

FIBRES = slice(layout.FIBRE, layout.FIBRE + layout.N_MUSCLES)
ACTIVATIONS = slice(layout.ACTIVATION, layout.ACTIVATION + layout.N_MUSCLES)
EXCITATIONS = slice(layout.EXCITATION, layout.EXCITATION + layout.N_MUSCLES)
FORCES = slice(layout.FORCE, layout.FORCE + layout.N_MUSCLES)

strengths = st.floats(1e-6, 1.0)
loads = st.floats(-3.0, 8.0)


@given(strength=strengths, load=loads)
def test_fibre_velocity_solves_the_force_balance(arrays, strength, load) -> None:
    velocity = fibre_velocity(arrays, strength, load)
    carried = strength * force_velocity(arrays, velocity) + arrays.fibre_damping * velocity
    # The force-velocity curve is steepest at rest, about 5.4: rounding of the velocity is amplified by no more.
    assert carried == pytest.approx(load, rel=1e-9, abs=1e-11)


@given(strength=strengths, load=loads, more=st.floats(1e-6, 1.0))
def test_fibre_velocity_grows_with_load(arrays, strength, load, more) -> None:
    assert fibre_velocity(arrays, strength, load + more) > fibre_velocity(arrays, strength, load)


@given(strength=st.floats(1e-6, 0.9), load=loads, more=st.floats(1e-3, 0.1))
def test_a_stronger_fibre_lengthens_no_faster(arrays, strength, load, more) -> None:
    slower = fibre_velocity(arrays, strength + more, load)
    assert slower <= fibre_velocity(arrays, strength, load) + 1e-12


@given(strength=strengths)
def test_an_isometric_load_holds_the_fibre_still(arrays, strength) -> None:
    assert fibre_velocity(arrays, strength, strength) == pytest.approx(0.0, abs=1e-12)


def test_landmarks_of_the_curves(arrays) -> None:
    assert active_force_length(arrays, 1.0) == 1.0
    for length in (0.3, arrays.length_low, arrays.length_high, 2.0):
        assert active_force_length(arrays, length) == 0.0
    assert passive_force(arrays, 0.9) == passive_force(arrays, 1.0) == 0.0
    assert tendon_force(arrays, -0.01) == tendon_force(arrays, 0.0) == 0.0
    assert tendon_force(arrays, 0.049) == pytest.approx(1.0, abs=0.02)
    assert force_velocity(arrays, -1.5) == force_velocity(arrays, -1.0) == 0.0
    assert force_velocity(arrays, 0.0) == 1.0
    assert force_velocity(arrays, 1e9) == pytest.approx(arrays.eccentric_maximum)


@pytest.mark.parametrize(
    ("curve", "joints"),
    [
        (active_force_length, (0.46899, 1.80528)),
        (passive_force, (1.0,)),
        (tendon_force, (0.0,)),
        (force_velocity, (-1.0, 0.0)),
    ],
)
def test_curves_have_no_steps_where_their_pieces_meet(arrays, curve, joints) -> None:
    for x in joints:
        assert curve(arrays, x - 1e-7) == pytest.approx(curve(arrays, x + 1e-7), abs=2e-5)


def test_force_velocity_has_no_kink_at_rest(arrays) -> None:
    h = 1e-7
    shortening = (1.0 - force_velocity(arrays, -h)) / h
    lengthening = (force_velocity(arrays, h) - 1.0) / h
    assert shortening == pytest.approx(lengthening, rel=1e-3)


def test_equilibrated_fibres_neither_shorten_nor_lengthen(arrays) -> None:
    rng = np.random.default_rng(8)
    state = np.zeros(layout.STATE_SIZE)
    rate = np.empty(layout.N_MUSCLES)
    for _ in range(20):
        state[ACTIVATIONS] = rng.uniform(0.01, 1.0, layout.N_MUSCLES)
        path = arrays.l_slack + arrays.l_opt * rng.uniform(0.6, 1.5, layout.N_MUSCLES)
        equilibrate_fibres(arrays, state, path)
        muscle_forces(arrays, state, path, rate)
        assert np.max(np.abs(rate)) < 1e-10


def test_tendon_and_fibre_carry_the_same_force(arrays) -> None:
    """Musculotendon force = F_max (a fL fV + fP + damping v) cos(pennation), as in Millard et al. (2013)."""
    rng = np.random.default_rng(9)
    state = np.zeros(layout.STATE_SIZE)
    state[ACTIVATIONS] = rng.uniform(0.01, 1.0, layout.N_MUSCLES)
    path = arrays.l_slack + arrays.l_opt * rng.uniform(0.7, 1.4, layout.N_MUSCLES)
    equilibrate_fibres(arrays, state, path)
    state[FIBRES] += arrays.l_slack * rng.uniform(-0.02, 0.005, layout.N_MUSCLES)
    rate = np.empty(layout.N_MUSCLES)
    muscle_forces(arrays, state, path, rate)
    for i in range(layout.N_MUSCLES):
        length, velocity = state[layout.FIBRE_LENGTH + i], state[layout.FIBRE_VELOCITY + i] / arrays.max_velocity
        fibre = np.hypot(state[layout.FIBRE + i], arrays.fibre_height[i])
        assert length == pytest.approx(fibre / arrays.l_opt[i], rel=1e-14)
        strength = state[layout.ACTIVATION + i] * active_force_length(arrays, length)
        force = strength * force_velocity(arrays, velocity) + passive_force(arrays, length)
        force += arrays.fibre_damping * velocity
        cosine = state[layout.FIBRE + i] / fibre
        assert state[layout.FORCE + i] == pytest.approx(force * cosine, rel=1e-9, abs=1e-11)


def test_fibre_rate_keeps_the_muscle_height(arrays) -> None:
    """The rate along the tendon is the fibre's rate over cos(pennation), since the muscle keeps its height."""
    state = np.zeros(layout.STATE_SIZE)
    state[ACTIVATIONS] = 0.5
    state[FIBRES] = 0.9 * arrays.l_opt
    rate = np.empty(layout.N_MUSCLES)
    muscle_forces(arrays, state, arrays.l_slack * 1.02 + 0.9 * arrays.l_opt, rate)
    h = 1e-7
    fibre_rate = (
        np.hypot(state[FIBRES] + h * rate, arrays.fibre_height)
        - np.hypot(state[FIBRES] - h * rate, arrays.fibre_height)
    ) / (2.0 * h)
    velocity = state[layout.FIBRE_VELOCITY : layout.FIBRE_VELOCITY + layout.N_MUSCLES]
    assert_allclose(fibre_rate, velocity * arrays.l_opt, rtol=1e-6)


@pytest.mark.parametrize(("start", "excitation"), [(0.01, 1.0), (0.8, 0.01), (0.3, 0.35)])
def test_activation_follows_excitation(arrays, start, excitation) -> None:
    """da/dt = (u - a) / tau with tau = 10 ms (0.5 + 1.5 a) rising, 40 ms / (0.5 + 1.5 a) falling (Thelen 2003)."""
    state = np.zeros(layout.STATE_SIZE)
    state[ACTIVATIONS], state[EXCITATIONS] = start, excitation
    state[FIBRES] = arrays.l_opt
    dt, reference = 1e-4, start
    for _ in range(500):
        advance_muscles(arrays, state, np.zeros(layout.N_MUSCLES), dt)
        factor = 0.5 + 1.5 * reference
        reference += dt * (excitation - reference) / (0.010 * factor if excitation > reference else 0.040 / factor)
    assert_allclose(state[ACTIVATIONS], reference, rtol=1e-12)
    assert min(start, excitation) <= state[layout.ACTIVATION] <= max(start, excitation)


def test_a_slack_muscle_at_rest_pulls_nothing(arrays) -> None:
    state = np.zeros(layout.STATE_SIZE)
    state[ACTIVATIONS] = 0.01
    state[FIBRES] = arrays.l_opt
    rate = np.empty(layout.N_MUSCLES)
    muscle_forces(arrays, state, 0.5 * arrays.l_slack, rate)
    assert np.all(state[FORCES] == 0.0) and np.all(np.isfinite(rate))
