"""Events of lifecycle nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from launch.event import Event
from lifecycle_msgs.msg import Transition, TransitionEvent

__all__ = ["ChangeState", "StateTransition"]


class ChangeState(Event):
    """Lifecycle nodes are to make a transition."""

    name = "launch_ros.events.lifecycle.ChangeState"

    valid_transitions: ClassVar[dict[int, str]] = {
        getattr(Transition, name): name
        for name in (
            "TRANSITION_CREATE",
            "TRANSITION_CONFIGURE",
            "TRANSITION_CLEANUP",
            "TRANSITION_ACTIVATE",
            "TRANSITION_DEACTIVATE",
            "TRANSITION_UNCONFIGURED_SHUTDOWN",
            "TRANSITION_INACTIVE_SHUTDOWN",
            "TRANSITION_ACTIVE_SHUTDOWN",
            "TRANSITION_DESTROY",
        )
    }

    def __init__(self, *, lifecycle_node_matcher: Callable[[Any], bool], transition_id: int) -> None:
        if transition_id not in self.valid_transitions:
            valid = ", ".join(f"{name}: {number}" for number, name in self.valid_transitions.items())
            raise ValueError(f"given transition_id of '{transition_id}', expected one of {{{valid}}}")
        self.lifecycle_node_matcher = lifecycle_node_matcher
        self.transition_id = transition_id


class StateTransition(Event):
    """A lifecycle node has made a transition."""

    name = "launch_ros.events.lifecycle.StateTransition"

    def __init__(self, *, action: Any, msg: TransitionEvent) -> None:
        self.action = action
        self.msg = msg

    @property
    def timestamp(self) -> int:
        """Time of the transition."""
        return self.msg.timestamp

    @property
    def transition(self) -> str:
        """Name of the transition."""
        return self.msg.transition.label

    @property
    def start_state(self) -> str:
        """State before."""
        return self.msg.start_state.label

    @property
    def goal_state(self) -> str:
        """State after."""
        return self.msg.goal_state.label
