"""What a serving process does beside answering: upkeep of the store at intervals.

One thread in each worker; the one that holds the lock works, the others wait for it to end. So upkeep goes on when a
worker is killed, and no thread runs in the process that workers are forked from.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from survey.errors import SurveyError
from survey.settings import Settings

LOCK_FILE = "upkeep.lock"
EVERY_MINUTES = 10.0


class Keeper(threading.Thread):
    """Until end(), every `minutes`: erases the order of arrival from below the tables (storage/forgetting.py)."""

    def __init__(self, settings: Settings, minutes: float = EVERY_MINUTES) -> None:
        super().__init__(name="keeper", daemon=True)
        self._settings = settings
        self._seconds = minutes * 60
        self._end = threading.Event()

    def end(self) -> None:
        """Returns once the thread has finished what it was doing."""
        self._end.set()
        self.join()

    def run(self) -> None:
        from survey.storage.database import open_database
        from survey.storage.forgetting import Marks, forget_order

        lock = _Lock(self._settings.instance / LOCK_FILE)
        engine = open_database(self._settings.database_url)
        last: Marks | None = None
        while not self._end.wait(self._seconds):
            if not lock.is_mine():
                continue
            try:
                last = forget_order(engine, last)
            except SurveyError as error:
                last = None
                say(f"Upkeep was not finished and is done again: {error}")
        engine.dispose()


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
