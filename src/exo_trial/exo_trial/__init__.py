"""Trials in phases without ROS: protocol files, the clock of the phases, and what a recording tells of them."""
