"""A download as a long step of its round: made while it is sent, watched meanwhile, whole or as if it had never been.

Law: what the download does to the round it does once, with settle(), and only while the round is still this step's. A
download that is broken off before changes nothing; one that is broken off after it says so, for then the file is not
whole and yet counts. It gives signs of life while pieces are made and taken; a reader who sleeps gives none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress

from survey.domain.ports.work_book import Work, WorkState
from survey.errors import StoreUnavailable, SurveyError
from survey.office.long_steps.working import claim, save
from survey.office.needs import Services
from survey.office.reasons import kept
from survey.office.refusals import OfficeRefusal

PACE = 1.0  # seconds between two signs of life
PIECE = 256 * 1024  # bytes, so that a slow reader of a large file gives signs too


class Sending(Iterator[bytes]):
    """The bytes of the file, piece by piece, and the step's line in the store."""

    def __init__(
        self,
        services: Services,
        work: Work,
        pieces: Callable[[Sending], Generator[bytes, None, None]],
        report: Callable[[str], None],
    ) -> None:
        """pieces: makes the bytes, and says with sign() how far it is; report: see send()."""
        self._services, self._work, self._report = services, work, report
        self._signed, self._done = time.monotonic(), 0
        self._has_settled = self._has_ended = False
        self._pieces = _small(pieces(self))

    def sign(self, done: int) -> None:
        """So many are done. Raises OfficeRefusal when another step has the round meanwhile."""
        self._done = done
        if time.monotonic() - self._signed < PACE:
            return
        self._signed = time.monotonic()
        with suppress(StoreUnavailable):  # it is needed when the step settles; the next sign tells
            self._require()
            self._work = save(self._services, self._work, WorkState.RUNNING, done)

    def settle(self, deed: Callable[[], object]) -> None:
        """What the file is worth something by; refused when another step has the round meanwhile."""
        self._require()
        deed()
        self._has_settled = True

    def __next__(self) -> bytes:
        try:
            self.sign(self._done)
            return next(self._pieces)
        except StopIteration:
            self._end(WorkState.DONE, "", "done")
            raise
        except SurveyError as error:
            self._end(WorkState.FAILED, kept(error), "failed")
            raise
        except Exception:
            self._end(WorkState.FAILED, "failed ", "failed")
            raise  # a bug: it stands in the server's log

    def close(self) -> None:
        """Called by the server in the end, also where nobody took the first piece."""
        if not self._has_ended:
            self._end(WorkState.FAILED, "cut-off-late" if self._has_settled else "cut-off", "cut off")

    def _require(self) -> None:
        if not self._is_ours():
            raise OfficeRefusal("busy")

    def _is_ours(self) -> bool:
        return self._services.work.find_work(self._work.round_id) == self._work

    def _end(self, state: WorkState, sentence: str, result: str) -> None:
        self._has_ended = True
        self._pieces.close()
        try:
            if self._is_ours():
                save(self._services, self._work, state, self._done, sentence)
        finally:
            self._report(result)


def send(
    services: Services,
    round_id: str,
    kind: str,
    pieces: Callable[[Sending], Generator[bytes, None, None]],
    *,
    total: int,
    report: Callable[[str], None],
) -> Sending:
    """The download as an answer. report: called once with "done", "failed" or "cut off", for the staff log.

    Raises OfficeRefusal while another long step of the round is under way.
    """
    return Sending(services, claim(services, round_id, kind, total), pieces, report)


def _small(pieces: Generator[bytes, None, None]) -> Generator[bytes, None, None]:
    with closing(pieces):
        for piece in pieces:
            for first in range(0, len(piece), PIECE):
                yield piece[first : first + PIECE]
