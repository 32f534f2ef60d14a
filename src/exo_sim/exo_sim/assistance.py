"""A policy that assists while a gait is searched."""

from __future__ import annotations

from dataclasses import dataclass

from exo_control.errors import ConfigError
from exo_control.joints import TORQUE_CEILING_NM
from exo_control.registry import make_policy
from exo_safety.limits import load_limits
from exo_sim.assisted_walk import AssistedWalker
from exo_sim.gait import Gait
from exo_sim.human_interface import Human
from exo_sim.human_model import HumanModel


@dataclass(frozen=True)
class Assistance:
    """What assists, behind the device's safety limiter."""

    policy: str
    """Name or path, as for ``make_policy``."""
    peak_nm: float
    """Torque cap of the limiter."""

    def __post_init__(self) -> None:
        """Check what a user asks for.

        Raises:
            ConfigError, PolicyError: the device does not have the peak torque, or there is no such policy.
        """
        if not 0.0 < self.peak_nm <= TORQUE_CEILING_NM:
            raise ConfigError(f"peak torque {self.peak_nm:g} Nm: needs above 0, at most {TORQUE_CEILING_NM:g}")
        make_policy(self.policy)

    def walker(
        self, model: HumanModel, gait: Gait, physics_step_s: float, human: Human | None = None
    ) -> AssistedWalker:
        """Return a person who walks a gait with this assistance; ``human`` as for ``AssistedWalker``."""
        limits = load_limits().model_copy(update={"torque_cap_nm": self.peak_nm})
        return AssistedWalker(model, gait, make_policy(self.policy), physics_step_s, limits=limits, human=human)
