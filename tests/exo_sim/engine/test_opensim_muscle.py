"""Muscles against OpenSim's Millard2012EquilibriumMuscle with the curve parameters of the H0918v3 model.

Our curves are closed forms (M2012fast of the Hyfydy manual) of OpenSim's quintic splines, so they agree in shape and
not to rounding. The tolerances are what was measured, rounded up; forces are over maximum isometric force.
"""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from exo_sim.engine import layout
from exo_sim.engine.muscle import (
    active_force_length,
    advance_muscles,
    equilibrate_fibres,
    force_velocity,
    muscle_forces,
    passive_force,
    tendon_force,
)
from exo_sim.names import LEG_MUSCLES

pytestmark = pytest.mark.oracle


@pytest.fixture(scope="module")
def osim(tmp_path_factory: pytest.TempPathFactory) -> Any:
    here = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("opensim"))  # it opens a log file in the current folder on import
    try:
        import opensim
    except ImportError:  # no wheel for Python 3.10, where the same library is called pyopensim
        wheel = pytest.importorskip("pyopensim", reason="OpenSim is not installed, or libopenblas0 is missing")
        parts = (wheel.simbody, wheel.common, wheel.simulation, wheel.actuators)
        opensim = SimpleNamespace(**{name: value for part in parts for name, value in vars(part).items()})
    finally:
        os.chdir(here)
    opensim.Logger.setLevelString("warn")
    return opensim


def opensim_curves(osim: Any) -> dict[str, Any]:
    return {
        "active": osim.ActiveForceLengthCurve(0.4441, 0.73, 1.8123, 0.8616, 0.0),
        "velocity": osim.ForceVelocityCurve(0.0, 0.25, 5.0, 0.0, 0.15, 1.4, 0.6, 0.9),
        "passive": osim.FiberForceLengthCurve(0.0, 0.7, 0.2, 2.0 / 0.7, 0.75),
        "tendon": osim.TendonForceLengthCurve(0.049, 1.375 / 0.049, 2.0 / 3.0, 0.5),
    }


@pytest.mark.parametrize(
    ("ours", "theirs", "low", "high", "shift", "rms", "worst"),
    [
        # Short of the optimum both are alike; the descending limb of H0918v3 falls straight and below our cubic.
        (active_force_length, "active", 0.5, 1.1, 0.0, 0.03, 0.06),
        (active_force_length, "active", 1.1, 1.6, 0.0, 0.095, 0.12),
        # The shortening hyperbola has its own curvature; OpenSim's leaves rest with slope 5, ours with 5.4.
        (force_velocity, "velocity", -1.0, 0.0, 0.0, 0.016, 0.035),
        # Ours tends to 1.4 beyond the maximum velocity, OpenSim's reaches it there.
        (force_velocity, "velocity", 0.0, 1.0, 0.0, 0.02, 0.03),
        (passive_force, "passive", 0.8, 1.6, 0.0, 0.012, 0.03),
        # One parabola stands for toe and straight line; above one F_max (strain 0.049) it goes on bending upward.
        (tendon_force, "tendon", 0.0, 0.05, 1.0, 0.008, 0.025),
    ],
)
def test_curves(osim, arrays, ours, theirs, low, high, shift, rms, worst) -> None:
    curve = opensim_curves(osim)[theirs]
    x = np.linspace(low, high, 101)
    error = np.array([ours(arrays, value) - curve.calcValue(float(value + shift)) for value in x])
    assert np.sqrt(np.mean(error**2)) <= rms
    assert np.max(np.abs(error)) <= worst


