"""The subcommands of ``exo``, one module each.

A module here is a subcommand as soon as it is listed in ``exo.cli.COMMANDS``. It defines

- ``add_parser(subparsers)``: adds its argparse parser, with a one-line ``help``, and returns it;
- ``run(args) -> int``: does the work and returns the exit code.

Heavy imports (numba, matplotlib, rclpy) belong inside ``run``, so that ``exo --help`` stays quick.
"""
