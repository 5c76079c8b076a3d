"""Writers of one SQLite file wait in a queue instead of asking again and again.

SQLite has no queue of its own: whoever finds the file locked sleeps 1, 2, 5, up to 100 ms and asks again, so under load
some wait for many commits of others, and that makes the slowest answers slow. The system's lock on the folder (no file
of its own) is handed on at once, in about the order of asking, and given back when a process ends, however it ends.

Law: a courtesy, never a guard. SQLite's own lock decides who writes; whoever cannot have the turn, or waits too long
for it, goes on without. Nothing is written, so nothing tells who waited.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine

PATIENCE = 10.0  # seconds; then somebody holds the turn who will not give it back, as a process that was stopped


@contextmanager
def turn_to_write(engine: Engine) -> Iterator[None]:
    """For the time of one writing transaction; not to be nested. On PostgreSQL, which has queues, nothing."""
    try:
        import fcntl
    except ImportError:  # Windows: one process serves
        yield
        return
    if engine.dialect.name != "sqlite":
        yield
        return
    with _opened(Path(str(engine.url.database)).parent) as folder:
        if folder is not None:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                _wait(folder, PATIENCE)
            except OSError:
                pass  # a file system without such locks
        yield


def _wait(folder: int, patience: float) -> None:
    """The system's call knows no deadline, so it is made beside, by a thread that is left behind in the worst case."""
    import fcntl

    def queue() -> None:
        with suppress(OSError):
            fcntl.flock(folder, fcntl.LOCK_EX)

    waiting = threading.Thread(target=queue, daemon=True)
    waiting.start()
    waiting.join(patience)


@contextmanager
def _opened(folder: Path) -> Iterator[int | None]:
    """Closing it gives the turn to the next one; the thread above may not hold it beyond that either."""
    try:
        opened = os.open(folder, os.O_RDONLY)
    except OSError:
        yield None
        return
    try:
        yield opened
    finally:
        os.close(opened)
