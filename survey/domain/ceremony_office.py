"""The office's side of the key ceremony: invitations, the notice board, the key that comes out of it.

Law: the board relays and records; it holds no secret of a custodian, only digests of the invitations. It refuses what
every custodian would refuse too, and names who sent it. When everybody has confirmed, the round gets its opening key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from survey.crypto.dkg_messages import KeyMakingFault
from survey.crypto.replacement import Replacement
from survey.crypto.wire import b64url_decode, b64url_encode
from survey.domain.ceremony import (
    DONE,
    Agreed,
    Board,
    Message,
    encode_board,
    encode_replacement,
    read_replacement,
)
from survey.domain.ports import Attempt, NoticeBoard, PostOutcome, Randomness, Registry
from survey.domain.rounds import Custodian, OpeningKey, Round, State
from survey.errors import InvalidInput, NotFound, SurveyError, WrongState

INVITATION_SCHEMA = "survey-invitation/1"
SECRET_LEN = 16
FINGERPRINT_LEN = 16


class NotInvited(SurveyError):
    status = 401
    kind = "not-invited"
    title_zh = "这份邀请无效，可能已经被新的邀请代替。请向巡察办要一份新的。"
    title_en = "This invitation is not valid; a newer one may have replaced it. Please ask the office."


class AlreadySaid(SurveyError):
    status = 409
    kind = "already-said"
    title_zh = "这一步已经有另一份消息，不能再换。"
    title_en = "Something else has already been said at this step; it cannot be replaced."


@dataclass(frozen=True)
class Invitation:
    """One custodian's one-time invitation. Exists in its file and at its custodian only; the office keeps a digest."""

    round_id: str
    round_name: str
    custodians: tuple[str, ...]
    threshold: int
    index: int
    url: str
    secret: bytes = field(repr=False)
    replacement: Replacement | None = None

    @property
    def agreed(self) -> Agreed:
        return Agreed(self.round_id, self.round_name, self.custodians, self.threshold, replacement=self.replacement)

    @property
    def custodian(self) -> str:
        return self.custodians[self.index - 1]

    @property
    def link(self) -> str:
        """The fragment never reaches a server or a log; f is checked by the page against what the server says."""
        fingerprint = _unpadded(self.agreed.digest[:FINGERPRINT_LEN])
        return f"{self.url}/custodian#k={_unpadded(self.secret)}&f={fingerprint}"

    def encode(self) -> bytes:
        replaces = {} if self.replacement is None else {"replaces": encode_replacement(self.replacement)}
        document = {
            **replaces,
            "schema": INVITATION_SCHEMA,
            "round": self.round_id,
            "name": self.round_name,
            "custodians": list(self.custodians),
            "threshold": self.threshold,
            "index": self.index,
            "custodian": self.custodian,
            "url": self.url,
            "secret": _unpadded(self.secret),
            "link": self.link,
        }
        return json.dumps(document, ensure_ascii=False, indent=2).encode("utf-8") + b"\n"

    @classmethod
    def parse(cls, data: bytes) -> Invitation:
        """Raises InvalidInput."""
        try:
            read: Any = json.loads(data)
            invitation = cls(
                str(read["round"]),
                str(read["name"]),
                tuple(read["custodians"]),
                read["threshold"],
                read["index"],
                str(read["url"]),
                b64url_decode(read["secret"]),
                read_replacement(read),
            )
            is_whole = read["schema"] == INVITATION_SCHEMA and invitation.index in invitation.agreed.indices
            invitation.agreed.key_making  # noqa: B018  # refuses names and thresholds that cannot be
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            is_whole = False
        if not is_whole:
            raise InvalidInput("This is not an invitation of a custodian.")
        return invitation


def secret_digest(secret: bytes) -> bytes:
    """What the store keeps of an invitation (32 bytes): 128 random bits cannot be guessed from it."""
    return hashlib.sha256(b"survey/invitation/v1\x00" + secret).digest()


def invite(round_: Round, *, board: NoticeBoard, randomness: Randomness, url: str) -> list[Invitation]:
    """A new invitation for every custodian; earlier ones are void. What was said on the board stays.

    Before the key is made it calls to the ceremony, afterwards to the opening. Raises WrongState once counted.
    """
    states = [State.DRAFT, State.FROZEN, State.PRINTED, State.OPEN, State.CLOSED]
    round_.require(*states)
    if round_.state is not State.DRAFT:
        round_.get_opening_key()
    attempt = board.find_attempt(round_.id)
    agreed = _agreed(round_, attempt) if attempt is not None else Agreed.of_round(round_)
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


def read_secret(text: str) -> bytes:
    """The secret of an invitation as it stands in a header; raises NotInvited."""
    try:
        return b64url_decode(text)
    except InvalidInput:
        raise NotInvited("There is no such invitation.") from None


def find_seat(board: NoticeBoard, secret: bytes) -> tuple[str, int]:
    """(round id, index of the custodian) of an invitation; raises NotInvited."""
    found = board.find_seat(secret_digest(secret))
    if found is None:
        raise NotInvited("There is no such invitation, or a newer one has replaced it.")
    return found


@dataclass(frozen=True)
class Standing:
    """Where a ceremony is: the checked board of its attempt, and why it was stopped, if it was."""

    board: Board
    stopped: str | None

    @property
    def document(self) -> Mapping[str, Any]:
        messages = [message.encode() for message in self.board.messages]
        return encode_board(self.board.agreed, messages, self.stopped)


