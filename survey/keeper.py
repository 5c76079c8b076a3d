"""What a serving process does beside answering: upkeep of the store at intervals, and writing down counts.

One thread in each worker; the one that holds the lock keeps the store, the others wait for it to end. So upkeep goes
on when a worker is killed, and no thread runs in the process that workers are forked from.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from survey.errors import SurveyError
from survey.notices import say_failure
from survey.settings import Settings
from survey.window_log import FILE, WindowLog

if TYPE_CHECKING:
    from survey.respondent.counts import WindowCounts
    from survey.storage.forgetting import Marks

LOCK_FILE = "upkeep.lock"
EVERY_MINUTES = 10.0
COUNTS_EVERY = 60.0  # seconds
AGAIN_AFTER = 15.0  # seconds, when somebody was in the way


class Keeper(threading.Thread):
    """Every `minutes`: erases the order of arrival from below the tables (storage/forgetting.py).

    Every minute: writes down the counts of the windows that are over (window_log.py).
    """

    def __init__(
        self, settings: Settings, minutes: float = EVERY_MINUTES, *, counts: WindowCounts | None = None
    ) -> None:
        super().__init__(name="keeper", daemon=True)
        self._settings = settings
        self._seconds = minutes * 60
        self._counts = counts
        self._log = WindowLog(settings.instance / FILE)
        self._last: Marks | None = None
        self._end = threading.Event()

    def end(self) -> None:
        """Returns once the thread has finished what it was doing."""
        self._end.set()
        self.join()

    def run(self) -> None:
        from survey.storage.database import open_database

        lock = _Lock(self._settings.instance / LOCK_FILE)
        engine = open_database(self._settings.database_url)
        due = time.monotonic() + self._seconds
        while not self._end.wait(min(COUNTS_EVERY, max(0.0, due - time.monotonic()))):
            self.write_counts()
            if time.monotonic() >= due:
                due = time.monotonic() + self._seconds
                if lock.is_mine() and not self._keep(engine):
                    due = time.monotonic() + min(self._seconds, AGAIN_AFTER)
        engine.dispose()

    def write_counts(self) -> None:
        if self._counts is not None:
            with suppress(SurveyError):  # a full disk: what the store says about it is enough
                self._log.append(self._counts.take_finished())

    def _keep(self, engine: object) -> bool:
        """False when it has to be done again soon."""
        from survey.storage.forgetting import forget_order

        try:
            self._last = forget_order(engine, self._last)  # type: ignore[arg-type]  # an Engine; not imported here
        except SurveyError as error:
            self._last = None
            say(f"Upkeep was not finished and is done again: {error}")
            return False
        except Exception as error:
            self._last = None  # the thread must live: without it the store would show who came when
            say_failure("upkeep", error)
            return False
        return True


def last_upkeep(settings: Settings) -> None:
    """When the server has ended: what lies on the disk at night shows no order of the day."""
    from survey.storage.database import open_database
    from survey.storage.forgetting import forget_order

    engine = open_database(settings.database_url)
    try:
        forget_order(engine, {})
    except SurveyError as error:
        say(f"Upkeep was not finished: {error}")
    finally:
        engine.dispose()


def say(sentence: str) -> None:
    with suppress(OSError):  # the output may go to a full disk
        sys.stderr.write(sentence + "\n")


class _Lock:
    """Held by one process at a time, and given back by the system when that process ends, however it ends."""

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_CREAT | os.O_RDWR, 0o600)
        self._has_it = False

    def is_mine(self) -> bool:
        if not self._has_it:
            try:
                import fcntl
            except ImportError:  # Windows: one process serves
                self._has_it = True
                return True
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._has_it = True
            except OSError:
                return False
        return self._has_it
