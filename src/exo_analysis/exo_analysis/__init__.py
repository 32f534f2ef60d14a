"""Measures and statistics of trials without ROS."""
