"""Several waiting writes of one kind go into one sorted transaction.

Two reasons. One commit (one sync to disk) for many callers is what makes a hall of 500 phones bearable; and rows of
one transaction, written in key order, no longer say which came first.

Law: this is a queue, never a guard. Every promise (one code, one token) is kept by the database and holds between
processes; without this module everything would be as right, only slower.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

LARGEST_BATCH = 64  # bounds how long the first in the queue waits for the rest


class _Waiting(Generic[Item, Result]):
    def __init__(self, item: Item) -> None:
        self.item = item
        self.is_done = False
        self.result: Result | None = None


class CommitQueue(Generic[Item, Result]):
    """work(items) -> results, one per item and in the items' order: one transaction, durable when it returns."""

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Result]], *, key: Callable[[Item], bytes]) -> None:
        self._work = work
        self._key = key
        self._waiting: list[_Waiting[Item, Result]] = []
        self._list_lock = threading.Lock()
        self._turn = threading.Lock()

    def put(self, item: Item) -> Result:
        """Wait until this item is committed and return its result; raises what its transaction raised."""
        mine: _Waiting[Item, Result] = _Waiting(item)
        with self._list_lock:
            self._waiting.append(mine)
        with self._turn:
            # Whoever had the turn before may have carried this item along.
            while not mine.is_done:
                self._commit_waiting(mine)
        return mine.result  # type: ignore[return-value]  # done means that the result is there

    def _commit_waiting(self, mine: _Waiting[Item, Result]) -> None:
        with self._list_lock:
            batch = self._waiting[:LARGEST_BATCH]
            del self._waiting[:LARGEST_BATCH]
        batch.sort(key=lambda waiting: self._key(waiting.item))
        try:
            results = self._work([waiting.item for waiting in batch])
        except BaseException:
            # Nothing of the batch is recorded. The others try again on their own turn, so that one bad item or one
            # failing caller never decides for its neighbours.
            with self._list_lock:
                self._waiting = [waiting for waiting in batch if waiting is not mine] + self._waiting
            if mine not in batch or len(batch) == 1:
                raise
            self._commit_alone(mine)
            return
        for waiting, result in zip(batch, results, strict=True):
            waiting.result = result
            waiting.is_done = True

    def _commit_alone(self, mine: _Waiting[Item, Result]) -> None:
        (mine.result,) = self._work([mine.item])
        mine.is_done = True
