"""Workers on a cluster; a local one stands in for several machines."""

import sys

import pytest

from exo_control.errors import ConfigError
from exo_sim import cluster_pool
from exo_sim.cluster_pool import ClusterPool


def test_a_cluster_does_what_a_worker_pool_does() -> None:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None) as cluster,
        ClusterPool(cluster.scheduler_address) as pool,
    ):
        assert dict(pool.completed(divmod, [(7, 2), (9, 4), (7, 2)])) == {0: (3, 1), 1: (2, 1), 2: (3, 1)}
        with pytest.raises(ZeroDivisionError):
            dict(pool.completed(divmod, [(1, 0)]))


def test_no_scheduler_at_the_address_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster_pool, "CONNECT_S", 0.2)
    with pytest.raises(ConfigError, match=r"cluster tcp://127.0.0.1:9: no scheduler answers"):
        ClusterPool("tcp://127.0.0.1:9")


def test_without_dask_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ConfigError, match=r"requirements/cluster\.txt"):
        ClusterPool("tcp://127.0.0.1:8786")
