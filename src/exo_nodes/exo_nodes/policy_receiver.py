"""A policy node that takes policies while it runs."""

from pathlib import Path

from rcl_interfaces.srv import SetParameters
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.node import Node
from rclpy.parameter import Parameter

PATIENCE_S = 10.0
"""For the answer: the policy node loads the policy only afterwards."""


class PolicyReceiver:
    """Sets the parameter ``policy`` of a policy node."""

    def __init__(self, node: Node, name: str) -> None:
        """Look out for a policy node.

        Args:
            node: through which to call.
            name: of the policy node; without a leading / in the namespace of ``node``.
        """
        self._node = node
        # Its answers must come in while the callback that asked waits.
        self._group = ReentrantCallbackGroup()
        self._client = node.create_client(SetParameters, f"{name}/set_parameters", callback_group=self._group)
        self._name = node.resolve_service_name(self._client.srv_name).removesuffix("/set_parameters")

    def destroy(self) -> None:
        """Look out no more."""
        self._node.destroy_client(self._client)

    def problem(self) -> str | None:
        """Return why no policy can be handed over now, or None."""
        if self._client.service_is_ready():
            return None
        return (
            f"there is no node {self._name} to hand the policy to: start it (ros2 run exo_nodes policy_node), or set "
            "the parameter policy_node to its name"
        )

    async def give(self, policy: Path) -> tuple[bool, str]:
        """Hand a policy over; return whether the node takes it, and what it says."""
        if problem := self.problem():
            return False, problem
        value = Parameter("policy", Parameter.Type.STRING, str(policy)).to_parameter_msg()
        future = self._client.call_async(SetParameters.Request(parameters=[value]))
        patience = self._node.create_timer(PATIENCE_S, future.cancel, callback_group=self._group)
        response = await future
        self._node.destroy_timer(patience)
        if response is None:
            return False, f"{self._name} has not answered in {PATIENCE_S:g} s"
        (result,) = response.results
        if not result.successful:
            return False, f"{self._name} refuses {policy}: {result.reason}"
        return True, f"{self._name} takes {policy}"
