"""A system to launch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from . import logging as launch_logging
from .launch_description_entity import LaunchDescriptionEntity

if TYPE_CHECKING:
    from .action import Action
    from .actions import DeclareLaunchArgument, IncludeLaunchDescription
    from .launch_context import LaunchContext


class LaunchDescription(LaunchDescriptionEntity):
    """The actions that launch a system, in order."""

    def __init__(
        self,
        initial_entities: Iterable[LaunchDescriptionEntity] | None = None,
        *,
        deprecated_reason: str | None = None,
    ) -> None:
        self.__entities = [] if initial_entities is None else list(initial_entities)
        for entity in self.__entities:
            if not isinstance(entity, LaunchDescriptionEntity):
                raise TypeError(f"LaunchDescription: expected actions, got {entity!r} of type {type(entity)}")
        self.__deprecated_reason = deprecated_reason

    @property
    def entities(self) -> list[LaunchDescriptionEntity]:
        """The entities, in order."""
        return self.__entities

    @property
    def deprecated(self) -> bool:
        """Whether the description is deprecated."""
        return self.__deprecated_reason is not None

    @property
    def deprecated_reason(self) -> str | None:
        """Why the description is deprecated."""
        return self.__deprecated_reason

    def add_entity(self, entity: LaunchDescriptionEntity) -> None:
        """Append an entity."""
        self.__entities.append(entity)

    def add_action(self, action: Action) -> None:
        """Append an action."""
        self.add_entity(action)

    def visit(self, context: LaunchContext) -> list[LaunchDescriptionEntity]:
        """Return the entities."""
        if self.__deprecated_reason is not None:
            where = context.get_locals_as_dict().get("current_launch_file_path", "launch description")
            launch_logging.get_logger("launch").warning(f"{where} is deprecated: {self.__deprecated_reason}")
        return self.__entities

    def describe_sub_entities(self) -> list[LaunchDescriptionEntity]:
        """Return the entities."""
        return self.__entities

    def get_launch_arguments(self, conditional_inclusion: bool = False) -> list[DeclareLaunchArgument]:
        """Return the launch arguments that can be found without launching, each name once."""
        pairs = self.get_launch_arguments_with_include_launch_description_actions(conditional_inclusion)
        return [argument for argument, _ in pairs]

    def get_launch_arguments_with_include_launch_description_actions(
        self, conditional_inclusion: bool = False
    ) -> list[tuple[DeclareLaunchArgument, list[IncludeLaunchDescription]]]:
        """Return the launch arguments that can be found without launching, each with the includes that lead to it."""
        from .actions import DeclareLaunchArgument, IncludeLaunchDescription, ResetLaunchConfigurations

        found: dict[str, tuple[DeclareLaunchArgument, list[IncludeLaunchDescription]]] = {}

        def search(
            entities: Iterable[LaunchDescriptionEntity], conditional: bool, includes: list[IncludeLaunchDescription]
        ) -> None:
            for entity in entities:
                if isinstance(entity, ResetLaunchConfigurations):
                    return  # arguments of the command line do not reach beyond it
                if isinstance(entity, DeclareLaunchArgument):
                    entity._conditionally_included = conditional or entity.condition is not None
                    found.setdefault(entity.name, (entity, includes))
                inner = [*includes, entity] if isinstance(entity, IncludeLaunchDescription) else includes
                search(entity.describe_sub_entities(), conditional, inner)
                for _, sub_entities in entity.describe_conditional_sub_entities():
                    search(sub_entities, True, inner)

        search(self.entities, conditional_inclusion, [])
        return list(found.values())
