"""The services that lower, end and restart the assistance: the same for a simulated and a real device."""

from collections.abc import Callable

from rclpy.node import Node
from std_srvs.srv import Trigger

from exo_control.errors import ExoError
from exo_nodes import topics
from exo_safety.limiter import SafetyLimiter
from exo_safety.status import Fault, State

LOWERING_STEP = 0.2


def answering(node: Node, action: Callable[[], str]) -> Callable[[Trigger.Request, Trigger.Response], Trigger.Response]:
    """Return the callback of a service that does something and says what; refusals are answers too."""

    def callback(request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        try:
            response.message, response.success = action(), True
        except ExoError as error:
            response.message, response.success = str(error), False
        node.get_logger().info(response.message)
        return response

    return callback


class AssistanceServices:
    """Services of a device, all std_srvs/Trigger; see ``topics``. None can raise a torque or a limit."""

    def __init__(self, node: Node, limiter: SafetyLimiter, start: Callable[[], None]) -> None:
        """Create the services.

        Args:
            node: of the device.
            limiter: the last thing before the torque.
            start: starts the assistance, or raises an ExoError that says why not.
        """
        self._node, self._limiter, self._start = node, limiter, start
        self._services = [
            node.create_service(Trigger, name, answering(node, action))
            for name, action in (
                (topics.EMERGENCY_STOP, self._emergency_stop),
                (topics.STOP, self._stop),
                (topics.LOWER_ASSISTANCE, self._lower),
                (topics.RESET, self._reset),
                (topics.START, self._start_again),
            )
        ]

    def destroy(self) -> None:
        """Destroy the services."""
        for service in self._services:
            self._node.destroy_service(service)

    def _emergency_stop(self) -> str:
        self._limiter.trip(f"the service {topics.EMERGENCY_STOP} was called", Fault.EMERGENCY_STOP)
        return "stopped; zero torque until reset"

    def _stop(self) -> str:
        self._limiter.stop()
        return "the assistance ends"

    def _lower(self) -> str:
        level = max(round(self._limiter.status.level - LOWERING_STEP, 6), 0.0)
        self._limiter.lower(level)
        return f"assistance lowered to {100.0 * level:.0f} %"

    def _reset(self) -> str:
        if self._limiter.status.state is not State.FAULT:
            return "there is no fault to reset"
        self._limiter.reset()
        return f"fault cleared; {topics.START} starts the assistance"

    def _start_again(self) -> str:
        self._start()
        return "the assistance starts"
