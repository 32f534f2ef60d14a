"""Where the human's quantities are in a model that sconepy has loaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exo_scone.engines import scone_coordinate
from exo_scone.errors import SconeError
from exo_scone.parameter_names import nearest
from exo_sim.engine import layout
from exo_sim.engine.model_arrays import Floats
from exo_sim.names import COORDINATES, MUSCLES, SIDES

HIPS = tuple(scone_coordinate(f"hip_{side}") for side in SIDES)
PUSHED = "pelvis_tx"
"""Coordinate of the actuator that pushes the person."""


class ModelBinding:
    """Reads a loaded model in the order of exo_sim.names, by name and never by place."""

    def __init__(self, model: Any) -> None:
        """Find coordinates, muscles, legs and actuators.

        Args:
            model: a Model of sconepy.

        Raises:
            SconeError: one of them is missing, or the control period does not divide the policy's; says which and why.
        """
        self.model = model
        dofs, muscles = list(model.dofs()), list(model.muscles())
        names = [dof.name() for dof in dofs]
        self._coordinates = _places("coordinate", [scone_coordinate(name) for name in COORDINATES], names)
        self._muscles = _places("muscle", list(MUSCLES), [muscle.name() for muscle in muscles])
        self._joints = [dofs[i] for i in self._coordinates[1:]]
        legs = {leg.name()[-1:]: leg for leg in model.legs()}
        if missing := [side for side in SIDES if side not in legs]:
            raise SconeError(
                f"the model has no leg of side '{missing[0]}'; its legs: {', '.join(sorted(legs)) or 'none'}"
            )
        self._legs = [legs[side] for side in SIDES]
        states = [name for name in model.get_custom_value_names() if name.endswith(".state")]
        self._gait_states = [next((n for n in states if n.endswith(f"_{side}.state")), None) for side in SIDES]
        actuators = [actuator.name() for actuator in model.actuators()]
        missing = [name for name in HIPS if name not in actuators]
        if missing:
            raise SconeError(
                f"the model has no actuator of the exoskeleton on '{missing[0]}': add a CoordinateActuator (OpenSim) "
                "or a joint_motor (Hyfydy) at each hip, as the models that `exo scone scenario` writes have"
            )
        self.actuator_count = len(actuators)
        driven = [*HIPS, *([PUSHED] if PUSHED in actuators else [])]
        self.driven: NDArray[np.intp] = np.array([actuators.index(name) for name in driven])
        """Places of the actuators of the right and left hip, and of the push where there is one."""
        self._driven_dofs = [dofs[names.index(name)] for name in driven]
        self._driven_limits = [
            actuator.max_input() for actuator in np.array(model.actuators(), dtype=object)[self.driven]
        ]

    @property
    def probe_input(self) -> Floats:
        """(k,) a small input of each driven actuator."""
        return 0.1 * np.array(self._driven_limits)

    @property
    def actuator_torque(self) -> Floats:
        """(k,) torque (Nm) or force (N) of each driven actuator."""
        return np.array([dof.actuator_torque() for dof in self._driven_dofs])

    def read(self, state: Floats) -> None:
        """Write the model's state into a state vector of engine.layout; the root is left to the caller."""
        model = self.model
        for base, values in (
            (layout.POSITION, model.dof_position_array()[self._coordinates]),
            (layout.VELOCITY, model.dof_velocity_array()[self._coordinates]),
        ):
            state[base + 2] = values[0]
            for leg in range(layout.N_LEGS):
                joints = values[1 + 3 * leg : 4 + 3 * leg]
                state[base + 3 + 3 * leg : base + 6 + 3 * leg] = values[0] + np.cumsum(joints)
        for offset, array in (
            (layout.ACTIVATION, model.muscle_activation_array()),
            (layout.EXCITATION, model.muscle_excitation_array()),
            (layout.FIBRE_LENGTH, model.muscle_fiber_length_array()),
            (layout.FIBRE_VELOCITY, model.muscle_fiber_velocity_array()),
            (layout.FORCE, model.muscle_force_array()),
        ):
            state[offset : offset + layout.N_MUSCLES] = array[self._muscles]
        for offset, torques in (
            (layout.LIMIT_TORQUE, [dof.limit_torque() for dof in self._joints]),
            (layout.MUSCLE_TORQUE, [dof.muscle_moment() for dof in self._joints]),
        ):
            state[offset : offset + layout.N_JOINTS] = torques
        for leg, (body, name) in enumerate(zip(self._legs, self._gait_states, strict=True)):
            force = body.contact_force()
            state[layout.GROUND_FORCE + 2 * leg : layout.GROUND_FORCE + 2 * leg + 2] = force.x, force.y
            state[layout.GAIT_STATE + leg] = model.get_custom_value(name) if name else -1.0


def _places(kind: str, wanted: Sequence[str], there: Sequence[str]) -> NDArray[np.intp]:
    for name in wanted:
        if name not in there:
            raise SconeError(
                f"the model has no {kind} '{name}'{nearest(name, dict.fromkeys(there))}; it needs the planar human's "
                f"{len(wanted)} {kind}s, as SCONE's H0918 has them"
            )
    return np.array([there.index(name) for name in wanted])
