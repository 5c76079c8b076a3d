"""What the makers of an opening key tell each other, and how each message is checked.

Law: everything a message says is bound to its round context and its sender's index; whoever breaks the rules is named.
Messages are posted on a notice board that everybody reads; only sub-shares are sealed, each to its receiver.
Sources: Pedersen 1991 and Feldman 1987 (verifiable sharing), Gennaro et al. 2007 (why commit comes before reveal).

    round_context = SHA-256("survey/key-making/v1" || 0x00 || canonical JSON of context, names, threshold)
    statement     = round_context || I2OSP(index, 2) || coefficients || sealing_key
    commit digest = SHA-256(statement || proof || nonce)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from survey.crypto.arithmetic import ORDER, p256
from survey.crypto.dleq import WrongProof
from survey.crypto.knowledge import verify_knowledge
from survey.crypto.wire import b64url_encode
from survey.errors import InvalidInput, SurveyError

NONCE_LEN = 32
# How a custodian can break the rules; the page of the custodians knows the same words.
REASONS = (
    "absent",
    "form",
    "no-point",
    "other-reveal",
    "no-knowledge",
    "other-share",
    "no-share",
    "wrong-sub-share",
    "false-complaint",
)
MAKERS_LIMIT = 255


class KeyMakingFault(SurveyError):
    """A custodian broke the rules of key making: index (1..n) and name say who. The key must be made anew.

    reason: one of REASONS, stable for programs and for words in other languages; what: the same as English.
    """

    status = 409
    kind = "key-making-fault"

    def __init__(self, index: int, name: str, reason: str, what: str) -> None:
        super().__init__(f"Custodian {index} ({name}) {what}")
        self.index = index
        self.name = name
        self.reason = reason


def canonical_json(document: object) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces: one document, one byte string."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


@dataclass(frozen=True)
class Ceremony:
    """Who makes the key, with which threshold, for what (context: bytes that say which round)."""

    names: tuple[str, ...]
    threshold: int
    context: bytes = b""

    def __post_init__(self) -> None:
        count = len(self.names)
        if type(self.threshold) is not int or not all(isinstance(name, str) for name in self.names):
            raise InvalidInput("Custodians are given by name, the threshold as a whole number.")
        if len(set(self.names)) != count or not all(self.names):
            raise InvalidInput("Custodians need different names, none of them empty.")
        if not 2 <= self.threshold < count <= MAKERS_LIMIT:
            raise InvalidInput(
                f"The threshold is {self.threshold} with {count} custodians; expected 2 <= threshold < custodians."
            )

    @property
    def indices(self) -> range:
        return range(1, len(self.names) + 1)

    @cached_property
    def round_context(self) -> bytes:
        """32 bytes; a proof of another round, threshold or group of custodians does not fit it."""
        facts = {"context": b64url_encode(self.context), "names": list(self.names), "threshold": self.threshold}
        return hashlib.sha256(b"survey/key-making/v1\x00" + canonical_json(facts)).digest()

    def fault(self, index: int, reason: str, what: str) -> KeyMakingFault:
        return KeyMakingFault(index, self.names[index - 1], reason, what)

    def require_everybody(self, indices: Iterable[int], what: str) -> None:
        """One message from each custodian, in order; else the first one who is missing is named."""
        given = list(indices)
        if given == list(self.indices):
            return
        for index in self.indices:
            if given.count(index) != 1:
                raise self.fault(index, "absent", f"did not give exactly one {what}.")
        raise InvalidInput(f"Each {what} must come from a custodian of this round, in the order of the list.")


@dataclass(frozen=True)
class Commit:
    """Step 1: the digest of what will be revealed, 32 bytes. Nobody can choose after having seen the others."""

    index: int
    digest: bytes


@dataclass(frozen=True)
class Reveal:
    """Step 2: coefficients, A_k = a_k * G for k = 0 .. t - 1 (65 bytes each); proof of knowledge of a_0 (64);
    sealing_key, to which sub-shares are sealed (65); nonce (32).
    """

    index: int
    coefficients: tuple[bytes, ...]
    proof: bytes
    sealing_key: bytes
    nonce: bytes

    def statement(self, round_context: bytes) -> bytes:
        return reveal_statement(round_context, self.index, self.coefficients, self.sealing_key)

    def digest(self, round_context: bytes) -> bytes:
        """What the commit must have said."""
        return hashlib.sha256(self.statement(round_context) + self.proof + self.nonce).digest()

    def share_point(self, index: int) -> bytes:
        """f(index) * G = sum of A_k * index^k: what the sub-share for this index must belong to."""
        total = p256().accumulator()
        for k, coefficient in enumerate(self.coefficients):
            total.add(pow(index, k, ORDER).to_bytes(32, "big"), coefficient)
        return total.value()


def reveal_statement(round_context: bytes, index: int, coefficients: Sequence[bytes], sealing_key: bytes) -> bytes:
    return round_context + index.to_bytes(2, "big") + b"".join(coefficients) + sealing_key


@dataclass(frozen=True)
class SubShare:
    """Step 3: f_sender(receiver), sealed to the receiver: enc || ct, 113 bytes."""

    sender: int
    receiver: int
    sealed: bytes


@dataclass(frozen=True)
class Complaint:
    """Step 4, if need be: accuser says that the sub-share from accused is wrong, and opens it for all to see.

    dh: sealing private key * enc (65 bytes, or nothing when enc is no point); proof: that dh is right (64).
    """

    accuser: int
    accused: int
    dh: bytes
    proof: bytes


@dataclass(frozen=True)
class Confirmation:
    """Step 5: proof of knowledge of the finished share, 64 bytes, bound to everything that was revealed."""

    index: int
    proof: bytes


@dataclass(frozen=True)
class Share:
    """One custodian's share. index: 1..n; secret: 32 bytes; public_key, verification_key: 65; round_context: 32."""

    index: int
    threshold: int
    secret: bytes = field(repr=False)
    public_key: bytes
    verification_key: bytes
    round_context: bytes


