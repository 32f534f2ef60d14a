"""The simulated human in SCONE, without ROS."""
