"""A volume that no worker could hold goes through a cluster of worker processes on this machine."""

from __future__ import annotations

import os
from typing import Any

import dask.array as da
import numpy as np
from distributed import Client, LocalCluster

from conv1x1 import conv1x1

LIMIT = 300 * 2**20  # bytes of memory of each worker, of which it needs a third for itself
CHANNELS, SLICES, SIZE = 8, 144, 512


def test_a_volume_larger_than_the_memory_of_the_workers() -> None:
    """Two processes compute all of it, a slice at a time, and every value of it is right."""

    def voxel(channel: Any, place: Any, row: Any, column: Any) -> Any:
        return (channel + 1) * (place + row) - column

    def load(block_info: Any = None) -> np.ndarray:
        ranges = [np.arange(*bounds) for bounds in block_info[None]["array-location"]]
        return voxel(*np.ix_(*ranges)).astype("float64")

    def by_whom(block: np.ndarray, block_info: Any = None) -> np.ndarray:
        """Return the number of this process, or 0 if a value is wrong."""
        ranges = [np.arange(*bounds) for bounds in block_info[0]["array-location"]]
        k, place, row, column = np.ix_(*ranges)
        weights = [c == 0 if k.item() == 0 else c for c in range(CHANNELS)]
        right = block == sum(w * voxel(c, place, row, column) for c, w in enumerate(weights))
        return np.full((1, 1, 1, 1), os.getpid() if right.all() else 0)

    # The first output is the first channel; the second weights each channel by its number.
    weight = da.from_array(np.array([[1, *[0] * (CHANNELS - 1)], [*range(CHANNELS)]], float))
    x = da.map_blocks(
        load,
        chunks=((CHANNELS // 2,) * 2, (1,) * SLICES, (SIZE,), (SIZE,)),
        meta=np.ones((0,) * 4),
        dtype="float64",
    )
    out = conv1x1(x, weight, axis=0).rechunk({0: 1})
    report = out.map_blocks(by_whom, chunks=(1, 1, 1, 1), dtype=int, meta=np.ones((0,) * 4, int))
    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            memory_limit=LIMIT,
            host="127.0.0.1",
            dashboard_address=None,
        ) as cluster,
        Client(cluster) as client,
    ):
        processes = client.run(os.getpid)
        found = report.compute()
        info = client.scheduler_info()
    limits = [worker["memory_limit"] for worker in info["workers"].values()]
    assert limits == [LIMIT] * 2
    assert x.nbytes >= 3 * sum(limits)
    assert found.shape == (2, SLICES, 1, 1)
    assert set(found.flat) == set(processes.values()) - {os.getpid()}
    assert len(processes) == 2
