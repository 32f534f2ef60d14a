"""A running policy that can be replaced by another without a step in torque."""

from typing import ClassVar

from exo_control.errors import PolicyError
from exo_control.policy import Parameter, Policy, Vector
from exo_control.zero import ZeroPolicy

WATCH_TICKS = 110
"""Ticks for which a new policy only watches: longer than any memory, such as the delay of DOFC, at most 1 s.

Zero torque needs no memory, and none of its ticks."""

CROSSOVER_TICKS = 100
"""Ticks over which the torque passes from one policy to the other: 1 s at 100 Hz, about a stride."""


class PolicySwitch:
    """Runs a policy, and crosses over to another that is handed in while it runs.

    The new policy first watches until its memory is full, then takes over linearly: while two policies that differ by
    d Nm cross over, their mixture changes by d / CROSSOVER_TICKS per tick more than they do.
    """

    parameters: ClassVar[tuple[Parameter, ...]] = ()

    def __init__(self, policy: Policy) -> None:
        """Begin with a policy."""
        self._policy = policy
        self._next: Policy | None = None
        self._after_next: Policy | None = None
        self._ticks = 0
        self.failure: str | None = None
        """Why the last policy handed in was dropped; None while all is well."""

    @property
    def name(self) -> str:
        """Name of the policy in charge; during a crossover that is the old one."""
        return self._policy.name

    def switch_to(self, policy: Policy) -> None:
        """Cross over to a policy, once a crossover that is under way has ended; only the last one waiting counts."""
        self.failure = None
        if self._next is not None:
            self._after_next = policy
            return
        policy.reset()
        self._ticks = 0
        self._next = policy  # last: from here on another thread's torque() sees it

    def reset(self) -> None:
        """Forget the past; the policy that was handed in last is in charge then."""
        self._policy = self._after_next or self._next or self._policy
        self._next = self._after_next = None
        self._policy.reset()

    def torque(self, position: Vector, velocity: Vector, time_s: float) -> Vector:
        """Return the hip torques, shape (2,), Nm; see ``Policy.torque``.

        A new policy that cannot give a torque is dropped, and ``failure`` says why.

        Raises:
            PolicyError: the policy in charge can give no valid torque.
        """
        torque = self._policy.torque(position, velocity, time_s)
        if self._next is None:
            return torque
        try:
            following = self._next.torque(position, velocity, time_s)
        except PolicyError as error:
            self._next = None
            self._start_waiting()
            self.failure = str(error)
            return torque
        watched = 0 if isinstance(self._next, ZeroPolicy) else WATCH_TICKS
        share = max(self._ticks - watched, 0) / CROSSOVER_TICKS
        self._ticks += 1
        if share >= 1.0:
            self._policy, self._next = self._next, None
            self._start_waiting()
            return following
        return (1.0 - share) * torque + share * following

    def _start_waiting(self) -> None:
        if self._after_next is not None:
            policy, self._after_next = self._after_next, None
            self.switch_to(policy)