def standing(round_: Round, board: NoticeBoard) -> Standing:
    """Raises NotFound when nobody was invited to this round."""
    attempt = board.find_attempt(round_.id)
    if attempt is None:
        raise NotFound(f"Nobody has been invited to the key ceremony of round {round_.id} yet.")
    agreed = _agreed(round_, attempt)
    messages = [Message.parse(raw) for raw in board.messages(round_.id, attempt.number)]
    return Standing(Board.read(agreed, messages), attempt.stopped)


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
            raise WrongState(f"This attempt was stopped: {now.stopped}")
        now.board.add(message)
        outcome = board.post(round_.id, now.board.agreed.attempt, message.phase, index, raw)
        if outcome is PostOutcome.DIFFERENT:
            raise AlreadySaid(f"Custodian {index} has already said something else in the phase {message.phase}.")
    elif known.encode() != raw:
        raise AlreadySaid(f"Custodian {index} has already said something else in the phase {message.phase}.")
    return _settle(round_, board=board, registry=registry)


def restart(round_: Round, *, board: NoticeBoard) -> int:
    """Begin again with the same custodians and invitations; returns the number of the new attempt."""
    attempt = board.find_attempt(round_.id)
    if attempt is None:
        raise NotFound(f"Nobody has been invited to the key ceremony of round {round_.id} yet.")
    _require_unmade(round_, Board(_agreed(round_, attempt)))
    # What was said is not read: after a change of the draft it belongs to other facts and would be refused.
    board.begin_again(round_.id, attempt.number)
    return attempt.number + 1


def _settle(round_: Round, *, board: NoticeBoard, registry: Registry) -> Standing:
    """What follows from the messages: a complaint stops the attempt, the last confirmation gives the round its key."""
    now = standing(round_, board)
    fault: KeyMakingFault | None = now.board.fault
    if fault is not None and now.stopped is None:
        board.stop(round_.id, now.board.agreed.attempt, str(fault))
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


def replace_custodian(
    round_: Round, index: int, name: str, *, board: NoticeBoard, randomness: Randomness, url: str
) -> list[Invitation]:
    """Begin to replace the custodian with this index by `name`, and invite everybody anew; the key stays.

    All others must take part with their shares. Raises WrongState once the round is closed or an attempt to replace
    somebody is under way, InvalidInput for a name that is there already.
    """
    round_.require(*_REPLACEABLE)
    key = round_.get_opening_key()
    names = [custodian.name for custodian in round_.custodians]
    if not 1 <= index <= len(names):
        raise NotFound(f"Round {round_.id} has no custodian {index}.")
    names[index - 1] = name
    replacement = Replacement(
        index,
        round_.threshold,
        round_.id.encode("ascii"),
        key.public_key,
        tuple(custodian.verification_key or b"" for custodian in round_.custodians),
    )
    agreed = Agreed(round_.id, round_.name, tuple(names), round_.threshold, replacement=replacement)
    agreed.key_making  # noqa: B018  # refuses a name that is there twice, or empty
    attempt = board.find_attempt(round_.id)
    if attempt is None:  # a key made with --all-here
        board.save_invitations(round_.id, {})
        attempt = board.find_attempt(round_.id)
    assert attempt is not None  # noqa: S101  # save_invitations begins the first attempt
    facts = {"custodians": names, "replaces": encode_replacement(replacement)}
    board.begin_replacement(round_.id, attempt.number, json.dumps(facts, ensure_ascii=False))
    return invite(round_, board=board, randomness=randomness, url=url)


_REPLACEABLE = (State.DRAFT, State.FROZEN, State.PRINTED, State.OPEN)


def _agreed(round_: Round, attempt: Attempt) -> Agreed:
    if attempt.replaces is None:
        return Agreed.of_round(round_, attempt.number)
    facts = json.loads(attempt.replaces)
    replacement = read_replacement({**facts, "round": round_.id, "threshold": round_.threshold})
    names = tuple(facts["custodians"])
    return Agreed(round_.id, round_.name, names, round_.threshold, attempt.number, replacement)


def _is_unmade(round_: Round, board: Board) -> bool:
    """Is what this board makes still to be made?"""
    replacement = board.agreed.replacement
    if replacement is None:
        return round_.opening_key is None
    keys = tuple(custodian.verification_key for custodian in round_.custodians)
    return keys == replacement.verification_keys


def _require_unmade(round_: Round, board: Board) -> None:
    round_.require(*(_REPLACEABLE if board.agreed.replacement else (State.DRAFT,)))
    if not _is_unmade(round_, board):
        raise WrongState(f"Round {round_.id} already has its opening key.")


def read_proof(raw: bytes) -> bytes:
    """The proof in {"proof": base64url}; raises InvalidInput."""
    try:
        return b64url_decode(json.loads(raw)["proof"])
    except (ValueError, KeyError, TypeError):
        raise InvalidInput('Expected {"proof": base64url of 64 bytes}.') from None


def b64url(data: bytes | None) -> str | None:
    return None if data is None else b64url_encode(data)


def _unpadded(data: bytes) -> str:
    return b64url_encode(data).rstrip("=")


def was_made_apart(round_: Round, board: NoticeBoard) -> bool:
    """Whether this very key came out of the round's ceremony; otherwise all of it was made on one machine.

    That each custodian used a computer of their own is theirs to say; messages signed apart are what can be seen.
    """
    if round_.opening_key is None or board.find_attempt(round_.id) is None:
        return False
    now = standing(round_, board)
    return now.board.phase == DONE and now.board.transcript.encode() == round_.opening_key.transcript
