"""Entry points of the node executables.

Light, so that SIGINT, SIGTERM and SIGHUP end a node in order from its first moments on: the nodes themselves take
seconds to import. rclpy's own handlers would close the topics before a last command is sent.
"""

import importlib
import signal
import sys
import threading
from types import FrameType


def policy_node() -> None:
    """Run the policy node."""
    sys.exit(_run("policy_node", "PolicyNode"))


def hardware_node() -> None:
    """Run the hardware node."""
    sys.exit(_run("hardware_node", "HardwareNode"))


def emulator_node() -> None:
    """Run the emulator node."""
    sys.exit(_run("emulator_node", "EmulatorNode"))


def estop_node() -> None:
    """Run the emergency stop node."""
    sys.exit(_run("estop_node", "EmergencyStopNode"))


def controller_bridge() -> None:
    """Run the controller bridge."""
    sys.exit(_run("controller_bridge", "ControllerBridge"))


def simulation_node() -> None:
    """Run the simulation node."""
    sys.exit(_run("simulation_node", "SimulationNode"))


def trial_node() -> None:
    """Run the trial node."""
    sys.exit(_run("trial_node", "TrialNode"))


def trainer_node() -> None:
    """Run the trainer node."""
    sys.exit(_run("trainer_node", "TrainerNode"))


def view_node() -> None:
    """Run the view node."""
    sys.exit(_run("view_node", "ViewNode"))


def marker_node() -> None:
    """Run the marker node."""
    sys.exit(_run("marker_node", "MarkerNode"))


def _run(module: str, node_class: str) -> int:
    stop = threading.Event()

    def handle(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handle)
    node = getattr(importlib.import_module(f"exo_nodes.{module}"), node_class)
    run_node = importlib.import_module("exo_nodes.lifecycle").run_node
    return int(run_node(node, stop))
