"""Control of the hip exoskeleton without ROS: joint contract, history, policies and configuration files."""
