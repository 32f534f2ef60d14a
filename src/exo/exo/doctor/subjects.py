"""All subjects of ``exo doctor``, in the order of its report."""

from exo.doctor import (
    can_interfaces,
    clock,
    dds_network,
    optional_programs,
    python_packages,
    realtime_limits,
    recording_disk,
    ros_installation,
    rviz,
    simulation_engine,
)

SUBJECTS = (
    python_packages,
    simulation_engine,
    ros_installation,
    dds_network,
    can_interfaces,
    clock,
    realtime_limits,
    recording_disk,
    optional_programs,
    rviz,
)
