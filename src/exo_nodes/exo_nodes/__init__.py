"""ROS 2 nodes of the hip exoskeleton: the simulated person with the device, and the policy."""
