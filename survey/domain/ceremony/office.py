"""The office's side of the key ceremony: invitations, the notice board, the key that comes out of it.

Law: the board relays and records; it holds no secret of a custodian, only digests of the invitations. It refuses what
every custodian would refuse too, and names who sent it. When everybody has confirmed, the round gets its opening key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from survey.crypto.dkg_messages import KeyMakingFault
from survey.crypto.dkg_transcript import Transcript
from survey.domain.ceremony.agreed import DONE, Agreed
from survey.domain.ceremony.board import Board, encode_board
from survey.domain.ceremony.invitation import SECRET_LEN, Invitation, secret_digest
from survey.domain.ceremony.messages import Message
from survey.domain.ceremony.stopping import WORDS_DIFFER, Stop
from survey.domain.ports import Randomness
from survey.domain.ports.notice_board import NoticeBoard, PostOutcome
from survey.domain.ports.registry import Registry
from survey.domain.rounds import Custodian, OpeningKey, Round, State
from survey.errors import InvalidInput, NotFound, SurveyError, WrongState

# While a key can still get other holders; see replacing.py.
REPLACEABLE = (State.DRAFT, State.FROZEN, State.PRINTED, State.OPEN)


class AlreadySaid(SurveyError):
    status = 409
    kind = "already-said"
    title_zh = "这一步已经有另一份消息，不能再换。"
    title_en = "Something else has already been said at this step; it cannot be replaced."


def invite(round_: Round, *, board: NoticeBoard, randomness: Randomness, url: str) -> list[Invitation]:
    """A new invitation for every custodian; earlier ones are void. What was said on the board stays.

    Before the key is made it calls to the ceremony, afterwards to the opening. Raises WrongState once counted.
    """
    states = [State.DRAFT, State.FROZEN, State.PRINTED, State.OPEN, State.CLOSED]
    round_.require(*states)
    if round_.state is not State.DRAFT:
        round_.get_opening_key()
    attempt = board.find_attempt(round_.id)
    agreed = Agreed.of_attempt(round_, attempt) if attempt is not None else Agreed.of_round(round_)
    invitations = [
        Invitation(
            agreed.round_id,
            agreed.round_name,
            agreed.custodians,
            agreed.threshold,
            index,
            url,
            randomness(SECRET_LEN),
            agreed.replacement,
        )
        for index in agreed.indices
    ]
    board.save_invitations(round_.id, {one.index: secret_digest(one.secret) for one in invitations})
    return invitations


@dataclass(frozen=True)
class Standing:
    """Where a ceremony is: the checked board of its attempt, and why it was stopped, if it was."""

    board: Board
    stopped: Stop | None

    @property
    def document(self) -> Mapping[str, Any]:
        messages = [message.encode() for message in self.board.messages]
        return encode_board(self.board.agreed, messages, self.stopped)

    @property
    def why_stopped(self) -> str | None:
        """In English; None while it goes on."""
        return None if self.stopped is None else self.stopped.sentence(self.board.agreed.custodians)


def standing(round_: Round, board: NoticeBoard) -> Standing:
    """Raises NotFound when nobody was invited to this round."""
    attempt = board.find_attempt(round_.id)
    if attempt is None:
        raise NotFound(f"Nobody has been invited to the key ceremony of round {round_.id} yet.")
    agreed = Agreed.of_attempt(round_, attempt)
    messages = [Message.parse(raw) for raw in board.messages(round_.id, attempt.number)]
    stopped = None if attempt.stopped is None else Stop.decode(attempt.stopped)
    return Standing(Board.read(agreed, messages), stopped)


def post(round_: Round, index: int, raw: bytes, *, board: NoticeBoard, registry: Registry) -> Standing:
    """Take one message from the custodian with this index; the same message may come again.

    After the last one the round has its opening key. Raises AlreadySaid, KeyMakingFault, InvalidInput, WrongState.
    """
    message = Message.parse(raw)
    if message.index != index:
        raise InvalidInput(f"This invitation is for custodian {index}; the message speaks for {message.index}.")
    now = standing(round_, board)
    known = now.board.said_by(index, message.phase) if message.ceremony == now.board.agreed.subject else None
    if known is None:
        _require_unmade(round_, now.board)
        if now.stopped is not None:
            raise WrongState(f"This attempt was stopped: {now.why_stopped}")
        now.board.add(message)
        outcome = board.post(round_.id, now.board.agreed.attempt, message.phase, index, raw)
        if outcome is PostOutcome.DIFFERENT:
            raise AlreadySaid(f"Custodian {index} has already said something else in the phase {message.phase}.")
    elif known.encode() != raw:
        raise AlreadySaid(f"Custodian {index} has already said something else in the phase {message.phase}.")
    return _settle(round_, board=board, registry=registry)


def object_to_words(round_: Round, index: int, *, board: NoticeBoard) -> Standing:
    """A custodian saw other check words than the others: the attempt ends here, for everybody.

    Raises WrongState where there is nothing to compare (yet, or any more).
    """
    now = standing(round_, board)
    _require_unmade(round_, now.board)
    if now.board.phase != "confirm":
        raise WrongState("There are no check words to compare at this step.", why="no-check-words")
    board.stop(round_.id, now.board.agreed.attempt, Stop(WORDS_DIFFER, index).encode())
    return standing(round_, board)


def restart(round_: Round, *, board: NoticeBoard) -> int:
    """Begin again with the same custodians and invitations; returns the number of the new attempt."""
    attempt = board.find_attempt(round_.id)
    if attempt is None:
        raise NotFound(f"Nobody has been invited to the key ceremony of round {round_.id} yet.")
    _require_unmade(round_, Board(Agreed.of_attempt(round_, attempt)))
    # What was said is not read: after a change of the draft it belongs to other facts and would be refused.
    board.begin_again(round_.id, attempt.number)
    return attempt.number + 1


def _settle(round_: Round, *, board: NoticeBoard, registry: Registry) -> Standing:
    """What follows from the messages: a complaint stops the attempt, the last confirmation gives the round its key."""
    now = standing(round_, board)
    fault: KeyMakingFault | None = now.board.fault
    if fault is not None and now.stopped is None:
        board.stop(round_.id, now.board.agreed.attempt, Stop.of_fault(fault).encode())
        return standing(round_, board)
    if now.board.phase == DONE and now.stopped is None:
        give_key(round_, now.board, registry)
    return now


def give_key(round_: Round, board: Board, registry: Registry) -> None:
    """Store the key that everybody confirmed, or the new holders of the key; harmless to repeat."""
    stored = registry.find_round(round_.id)
    if stored is None or not _is_unmade(stored, board):
        return
    transcript = board.transcript.encode()
    facts = board.key_facts
    custodians = tuple(
        Custodian(index, name, key)
        for index, (name, key) in enumerate(zip(facts.names, facts.verification_keys, strict=True), 1)
    )
    if stored.opening_key is None:
        key = OpeningKey(facts.public_key, transcript)
    else:
        key = replace(stored.opening_key, replacements=(*stored.opening_key.replacements, transcript))
    registry.save_round(replace(stored, custodians=custodians, opening_key=key), expected=stored.state)


def was_made_apart(round_: Round, board: NoticeBoard) -> bool:
    """Whether this very key came out of the round's ceremony; otherwise all of it was made on one machine.

    That each custodian used a computer of their own is theirs to say; messages signed apart are what can be seen.
    """
    latest = board.find_attempt(round_.id)
    if round_.opening_key is None or latest is None:
        return False
    # Replacements leave the key as it was made, by those who held it then, in one of the attempts so far.
    names = Transcript.parse(round_.opening_key.transcript).ceremony.names
    attempts = (
        Agreed(round_.id, round_.name, names, round_.threshold, number) for number in range(latest.number, 0, -1)
    )
    return any(_made(agreed, board) == round_.opening_key.transcript for agreed in attempts)


def _made(agreed: Agreed, board: NoticeBoard) -> bytes | None:
    """The transcript that came out of an attempt; None where none did."""
    try:
        found = Board.read(agreed, map(Message.parse, board.messages(agreed.round_id, agreed.attempt)))
    except SurveyError:  # its messages are about something else: a replacement
        return None
    return found.transcript.encode() if found.phase == DONE else None


def _is_unmade(round_: Round, board: Board) -> bool:
    """Is what this board makes still to be made?"""
    replacement = board.agreed.replacement
    if replacement is None:
        return round_.opening_key is None
    keys = tuple(custodian.verification_key for custodian in round_.custodians)
    return keys == replacement.verification_keys


def _require_unmade(round_: Round, board: Board) -> None:
    round_.require(*(REPLACEABLE if board.agreed.replacement else (State.DRAFT,)))
    if not _is_unmade(round_, board):
        raise WrongState(f"Round {round_.id} already has its opening key.", why="has-key")
