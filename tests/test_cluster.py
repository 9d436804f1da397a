"""A volume that no worker could hold goes through a cluster of worker processes on this machine."""

from __future__ import annotations

import os
from typing import Any

import dask.array as da
import numpy as np
from distributed import Client, LocalCluster

from conv1x1 import conv1x1

LIMIT = 256 * 2**20  # bytes of memory of each worker, of which it needs a third for itself
CHANNELS, SLICES, SIZE = 8, 98, 512


def coordinates(location: Any) -> tuple[np.ndarray, ...]:
    """Return the coordinates of every voxel of a chunk, one array an axis."""
    return np.ix_(*(np.arange(*bounds, dtype=float) for bounds in location))


def test_a_volume_larger_than_the_memory_of_the_workers() -> None:
    """Two processes compute all of it, a slice at a time, and every value of it is right."""

    def load(block_info: Any = None) -> np.ndarray:
        channel, place, row, column = coordinates(block_info[None]["array-location"])
        return (channel + 1) * (place + row) - column

    def by_whom(block: np.ndarray, block_info: Any = None) -> np.ndarray:
        """Return the number of this process, or 0 if a value is wrong."""
        k, place, row, column = coordinates(block_info[0]["array-location"])
        weights = weight_rows[int(k.item())]
        rising = sum(w * (channel + 1) for channel, w in enumerate(weights))
        right = block == rising * (place + row) - sum(weights) * column
        return np.full((1, 1, 1, 1), os.getpid() if right.all() else 0)

    weight_rows = [[1, *[0] * (CHANNELS - 1)], [*range(CHANNELS)]]
    chunks = ((CHANNELS // 2,) * 2, (1,) * SLICES, (SIZE,), (SIZE,))
    x = da.map_blocks(load, chunks=chunks, dtype=float, meta=np.ones((0,) * 4))
    out = conv1x1(x, da.from_array(np.array(weight_rows, float)), axis=0).rechunk({0: 1})
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
        processes = set(client.run(os.getpid).values())
        workers = client.scheduler_info()["workers"].values()
        found = report.compute()
    assert [worker["memory_limit"] for worker in workers] == [LIMIT] * 2
    assert x.nbytes >= 3 * 2 * LIMIT
    assert found.shape == (2, SLICES, 1, 1)
    assert set(found.flat) == processes
    assert len(processes - {os.getpid()}) == 2
