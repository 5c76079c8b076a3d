"""A round, its teams and units, and the states it passes through.

Law: a round moves forward only, one state at a time; nothing about a person is in here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from survey.domain.questionnaire import Questionnaire
from survey.errors import InvalidSpec, NotFound, WrongState


class State(StrEnum):
    """draft -> frozen -> printed -> open -> closed -> opened (-> reported -> archived -> destroyed)."""

    DRAFT = "draft"
    FROZEN = "frozen"
    PRINTED = "printed"
    OPEN = "open"
    CLOSED = "closed"
    OPENED = "opened"
    REPORTED = "reported"
    ARCHIVED = "archived"
    DESTROYED = "destroyed"


ORDER = list(State)
COLLECTED = frozenset(ORDER[ORDER.index(State.CLOSED) :])
COUNTED = frozenset(ORDER[ORDER.index(State.OPENED) :])
APPROVED = frozenset(ORDER[ORDER.index(State.REPORTED) :])


@dataclass(frozen=True)
class Unit:
    """A unit of one team in one round. id is unique in the round; entitled is its headcount (>= 1)."""

    id: str
    name: str
    entitled: int

    def codes_to_print(self, spare_percent: int) -> int:
        """entitled plus spare codes, rounded up."""
        return self.entitled + math.ceil(self.entitled * spare_percent / 100)


@dataclass(frozen=True)
class Evaluation:
    """One team's survey in one round: one token key, one manifest, one ballot box, one result."""

    id: str
    team: str
    units: tuple[Unit, ...]
    leader: str | None = None  # never shown to respondents

    @property
    def entitled(self) -> int:
        return sum(unit.entitled for unit in self.units)

    def printed(self, spare_percent: int) -> int:
        return sum(unit.codes_to_print(spare_percent) for unit in self.units)


@dataclass(frozen=True)
class Custodian:
    """A key holder of the round: index 1..n and, once the key is made, the public half of the share (65 bytes)."""

    index: int
    name: str
    verification_key: bytes | None = None


@dataclass(frozen=True)
class OpeningKey:
    """The round's P-256 public key (65 bytes, uncompressed) and the transcript of its making (canonical JSON).

    replacements: one transcript for each custodian who was replaced since, in order.
    """

    public_key: bytes
    transcript: bytes
    replacements: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Rehearsal:
    """What makes a round a rehearsal: the id of the draft it rehearses, and the shares of its opening key (one scalar
    per custodian, in order). They all lie on this machine: nothing that is rehearsed is worth protecting.
    """

    of: str
    shares: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Round:
    id: str
    name: str
    state: State
    questionnaire: Questionnaire
    evaluations: tuple[Evaluation, ...]
    custodians: tuple[Custodian, ...]
    threshold: int = 2
    minimum_group: int = 5
    texts_minimum: int = 10
    spare_percent: int = 8
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    kiosk: bool = False  # whether a shared tablet may be used
    opening_key: OpeningKey | None = field(default=None, repr=False)
    rehearsal: Rehearsal | None = None  # None: the real thing

    @property
    def tables_from(self) -> int:
        """Ballots from which tables and remarks of a team are shown; a group that may be of one mind is smaller."""
        return max(self.texts_minimum, self.questionnaire.unanimous_below)

    def evaluation(self, evaluation_id: str) -> Evaluation:
        for evaluation in self.evaluations:
            if evaluation.id == evaluation_id:
                return evaluation
        raise NotFound(f"Round {self.id} has no evaluation {evaluation_id}.")

    def get_opening_key(self) -> OpeningKey:
        """Raises WrongState while the custodians have not made it."""
        if self.opening_key is None:
            raise WrongState(
                f"Round {self.id} has no opening key yet; the custodians make it before freezing.", why="no-key"
            )
        return self.opening_key

    def require(self, *states: State) -> None:
        """Raise WrongState unless the round is in one of these states."""
        if self.state not in states:
            wanted = " or ".join(state.value for state in ORDER if state in states)
            raise WrongState(
                f"Round {self.id} is {self.state.value}; this step needs it to be {wanted}.",
                why="needs-state",
                state=self.state.value,
                wanted=[state.value for state in states],
            )

    def moved_to(self, state: State) -> Round:
        """The same round one state further on."""
        if ORDER.index(state) != ORDER.index(self.state) + 1:
            raise WrongState(f"Round {self.id} is {self.state.value} and cannot become {state.value}.")
        return replace(self, state=state)

    def is_collecting(self, now: datetime) -> bool:
        """Open, and inside opens_at..closes_at where the office set them."""
        return (
            self.state is State.OPEN
            and (self.opens_at is None or now >= self.opens_at)
            and (self.closes_at is None or now < self.closes_at)
        )


def check_threshold(threshold: int, custodians: int) -> None:
    """2 <= t < n: one custodian alone never opens, and one lost share loses nothing."""
    if not 2 <= threshold < custodians:
        raise InvalidSpec(
            f"threshold is {threshold} with {custodians} custodians; expected 2 <= threshold < number of custodians."
        )
