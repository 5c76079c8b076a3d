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

from survey.errors import StoreUnavailable

Item = TypeVar("Item")
Result = TypeVar("Result")

LARGEST_BATCH = 64  # bounds how long the first in the queue waits for the rest


class _Waiting(Generic[Item, Result]):
    def __init__(self, item: Item) -> None:
        self.item = item
        self.is_done = False
        self.result: Result | None = None
        self.error: StoreUnavailable | None = None
        self.woken = threading.Lock()  # held until the item is done, or is the one to lead
        self.woken.acquire()


class CommitQueue(Generic[Item, Result]):
    """work(items) -> results, one per item and in the items' order: one transaction, durable when it returns.

    One caller leads: it commits all that wait, then wakes each of them and hands the lead to whoever came meanwhile.
    With one lock for all in turn, those who were done stood before the next leader: that made commits small and late.
    """

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Result]], *, key: Callable[[Item], bytes]) -> None:
        self._work = work
        self._key = key
        self._waiting: list[_Waiting[Item, Result]] = []
        self._is_led = False
        self._lock = threading.Lock()  # over the two above

    def put(self, item: Item) -> Result:
        """Wait until this item is committed and return its result; raises what its transaction raised."""
        mine: _Waiting[Item, Result] = _Waiting(item)
        with self._lock:
            self._waiting.append(mine)
            is_leader, self._is_led = not self._is_led, True
        if not is_leader:
            mine.woken.acquire()
        if not mine.is_done:
            self._lead(mine)
        if mine.error is not None:
            raise StoreUnavailable(str(mine.error))
        return mine.result  # type: ignore[return-value]  # done without error means that the result is there

    def _lead(self, mine: _Waiting[Item, Result]) -> None:
        with self._lock:
            self._waiting.remove(mine)
            batch = [mine, *self._waiting[: LARGEST_BATCH - 1]]
            del self._waiting[: LARGEST_BATCH - 1]
        try:
            self._commit_together(batch, mine)
        finally:
            with self._lock:
                self._is_led = bool(self._waiting)
                if self._is_led:
                    self._waiting[0].woken.release()
            for waiting in batch:
                if waiting.is_done and waiting is not mine:
                    waiting.woken.release()

    def _commit_together(self, batch: list[_Waiting[Item, Result]], mine: _Waiting[Item, Result]) -> None:
        batch.sort(key=lambda waiting: self._key(waiting.item))
        try:
            self._commit(batch)
        except Exception:
            # Nothing is recorded, and something in the batch was wrong: each goes alone, so that one bad item is
            # refused to its own caller only.
            self._put_back(batch, mine)
            self._commit([mine])
        except BaseException:
            self._put_back(batch, mine)
            raise

    def _commit(self, batch: list[_Waiting[Item, Result]]) -> None:
        try:
            results = self._work([waiting.item for waiting in batch])
        except StoreUnavailable as error:
            # Told to all at once: trying one after another against a full disk would let the last wait for ever.
            for waiting in batch:
                waiting.error, waiting.is_done = error, True
            return
        for waiting, result in zip(batch, results, strict=True):
            waiting.result, waiting.is_done = result, True

    def _put_back(self, batch: list[_Waiting[Item, Result]], mine: _Waiting[Item, Result]) -> None:
        with self._lock:
            self._waiting[:0] = [waiting for waiting in batch if waiting is not mine]
