"""ROS 2: a distribution or the wheels, and whether a node can be made."""

from pathlib import Path

from exo.doctor.finding import Finding, ok, problem
from exo.doctor.machine import Machine

MAKE_A_NODE = "import rclpy; rclpy.init(); rclpy.create_node('exo_doctor').destroy_node(); rclpy.shutdown()"


def check(machine: Machine) -> list[Finding]:
    """Return findings about rclpy, the command ``ros2`` and the sourced workspace."""
    return [_rclpy(machine), _ros2(machine), _workspace(machine)]


def _rclpy(machine: Machine) -> Finding:
    distribution = machine.ros_distribution
    source = f"distribution {distribution}" if distribution else "wheels in .venv"
    done = machine.run_python(MAKE_A_NODE)
    if done.code == 0:
        return ok("ros", f"rclpy {machine.version('rclpy') or ''} of the {source} makes nodes".replace("  ", " "))
    fix = f". /opt/ros/{distribution}/setup.bash && make setup" if distribution else "make setup && . ./env.sh"
    return problem("ros", f"rclpy of the {source} makes no node: {done.last_error}", fix)


def _ros2(machine: Machine) -> Finding:
    path = machine.which("ros2")
    return ok("ros", f"ros2 is {path}") if path else problem("ros", "there is no command ros2", ". ./env.sh")


def _workspace(machine: Machine) -> Finding:
    prefixes = [Path(prefix) for prefix in machine.environ.get("AMENT_PREFIX_PATH", "").split(":") if prefix]
    for prefix in prefixes:
        if (prefix / "share" / "exo" / "config").is_dir():
            return ok("ros", f"launch files and configuration in {prefix / 'share' / 'exo'}")
    return problem("ros", "the workspace is not sourced: launch files and configuration are not found", ". ./env.sh")