class OpenSimMuscle:
    """One muscle of the model file between two fixed points."""

    def __init__(self, osim: Any, model, name: str, path_length: float) -> None:
        figures, curves = model.muscles[name], model.muscle
        self.osim, self.model = osim, osim.Model()
        muscle = osim.Millard2012EquilibriumMuscle(
            name, figures.f_max_n, figures.l_opt_m, figures.l_slack_m, figures.pennation_rad
        )
        muscle.set_max_contraction_velocity(curves.max_contraction_velocity_lopt_s)
        muscle.set_fiber_damping(curves.fibre_damping)
        muscle.set_activation_time_constant(curves.activation_time_s)
        muscle.set_deactivation_time_constant(curves.deactivation_time_s)
        muscle.set_minimum_activation(curves.minimum_activation)
        shapes = opensim_curves(osim)
        muscle.setActiveForceLengthCurve(shapes["active"])
        muscle.setForceVelocityCurve(shapes["velocity"])
        muscle.setFiberForceLengthCurve(shapes["passive"])
        muscle.setTendonForceLengthCurve(shapes["tendon"])
        ground = self.model.getGround()
        muscle.addNewPathPoint("origin", ground, osim.Vec3(0.0))
        muscle.addNewPathPoint("insertion", ground, osim.Vec3(path_length, 0.0, 0.0))
        self.model.addForce(muscle)
        self.muscle = muscle

    def isometric_force(self, activation: float) -> float:
        """Tendon force over maximum isometric force with the fibre at rest."""
        state = self.model.initSystem()
        self.muscle.setActivation(state, activation)
        self.muscle.computeEquilibrium(state)
        self.model.realizeDynamics(state)
        return float(self.muscle.getTendonForce(state) / self.muscle.getMaxIsometricForce())

    def twitch(self, times: np.ndarray, pulse_s: float) -> tuple[np.ndarray, np.ndarray]:
        """Fibre length over optimal length and force over F_max after full excitation for a short time."""
        osim = self.osim
        controller = osim.PrescribedController()
        controller.addActuator(self.muscle)
        excitation = osim.PiecewiseConstantFunction()
        excitation.addPoint(0.0, 1.0)
        excitation.addPoint(pulse_s, 0.01)
        controller.prescribeControlForActuator(self.muscle.getName(), excitation)
        self.model.addController(controller)
        state = self.model.initSystem()
        self.muscle.setActivation(state, 0.01)
        self.muscle.computeEquilibrium(state)
        manager = osim.Manager(self.model)
        manager.setIntegratorAccuracy(1e-6)
        manager.initialize(state)
        lengths, forces = [], []
        for time in times:
            state = manager.integrate(float(time)) if time > 0.0 else state
            self.model.realizeDynamics(state)
            lengths.append(self.muscle.getNormalizedFiberLength(state))
            forces.append(self.muscle.getTendonForce(state) / self.muscle.getMaxIsometricForce())
        return np.array(lengths), np.array(forces)


@pytest.mark.parametrize("name", LEG_MUSCLES)
def test_isometric_forces(osim, model, arrays, name) -> None:
    """Equilibrium of fibre and tendon over the lengths and activations of walking."""
    index = LEG_MUSCLES.index(name)
    figures = model.muscles[name]
    errors = []
    for length in (0.7, 0.85, 1.0, 1.15):
        path = figures.l_slack_m * 1.02 + length * figures.l_opt_m * np.cos(figures.pennation_rad)
        reference = OpenSimMuscle(osim, model, name, path)
        for activation in (0.05, 0.3, 0.8):
            state = np.zeros(layout.STATE_SIZE)
            state[layout.ACTIVATION : layout.ACTIVATION + layout.N_MUSCLES] = activation
            paths = np.full(layout.N_MUSCLES, path)
            equilibrate_fibres(arrays, state, paths)
            muscle_forces(arrays, state, paths, np.empty(layout.N_MUSCLES))
            errors.append(state[layout.FORCE + index] - reference.isometric_force(activation))
    assert np.sqrt(np.mean(np.square(errors))) <= 0.018
    assert np.max(np.abs(errors)) <= 0.045


@pytest.mark.parametrize("name", ["soleus", "vasti", "tib_ant"])
def test_isometric_twitch(osim, model, arrays, name) -> None:
    """Activation, fibre and tendon together: a 50 ms burst of full excitation at constant musculotendon length."""
    index = LEG_MUSCLES.index(name)
    figures = model.muscles[name]
    path = figures.l_slack_m * 1.01 + 0.95 * figures.l_opt_m * np.cos(figures.pennation_rad)
    times = np.arange(0.0, 0.3, 0.01)
    lengths, forces = OpenSimMuscle(osim, model, name, path).twitch(times, 0.05)

    dt = 1e-4
    state = np.zeros(layout.STATE_SIZE)
    state[layout.ACTIVATION : layout.ACTIVATION + layout.N_MUSCLES] = 0.01
    paths, rate = np.full(layout.N_MUSCLES, path), np.empty(layout.N_MUSCLES)
    equilibrate_fibres(arrays, state, paths)
    found = []
    for step in range(len(times) * 100):
        muscle_forces(arrays, state, paths, rate)
        if step % 100 == 0:
            found.append((state[layout.FIBRE_LENGTH + index], state[layout.FORCE + index]))
        excitation = 1.0 if step * dt < 0.05 else 0.01
        state[layout.EXCITATION : layout.EXCITATION + layout.N_MUSCLES] = excitation
        advance_muscles(arrays, state, rate, dt)
    length_error = np.array(found)[:, 0] - lengths
    force_error = np.array(found)[:, 1] - forces
    assert np.ptp(lengths) > 0.04 and forces.max() > 0.4  # a twitch it was
    assert np.max(np.abs(length_error)) <= 0.008
    assert np.max(np.abs(force_error)) <= 0.03
