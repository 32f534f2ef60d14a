"""How long the legs of a person are."""

import math

from exo_sim.human_model import HumanModel


def leg_length_m(model: HumanModel) -> float:
    """Return the length of the straight leg, from the hip to the sole, m."""
    knee, ankle = model.joints["knee"], model.joints["ankle"]
    ankle_height = ankle.in_child_m[1] - (model.contact.spheres_m["heel"][1] - model.contact.radius_m)
    return math.hypot(*knee.in_parent_m) + math.hypot(*ankle.in_parent_m) + ankle_height
