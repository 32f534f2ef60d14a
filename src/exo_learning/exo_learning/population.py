"""Who walks in an environment, and where their walks may start."""

from __future__ import annotations

import numpy as np

from exo_learning.batches import Person, make_batch
from exo_learning.start_states import StartStates, record_starts
from exo_learning.training_config import TrainingConfig
from exo_learning.walker_batch import Body
from exo_safety.limits import SafetyLimits
from exo_sim.gait import load_gait
from exo_sim.human_model import load_human_model
from exo_sim.subject import load_subject


def population(config: TrainingConfig) -> tuple[list[Person], list[int]]:
    """Return the people that walk and how many walkers each has: gaits in turn, masses evenly spread."""
    names = config.subject if isinstance(config.subject, list) else [config.subject] * len(config.gaits)
    subjects = [load_subject(name) for name in names]
    of_walker = [k % len(config.gaits) for k in range(config.walkers)]
    masses = [subjects[gait].mass_kg for gait in of_walker]
    if config.randomisation.body_mass_kg is not None:
        lightest, heaviest = config.randomisation.body_mass_kg
        masses = np.linspace(lightest, heaviest, config.walkers).tolist()
    people = list(zip(of_walker, masses, strict=True))
    different = list(dict.fromkeys(people))
    who = []
    for number, mass_kg in different:
        gait, subject = load_gait(config.gaits[number]), subjects[number]
        model = load_human_model(gait.human).scaled(mass_kg, subject.height_m, subject.strength)
        who.append((model, gait))
    return who, [people.count(person) for person in different]


def starts_of(
    config: TrainingConfig, people: list[Person], bodies: list[Body], limits: SafetyLimits
) -> list[StartStates]:
    """Return where each of the people may start."""
    starts = []
    for (model, gait), body in zip(people, bodies, strict=True):
        name = f"gait '{gait.controller.name}' at {model.mass_kg:g} kg"
        walker = make_batch(config.engine, [(model, gait)], [body], [1], 1)
        starts.append(record_starts(body, limits, name, walker))
        walker.close()
    return starts
