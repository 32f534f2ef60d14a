"""A human who is held still, upright."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from exo_control.joints import POLICY_PERIOD_S
from exo_sim.engine import layout
from exo_sim.engine.advance import start
from exo_sim.engine.metabolics import spend_energy
from exo_sim.engine.model_arrays import Floats
from exo_sim.human import SimulatedHuman, standing_height


class StandingHuman(SimulatedHuman):
    """Stands upright at rest, with every muscle at its least activation.

    The reflexes only walk, so nothing here balances: the human is held, and no torque moves them. The ground carries
    the body weight; the metabolic power is the basal one and the muscles' at least activation (Wang et al. 2012), which
    is what net rates are told against. A person's quiet stance takes a little more.
    """

    @cached_property
    def _upright(self) -> Floats:
        """State vector, with the muscles' energy of one policy period."""
        state = np.zeros(layout.STATE_SIZE)
        state[layout.POSITION + 1] = standing_height(self.arrays, state)
        silent = self._reflexes._replace(gain=np.zeros_like(self._reflexes.gain))
        start(self.arrays, silent, state)
        spend_energy(self.arrays, state, POLICY_PERIOD_S)
        return state

    def reset(self) -> None:
        """Stand, from now on."""
        self._state = self._upright.copy()
        self._energy_before: Floats = np.zeros(layout.N_MUSCLES)

    def begin_period(self) -> None:
        """The power is the same in every period."""

    def advance(self, hip_torque_nm: NDArray[np.float64], physics_steps: int) -> None:
        """Let time go by."""
        self._state[layout.STEP] += physics_steps

    def push(self, velocity_change_m_s: float) -> None:
        """The human is held."""
