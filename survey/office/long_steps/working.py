"""Long steps in the background: started once, watched from any process, with progress.

Law: one long step per round at a time. Progress stands in the store, because the next request may reach another
process; a step that gave no sign for two minutes is dead, and nothing of it counts (every step is whole or not at all).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from survey.domain.ports.work_book import Work, WorkState
from survey.errors import StoreUnavailable, SurveyError
from survey.office.log import trail
from survey.office.needs import Services
from survey.office.reasons import kept
from survey.office.refusals import OfficeRefusal

PATIENCE = 1.5  # seconds a page waits before it shows progress
BEAT = 4.0
DEAD_AFTER = 120
Progress = Callable[[int], None]


@dataclass
class _Job:
    services: Services
    work: Work
    action: Callable[[Progress], None]
    report: Callable[[str], None]
    done: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        beat = threading.Thread(target=self._beat, name=f"beat-{self.work.round_id}", daemon=True)
        beat.start()
        state, sentence, result = WorkState.DONE, "", "done"
        try:
            self.action(self._progress)
        except SurveyError as error:
            state, sentence, result = WorkState.FAILED, kept(error), error.kind
        except Exception:
            state, sentence, result = WorkState.FAILED, "failed ", "failed"
            raise  # a bug: it stands in the server's log
        finally:
            self.ended.set()
            beat.join()
            self._save(state, sentence)
            self.report(result)

    def _progress(self, done: int) -> None:
        self.done = done

    def _beat(self) -> None:
        while not self.ended.wait(BEAT):
            try:
                self._save(WorkState.RUNNING)
            except StoreUnavailable:
                continue  # the step itself keeps the store busy; the next beat tells

    def _save(self, state: WorkState, sentence: str = "") -> None:
        save(self.services, self.work, state, self.done, sentence)


def begin(
    services: Services, round_id: str, kind: str, action: Callable[[Progress], None], *, total: int = 0
) -> ResponseReturnValue:
    """Start the step on behalf of this request; the answer leads to where it is watched."""
    start(services, round_id, kind, action, report=reporter(services, kind, round_id), total=total)
    trail.written()
    return redirect(url_for("office.show-work", round_id=round_id), 303)


def reporter(services: Services, action: str, round_id: str) -> Callable[[str], None]:
    """Writes the line of what ends after its request: by whom and from where it was asked for."""
    account, address = str(current_user.name), request.remote_addr or trail.UNKNOWN

    def report(result: str) -> None:
        services.audit.append(account=account, address=address, action=action, object=round_id, result=result)

    return report


def start(
    services: Services,
    round_id: str,
    kind: str,
    action: Callable[[Progress], None],
    *,
    report: Callable[[str], None],
    total: int = 0,
) -> bool:
    """Run the action in a thread. True when it ended within the time a page can wait; then see find().

    report: called with "started", and at the end with "done" or the kind of the refusal, for the staff log. Raises
    OfficeRefusal while another long step of the round is under way.
    """
    refuse_while_busy(services, round_id)
    report("started")  # before the thread: its first line stands before its last, or nothing starts
    work = claim(services, round_id, kind, total)
    job = _Job(services, work, action, report)
    thread = threading.Thread(target=job.run, name=f"work-{round_id}", daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return not thread.is_alive()


def claim(services: Services, round_id: str, kind: str, total: int = 0) -> Work:
    """The round is this step's from here. Raises OfficeRefusal while it is another's."""
    refuse_while_busy(services, round_id)
    return save(services, Work(round_id, kind, WorkState.RUNNING, 0, total), WorkState.RUNNING)


def refuse_while_busy(services: Services, round_id: str) -> None:
    if is_running(services, services.work.find_work(round_id)):
        raise OfficeRefusal("busy")


def save(services: Services, work: Work, state: WorkState, done: int = 0, sentence: str = "") -> Work:
    """A sign of life; what stands in the store now."""
    now = int(services.clock().timestamp())
    saved = replace(work, state=state, done=done, beat=now, sentence=sentence)
    services.work.save_work(saved)
    return saved


def is_running(services: Services, work: Work | None) -> bool:
    if work is None or work.state is not WorkState.RUNNING:
        return False
    return abs(int(services.clock().timestamp()) - work.beat) < DEAD_AFTER