def check_reveals(ceremony: Ceremony, commits: Sequence[Commit], reveals: Sequence[Reveal]) -> None:
    """Raises KeyMakingFault for the first custodian whose reveal does not fit commit, form or proof."""
    ceremony.require_everybody((commit.index for commit in commits), "commitment")
    ceremony.require_everybody((reveal.index for reveal in reveals), "reveal")
    for commit, reveal in zip(commits, reveals, strict=True):
        check_reveal(ceremony, commit, reveal)


def check_reveal(ceremony: Ceremony, commit: Commit, reveal: Reveal) -> None:
    """One custodian's reveal against the own commitment. Raises KeyMakingFault."""
    points = p256()
    if len(reveal.coefficients) != ceremony.threshold or len(reveal.nonce) != NONCE_LEN:
        raise ceremony.fault(reveal.index, "form", "revealed something of another form than agreed.")
    if not all(points.is_valid_point(point) for point in (*reveal.coefficients, reveal.sealing_key)):
        raise ceremony.fault(reveal.index, "no-point", "revealed bytes that are no points of the curve.")
    if reveal.digest(ceremony.round_context) != commit.digest:
        raise ceremony.fault(reveal.index, "other-reveal", "revealed something else than was committed to.")
    try:
        verify_knowledge(reveal.coefficients[0], reveal.statement(ceremony.round_context), reveal.proof)
    except WrongProof:
        raise ceremony.fault(reveal.index, "no-knowledge", "gave a wrong proof of knowledge.") from None


def check_confirmation(ceremony: Ceremony, reveals: Sequence[Reveal], confirmation: Confirmation) -> None:
    """Does this custodian hold the share that the reveals say? Raises KeyMakingFault."""
    key = verification_key_of(reveals, confirmation.index)
    statement = confirmation_statement(ceremony, reveals, confirmation.index)
    try:
        verify_knowledge(key, statement, confirmation.proof)
    except WrongProof:
        raise ceremony.fault(confirmation.index, "no-share", "did not confirm the share they should hold.") from None


def revealed_digest(ceremony: Ceremony, reveals: Sequence[Reveal]) -> bytes:
    """SHA-256 over the digests of all reveals, 32 bytes. Custodians may read it to each other: who sees the same
    digest was shown the same messages by the notice board.
    """
    digests = b"".join(reveal.digest(ceremony.round_context) for reveal in reveals)
    return hashlib.sha256(b"survey/key-making/revealed/v1\x00" + digests).digest()


def public_key_of(reveals: Sequence[Reveal]) -> bytes:
    """The opening key, 65 bytes: the sum of every A_0."""
    return _sum_of([reveal.coefficients[0] for reveal in reveals])


def verification_key_of(reveals: Sequence[Reveal], index: int) -> bytes:
    """x_index * G, 65 bytes: anybody can compute it from what was revealed."""
    return _sum_of([reveal.share_point(index) for reveal in reveals])


def _sum_of(points: Sequence[bytes]) -> bytes:
    return p256().weighted_sum((1,) * len(points), 1, points)


def sub_share_info(ceremony: Ceremony, reveals: Sequence[Reveal], sender: int, receiver: int) -> bytes:
    """info under which a sub-share is sealed: it fits one sender, one receiver and one set of reveals."""
    ends = sender.to_bytes(2, "big") + receiver.to_bytes(2, "big")
    return b"survey/key-making/sub-share/v1\x00" + revealed_digest(ceremony, reveals) + ends


def confirmation_statement(ceremony: Ceremony, reveals: Sequence[Reveal], index: int) -> bytes:
    return b"survey/key-making/confirm/v1\x00" + revealed_digest(ceremony, reveals) + index.to_bytes(2, "big")
