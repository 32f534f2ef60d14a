"""The commands, one module each: add_arguments(parser) sets run_command, which returns the exit code."""
