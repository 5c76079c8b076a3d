"""What the staff must see at once on the server's own output: that the store fails, and why.

Law: a sentence about the store and never about a request; no time, address or path. Said at most once in ten minutes
per process, so that the number of lines does not count respondents.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

WINDOW = 600.0  # seconds


def _to_stderr(line: str) -> None:
    sys.stderr.write(line)  # no logging module here: its formatters add the exact time
    sys.stderr.flush()


class Notices:
    """say(sentence): one line, unless it was said within the last ten minutes."""

    def __init__(
        self, write: Callable[[str], None] = _to_stderr, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._write = write
        self._monotonic = monotonic  # the wall clock may jump
        self._said: dict[str, float] = {}
        self._lock = threading.Lock()

    def say(self, sentence: str) -> None:
        now = self._monotonic()
        with self._lock:
            if now - self._said.get(sentence, -WINDOW) < WINDOW:
                return
            self._said[sentence] = now
        with suppress(OSError):  # the output may go to the disk that is full: what was asked is answered all the same
            self._write(f"store: {sentence} (Not said again for ten minutes.)\n")
