"""All that is remembered of requests: how many there were in ten minutes, and how many were refused, by kind.

Law: a window begins at a round ten minutes and is told only when it is over. No evaluation, address or path is counted
apart: the number of one person's requests would be that person's.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=10)
REQUESTS = "requests"

_BEGINNING = datetime(2000, 1, 1)  # noqa: DTZ001  # takes the zone of whatever is compared with it


class WindowCounts:
    """note() counts; take_finished() hands out the windows that are over, once. Safe for threads."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._windows: dict[datetime, Counter[str]] = {}

    def note(self, refusal: str | None) -> None:
        """One request; refusal: its kind in survey.errors, None when it was served."""
        window = self._window()
        with self._lock:
            counts = self._windows.setdefault(window, Counter())
            counts[REQUESTS] += 1
            if refusal is not None:
                counts[refusal] += 1

    def take_finished(self) -> dict[datetime, Mapping[str, int]]:
        """Beginning of the window -> kind -> count, of all windows but the present one; forgets them."""
        present = self._window()
        with self._lock:
            finished = {window: counts for window, counts in self._windows.items() if window != present}
            for window in finished:
                del self._windows[window]
        return dict(sorted(finished.items()))

    def _window(self) -> datetime:
        now = self._clock()
        return now - (now - _BEGINNING.replace(tzinfo=now.tzinfo)) % WINDOW
