"""What the staff must see at once on the server's own output: that the store fails, and why; that we fail, and where.

Law: nothing about a request; no time, address or path, no message of an error and no value. What many requests may meet
(a failing store, a secret that cannot be used) is said at most once in ten minutes per process, so that the number of
lines does not count respondents.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

WINDOW = 600.0  # seconds


def _to_stderr(line: str) -> None:
    sys.stderr.write(line)  # no logging module here: its formatters add the exact time
    sys.stderr.flush()


def say_failure(where: str, error: BaseException | None) -> None:
    """One line with failure_of(error)."""
    with suppress(OSError):  # the output may go to a full disk
        _to_stderr(f"{where}: {failure_of(error)}\n")


def failure_of(error: BaseException | None) -> str:
    """The kind of an error and the line of our source that it came from: enough to mend it, and nothing of anybody."""
    trace = error.__traceback__ if error is not None else None
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else "?"
    return f"{type(error).__name__} at {place}"


class Notices:
    """say(sentence): one line, unless it was said within the last ten minutes. where: what fails."""

    def __init__(
        self, write: Callable[[str], None] = _to_stderr, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._write = write
        self._monotonic = monotonic  # the wall clock may jump
        self._said: dict[str, float] = {}
        self._lock = threading.Lock()

    def say(self, sentence: str, where: str = "store") -> None:
        now = self._monotonic()
        with self._lock:
            if now - self._said.get(sentence, -WINDOW) < WINDOW:
                return
            self._said[sentence] = now
        with suppress(OSError):  # the output may go to the disk that is full: what was asked is answered all the same
            self._write(f"{where}: {sentence} (Not said again for ten minutes.)\n")
