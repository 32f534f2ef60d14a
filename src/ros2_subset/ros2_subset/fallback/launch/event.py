"""Base of all events."""


class Event:
    """Something that happened, or a request; event handlers act on it."""

    name = "launch.Event"
