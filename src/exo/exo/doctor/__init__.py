"""Checks of ``exo doctor``: what is installed, what is missing, and how to mend it. One subject per module.

Each module has ``check(machine) -> list[Finding]``. None imports rclpy, so that a broken ROS installation is a finding,
not the end of the doctor.
"""
