"""The options by which long commands choose who works: processes on this machine, or a cluster."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exo_sim.cluster_pool import ClusterPool
    from exo_sim.worker_pool import WorkerPool


def add_worker_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--workers`` and ``--cluster``."""
    parser.add_argument("--workers", type=int, help="processes (default: all cores)")
    parser.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="Dask scheduler whose workers do it instead, such as tcp://10.0.0.1:8786 (needs requirements/cluster.txt)",
    )


def make_pool(args: argparse.Namespace) -> WorkerPool | ClusterPool:
    """Return what the options ask for, as a context.

    Raises:
        ConfigError: there is no worker, Dask is not installed, or no scheduler answers.
    """
    if args.cluster:
        from exo_sim.cluster_pool import ClusterPool

        return ClusterPool(args.cluster)
    from exo_sim.worker_pool import WorkerPool

    return WorkerPool(args.workers)
