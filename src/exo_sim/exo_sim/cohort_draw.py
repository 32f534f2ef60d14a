"""Draws virtual subjects from the distributions of a cohort."""

from __future__ import annotations

from typing import Any

import numpy as np

from exo_sim.cohort_settings import CohortSettings, Interval, Normal
from exo_sim.subject import Subject


def subject_name(index: int) -> str:
    """Return the name of a subject of a cohort: s01 is the first."""
    return f"s{index + 1:02d}"


def draw_subject(settings: CohortSettings, seed: int, index: int, provenance: dict[str, Any] | None = None) -> Subject:
    """Draw one subject; the same seed and index give the same one, however many others are drawn.

    Args:
        settings: distributions and ranges.
        seed: of the cohort.
        index: of the subject, from 0.
        provenance: written into the subject, with its seed, index and group.
    """
    groups = list(settings.groups)
    name = groups[index % len(groups)]
    group = settings.groups[name]
    rng = np.random.default_rng([seed, index])
    height_m = round(_within(group.height_m, settings.range.height_m, rng), 3)
    mass_kg = round(_within(group.bmi_kg_m2, settings.range.bmi_kg_m2, rng) * height_m**2, 1)
    return Subject(
        mass_kg=mass_kg,
        height_m=height_m,
        strength=round(_within(group.strength, settings.range.strength, rng), 3),
        preferred_speed_m_s=round(_within(group.preferred_speed_m_s, settings.range.preferred_speed_m_s, rng), 2),
        provenance={**(provenance or {}), "seed": seed, "index": index, "group": name},
    )


def _within(distribution: Normal, interval: Interval, rng: np.random.Generator) -> float:
    """Draw until the number lies within the interval: the mean does, so about half of the draws do at least."""
    low, high = interval
    while True:
        value = float(rng.normal(distribution.mean, distribution.sd))
        if low <= value <= high:
            return value
