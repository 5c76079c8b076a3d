"""A custodian's side of the key ceremony: from the notice board and the own memory to the next message.

Law: everything said is remembered before it is sent, and never said in two ways: a board that shows another past than
the one this custodian acted on is refused. All draws come from one seed, so closing the program at any moment loses
nothing that was sent, and what was not sent yet comes out the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from survey.crypto.arithmetic import p256
from survey.crypto.dkg import Participant
from survey.crypto.dkg_messages import KeyMakingFault, Share, canonical_json
from survey.crypto.scalars import encode_scalar, random_scalar
from survey.crypto.seeded import SEED_LEN, Seeded
from survey.crypto.wire import b64url_decode, b64url_encode
from survey.domain.ceremony.agreed import DONE, PHASES, Agreed
from survey.domain.ceremony.board import Board
from survey.domain.ceremony.contents import (
    commit_content,
    confirm_content,
    deal_content,
    join_content,
    reveal_content,
    verify_content,
)
from survey.domain.ceremony.messages import Message
from survey.domain.ports import Randomness
from survey.errors import InvalidInput

DRAFT_SCHEMA = "survey-share-draft/1"


class BoardChanged(InvalidInput):
    """The notice board shows another past than before: somebody changed it, or it was restored from a backup."""

    kind = "board-changed"


@dataclass
class Draft:
    """What a custodian keeps between two steps; locked under the passphrase wherever it is stored.

    said: attempt -> phase -> message as sent. old_secret: the share of the key as it is, where a lost custodian is
    replaced (32 bytes).
    """

    agreed_digest: bytes
    index: int
    seed: bytes = field(repr=False)
    said: dict[int, dict[str, bytes]] = field(default_factory=dict)
    old_secret: bytes | None = field(default=None, repr=False)

    @classmethod
    def new(cls, agreed_digest: bytes, index: int, randomness: Randomness, old_secret: bytes | None = None) -> Draft:
        return cls(agreed_digest, index, randomness(SEED_LEN), old_secret=old_secret)

    def encode(self) -> bytes:
        old = {} if self.old_secret is None else {"old_secret": b64url_encode(self.old_secret)}
        return canonical_json(
            {
                **old,
                "schema": DRAFT_SCHEMA,
                "agreed": b64url_encode(self.agreed_digest),
                "index": self.index,
                "seed": b64url_encode(self.seed),
                "said": {
                    str(attempt): {phase: b64url_encode(message) for phase, message in phases.items()}
                    for attempt, phases in self.said.items()
                },
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> Draft:
        """Raises InvalidInput."""
        try:
            read: Any = json.loads(data)
            if read["schema"] != DRAFT_SCHEMA:
                raise ValueError
            said: Mapping[str, Mapping[str, str]] = read["said"]
            return cls(
                b64url_decode(read["agreed"]),
                int(read["index"]),
                b64url_decode(read["seed"]),
                {
                    int(attempt): {phase: b64url_decode(message) for phase, message in phases.items()}
                    for attempt, phases in said.items()
                },
                b64url_decode(read["old_secret"]) if "old_secret" in read else None,
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise InvalidInput("This is not a draft of a key share.") from None


class KeyHolder:
    """One custodian with their draft. save() is called with the changed draft before a new message is given out."""

    def __init__(self, draft: Draft, randomness: Randomness) -> None:
        self.draft = draft
        self._randomness = randomness

    @property
    def index(self) -> int:
        return self.draft.index

    def next_message(self, board: Board) -> Message | None:
        """What to send now, or None when it is on the board already and the others are awaited (or all is done).

        The message is in the draft when this returns: store the draft, then send. Raises BoardChanged,
        KeyMakingFault (somebody broke the rules; the ceremony must begin again).
        """
        self._require_same_past(board)
        fault = board.fault
        if fault is not None:
            raise fault
        if board.phase == DONE or board.said_by(self.index, board.phase) is not None:
            return None
        said = self.draft.said.setdefault(board.agreed.attempt, {})
        if board.phase not in said:
            said[board.phase] = self._say(board).encode()
        return Message.parse(said[board.phase])

    def share(self, board: Board) -> Share:
        """The finished share. Raises WrongState before everybody has confirmed, BoardChanged, KeyMakingFault."""
        self._require_same_past(board)
        facts = board.key_facts
        participant = self._participant(board)
        share, _ = participant.finish()
        if board.agreed.replacement is not None:
            share = board.agreed.replacement.corrected_share(share)
        if facts.verification_keys[self.index - 1] != p256().mult_base(share.secret):
            raise KeyMakingFault(
                self.index, board.agreed.custodians[self.index - 1], "no-share", "ends with a share of another key."
            )
        return share

    def identity(self, agreed: Agreed) -> bytes:
        """The key with which this custodian signs, 65 bytes."""
        return p256().mult_base(self._signing_secret(agreed))

    def _require_same_past(self, board: Board) -> None:
        if board.agreed.digest != self.draft.agreed_digest:
            raise BoardChanged("The notice board names another round, other custodians or another threshold.")
        if any(attempt > board.agreed.attempt for attempt in self.draft.said):
            raise BoardChanged("The notice board went back to an earlier attempt.")
        for phase, raw in self.draft.said.get(board.agreed.attempt, {}).items():
            shown = board.said_by(self.index, phase)
            if shown is None and phase == board.phase and Message.parse(raw).seen == board.seen(phase):
                continue  # said, but it did not arrive
            if shown is None or shown.encode() != raw:
                raise BoardChanged(
                    f"The notice board shows another past than the one this custodian acted on (phase {phase})."
                )
        # What stands on the board in my name, and I do not know of, was said by another draft with the same key.
        mine = self.draft.said.get(board.agreed.attempt, {})
        for phase in PHASES:
            if phase not in mine and board.said_by(self.index, phase) is not None:
                raise BoardChanged(
                    "Somebody has already begun in this place: continue in the same browser or with the same file, "
                    "or ask the office to begin again."
                )

    def _say(self, board: Board) -> Message:
        agreed, phase = board.agreed, board.phase
        participant = self._participant(board)
        if phase == "join":
            content = join_content(self.identity(agreed))
        elif phase == "commit":
            content = commit_content(participant.commit())
        elif phase == "reveal":
            content = reveal_content(participant.reveal(board.commits))
        elif phase == "deal":
            content = deal_content(participant.deal(board.reveals))
        elif phase == "verify":
            content = verify_content(participant.receive(board.sent_to(self.index)))
        else:
            content = confirm_content(participant.finish()[1])
        return Message.write(agreed, self.index, phase, board.seen(phase), content, self._signing_secret(agreed))

    def _participant(self, board: Board) -> Participant:
        """The participant as it stands before the phase under way, made again from the seed and the board."""
        position = PHASES.index(board.phase) if board.phase != DONE else len(PHASES)
        draws = Seeded(self.draft.seed, b"survey/ceremony/draws/v1\x00" + board.agreed.subject)
        replacement = board.agreed.replacement
        participant = Participant(
            board.agreed.key_making,
            self.index,
            self._randomness,
            draws=draws,
            constant_term=None if replacement is None else replacement.constant_term(self.index, self.draft.old_secret),
        )
        if position > PHASES.index("reveal"):
            participant.reveal(board.commits)
        if position > PHASES.index("deal"):
            participant.deal(board.reveals)
        if position > PHASES.index("verify"):
            participant.receive(board.sent_to(self.index))
        return participant

    def _signing_secret(self, agreed: Agreed) -> bytes:
        # One key for all attempts, so that a fingerprint once compared stays the same.
        return encode_scalar(random_scalar(Seeded(self.draft.seed, b"survey/ceremony/identity/v1\x00" + agreed.digest)))
