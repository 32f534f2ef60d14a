"""Shipped gaits, read once: reading one takes longer than a short walk."""

from functools import cache

from exo_sim import gait

load_gait = cache(gait.load_gait)
