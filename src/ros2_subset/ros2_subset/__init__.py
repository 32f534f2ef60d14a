"""Compatible subset of ``ros2 launch|run|topic|bag`` for machines without a ROS distribution."""
