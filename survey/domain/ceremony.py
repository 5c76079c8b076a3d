"""The key ceremony over a notice board: who says what, in which order, and how everybody checks it.

Six phases; each begins when everybody has finished the one before:
    join     the key with which a custodian signs everything that follows
    commit   the digest of what will be revealed
    reveal   the coefficients, with a proof of knowledge
    deal     one sealed sub-share for each custodian
    verify   complaints about wrong sub-shares; almost always none
    confirm  proof that the finished share is held; then the round has its opening key

Law: every message is signed by its custodian and names the digest of the whole phase before it (`seen`). So a board
that shows two custodians two different things is found out one phase later, before anything of use was said, and a
board cannot write a message. What a board can do is hold messages back, or play *every* other custodian from the
start: against that custodians compare the check words of the last phase over the telephone.

Bytes, for other programs (canonical JSON: sorted keys, no spaces, UTF-8; bytes in base64url):
    agreed  = SHA-256("survey/ceremony/agreed/v1" || 0x00 || canonical JSON of round, name, custodians, threshold)
    subject = SHA-256("survey/ceremony/attempt/v1" || 0x00 || agreed || I2OSP(attempt, 4))
    body    = canonical JSON of {ceremony: subject, index, phase, seen, content}
    message = canonical JSON of {body, signature}; signature over "survey/ceremony/message/v1" || 0x00 || body
    seen of phase k + 1 = SHA-256("survey/ceremony/seen/v1" || 0x00 || subject || SHA-256(body) of each index in order);
    seen of "join" is that of an empty phase. The key making itself: crypto.dkg, with the round's id as its context.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from survey.crypto import dkg_messages as dkg
from survey.crypto.dkg import judge
from survey.crypto.dkg_messages import KeyMakingFault, canonical_json
from survey.crypto.dkg_transcript import KeyFacts, Transcript
from survey.crypto.replacement import Replacement
from survey.crypto.sealing import ENC_LEN, TAG_LEN
from survey.crypto.signing import WrongSignature, sign, verify
from survey.crypto.threshold import is_valid_point
from survey.crypto.wire import b64url_decode, b64url_encode
from survey.domain.rounds import Round
from survey.errors import InvalidInput, WrongState

BOARD_SCHEMA = "survey-board/1"
PHASES = ("join", "commit", "reveal", "deal", "verify", "confirm")
DONE = "done"
MESSAGE_MAX = 256 * 1024  # bytes; 255 sub-shares or complaints fit
_SEALED_LEN = ENC_LEN + 32 + TAG_LEN


@dataclass(frozen=True)
class Agreed:
    """What every custodian was told before anything began, and the number of the attempt (1, 2 ...)."""

    round_id: str
    round_name: str
    custodians: tuple[str, ...]
    threshold: int
    attempt: int = 1
    replacement: Replacement | None = None  # set where a lost custodian is replaced and the key stays

    @classmethod
    def of_round(cls, round_: Round, attempt: int = 1) -> Agreed:
        names = tuple(custodian.name for custodian in round_.custodians)
        return cls(round_.id, round_.name, names, round_.threshold, attempt)

    @cached_property
    def digest(self) -> bytes:
        """The same for every attempt; stands in the invitation (32 bytes)."""
        facts = {
            "round": self.round_id,
            "name": self.round_name,
            "custodians": list(self.custodians),
            "threshold": self.threshold,
        }
        if self.replacement is not None:
            facts["replaces"] = encode_replacement(self.replacement)
        return hashlib.sha256(b"survey/ceremony/agreed/v1\x00" + canonical_json(facts)).digest()

    @cached_property
    def subject(self) -> bytes:
        """What every message of this attempt names (32 bytes)."""
        attempt = self.attempt.to_bytes(4, "big")
        return hashlib.sha256(b"survey/ceremony/attempt/v1\x00" + self.digest + attempt).digest()

    @cached_property
    def key_making(self) -> dkg.Ceremony:
        context = self.round_id.encode("ascii")
        if self.replacement is not None:
            context = self.replacement.ceremony_context
        return dkg.Ceremony(self.custodians, self.threshold, context)

    @property
    def indices(self) -> range:
        return range(1, len(self.custodians) + 1)

    def named(self, index: int) -> str:
        return f"Custodian {index} ({self.custodians[index - 1]})"


@dataclass(frozen=True)
class Message:
    """One signed message. body: the exact bytes that are signed; the other fields are read from it."""

    ceremony: bytes
    index: int
    phase: str
    seen: bytes
    content: Mapping[str, Any]
    body: bytes
    signature: bytes

    @classmethod
    def write(
        cls, agreed: Agreed, index: int, phase: str, seen: bytes, content: Mapping[str, Any], signing_secret: bytes
    ) -> Message:
        document = {
            "ceremony": b64url_encode(agreed.subject),
            "index": index,
            "phase": phase,
            "seen": b64url_encode(seen),
            "content": content,
        }
        body = canonical_json(document)
        return cls(agreed.subject, index, phase, seen, content, body, sign(signing_secret, _signed(body)))

    @classmethod
    def parse(cls, raw: bytes) -> Message:
        """Exactly the bytes that encode() writes, else InvalidInput."""
        if len(raw) > MESSAGE_MAX:
            raise InvalidInput(f"A message of a key ceremony has at most {MESSAGE_MAX} bytes.")
        try:
            outer = json.loads(raw)
            body = b64url_decode(outer["body"])
            read = json.loads(body)
            message = cls(
                b64url_decode(read["ceremony"]),
                read["index"],
                read["phase"],
                b64url_decode(read["seen"]),
                read["content"],
                body,
                b64url_decode(outer["signature"]),
            )
            is_canonical = message.encode() == raw and canonical_json(read) == body and len(read) == 5
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise InvalidInput("This is not a message of a key ceremony.") from None
        is_well_formed = type(message.index) is int and message.phase in PHASES and isinstance(message.content, dict)
        if not is_canonical or not is_well_formed:
            raise InvalidInput("This message of a key ceremony is not in its canonical form.")
        return message

    def encode(self) -> bytes:
        return canonical_json({"body": b64url_encode(self.body), "signature": b64url_encode(self.signature)})

    def bytes_of(self, name: str, length: int) -> bytes:
        """A field of the content, exactly `length` bytes; raises InvalidInput."""
        return _bytes(self.content, name, length)


class Board:
    """Everything said so far in one attempt, checked message by message. Built anew by everybody who reads it.

    add() takes the messages in any order inside a phase. It raises KeyMakingFault (who broke the rules of key making)
    or InvalidInput; a message that is refused leaves the board as it was.
    """

    def __init__(self, agreed: Agreed) -> None:
        self.agreed = agreed
        self._said: dict[str, dict[int, Message]] = {phase: {} for phase in PHASES}

    @classmethod
    def read(cls, agreed: Agreed, messages: Iterable[Message]) -> Board:
        """Phase by phase, whatever the order of `messages`."""
        board = cls(agreed)
        for message in sorted(messages, key=lambda message: (PHASES.index(message.phase), message.index)):
            board.add(message)
        return board

    @property
    def phase(self) -> str:
        """The phase under way, or DONE."""
        for phase in PHASES:
            if len(self._said[phase]) < len(self.agreed.custodians):
                return phase
        return DONE

    @property
    def missing(self) -> list[int]:
        """Who has not said anything yet in the phase under way."""
        return [] if self.phase == DONE else [i for i in self.agreed.indices if i not in self._said[self.phase]]

    def said_by(self, index: int, phase: str) -> Message | None:
        return self._said[phase].get(index)

    @property
    def messages(self) -> list[Message]:
        return [message for phase in PHASES for message in self._in(phase)]

    def seen(self, phase: str) -> bytes:
        """What a message of `phase` must say that it saw: the digest of the whole phase before (32 bytes)."""
        position = PHASES.index(phase) if phase != DONE else len(PHASES)
        before = self._in(PHASES[position - 1]) if position else []
        digests = b"".join(hashlib.sha256(message.body).digest() for message in before)
        return hashlib.sha256(b"survey/ceremony/seen/v1\x00" + self.agreed.subject + digests).digest()

    def identity(self, index: int) -> bytes:
        """The key with which this custodian signs, 65 bytes. Raises WrongState before they joined."""
        joined = self.said_by(index, "join")
        if joined is None:
            raise WrongState(f"{self.agreed.named(index)} has not joined yet.")
        return joined.bytes_of("identity", ENC_LEN)

    def add(self, message: Message) -> None:
        if message.ceremony != self.agreed.subject:
            raise InvalidInput("This message belongs to another ceremony, or to an earlier attempt.")
        if message.index not in self.agreed.indices:
            raise InvalidInput(f"There is no custodian {message.index} in this ceremony.")
        name = self.agreed.named(message.index)
        if message.phase != self.phase:
            raise WrongState(f"{name} sent a message of the phase {message.phase}; the ceremony is at {self.phase}.")
        if message.index in self._said[message.phase]:
            raise InvalidInput(f"{name} has already said something in the phase {message.phase}.")
        try:
            verify(self._signer(message), _signed(message.body), message.signature)
        except WrongSignature:
            raise WrongSignature(f"A message in the name of {name} is not signed by them.") from None
        if message.seen != self.seen(message.phase):
            raise InvalidInput(f"{name} was shown something else than stands here: the notice board is not honest.")
        self._check(message)
        self._said[message.phase][message.index] = message

    def _signer(self, message: Message) -> bytes:
        if message.phase != "join":
            return self.identity(message.index)
        identity = message.bytes_of("identity", ENC_LEN)
        if not is_valid_point(identity):
            raise InvalidInput(f"{self.agreed.named(message.index)} joined with bytes that are no key.")
        if any(identity == self.identity(other.index) for other in self._in("join")):
            raise InvalidInput(f"{self.agreed.named(message.index)} joined with the key of another custodian.")
        return identity

    def _check(self, message: Message) -> None:
        """The content, as far as one message can be judged."""
        ceremony = self.agreed.key_making
        expected = _FIELDS[message.phase]
        if set(message.content) != expected:
            raise InvalidInput(f"A message of the phase {message.phase} says {', '.join(sorted(expected))}.")
        if message.phase == "commit":
            _commit(message)
        elif message.phase == "reveal":
            dkg.check_reveal(ceremony, self.commits[message.index - 1], _reveal(message))
            if self.agreed.replacement is not None:
                self.agreed.replacement.check_constant_term(ceremony, _reveal(message))
        elif message.phase == "deal":
            if len(_dealt(message)) != len(self.agreed.custodians):
                raise ceremony.fault(message.index, "did not deal one sub-share to everybody.")
        elif message.phase == "verify":
            for complaint in _complaints(message):
                if complaint.accused not in self.agreed.indices:
                    raise InvalidInput("A complaint must accuse a custodian of this ceremony.")
        elif message.phase == "confirm":
            if self.fault is not None:
                raise self.fault
            dkg.check_confirmation(ceremony, self.reveals, _confirmation(message))

    # -- The messages of the key making

    @property
    def commits(self) -> tuple[dkg.Commit, ...]:
        return tuple(_commit(message) for message in self._in("commit"))

    @property
    def reveals(self) -> tuple[dkg.Reveal, ...]:
        return tuple(_reveal(message) for message in self._in("reveal"))

    def sent_to(self, index: int) -> list[dkg.SubShare]:
        return [_dealt(message)[index - 1] for message in self._in("deal")]

    @property
    def fault(self) -> KeyMakingFault | None:
        """Who broke the rules, as the first complaint shows; None while nobody did."""
        for message in self._in("verify"):
            for complaint in _complaints(message):
                dealt = self.said_by(complaint.accused, "deal")
                if dealt is not None:
                    sub_share = _dealt(dealt)[complaint.accuser - 1]
                    return judge(self.agreed.key_making, self.reveals, sub_share, complaint)
        return None

    @property
    def transcript(self) -> Transcript:
        """The public record; raises WrongState before everybody has confirmed."""
        if self.phase != DONE:
            raise WrongState(f"The key ceremony is at the phase {self.phase}; the key is not made yet.")
        confirmations = tuple(_confirmation(message) for message in self._in("confirm"))
        return Transcript(self.agreed.key_making, self.commits, self.reveals, confirmations)

    @property
    def key_facts(self) -> KeyFacts:
        """The checked outcome; raises WrongState before everybody has confirmed."""
        replacement = self.agreed.replacement
        return self.transcript.verify() if replacement is None else replacement.facts(self.transcript)

    def _in(self, phase: str) -> list[Message]:
        return [message for _, message in sorted(self._said[phase].items())]


def encode_board(agreed: Agreed, messages: Sequence[bytes], stopped: str | None) -> dict[str, Any]:
    """What the server tells a custodian, over HTTP or in a file; stopped: why the attempt ended, if it did."""
    replaces = {} if agreed.replacement is None else {"replaces": encode_replacement(agreed.replacement)}
    return {
        **replaces,
        "schema": BOARD_SCHEMA,
        "round": agreed.round_id,
        "name": agreed.round_name,
        "custodians": list(agreed.custodians),
        "threshold": agreed.threshold,
        "attempt": agreed.attempt,
        "stopped": stopped,
        "messages": [json.loads(message) for message in messages],
    }


def read_board(document: object) -> tuple[Agreed, list[Message], str | None]:
    """The other direction; raises InvalidInput. The messages are parsed, not yet checked (Board.read does that)."""
    try:
        read: Any = document
        if read["schema"] != BOARD_SCHEMA:
            raise ValueError
        agreed = Agreed(
            read["round"],
            read["name"],
            tuple(read["custodians"]),
            read["threshold"],
            int(read["attempt"]),
            read_replacement(read),
        )
        agreed.key_making  # noqa: B018  # refuses names and thresholds that cannot be
        messages = [Message.parse(canonical_json(message)) for message in read["messages"]]
        stopped = read["stopped"]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InvalidInput("This is not the notice board of a key ceremony.") from None
    return agreed, messages, None if stopped is None else str(stopped)


def encode_replacement(replacement: Replacement) -> dict[str, Any]:
    return {
        "index": replacement.index,
        "public_key": b64url_encode(replacement.public_key),
        "verification_keys": [b64url_encode(key) for key in replacement.verification_keys],
    }


def read_replacement(document: Mapping[str, Any]) -> Replacement | None:
    """What stands under "replaces" in a board or an invitation, if anything does; raises KeyError, InvalidInput ..."""
    read = document.get("replaces")
    if read is None:
        return None
    keys = tuple(_decoded(key, ENC_LEN) for key in read["verification_keys"])
    public_key = _decoded(read["public_key"], ENC_LEN)
    return Replacement(read["index"], document["threshold"], document["round"].encode("ascii"), public_key, keys)


# -- Contents: one function per phase in each direction

_FIELDS: Mapping[str, set[str]] = {
    "join": {"identity"},
    "commit": {"digest"},
    "reveal": {"coefficients", "proof", "sealing_key", "nonce"},
    "deal": {"sub_shares"},
    "verify": {"complaints"},
    "confirm": {"proof"},
}


def join_content(identity: bytes) -> dict[str, Any]:
    return {"identity": b64url_encode(identity)}


def commit_content(commit: dkg.Commit) -> dict[str, Any]:
    return {"digest": b64url_encode(commit.digest)}


def reveal_content(reveal: dkg.Reveal) -> dict[str, Any]:
    return {
        "coefficients": [b64url_encode(point) for point in reveal.coefficients],
        "proof": b64url_encode(reveal.proof),
        "sealing_key": b64url_encode(reveal.sealing_key),
        "nonce": b64url_encode(reveal.nonce),
    }


def deal_content(sub_shares: Sequence[dkg.SubShare]) -> dict[str, Any]:
    return {"sub_shares": [b64url_encode(sub_share.sealed) for sub_share in sub_shares]}


def verify_content(complaints: Sequence[dkg.Complaint]) -> dict[str, Any]:
    return {
        "complaints": [
            {"accused": one.accused, "dh": b64url_encode(one.dh), "proof": b64url_encode(one.proof)}
            for one in complaints
        ]
    }


def confirm_content(confirmation: dkg.Confirmation) -> dict[str, Any]:
    return {"proof": b64url_encode(confirmation.proof)}


def _commit(message: Message) -> dkg.Commit:
    return dkg.Commit(message.index, message.bytes_of("digest", 32))


def _reveal(message: Message) -> dkg.Reveal:
    return dkg.Reveal(
        message.index,
        tuple(_list(message.content, "coefficients", lambda text: _decoded(text, ENC_LEN))),
        message.bytes_of("proof", 64),
        message.bytes_of("sealing_key", ENC_LEN),
        message.bytes_of("nonce", dkg.NONCE_LEN),
    )


def _dealt(message: Message) -> list[dkg.SubShare]:
    sealed = _list(message.content, "sub_shares", lambda text: _decoded(text, _SEALED_LEN))
    return [dkg.SubShare(message.index, receiver, one) for receiver, one in enumerate(sealed, 1)]


def _complaints(message: Message) -> list[dkg.Complaint]:
    def read(one: Any) -> dkg.Complaint:
        if not isinstance(one, dict) or set(one) != {"accused", "dh", "proof"} or type(one["accused"]) is not int:
            raise InvalidInput("A complaint says accused, dh and proof.")
        return dkg.Complaint(message.index, one["accused"], b64url_decode(one["dh"]), b64url_decode(one["proof"]))

    return _list(message.content, "complaints", read)


def _confirmation(message: Message) -> dkg.Confirmation:
    return dkg.Confirmation(message.index, message.bytes_of("proof", 64))


def _list(content: Mapping[str, Any], name: str, read: Any) -> list[Any]:
    value = content.get(name)
    if not isinstance(value, list) or len(value) > dkg.MAKERS_LIMIT:
        raise InvalidInput(f"The field {name} is no list of at most {dkg.MAKERS_LIMIT} entries.")
    try:
        return [read(entry) for entry in value]
    except (TypeError, AttributeError):
        raise InvalidInput(f"The field {name} holds something that does not belong there.") from None


def _bytes(content: Mapping[str, Any], name: str, length: int) -> bytes:
    value = content.get(name)
    if not isinstance(value, str):
        raise InvalidInput(f"The field {name} is missing.")
    return _decoded(value, length)


def _decoded(text: str, length: int) -> bytes:
    data = b64url_decode(text)
    if len(data) != length:
        raise InvalidInput(f"Exactly {length} bytes are expected here; {len(data)} came.")
    return data


def _signed(body: bytes) -> bytes:
    return b"survey/ceremony/message/v1\x00" + body
