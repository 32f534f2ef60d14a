"""What ``rviz:=true`` shows a walk with: rviz2 and the robot model, which come with a ROS 2 distribution."""

from pathlib import Path

from exo.doctor.finding import Finding, note, ok
from exo.doctor.machine import Machine

INDEX = Path("share", "ament_index", "resource_index", "packages")


def check(machine: Machine) -> list[Finding]:
    """Return findings about rviz2 and about what publishes the robot model to it."""
    return [_rviz(machine), _robot_model(machine)]


def _rviz(machine: Machine) -> Finding:
    if _has(machine, "rviz2"):
        return ok("rviz", "rviz2 shows walks with rviz:=true")
    text = "no rviz2, which rviz:=true needs; view:=true shows walks in the browser"
    return note("rviz", text, _install(machine, "rviz2"))


def _robot_model(machine: Machine) -> Finding:
    missing = [] if _has(machine, "robot_state_publisher") else ["robot_state_publisher"]
    if machine.run_python("import xacro").code != 0:
        missing.append("xacro")
    if not missing:
        return ok("rviz", "robot_state_publisher and xacro show the robot model in rviz2")
    text = f"no {' and no '.join(missing)}: rviz2 shows a stick figure instead of the robot model"
    return note("rviz", text, _install(machine, *missing))


def _has(machine: Machine, package: str) -> bool:
    prefixes = filter(None, machine.environ.get("AMENT_PREFIX_PATH", "").split(":"))
    return any((Path(prefix) / INDEX / package).is_file() for prefix in prefixes)


def _install(machine: Machine, *packages: str) -> str:
    distribution = machine.ros_distribution or "jazzy"
    names = " ".join(f"ros-{distribution}-{package.replace('_', '-')}" for package in packages)
    return f"sudo apt install {names}" + ("" if machine.ros_distribution else ", of a ROS 2 distribution")
