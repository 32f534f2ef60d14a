"""Predictive neuromuscular simulation of human walking."""
