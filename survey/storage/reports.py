"""domain.results.release.ReportStore over SQL.

Law: a step is compared and set in one transaction, so that two people at once cannot both think they were last.
Releasing erases remarks and reviews in the transaction that says so.
"""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, and_, select

from survey.domain.results.composite import Entered
from survey.domain.results.release import Draft, Stage
from survey.domain.results.review import Decision, Place, Review
from survey.domain.results.tally import record_hash
from survey.domain.results.trend import Point
from survey.errors import WrongState
from survey.storage.database import erase_rows, read, write
from survey.storage.registry_tables import tally_records
from survey.storage.report_tables import metadata, remark_reviews, report_drafts


class SqlReports:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find_draft(self, round_id: str) -> Draft | None:
        query = select(report_drafts).where(report_drafts.c.round == round_id)
        row = read(self._engine, lambda connection: connection.execute(query).mappings().first())
        return None if row is None else _draft(row)

    def points(self) -> dict[int, list[Point]]:
        columns = report_drafts.c.number, report_drafts.c.point
        query = select(*columns).where(report_drafts.c.point.is_not(None)).order_by(report_drafts.c.round)
        found: dict[int, list[Point]] = {}
        for number, point in read(self._engine, lambda connection: connection.execute(query).all()):
            found.setdefault(number, []).append(Point.from_json(json.loads(point)))
        return found

    def save_draft(self, draft: Draft, expected: Stage | None) -> None:
        write(self._engine, lambda connection: _save_draft(connection, draft, expected))

    def erase(self, round_id: str) -> None:
        write(self._engine, lambda connection: erase_rows(connection, metadata, round_id))

    def reviews(self, round_id: str) -> dict[Place, Review]:
        query = select(remark_reviews).where(remark_reviews.c.round == round_id)
        rows = read(self._engine, lambda connection: connection.execute(query).mappings().all())
        return {(row["evaluation"], row["question"], row["position"]): _review(row) for row in rows}

    def save_review(self, round_id: str, place: Place, review: Review, expected: Review | None) -> None:
        evaluation, question, position = place
        here = and_(
            remark_reviews.c.round == round_id,
            remark_reviews.c.evaluation == evaluation,
            remark_reviews.c.question == question,
            remark_reviews.c.position == position,
        )
        values = {
            "kind": review.decision.kind,
            "topic": review.decision.topic,
            "sentence": review.decision.sentence,
            "proposed_by": review.proposed_by,
            "confirmed_by": review.confirmed_by,
        }

        def work(connection: Connection) -> None:
            row = connection.execute(select(remark_reviews).where(here)).mappings().first()
            if (None if row is None else _review(row)) != expected:
                raise WrongState(
                    "Another person decided about this remark meanwhile; look at it again.", why="decided-meanwhile"
                )
            if row is None:
                key = {"round": round_id, "evaluation": evaluation, "question": question, "position": position}
                connection.execute(remark_reviews.insert().values(**key, **values))
            else:
                connection.execute(remark_reviews.update().where(here).values(**values))

        write(self._engine, work)

    def release(self, draft: Draft, record: bytes) -> None:
        """Raises WrongState when the bytes are not the stored record without its texts."""

        def work(connection: Connection) -> None:
            here = tally_records.c.round == draft.round_id
            stored = connection.scalar(select(tally_records.c.record).where(here))
            if stored is None or record_hash(stored) != record_hash(record):
                raise WrongState(
                    f"The tally record of round {draft.round_id} is another one; nothing was released.",
                    why="record-changed",
                )
            connection.execute(tally_records.update().where(here).values(record=record))
            connection.execute(remark_reviews.delete().where(remark_reviews.c.round == draft.round_id))
            row = connection.execute(
                select(report_drafts.c.stage).where(report_drafts.c.round == draft.round_id)
            ).first()
            _save_draft(connection, draft, None if row is None else Stage(row.stage))

        write(self._engine, work)


_STAGE = select(report_drafts.c.stage)


def _save_draft(connection: Connection, draft: Draft, expected: Stage | None) -> None:
    entered = {
        evaluation: [str(entry.quality), str(entry.deductions), entry.reason]
        for evaluation, entry in draft.entered.items()
    }
    values = {
        "record": draft.record,
        "stage": draft.stage.value,
        "entered": _dump(entered),
        "digest": None if draft.digest is None else _dump(draft.digest),
        "paper": _dump(draft.paper),
        "number": draft.number,
        "point": None if draft.point is None else _dump(draft.point.to_json()),
    }
    stage = connection.scalar(_STAGE.where(report_drafts.c.round == draft.round_id))
    if stage != (None if expected is None else expected.value):
        raise WrongState(
            f"The report of round {draft.round_id} moved on meanwhile ({stage}); look at it again.",
            why="report-moved-on",
        )
    if stage is None:
        connection.execute(report_drafts.insert().values(round=draft.round_id, **values))
    else:
        connection.execute(report_drafts.update().where(report_drafts.c.round == draft.round_id).values(**values))


def _draft(row: RowMapping) -> Draft:
    entered = {
        evaluation: Entered(Fraction(quality), Fraction(deductions), reason)
        for evaluation, (quality, deductions, reason) in json.loads(row["entered"]).items()
    }
    digest = None if row["digest"] is None else json.loads(row["digest"])
    point = None if row["point"] is None else Point.from_json(json.loads(row["point"]))
    paper = json.loads(row["paper"])
    return Draft(row["round"], row["record"], Stage(row["stage"]), entered, digest, paper, row["number"], point)


def _review(row: RowMapping) -> Review:
    decision = Decision(row["kind"], row["topic"], row["sentence"])
    return Review(decision, row["proposed_by"], row["confirmed_by"])


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
