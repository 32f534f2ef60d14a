"""Variants of training configurations."""

from exo_learning.training_config import TrainingConfig


def changed(config: TrainingConfig, **changes: object) -> TrainingConfig:
    """Return a checked copy with other values; ``ppo__epochs=1`` changes ``ppo.epochs``."""
    data = config.model_dump()
    for name, value in changes.items():
        *sections, key = name.split("__")
        part = data
        for section in sections:
            part = part[section]
        part[key] = value
    return TrainingConfig.model_validate(data)
