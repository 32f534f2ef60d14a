"""The emergency stop node: its heartbeat says whether it is pressed, until it ends."""

import signal
from typing import Any

import pytest
from std_msgs.msg import Bool
from std_srvs.srv import Trigger

from exo_nodes import qos, topics

from .conftest import Observer, StartNode

pytestmark = pytest.mark.integration


def test_it_is_pressed_and_released_by_its_services_and_pressed_by_its_end(
    observer: Observer, start_node: StartNode
) -> None:
    beats: list[bool] = []
    node = observer.node
    node.create_subscription(
        Bool, topics.EMERGENCY_STOP_HEARTBEAT, lambda message: beats.append(message.data), qos.heartbeat()
    )
    process = start_node("estop_node")

    def call(name: str) -> Any:
        client = node.create_client(Trigger, f"/emergency_stop/{name}")
        observer.spin_until(client.service_is_ready)
        future = client.call_async(Trigger.Request())
        observer.spin_until(future.done)
        return future.result()

    observer.spin_until(lambda: beats[-3:] == [True] * 3)
    assert call("press").message == "pressed"
    observer.spin_until(lambda: beats[-3:] == [False] * 3)
    assert call("release").message == "released; the device stays in fault until exo/reset"
    observer.spin_until(lambda: beats[-3:] == [True] * 3)
    process.send(signal.SIGINT)
    observer.spin_until(lambda: beats[-1] is False)
    assert process.exit_code() == 0, process.output
