"""The simulated person who wears the device: walks one of their gaits or stands, and passes from one to the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from exo_control.errors import ConfigError, choices_hint
from exo_control.joints import POLICY_PERIOD_S
from exo_sim.body_state import BodyState
from exo_sim.engine.model_arrays import Floats
from exo_sim.gait import Gait
from exo_sim.human import SimulatedHuman
from exo_sim.human_interface import Human
from exo_sim.human_model import HumanModel
from exo_sim.standing import StandingHuman

EASE_S = 1.0
"""From one motion to another: long enough that no hip reading jumps, and as long as a policy needs to fade out."""

STAND = "stand"
"""What a person may do instead of walking a gait."""


class _Motion:
    """A human on their way; at first a mixture with the motion before, which goes on: a transition, not physics."""

    def __init__(self, human: Human, old: _Motion | None) -> None:
        self.human = human.another()  # the same gait may still be fading out
        self._old = old
        self._time_s = 0.0
        self._forward_m = 0.0
        if old is not None:
            self._forward_m = float(old.state.com_position_m[0] - self.human.com_position_m[0])

    def begin_period(self) -> None:
        if self._old is not None:
            self._old.begin_period()
        self.human.begin_period()

    def advance(self, hip_torque_nm: NDArray[np.float64], physics_steps: int) -> None:
        self.human.advance(hip_torque_nm, physics_steps)
        if self._old is None:
            return
        self._old.advance(hip_torque_nm, physics_steps)
        self._ease(physics_steps * self.human.physics_step_s)

    def step(self, hip_torque_nm: NDArray[np.float64]) -> None:
        self.human.step(hip_torque_nm)
        if self._old is None:
            return
        self._old.step(hip_torque_nm)
        self._ease(POLICY_PERIOD_S)

    def _ease(self, time_s: float) -> None:
        self._time_s += time_s
        if self._time_s >= EASE_S:
            self._old = None

    def push(self, velocity_change_m_s: float) -> None:
        if self._old is not None:
            self._old.push(velocity_change_m_s)
        self.human.push(velocity_change_m_s)

    @property
    def _share(self) -> tuple[float, float]:
        """Share of the new motion, and its rate, 1/s; the velocity has no jump at either end."""
        part = self._time_s / EASE_S
        return part * part * (3.0 - 2.0 * part), 6.0 * part * (1.0 - part) / EASE_S

    @property
    def state(self) -> BodyState:
        own = BodyState.of(self.human, self._forward_m)
        return own if self._old is None else self._old.state.eased(own, *self._share)

    @property
    def hips(self) -> tuple[Floats, Floats]:
        """Angles, rad, and velocities, rad/s, shape (2,) each: read more often than the whole state."""
        position, velocity = self.human.hip_position_rad, self.human.hip_velocity_rad_s
        if self._old is None:
            return position, velocity
        share, rate = self._share
        old_position, old_velocity = self._old.hips
        eased = (1.0 - share) * old_velocity + share * velocity + rate * (position - old_position)
        return (1.0 - share) * old_position + share * position, eased


class Wearer:
    """A person with some gaits. ``do`` may come from another thread; it takes effect with the next policy period."""

    def __init__(self, humans: Mapping[str, Human], first: str) -> None:
        """Prepare a person.

        Args:
            humans: who they are while they walk a gait, or ``STAND``, by its name; of one physics step.
            first: what they do at the start.

        Raises:
            ConfigError: ``first`` is none of these.
        """
        self._humans = dict(humans)
        self.physics_step_s = next(iter(humans.values())).physics_step_s
        self._steps_per_period = round(POLICY_PERIOD_S / self.physics_step_s)
        self._first = self._wanted = self._doing = self._known(first)
        self.reset()

    def _known(self, motion: str) -> str:
        if motion not in self._humans:
            raise ConfigError(f"motion '{motion}' was not prepared; {choices_hint(motion, self._humans)}")
        return motion

    def reset(self) -> None:
        """Go back to the start of what they do first."""
        self._wanted = self._doing = self._first
        self._motion = _Motion(self._humans[self._first], None)
        self._state: BodyState | None = None
        self._steps = 0

    def do(self, motion: str) -> None:
        """Pass over to another gait, or to ``STAND``, within ``EASE_S``.

        Raises:
            ConfigError: it is none of their gaits.
        """
        self._wanted = self._known(motion)

    @property
    def doing(self) -> str:
        """The gait that they walk or begin to walk, or ``STAND``."""
        return self._doing

    def step(self, hip_torque_nm: NDArray[np.float64]) -> None:
        """Advance by one policy period; see ``Human``."""
        self._pass_over()
        self._motion.step(hip_torque_nm)
        self._steps += self._steps_per_period
        self._state = None

    def begin_period(self) -> None:
        """Begin a policy period: another motion begins with one, and mean powers count from one."""
        self._pass_over()
        self._motion.begin_period()

    def _pass_over(self) -> None:
        wanted = self._wanted
        if wanted != self._doing:
            self._motion = _Motion(self._humans[wanted], self._motion)
            self._doing = wanted

    def advance(self, hip_torque_nm: NDArray[np.float64], physics_steps: int) -> None:
        """Advance by some physics steps; only people of our own engine can."""
        self._motion.advance(hip_torque_nm, physics_steps)
        self._steps += physics_steps
        self._state = None

    def push(self, velocity_change_m_s: float) -> None:
        """Change the forward velocity of the whole body at once."""
        self._motion.push(velocity_change_m_s)
        self._state = None

    @property
    def state(self) -> BodyState:
        """What is measured of the whole body."""
        if self._state is None:
            self._state = self._motion.state
        return self._state

    @property
    def time_s(self) -> float:
        """Time since the start."""
        return self._steps * self.physics_step_s

    @property
    def has_fallen(self) -> bool:
        """Whether a walk has ended in a fall; how one ends that is passed over from does not matter."""
        return self._motion.human.has_fallen

    @property
    def hip_position_rad(self) -> Floats:
        """(2,) hip flexion angle, right and left."""
        return self._motion.hips[0]

    @property
    def hip_velocity_rad_s(self) -> Floats:
        """(2,) hip flexion rate, right and left."""
        return self._motion.hips[1]


def make_wearer(
    model: HumanModel,
    gaits: Mapping[str, Gait],
    first: str,
    make_human: Callable[[HumanModel, Gait], Human] = SimulatedHuman,
) -> Wearer:
    """Return a person who can walk some gaits, and stand.

    Args:
        model: the human model, scaled to the subject.
        gaits: that they can walk, by name.
        first: what they do at the start: a gait or ``STAND``.
        make_human: makes a human of the engine that walks.

    Raises:
        ConfigError: ``first`` is no gait of theirs, or gait and controller do not match.
    """
    humans = {name: make_human(model, gait) for name, gait in gaits.items()}
    return Wearer(humans | {STAND: StandingHuman(model, next(iter(gaits.values())))}, first)
