"""A limiter on a bench: fixtures shared by the safety tests."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from exo_control.joints import POLICY_PERIOD_S
from exo_safety.limiter import SafetyLimiter
from exo_safety.limits import SafetyLimits, load_limits
from exo_safety.status import LimiterResult, State

LIMITS_FILE = Path(__file__).parents[2] / "config" / "safety" / "limits.yaml"


TREMBLE = "tremble around zero, so that no encoder seems stuck"


class Rig:
    """Calls a limiter tick by tick; what a test does not name is harmless."""

    def __init__(self, limits: SafetyLimits) -> None:
        self.limits = limits
        self.limiter = SafetyLimiter(limits)
        self.now_s = 100.0
        self._wobble = 0.0

    def tick(
        self,
        command: object = (0.0, 0.0),
        position: object = TREMBLE,
        velocity: object = (0.0, 0.0),
        command_age_s: float = 0.0,
        feedback_age_s: float = 0.0,
        dt_s: float = POLICY_PERIOD_S,
        measured_nm: object = None,
        temperature_c: object = None,
    ) -> LimiterResult:
        """Apply one tick ``dt_s`` after the last; without a position the hips tremble around zero."""
        self.now_s += dt_s
        self._wobble = 0.001 - self._wobble
        at = (self._wobble, self._wobble) if position is TREMBLE else position
        return self.limiter.apply(
            command,
            at,
            velocity,
            self.now_s,
            command_age_s,
            feedback_age_s,
            measured_nm,
            temperature_c,  # type: ignore[arg-type]
        )

    def activate(self) -> "Rig":
        """Run through the soft start at zero command."""
        self.limiter.start()
        for _ in range(round(self.limits.soft_start_s / POLICY_PERIOD_S) + 2):
            self.tick()
        assert self.limiter.status.state is State.ACTIVE
        return self

    def hold(self, ticks: int, command: Sequence[float], **measured: object) -> LimiterResult:
        """Repeat a tick and return the last result."""
        for _ in range(ticks):
            result = self.tick(command, **measured)  # type: ignore[arg-type]
        return result


MakeRig = Callable[..., Rig]


@pytest.fixture(scope="session")
def limits() -> SafetyLimits:
    """The shipped limits, without gait gating: the rig stands still, and would get no torque."""
    return load_limits(LIMITS_FILE).model_copy(update={"gait_gating": False})


@pytest.fixture(scope="session")
def make_rig(limits: SafetyLimits) -> MakeRig:
    """Make a rig with the shipped limits, changed by keyword."""
    return lambda **changes: Rig(SafetyLimits.model_validate({**limits.model_dump(), **changes}))
