"""The queue carries waiting writes together, sorted, and never lets one caller's failure decide for another."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from survey.errors import StoreUnavailable
from survey.storage.commit_queue import LARGEST_BATCH, CommitQueue


class Work:
    """Records its batches. The first one waits until `others` callers stand in the queue behind it."""

    def __init__(self, others: int) -> None:
        self.batches: list[list[bytes]] = []
        self.queue: CommitQueue[bytes, bytes] = CommitQueue(self, key=lambda item: item)
        self._others = others
        self._has_begun = threading.Event()

    def __call__(self, items: Sequence[bytes]) -> list[bytes]:
        self.batches.append(list(items))
        if len(self.batches) == 1:
            self._has_begun.set()
            while len(self.queue._waiting) < self._others:
                os.sched_yield()
        if b"full" in items:
            raise StoreUnavailable("The store failed (SQLITE_FULL); nothing was recorded.")
        if b"bad" in items:
            raise ValueError("bad item")
        if items == [b"stop"]:
            raise SystemExit
        return [b"did " + item for item in items]

    def run(self, first: bytes, *others: bytes) -> list[bytes | Exception]:
        """The first is being committed while all the others come."""
        with ThreadPoolExecutor(1 + len(others)) as pool:
            begun = pool.submit(self._put, first)
            assert self._has_begun.wait(timeout=60)
            return [future.result() for future in [begun, *(pool.submit(self._put, item) for item in others)]]

    def _put(self, item: bytes) -> bytes | Exception:
        try:
            return self.queue.put(item)
        except (StoreUnavailable, ValueError) as error:
            return error
        except SystemExit:
            return b"stopped"


def test_everybody_gets_the_own_result() -> None:
    items = [b"%03d" % number for number in range(30)]
    assert Work(others=29).run(*items) == [b"did " + item for item in items]


def test_those_who_waited_are_committed_together_in_key_order() -> None:
    work = Work(others=9)
    work.run(b"z", *(b"%d" % number for number in range(9, 0, -1)))
    assert work.batches == [[b"z"], [b"%d" % number for number in range(1, 10)]]


def test_a_batch_has_a_largest_size() -> None:
    work = Work(others=99)
    work.run(*(b"%03d" % number for number in range(100)))
    assert [len(batch) for batch in work.batches] == [1, LARGEST_BATCH, 99 - LARGEST_BATCH]


def test_a_failing_store_is_told_to_all_in_the_batch_and_tried_once() -> None:
    work = Work(others=3)
    results = work.run(b"z", b"a", b"full", b"b")
    assert results[0] == b"did z"
    assert all(isinstance(result, StoreUnavailable) for result in results[1:])
    assert len(work.batches) == 2


def test_a_bad_item_fails_its_own_caller_only() -> None:
    results = Work(others=3).run(b"z", b"a", b"bad", b"b")
    assert isinstance(results.pop(2), ValueError)
    assert results == [b"did z", b"did a", b"did b"]


def test_nobody_waits_in_the_queue_after_a_failure() -> None:
    work = Work(others=0)
    with pytest.raises(ValueError, match="bad item"):
        work.queue.put(b"bad")
    assert work.queue.put(b"next") == b"did next"
    assert work.batches[-1] == [b"next"]


def test_whoever_is_stopped_while_leading_hands_the_lead_on() -> None:
    assert Work(others=3).run(b"stop", b"a", b"b", b"c") == [b"stopped", b"did a", b"did b", b"did c"]


def test_while_one_commit_is_made_the_next_one_fills() -> None:
    """Those who are done stand before nobody: with 16 callers a commit carries about half of them."""
    sizes: list[int] = []

    def work(items: Sequence[int]) -> Sequence[int]:
        sizes.append(len(items))
        time.sleep(0.005)
        return items

    queue: CommitQueue[int, int] = CommitQueue(work, key=lambda item: item.to_bytes(2, "big"))
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(queue.put, range(320))) == list(range(320))
    assert len(sizes) < 320 / 4
