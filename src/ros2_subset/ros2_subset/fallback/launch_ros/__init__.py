"""Stand-in for the ROS 2 ``launch_ros`` library, API of the Jazzy release, for machines without a ROS distribution.

The folder that holds it goes to the end of ``sys.path``, so a real ``launch_ros`` always wins.
"""

from . import actions, descriptions, event_handlers, events, parameter_descriptions, substitutions

__all__ = ["actions", "descriptions", "event_handlers", "events", "parameter_descriptions", "substitutions"]
