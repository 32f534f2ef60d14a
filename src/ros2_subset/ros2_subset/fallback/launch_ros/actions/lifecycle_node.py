"""Lifecycle nodes."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from launch import logging as launch_logging
from launch.actions import OpaqueFunction
from launch.event import Event
from launch.event_handler import EventHandler
from launch.some_substitutions_type import SomeSubstitutionsType

from .node import Node

if TYPE_CHECKING:
    from launch.launch_context import LaunchContext


class LifecycleNode(Node):
    """Runs a lifecycle node; acts on ChangeState events and emits StateTransition events."""

    def __init__(
        self,
        *,
        name: SomeSubstitutionsType,
        namespace: SomeSubstitutionsType,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, namespace=namespace, **kwargs)

    def execute(self, context: LaunchContext) -> None:
        """Connect to the node's transition topic and service, then start it."""
        # Imported here: launch files without lifecycle nodes need neither rclpy nor its start-up time.
        from lifecycle_msgs.msg import TransitionEvent
        from lifecycle_msgs.srv import ChangeState as ChangeStateService

        from ..events.lifecycle import ChangeState, StateTransition
        from ..ros_adapters import get_ros_node

        self._perform_names(context)
        node = get_ros_node(context)
        logger = launch_logging.get_logger("launch_ros.actions.lifecycle_node")

        def on_transition(msg: TransitionEvent) -> None:
            event = StateTransition(action=self, msg=msg)
            context.asyncio_loop.call_soon_threadsafe(context.emit_event_sync, event)

        self.__subscription = node.create_subscription(
            TransitionEvent, f"{self.node_name}/transition_event", on_transition, 10
        )
        client = node.create_client(ChangeStateService, f"{self.node_name}/change_state")

        def change_state(transition_id: int) -> None:
            while not client.wait_for_service(timeout_sec=1.0):
                if context.is_shutdown:
                    logger.warning(f"Abandoning wait for the '{client.srv_name}' service, due to shutdown.")
                    return
            request = ChangeStateService.Request()
            request.transition.id = transition_id
            answered = threading.Event()
            response = client.call_async(request)
            response.add_done_callback(lambda _: answered.set())
            while not answered.wait(1.0):
                if context.is_shutdown:
                    logger.warning(f"Abandoning wait for the '{client.srv_name}' service response, due to shutdown.")
                    response.cancel()
                    return
            if not response.result().success:
                name = ChangeState.valid_transitions[transition_id]
                logger.error(f"Failed to make transition '{name}' for LifecycleNode '{self.node_name}'")

        def on_change_state(context: LaunchContext) -> None:
            transition_id = context.locals.event.transition_id
            context.add_completion_future(context.asyncio_loop.run_in_executor(None, change_state, transition_id))

        def is_for_us(event: Event) -> bool:
            return isinstance(event, ChangeState) and bool(event.lifecycle_node_matcher(self))

        context.register_event_handler(
            EventHandler(matcher=is_for_us, entities=[OpaqueFunction(function=on_change_state)])
        )
        super().execute(context)
