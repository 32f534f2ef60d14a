"""Motor drives of the hip exoskeleton without ROS: frames, drivers, calibration and emulated drives."""
