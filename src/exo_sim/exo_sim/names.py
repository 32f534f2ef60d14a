"""Names and order of the model's coordinates, muscles and segments: the one place of each."""

SIDES = ("r", "l")

LEG_COORDINATES = ("hip", "knee", "ankle")

SENSED_COORDINATES = ("pelvis_tilt", *LEG_COORDINATES, "pelvis_tx")
"""What the reflexes of a leg sense besides its muscles: angles (rad) and how far the pelvis has come (m)."""

COORDINATES = ("pelvis_tilt", *(f"{name}_{side}" for side in SIDES for name in LEG_COORDINATES))
"""The seven rotational coordinates (rad, counter-clockwise seen from the right)."""

LEG_MUSCLES = (
    "hamstrings",
    "bifemsh",
    "glut_max",
    "iliopsoas",
    "rect_fem",
    "vasti",
    "gastroc",
    "soleus",
    "tib_ant",
)

MUSCLES = tuple(f"{name}_{side}" for side in SIDES for name in LEG_MUSCLES)
"""The 18 musculotendon actuators: nine of the right leg, then nine of the left."""

HIP_MUSCLES = ("hamstrings", "glut_max", "iliopsoas", "rect_fem")

GAIT_STATES = ("early_stance", "late_stance", "liftoff", "swing", "landing")
"""Phases of one leg, in SCONE's order (bit 0 is early stance)."""

DEFAULT_GAIT = "two_state"
"""Walks where no gait is named: of the shipped gaits, the one that survives the exoskeleton best."""
