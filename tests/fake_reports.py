"""A report store made of dictionaries, keeping the promises of domain.results.release.ReportStore. For tests only."""

from __future__ import annotations

from survey.domain.results.release import Draft, Stage
from survey.domain.results.review import Place, Review
from survey.domain.results.trend import Point
from survey.errors import WrongState
from tests.fakes import MemoryRegistry


class MemoryReports:
    def __init__(self, registry: MemoryRegistry) -> None:
        self.registry = registry
        self.drafts: dict[str, Draft] = {}
        self.decided: dict[str, dict[Place, Review]] = {}

    def find_draft(self, round_id: str) -> Draft | None:
        return self.drafts.get(round_id)

    def save_draft(self, draft: Draft, expected: Stage | None) -> None:
        stored = self.drafts.get(draft.round_id)
        if (stored and stored.stage) != expected:
            raise WrongState("The report moved on meanwhile.")
        self.drafts[draft.round_id] = draft

    def erase(self, round_id: str) -> None:
        self.drafts.pop(round_id, None)
        self.decided.pop(round_id, None)

    def points(self) -> dict[int, list[Point]]:
        found: dict[int, list[Point]] = {}
        for draft in self.drafts.values():
            if draft.number is not None and draft.point is not None:
                found.setdefault(draft.number, []).append(draft.point)
        return found

    def reviews(self, round_id: str) -> dict[Place, Review]:
        return dict(self.decided.get(round_id, {}))

    def save_review(self, round_id: str, place: Place, review: Review, expected: Review | None) -> None:
        if self.decided.setdefault(round_id, {}).get(place) != expected:
            raise WrongState("Another person decided about this remark meanwhile.")
        self.decided[round_id][place] = review

    def release(self, draft: Draft, record: bytes) -> None:
        self.registry.records[draft.round_id] = record
        self.decided.pop(draft.round_id, None)
        self.drafts[draft.round_id] = draft
