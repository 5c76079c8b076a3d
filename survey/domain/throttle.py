"""Wrong codes are counted per evaluation and slowed down; right codes always pass.

There is no limit per address: a hall of three hundred people is one address. A limit that also held back right
codes would let one person with a script shut everybody out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=10)
WRONG_CODES_PER_WINDOW = 600


@dataclass
class _Window:
    began: datetime
    wrong: int = 0


class WrongCodeThrottle:
    """Counts wrong codes in windows of ten minutes; knows no code and no address."""

    def __init__(self, clock: Callable[[], datetime], limit: int = WRONG_CODES_PER_WINDOW) -> None:
        self._clock = clock
        self._limit = limit
        self._windows: dict[str, _Window] = {}

    def note_wrong(self, evaluation_id: str) -> bool:
        """Count one wrong code; True while the evaluation is within its limit."""
        now = self._clock()
        window = self._windows.get(evaluation_id)
        # A window that began in the future was begun by a clock that has been put right since.
        if window is None or not timedelta(0) <= now - window.began < WINDOW:
            window = self._windows[evaluation_id] = _Window(now)
        window.wrong += 1
        return window.wrong <= self._limit
