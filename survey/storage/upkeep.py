"""`survey check`: does the store keep its promises? Also run after every restore.

The one module that looks at both the registry and the box: at their numbers, after the fact, and never at a row of
one beside a row of the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from sqlalchemy import Engine, text

from survey.domain.ports.key_files import KeyFiles
from survey.domain.rounds import COLLECTED, COUNTED, Evaluation, Round, State
from survey.errors import KeyAway, NotFound, SettingsError
from survey.storage.audit_log import SqlAuditLog
from survey.storage.ballot_box import SqlBallotBox
from survey.storage.database import check_schema, is_sqlite, read
from survey.storage.registry import SqlRegistry


def check(engine: Engine, keys: KeyFiles) -> list[str]:
    """Every broken promise as one sentence; an empty list when all hold. Raises SettingsError for a wrong schema."""
    check_schema(engine)
    found = [*_file(engine)]
    broken = SqlAuditLog(engine, lambda: datetime.now(UTC)).verify_chain()
    if broken is not None:
        found.append(f"The audit log was changed: entry {broken} does not fit.")
    registry, box = SqlRegistry(engine), SqlBallotBox(engine)
    for round_ in registry.list_rounds():
        if round_.state in COUNTED and registry.find_tally_record(round_.id) is None:
            found.append(f"Round {round_.id} is {round_.state}, but has no tally record.")
        found += _end(round_, registry)
        for evaluation in round_.evaluations:
            where = f"Evaluation {evaluation.id} of round {round_.id}"
            found += [f"{where} {what}" for what in _evaluation(round_, evaluation, registry, box, keys)]
    return found


def _end(round_: Round, registry: SqlRegistry) -> Iterator[str]:
    has_record = registry.find_destruction_record(round_.id) is not None
    if round_.state is State.DESTROYED and not has_record:
        yield f"Round {round_.id} is destroyed, but has no record of it."
    if round_.state is not State.DESTROYED and has_record:
        yield f"The destruction of round {round_.id} was interrupted; do it again: survey round destroy {round_.id}."


def _look(find: Callable[[str], bytes], evaluation_id: str) -> tuple[bool, str | None]:
    """Whether a secret is there, and why it cannot be unlocked, if it cannot. A server key that is away is no fault of
    the store: the secret waits for it.
    """
    try:
        find(evaluation_id)
    except NotFound:
        return False, None
    except KeyAway:
        return True, None
    except SettingsError as error:
        return True, str(error)
    return True, None


def _file(engine: Engine) -> Iterator[str]:
    if not is_sqlite(engine):
        return
    for row in read(engine, lambda connection: connection.execute(text("PRAGMA integrity_check")).all()):
        if row[0] != "ok":
            yield f"The database file is damaged: {row[0]}."
    for row in read(engine, lambda connection: connection.execute(text("PRAGMA foreign_key_check")).all()):
        yield f"A row of {row[0]} refers to a row of {row[2]} that is not there."


def _evaluation(
    round_: Round, evaluation: Evaluation, registry: SqlRegistry, box: SqlBallotBox, keys: KeyFiles
) -> Iterator[str]:
    if round_.state is State.DRAFT:
        return
    if registry.find_manifest(evaluation.id) is None:
        yield "is frozen, but has no manifest."
    has_token_key, token_fault = _look(keys.token_key, evaluation.id)
    has_code_secret, code_fault = _look(keys.code_secret, evaluation.id)
    for fault in (token_fault, code_fault):
        if fault is not None and round_.state not in COLLECTED:
            yield f"has a secret that nobody can use: {fault}"
    if round_.state in COLLECTED and (has_token_key or has_code_secret):
        yield "is closed, but its keys are still there (destroy them: survey round destroy-keys)."
    if round_.state not in COLLECTED and not has_token_key:
        yield "is frozen, but its token key is missing."
    if round_.state in (State.PRINTED, State.OPEN) and not has_code_secret:
        yield "has printed codes, but the secret that they are looked up by is missing."
    # Ballots first: while the round is open, a person may use a code and cast between the two.
    ballots = box.count(evaluation.id)
    used = sum(unit.used for unit in registry.turnout(evaluation.id))
    if ballots > used:
        yield f"has {ballots} ballots, but only {used} used codes."
    if round_.state in COLLECTED:
        if registry.find_root(evaluation.id) is None:
            yield "is closed, but has no root."
        if box.is_open(evaluation.id):
            yield "is closed, but its box is open."
    elif round_.state is State.OPEN and not box.is_open(evaluation.id):
        yield "is open, but its box is closed (a closing was interrupted: close the round again)."
    is_being_destroyed = registry.find_destruction_record(round_.id) is not None
    for ballot in box.ballots(evaluation.id):
        is_known = box.find_receipt(evaluation.id, ballot.receipt)
        if hashlib.sha256(ballot.token).digest() != ballot.token_digest or not is_known:
            yield "has a ballot that was changed after it came."
        if ballot.is_destroyed and not is_being_destroyed:
            yield "has a ballot without its sealed body, although nothing was destroyed."
        if round_.state is State.DESTROYED and not ballot.is_destroyed:
            yield "is destroyed, but a sealed body is still there."
