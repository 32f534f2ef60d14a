from launch import LaunchDescription
from launch.actions import EmitEvent, RegisterEventHandler, Shutdown
from launch.events import matches_action
from launch_ros.actions import LifecycleNode, SetParameter
from launch_ros.event_handlers import OnStateTransition
from launch_ros.events.lifecycle import ChangeState
from lifecycle_msgs.msg import Transition


def generate_launch_description():
    node = LifecycleNode(
        package="demo_pkg",
        executable="lifecycle_demo",
        name="walker",
        namespace="lab",
        output="screen",
        parameters=[{"gain": 1e-05, "joints": ["left", "right"]}],
    )

    def change(transition_id):
        return EmitEvent(event=ChangeState(lifecycle_node_matcher=matches_action(node), transition_id=transition_id))

    def when(goal_state, *actions):
        return RegisterEventHandler(
            OnStateTransition(target_lifecycle_node=node, goal_state=goal_state, entities=list(actions))
        )

    return LaunchDescription(
        [
            SetParameter("mode", "true story"),
            when("inactive", change(Transition.TRANSITION_ACTIVATE)),
            when("active", Shutdown(reason="all states seen")),
            node,
            change(Transition.TRANSITION_CONFIGURE),
        ]
    )
