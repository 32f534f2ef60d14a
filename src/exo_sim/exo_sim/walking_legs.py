"""The legs of a walking person, for drives that act on them in steps of a millisecond."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from exo_control.joints import POLICY_PERIOD_S
from exo_sim.disturbance import Disturbance
from exo_sim.engine.model_arrays import Floats
from exo_sim.wearer import Wearer


class WalkingLegs:
    """A person in place of a stand: stands still until ``walking`` is set, then does what they do, walking as
    ``AssistedWalker`` has it.

    Called with torque and time, it is a ``PlantStep`` of emulated drives. A person who falls stays where they are.
    """

    def __init__(
        self,
        human: Wearer,
        disturbance: Disturbance | None = None,
        periods: int = 0,
        seed: int = 0,
        on_period: Callable[[], None] = lambda: None,
    ) -> None:
        """Put a person at the start of their walk.

        Args:
            human: the person.
            disturbance: of the walk; none by default.
            periods: policy periods that the disturbance is drawn for; it ends with them.
            seed: of the disturbance.
            on_period: called after each policy period of the walk.
        """
        self.human = human
        self.walking = False
        human.reset()
        drawn = (disturbance or Disturbance()).draw(periods, np.random.default_rng(seed))
        self._noise_nm, self._push_m_s = drawn
        self._on_period = on_period
        self._steps_per_period = round(POLICY_PERIOD_S / human.physics_step_s)
        self._steps = 0
        self.has_fallen = False

    @property
    def period(self) -> int:
        """Policy periods walked."""
        return self._steps // self._steps_per_period

    def __call__(self, torque_nm: Floats, dt_s: float) -> tuple[Floats, Floats]:
        """Advance by whole physics steps; return hip angles, rad, and velocities, rad/s, shape (2,) each."""
        for _ in range(round(dt_s / self.human.physics_step_s)):
            if self.walking and not self.has_fallen:
                self._step(torque_nm)
        moving = self.walking and not self.has_fallen
        velocity = self.human.hip_velocity_rad_s
        return self.human.hip_position_rad, velocity if moving else np.zeros_like(velocity)

    def _step(self, torque_nm: Floats) -> None:
        period, step = divmod(self._steps, self._steps_per_period)
        disturbed = period < len(self._push_m_s)
        if step == 0:
            self.human.begin_period()
            if disturbed and self._push_m_s[period] != 0.0:
                self.human.push(self._push_m_s[period])
        self.human.advance(torque_nm + self._noise_nm[period] if disturbed else torque_nm, 1)
        self._steps += 1
        if self._steps % self._steps_per_period == 0:
            self.has_fallen = self.human.has_fallen
            self._on_period()
