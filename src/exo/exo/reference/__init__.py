"""Pages of the reference, made from the code for ``make docs``: topics, parameters, launch arguments, commands, API."""
