"""Lanes: the threads that walk a population in fixed chunks, each with its own buffers and tally."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import numpy as np

import sim.handle  # noqa: F401 (teaches kernels what `Tables` are)
from sim.tables import CHANGES, EVENT, EVENTS, INTENT, INTENTS, ROW_MOST, TIE_CHANGE, Tables
from sim.world import World

BUFFER = 16 * ROW_MOST  # entries a lane's buffer holds before it is emptied into a piece
DTYPES = {EVENTS: EVENT, INTENTS: INTENT, CHANGES: TIE_CHANGE}
Rows = Callable[[Tables, int, int], int]
Pieces = list[tuple[np.ndarray, ...]]


class Lane:
    """One thread's own buffers, their fill and its tally; all emptied between chunks."""

    def __init__(self) -> None:
        self.buffers = tuple(np.zeros(BUFFER, DTYPES[kind]) for kind in sorted(DTYPES))
        self.fill = np.zeros(len(DTYPES), np.int64)

    def walk(self, rows: Rows, t: Tables, low: int, high: int) -> Pieces:
        """Run `rows` over [low, high), emptying the buffers whenever they could overflow."""
        pieces: Pieces = []
        while low < high:
            low = rows(t, low, high)
            pieces.append(self._empty())
        return pieces

    def _empty(self) -> tuple[np.ndarray, ...]:
        """Take what the buffers hold, in the order it was written."""
        taken = tuple(buffer[:n].copy() for buffer, n in zip(self.buffers, self.fill, strict=True))
        self.fill[:] = 0
        return taken


class Lanes:
    """All lanes of a model: fixed chunks, strided over threads, pieces joined in chunk order."""

    def __init__(self, threads: int, chunk: int) -> None:
        self.lanes = [Lane() for _ in range(threads)]
        self.chunk = chunk
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def run(self, world: World, rows: Rows, n: int) -> None:
        """One agent phase over `n` rows; buffers' pieces reach the day's log in chunk order."""
        chunks = [(low, min(low + self.chunk, n)) for low in range(0, n, self.chunk)]
        tallies = [world.new_tally() for _ in self.lanes]
        jobs = [(lane, world.tables(lane.buffers, lane.fill, tally), chunks[k :: len(self.lanes)])
                for k, (lane, tally) in enumerate(zip(self.lanes, tallies, strict=True))]
        walked = self._each(lambda job: [job[0].walk(rows, job[1], low, high) for low, high in job[2]], jobs)
        for k in range(len(chunks)):
            _keep(world, walked[k % len(self.lanes)][k // len(self.lanes)])
        world.tally += sum(tallies)

    def open(self, world: World) -> None:
        """Lay out the tables for a phase that is walked row by row; they stand until `close`."""
        lane, self._tally = self.lanes[0], world.new_tally()
        self._tables = world.tables(lane.buffers, lane.fill, self._tally)

    def run_row(self, world: World, rows: Rows, row: int) -> None:
        """One row of the open phase, as `agent.step()` does it."""
        _keep(world, self.lanes[0].walk(rows, self._tables, row, row + 1))

    def close(self, world: World) -> None:
        """End a phase that was walked row by row: its counts reach the day's tally."""
        world.tally += self._tally

    def _each(self, work: Callable, jobs: Iterable) -> list:
        """Do every lane's work, in threads where there are several."""
        return list(self._pool.map(work, jobs)) if self._pool else [work(job) for job in jobs]


def _keep(world: World, pieces: Pieces) -> None:
    """Append one chunk's pieces to the day's log."""
    day = world.day
    for kept, new in zip(chain((day.events, day.intents, day.changes)), zip(*pieces, strict=True), strict=True):
        kept.extend(piece for piece in new if len(piece))
