"""Pushing the simulated person, and making them walk faster or slower, while they walk."""

from functools import partial

from rcl_interfaces.msg import SetParametersResult
from rclpy.node import Node
from rclpy.parameter import Parameter
from std_srvs.srv import Trigger

from exo_control.joints import POLICY_PERIOD_S
from exo_nodes import topics
from exo_nodes.assistance_services import answering
from exo_nodes.lifecycle import StartError
from exo_nodes.parameters import NodeParameter
from exo_sim.speed_matching import LEAN_LIMIT_RAD
from exo_sim.wearer import Wearer

PUSH_M_S = 0.2
"""Change of the whole body's velocity. The shipped gaits stand pushes of 0.3 m/s, as a rule."""

LEAN_RATE_RAD_S = 0.02
"""Faster changes would be a disturbance of their own."""

LEAN = NodeParameter(
    "lean_rad",
    0.0,
    "added to the lean of the trunk, rad; negative is forward and walks faster; may be set while walking",
    -LEAN_LIMIT_RAD,
    LEAN_LIMIT_RAD,
    read_only=False,
)


_UPRIGHT = "SCONE's reflexes hold the trunk as its own files say; leave it at 0"


class Steering:
    """Services human/push_* (std_srvs/Trigger) and the parameter ``lean_rad``. A push acts in the next tick."""

    def __init__(self, node: Node, lean_rad: float, can_lean: bool = True) -> None:
        """Create the services, and follow the parameter, which the node declares.

        Raises:
            StartError: somebody who cannot lean is to.
        """
        if lean_rad and not can_lean:
            raise StartError(f"parameter {LEAN.name} = {lean_rad:g}: {_UPRIGHT}")
        self._can_lean = can_lean
        self._lean_rad, self._wanted_rad = 0.0, lean_rad
        self._pending_m_s = 0.0
        node.add_on_set_parameters_callback(self._on_parameters)
        for name, push_m_s in ((topics.PUSH_FORWARD, PUSH_M_S), (topics.PUSH_BACKWARD, -PUSH_M_S)):
            node.create_service(Trigger, name, answering(node, partial(self._push, push_m_s)))

    def reset(self) -> None:
        """Begin a walk: not pushed, and upright; the wanted lean comes with time."""
        self._pending_m_s = 0.0
        self._lean_rad = 0.0

    def apply(self, human: Wearer) -> None:
        """Act on the person; once per tick."""
        if self._pending_m_s:
            human.push(self._pending_m_s)
            self._pending_m_s = 0.0
        if self._lean_rad != self._wanted_rad:
            step = LEAN_RATE_RAD_S * POLICY_PERIOD_S
            self._lean_rad += min(max(self._wanted_rad - self._lean_rad, -step), step)
            human.lean(self._lean_rad)

    def _push(self, push_m_s: float) -> str:
        self._pending_m_s = push_m_s
        return f"pushed by {push_m_s:+g} m/s"

    def _on_parameters(self, parameters: list[Parameter]) -> SetParametersResult:
        """Lean: ``ros2 param set /simulation lean_rad -0.04``."""
        for parameter in parameters:
            if parameter.name == LEAN.name:
                if not self._can_lean:
                    return SetParametersResult(successful=False, reason=_UPRIGHT)
                self._wanted_rad = parameter.value
        return SetParametersResult(successful=True)
