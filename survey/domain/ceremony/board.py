"""The notice board of a key ceremony: who says what, in which order, and how everybody checks it.

Law: a board is believed in nothing: everybody who reads it checks every message anew. What a board can do is hold
messages back, or play *every* other custodian from the start: against that custodians compare the check words of the
last phase over the telephone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from survey.crypto import dkg_messages as dkg
from survey.crypto.dkg_complaints import judge
from survey.crypto.dkg_messages import KeyMakingFault, canonical_json
from survey.crypto.dkg_transcript import KeyFacts, Transcript
from survey.crypto.sealing import ENC_LEN
from survey.crypto.signing import WrongSignature, verify
from survey.crypto.threshold import is_valid_point
from survey.domain.ceremony.agreed import DONE, PHASES, Agreed, encode_replacement, read_replacement
from survey.domain.ceremony.contents import (
    FIELDS,
    bytes_of,
    read_commit,
    read_complaints,
    read_confirmation,
    read_dealt,
    read_reveal,
)
from survey.domain.ceremony.messages import Message, signed_bytes
from survey.domain.ceremony.stopping import Stop
from survey.errors import InvalidInput, WrongState

BOARD_SCHEMA = "survey-board/1"


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
        return bytes_of(joined.content, "identity", ENC_LEN)

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
            verify(self._signer(message), signed_bytes(message.body), message.signature)
        except WrongSignature:
            raise WrongSignature(f"A message in the name of {name} is not signed by them.") from None
        if message.seen != self.seen(message.phase):
            raise InvalidInput(f"{name} was shown something else than stands here: the notice board is not honest.")
        self._check(message)
        self._said[message.phase][message.index] = message

    def _signer(self, message: Message) -> bytes:
        if message.phase != "join":
            return self.identity(message.index)
        identity = bytes_of(message.content, "identity", ENC_LEN)
        if not is_valid_point(identity):
            raise InvalidInput(f"{self.agreed.named(message.index)} joined with bytes that are no key.")
        if any(identity == self.identity(other.index) for other in self._in("join")):
            raise InvalidInput(f"{self.agreed.named(message.index)} joined with the key of another custodian.")
        return identity

    def _check(self, message: Message) -> None:
        """The content, as far as one message can be judged."""
        ceremony = self.agreed.key_making
        expected = FIELDS[message.phase]
        if set(message.content) != expected:
            raise InvalidInput(f"A message of the phase {message.phase} says {', '.join(sorted(expected))}.")
        if message.phase == "commit":
            read_commit(message.index, message.content)
        elif message.phase == "reveal":
            dkg.check_reveal(ceremony, self.commits[message.index - 1], read_reveal(message.index, message.content))
            if self.agreed.replacement is not None:
                self.agreed.replacement.check_constant_term(ceremony, read_reveal(message.index, message.content))
        elif message.phase == "deal":
            if len(read_dealt(message.index, message.content)) != len(self.agreed.custodians):
                raise ceremony.fault(message.index, "form", "did not deal one sub-share to everybody.")
        elif message.phase == "verify":
            for complaint in read_complaints(message.index, message.content):
                if complaint.accused not in self.agreed.indices:
                    raise InvalidInput("A complaint must accuse a custodian of this ceremony.")
        elif message.phase == "confirm":
            if self.fault is not None:
                raise self.fault
            dkg.check_confirmation(ceremony, self.reveals, read_confirmation(message.index, message.content))

    # -- The messages of the key making

    @property
    def commits(self) -> tuple[dkg.Commit, ...]:
        return tuple(read_commit(message.index, message.content) for message in self._in("commit"))

    @property
    def reveals(self) -> tuple[dkg.Reveal, ...]:
        return tuple(read_reveal(message.index, message.content) for message in self._in("reveal"))

    def sent_to(self, index: int) -> list[dkg.SubShare]:
        return [read_dealt(message.index, message.content)[index - 1] for message in self._in("deal")]

    @property
    def fault(self) -> KeyMakingFault | None:
        """Who broke the rules, as the first complaint shows; None while nobody did."""
        for message in self._in("verify"):
            for complaint in read_complaints(message.index, message.content):
                dealt = self.said_by(complaint.accused, "deal")
                if dealt is not None:
                    sub_share = read_dealt(dealt.index, dealt.content)[complaint.accuser - 1]
                    return judge(self.agreed.key_making, self.reveals, sub_share, complaint)
        return None

    @property
    def transcript(self) -> Transcript:
        """The public record; raises WrongState before everybody has confirmed."""
        if self.phase != DONE:
            raise WrongState(f"The key ceremony is at the phase {self.phase}; the key is not made yet.")
        confirmations = tuple(read_confirmation(message.index, message.content) for message in self._in("confirm"))
        return Transcript(self.agreed.key_making, self.commits, self.reveals, confirmations)

    @property
    def key_facts(self) -> KeyFacts:
        """The checked outcome; raises WrongState before everybody has confirmed."""
        replacement = self.agreed.replacement
        return self.transcript.verify() if replacement is None else replacement.facts(self.transcript)

    def _in(self, phase: str) -> list[Message]:
        return [message for _, message in sorted(self._said[phase].items())]


def encode_board(agreed: Agreed, messages: Sequence[bytes], stopped: Stop | None) -> dict[str, Any]:
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
        "stopped": None if stopped is None else stopped.document,
        "messages": [json.loads(message) for message in messages],
    }


def read_board(document: object) -> tuple[Agreed, list[Message], Stop | None]:
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
        stopped = Stop.read(read["stopped"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InvalidInput("This is not the notice board of a key ceremony.") from None
    return agreed, messages, stopped
