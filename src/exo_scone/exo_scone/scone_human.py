"""A human that walks in SCONE, behind the interface of our own engine's."""

from __future__ import annotations

import copy
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exo_control.joints import POLICY_PERIOD_S
from exo_scone.engines import ENGINES
from exo_scone.errors import SconeError
from exo_scone.finder import load_sconepy
from exo_scone.model_binding import ModelBinding
from exo_scone.par_check import check_par
from exo_scone.scenario import SconeFiles
from exo_sim.engine import layout
from exo_sim.engine.advance import account
from exo_sim.engine.model_arrays import Floats, model_arrays
from exo_sim.human_interface import FALL_HEIGHT, Human
from exo_sim.human_model import HumanModel, load_human_model

LONGEST_WALK_S = 1e5
"""SCONE divides by the end of the simulation, which is infinite by default."""

TOLERANCE_S = 1e-6


class SconeHuman(Human):
    """The human of a SCONE model whose reflexes SCONE runs, wearing the exoskeleton as actuators of the hips.

    Torques are added to what the model's controller asks for and held over each control period; a model whose
    controller would wipe them is refused. Each walk loads the model anew, since SCONE's own reset does not bring back
    the same walk. Whole-body metabolic power is SCONE's where the model measures it; that of single muscles is ours, by
    the same formula (Wang et al. 2012) from SCONE's lengths, velocities and forces.
    """

    failure_is_fall = False
    """Whether a failure of SCONE's integrator ends the walk as a fall does, as a search of gains needs it."""

    def __init__(
        self, files: SconeFiles, model: HumanModel | None = None, folder: TemporaryDirectory[str] | None = None
    ):
        """Load a model.

        Args:
            files: the model, with its parameters.
            model: that it was written from; None for the user's own, which ours is then scaled to by mass.
            folder: of the files, kept as long as the human.

        Raises:
            SconeError: SCONE is not there, cannot load the model, or the model cannot be walked in; says why.
            ConfigError: the model's mass is out of our model's range, or its .par has names that it does not ask for.
        """
        self._sconepy: ModuleType = load_sconepy()
        self._files, self._folder = files, folder
        self._measures_power = model is not None
        loaded = self._load()
        if model is None:
            check_par(files, loaded)
            model = load_human_model().scaled(mass_kg=loaded.mass())
        self.model = model
        self.arrays = model_arrays(model)
        self._control_s = float(loaded.control_step_size())
        self._steps = round(POLICY_PERIOD_S / self._control_s)
        if abs(self._steps * self._control_s - POLICY_PERIOD_S) > TOLERANCE_S:
            raise SconeError(
                f"{files.model}: fixed_control_step_size = {self._control_s:g} does not divide the policy period of "
                f"{POLICY_PERIOD_S:g} s; use 0.005"
            )
        self._per_input = self._probe(loaded)
        self._fresh = False
        self.reset()
        self._fall_height = FALL_HEIGHT * float(self.com_position_m[1])

    def _load(self) -> Any:
        try:
            model = self._sconepy.load_model(str(self._files.model), str(self._files.par or ""))
        except RuntimeError as error:
            raise SconeError(f"SCONE cannot load {self._files.model}: {error}") from None
        model.set_simulation_end_time(LONGEST_WALK_S)
        return model

    def _probe(self, first: Any) -> Floats:
        """Return torque (Nm) or force (N) per input of the driven actuators, as two loaded models show."""
        torques = []
        for sign, model in ((1.0, first), (-1.0, self._load())):
            binding = ModelBinding(model)
            inputs = np.zeros(binding.actuator_count)
            inputs[binding.driven] = sign * binding.probe_input
            model.set_actuator_inputs(inputs)
            model.advance_simulation_to(self._control_s)
            torques.append(binding.actuator_torque)
        gain: Floats = (torques[0] - torques[1]) / (2.0 * binding.probe_input)
        if not np.all(gain > 0.0):
            raise SconeError(
                f"{self._files.model}: torques of the exoskeleton do not reach the hips; put the controller into a "
                "CompositeController { }, since SCONE wipes inputs from outside with any other"
            )
        return gain

    def reset(self) -> None:
        """Go back to the start of the walk: loads the model anew, the same to the last bit."""
        if self._fresh:
            return
        self._binding = ModelBinding(self._load())
        self._state: Floats = np.zeros(layout.STATE_SIZE)
        self._energy_before: Floats = np.zeros(layout.N_MUSCLES)
        self._periods, self._push_m_s, self._ended = 0, 0.0, False
        self._power_w = float("nan")
        self._read(0.0)
        self._fresh = True

    def another(self) -> SconeHuman:
        """Return a human like this one, on their own, with a model of their own, at the start of the walk."""
        other = copy.copy(self)
        other._fresh = False
        other.reset()
        return other

    @property
    def engine(self) -> str:
        """SCONE's name of the engine that simulates, such as ModelOpenSim4."""
        text = self._files.model.read_text(encoding="utf-8")
        return next((engine.model_type for engine in ENGINES.values() if engine.model_type in text), "unknown")

    def state(self) -> Floats:
        """(layout.STATE_SIZE,) the state vector; it has no history of the sensors, which SCONE keeps to itself."""
        return self._state.copy()

    def push(self, velocity_change_m_s: float) -> None:
        """Change the forward velocity of the whole body, by a force over the next policy period.

        With Hyfydy it acts on every body in proportion to mass; with OpenSim at the pelvis, since SCONE applies
        external forces to the wrong bodies there.
        """
        self._push_m_s += velocity_change_m_s

    def step(self, hip_torque_nm: NDArray[np.float64]) -> None:
        """Advance by one policy period of 10 ms.

        Args:
            hip_torque_nm: (2,) torque of the exoskeleton at the right and left hip, Nm, flexion positive.

        Raises:
            SconeError: SCONE has failed, or the model cannot be pushed.
        """
        self.begin_period()
        self._fresh = False
        binding, model = self._binding, self._binding.model
        forces = np.zeros(len(self._per_input))
        forces[:2] = hip_torque_nm
        pushes_bodies = self._push_m_s != 0.0 and not self._push_by_actuator(forces)
        inputs = np.zeros(binding.actuator_count)
        inputs[binding.driven] = forces / self._per_input
        powers = []
        for step in range(1, self._steps + 1):
            now_s = self._periods * POLICY_PERIOD_S + step * self._control_s
            try:
                model.set_actuator_inputs(inputs)
                model.advance_simulation_to(now_s)
            except RuntimeError as error:
                if not self.failure_is_fall:
                    raise SconeError(f"SCONE failed at {now_s:.3f} s: {error}") from None
                self._ended = True
                break
            self._ended = self._ended or model.time() < now_s - TOLERANCE_S
            self._read(now_s)
            account(self.arrays, self._state, self._control_s)
            powers.append(model.current_measure() if self._measures_power else float("nan"))
        if pushes_bodies:
            for body in model.bodies():
                body.clear_external_force_moment()
        self._push_m_s = 0.0
        self._power_w = float(np.mean(powers)) if powers else float("nan")
        self._periods += 1

    def _push_by_actuator(self, forces: Floats) -> bool:
        """Ask for a push: of its actuator where the model has one, else of all bodies. Return whether it has one."""
        acceleration = self._push_m_s / POLICY_PERIOD_S
        if len(forces) > 2:
            forces[2] = self.arrays.total_mass * acceleration
            return True
        if self.engine != ENGINES["hyfydy"].model_type:
            raise SconeError(f"{self._files.model}: a push needs a CoordinateActuator on pelvis_tx")
        for body in self._binding.model.bodies():
            body.set_external_force(self._sconepy.Vec3(body.mass() * acceleration, 0.0, 0.0))
        return False

    def _read(self, now_s: float) -> None:
        state = self._state
        self._binding.read(state)
        state[layout.STEP] = round(now_s / self.physics_step_s)
        along = np.square(state[layout.FIBRE_LENGTH : layout.FIBRE_LENGTH + layout.N_MUSCLES] * self.arrays.l_opt)
        height = np.square(self.arrays.fibre_height)
        state[layout.FIBRE : layout.FIBRE + layout.N_MUSCLES] = np.sqrt(np.maximum(along - height, 0.0))
        model = self._binding.model
        # The root such that the centre of mass is SCONE's.
        for base, com in ((layout.POSITION, model.com_pos()), (layout.VELOCITY, model.com_vel())):
            state[base : base + 2] = 0.0
            state[base : base + 2] = np.array([com.x, com.y]) - self._com(base)

    @property
    def has_fallen(self) -> bool:
        """Whether the centre of mass is below 0.85 of its initial height, or the model itself has ended the walk."""
        return self._ended or super().has_fallen

    @property
    def metabolic_power_w(self) -> float:
        """Whole-body metabolic power, basal part included, mean over the last period; SCONE's own if it measures it."""
        return self._power_w if self._measures_power and self._periods else super().metabolic_power_w
