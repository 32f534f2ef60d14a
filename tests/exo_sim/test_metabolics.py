"""Metabolic power against a plain transcription of the formulas of Wang et al. (2012) as in SCONE's EffortMeasure."""

import numpy as np
import pytest

from exo_sim.engine import layout
from exo_sim.engine.metabolics import spend_energy
from exo_sim.gait import initial_gait
from exo_sim.gait_analysis import cost_of_transport
from exo_sim.human import SimulatedHuman
from exo_sim.names import LEG_MUSCLES
from exo_sim.reflex_controller import load_reflex_controller
from exo_sim.walk import Walk, Walker

ENERGY = slice(layout.MUSCLE_ENERGY, layout.MUSCLE_ENERGY + layout.N_MUSCLES)


def wang_power(model, excitation, activation, length, velocity, force) -> np.ndarray:
    """(18,) power in W: activation and maintenance heat, shortening heat, positive work of the active fibre force.

    Lengths over optimal length, velocities in optimal lengths per second, forces over maximum isometric force.
    """
    curves = model.muscle
    f_max, l_opt = (
        np.array([getattr(model.muscles[name], key) for name in LEG_MUSCLES] * 2) for key in ("f_max_n", "l_opt_m")
    )
    mass = f_max / 0.25e6 * 1059.7 * l_opt
    slow = 0.5
    activation_heat = mass * (
        40.0 * slow * np.sin(np.pi / 2 * excitation) + 133.0 * (1 - slow) * (1 - np.cos(np.pi / 2 * excitation))
    )
    g = np.interp(length, [0.5, 1.0, 1.5], [0.5, 1.0, 0.0])
    maintenance_heat = (
        mass
        * g
        * (74.0 * slow * np.sin(np.pi / 2 * activation) + 111.0 * (1 - slow) * (1 - np.cos(np.pi / 2 * activation)))
    )
    d = length - 1.0
    low, high = curves.force_length_zeros
    force_length = 1.0 + curves.force_length_quadratic * d**2 + curves.force_length_cubic * d**3
    force_length = np.where((length > low) & (length < high), force_length, 0.0)
    v = velocity / curves.max_contraction_velocity_lopt_s
    c, e, top = curves.concentric_curvature, curves.eccentric_curvature, curves.eccentric_maximum
    force_velocity = np.where(v < 0.0, np.where(v > -1.0, c * (1 + v) / (c - v), 0.0), (top * v + e) / (e + v))
    fibre_speed = velocity * l_opt
    shortening_heat = np.maximum(0.0, 0.25 * f_max * force * -fibre_speed)
    work = np.maximum(0.0, f_max * activation * force_length * force_velocity * -fibre_speed)
    return activation_heat + maintenance_heat + shortening_heat + work


def test_equals_the_formulas(model, arrays) -> None:
    rng = np.random.default_rng(10)
    for _ in range(50):
        state = np.zeros(layout.STATE_SIZE)
        values = {
            layout.EXCITATION: rng.uniform(0.01, 1.0, 18),
            layout.ACTIVATION: rng.uniform(0.01, 1.0, 18),
            layout.FIBRE_LENGTH: rng.uniform(0.3, 1.9, 18),
            layout.FIBRE_VELOCITY: rng.normal(0.0, 5.0, 18),
            layout.FORCE: rng.uniform(0.0, 1.3, 18),
        }
        for base, value in values.items():
            state[base : base + 18] = value
        spend_energy(arrays, state, 1.0)
        assert state[ENERGY] == pytest.approx(wang_power(model, *values.values()), rel=1e-12)


@pytest.mark.parametrize("length", [0.3, 0.5, 0.75, 1.0, 1.25, 1.5, 1.7])
def test_resting_muscle_pays_for_its_activation_only(model, arrays, length) -> None:
    state = np.zeros(layout.STATE_SIZE)
    state[layout.FIBRE_LENGTH : layout.FIBRE_LENGTH + 18] = length
    spend_energy(arrays, state, 1.0)
    assert np.all(state[ENERGY] == 0.0)
    state[layout.ACTIVATION : layout.ACTIVATION + 18] = 1.0
    spend_energy(arrays, state, 1.0)
    g = np.interp(length, [0.5, 1.0, 1.5], [0.5, 1.0, 0.0])
    assert state[ENERGY] == pytest.approx(arrays.muscle_mass * g * (37.0 + 55.5), rel=1e-12, abs=1e-12)


def test_energy_adds_up_over_time(arrays) -> None:
    rng = np.random.default_rng(11)
    state = rng.uniform(0.1, 0.9, layout.STATE_SIZE)
    state[layout.FIBRE_VELOCITY : layout.FIBRE_VELOCITY + 18] = -1.0
    state[ENERGY] = 0.0
    once, twice = state.copy(), state.copy()
    spend_energy(arrays, once, 0.02)
    spend_energy(arrays, twice, 0.005)
    spend_energy(arrays, twice, 0.015)
    assert once[ENERGY] == pytest.approx(twice[ENERGY], rel=1e-12)
    assert np.all(once[ENERGY] > 0.0)


@pytest.fixture(scope="module")
def walk(model) -> Walk:
    """The first second of the two-state controller's published walk."""
    gait = initial_gait(load_reflex_controller("two_state"))
    return Walker(model, gait).walk(np.zeros((100, 2)), np.zeros(100))


def test_a_walk_sums_the_power_at_each_control_period(model, walk) -> None:
    """Energy between two rows is the power at the two control instants between them, 5 ms each."""
    human = SimulatedHuman(model, initial_gait(load_reflex_controller("two_state")))
    for row in walk.record[:20]:
        human.step(np.zeros(2))
        muscles = human.muscle_metabolic_power_w
        assert human.snapshot()[ENERGY] == pytest.approx(row[ENERGY])
        assert np.all(muscles > 0.0)
        assert human.metabolic_power_w == pytest.approx(muscles.sum() + 1.51 * model.mass_kg)


def test_cost_of_transport(model, walk) -> None:
    """Gross: (muscles + 1.51 W/kg) over mass and distance; net: the muscles alone."""
    gross, net = cost_of_transport(walk)
    energy = walk.record[-1, ENERGY].sum() - walk.record[0, ENERGY].sum()
    distance = max(walk.com[-1, 0] - walk.com[0, 0], 1.0)
    assert net == pytest.approx(energy / (model.mass_kg * distance))
    assert gross - net == pytest.approx(1.51 * 0.99 / distance)
