"""Groups of actions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..action import Action
from ..launch_description_entity import LaunchDescriptionEntity
from ..some_substitutions_type import SomeSubstitutionsType
from .configurations import (
    PopLaunchConfigurations,
    PushLaunchConfigurations,
    ResetLaunchConfigurations,
    SetLaunchConfiguration,
)
from .environment import PopEnvironment, PushEnvironment, ResetEnvironment

if TYPE_CHECKING:
    from ..launch_context import LaunchContext


class GroupAction(Action):
    """Actions with a common condition and, if scoped, launch configurations and environment of their own.

    A scoped group starts from those around it if ``forwarding``, else from none but ``launch_configurations``.
    """

    def __init__(
        self,
        actions: Iterable[Action],
        *,
        scoped: bool = True,
        forwarding: bool = True,
        launch_configurations: Mapping[SomeSubstitutionsType, SomeSubstitutionsType] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.__actions = list(actions)
        self.__scoped = scoped
        self.__forwarding = forwarding
        self.__launch_configurations = launch_configurations or {}

    def get_sub_entities(self) -> list[LaunchDescriptionEntity]:
        """Return the actions with those that open and close the scope."""
        settings: list[LaunchDescriptionEntity]
        if self.__scoped and not self.__forwarding:
            settings = [ResetEnvironment(), ResetLaunchConfigurations(self.__launch_configurations)]
        else:
            settings = [SetLaunchConfiguration(name, value) for name, value in self.__launch_configurations.items()]
        if not self.__scoped:
            return [*settings, *self.__actions]
        return [
            PushLaunchConfigurations(),
            PushEnvironment(),
            *settings,
            *self.__actions,
            PopEnvironment(),
            PopLaunchConfigurations(),
        ]

    def execute(self, context: LaunchContext) -> list[LaunchDescriptionEntity]:
        """Return the actions."""
        return self.get_sub_entities()
