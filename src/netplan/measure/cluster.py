"""Replications on a Dask cluster: the same jobs, the same samples, on other machines."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from netplan.ground.errors import NetplanError
from netplan.measure.replication import simulate
from netplan.measure.store import code_digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from distributed import Future

    from netplan.measure.replication import Job, Workers
    from netplan.measure.samples import Samples

__all__ = ["ClusterError", "cluster_workers"]

PATIENCE = 10
"""Time that a scheduler has to answer [s]."""


class ClusterError(NetplanError):
    """The cluster cannot be used."""


@contextmanager
def cluster_workers(address: str) -> Iterator[Workers]:
    """Provide the workers of a Dask cluster.

    Parameters
    ----------
    address
        Of its scheduler, e.g. ``tcp://10.0.0.1:8786``.

    Raises
    ------
    ClusterError
        If Dask is not installed, nobody answers, or the workers run other code than this one.
    """
    try:
        from distributed import Client
    except ImportError as error:
        remedy = "pip install 'netplan-sim[cluster]'"
        raise ClusterError(f"--scheduler needs Dask, which is not installed: {remedy}") from error
    try:
        # Dask has no types.
        client = Client(address, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        remedy = "start one with: dask scheduler"
        raise ClusterError(f"{address}: no Dask scheduler answers; {remedy}") from error
    with client:
        _check(address, client.run(code_digest))

        def run(jobs: Sequence[Job]) -> Iterator[Samples]:
            return _results([client.submit(simulate, job, pure=False) for job in jobs])

        yield run


def _results(futures: Sequence[Future[Samples]]) -> Iterator[Samples]:
    for future in futures:
        yield future.result()


def _mine() -> bytes:
    return code_digest()


def _check(address: str, digests: dict[str, bytes]) -> None:
    """Refuse workers that would simulate something else."""
    if not digests:
        raise ClusterError(f"{address}: the scheduler has no workers; start some: dask worker")
    others = sorted(worker for worker, digest in digests.items() if digest != _mine())
    if others:
        raise ClusterError(
            f"{address}: {', '.join(others)} run another version of netplan-sim or NumPy; "
            "install the same everywhere"
        )
