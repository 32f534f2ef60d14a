"""The actuators that the written models have besides muscles: the exoskeleton, and what pushes."""

EXO_PEAK_NM = 60.0
"""Torque of a hip actuator at input 1: more than exoskeleton and random disturbance together can ask for."""

PUSH_PEAK_N = 30000.0
"""Force at the pelvis at input 1: a change of 1 m/s within a policy period takes 13000 N at the heaviest subject."""
