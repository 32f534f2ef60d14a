"""Safety limiter of the hip exoskeleton without ROS."""
