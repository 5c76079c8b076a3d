"""Distributed key generation: n custodians make one opening key that none of them ever holds.

Each draws a polynomial of degree t - 1; the key is the sum of the constant terms, a share the sum of the values at its
index. Steps: commit, reveal, deal, receive (complain), finish. Each custodian runs one Participant on a machine of
their own; the server only carries messages.
Law: nothing is revealed before everybody committed (a last comer could bend the key), nothing is dealt before every
reveal was checked, and no share is used before every sub-share fits its public coefficients. After a complaint
(dkg_complaints) the key is made anew.

Not protected here: messages are not signed. A notice board that changes messages makes the key making fail, or,
if it plays every other custodian, shows each of them another key. domain.ceremony signs and chains them, and
custodians compare check words.
Sources: Pedersen 1991, Feldman 1987, Gennaro et al. 2007; 2-protocol section 2.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from survey.crypto.arithmetic import ORDER, p256
from survey.crypto.dkg_complaints import complain, judge, opened_sub_share
from survey.crypto.dkg_messages import (
    NONCE_LEN,
    Ceremony,
    Commit,
    Complaint,
    Confirmation,
    KeyMakingFault,
    Reveal,
    Share,
    SubShare,
    check_reveals,
    confirmation_statement,
    public_key_of,
    reveal_statement,
    sub_share_info,
    verification_key_of,
)
from survey.crypto.dkg_transcript import Transcript
from survey.crypto.knowledge import prove_knowledge
from survey.crypto.scalars import Randomness, encode_scalar, random_scalar
from survey.crypto.sealing import ENC_LEN, seal
from survey.errors import InvalidInput, WrongState

__all__ = ["Ceremony", "KeyMaking", "KeyMakingFault", "Participant", "Share", "make_key"]


class Participant:
    """One custodian's side. Its secrets stay in this object until finish() and are dropped then.

    draws: where all that is committed to comes from (default: randomness); a participant that is resumed gives the
    same seeded draws again and with them the same messages. Later proofs and seals always take randomness.
    constant_term: given only where an existing key is shared anew (replacement).
    """

    def __init__(
        self,
        ceremony: Ceremony,
        index: int,
        randomness: Randomness,
        *,
        draws: Randomness | None = None,
        constant_term: int | None = None,
    ) -> None:
        draws = draws or randomness
        self.ceremony = ceremony
        self.index = index
        self._randomness = randomness
        self._polynomial = [random_scalar(draws) for _ in range(ceremony.threshold)]
        if constant_term is not None:
            self._polynomial[0] = constant_term
        self._sealing_secret = encode_scalar(random_scalar(draws))
        self._reveal = self._make_reveal(draws)
        self._commits: tuple[Commit, ...] = ()
        self._reveals: tuple[Reveal, ...] = ()
        self._received: dict[int, int] = {}

    def _make_reveal(self, draws: Randomness) -> Reveal:
        points = p256()
        context = self.ceremony.round_context
        coefficients = tuple(points.mult_base(encode_scalar(a)) for a in self._polynomial)
        sealing_key = points.mult_base(self._sealing_secret)
        statement = reveal_statement(context, self.index, coefficients, sealing_key)
        proof = prove_knowledge(self._polynomial[0], statement, draws)
        return Reveal(self.index, coefficients, proof, sealing_key, draws(NONCE_LEN))

    def commit(self) -> Commit:
        return Commit(self.index, self._reveal.digest(self.ceremony.round_context))

    def reveal(self, commits: Sequence[Commit]) -> Reveal:
        """What this custodian committed to, given away only when everybody has committed."""
        self.ceremony.require_everybody((commit.index for commit in commits), "commitment")
        if self._commits and self._commits != tuple(commits):
            raise InvalidInput("The commitments changed after this custodian revealed.")
        self._require_mine(commits[self.index - 1] == self.commit())
        self._commits = tuple(commits)
        return self._reveal

    def deal(self, reveals: Sequence[Reveal]) -> list[SubShare]:
        """One sealed sub-share for each custodian. Raises KeyMakingFault when a reveal is wrong."""
        self._require_step(bool(self._commits), "reveal")
        if self._reveals and self._reveals != tuple(reveals):
            # Two sets of sub-shares for two sets of reveals would be two points of one polynomial too many.
            raise InvalidInput("The reveals changed after this custodian dealt.")
        check_reveals(self.ceremony, self._commits, reveals)
        self._require_mine(reveals[self.index - 1] == self._reveal)
        self._reveals = tuple(reveals)
        return [self._sub_share(receiver) for receiver in self.ceremony.indices]

    def _sub_share(self, receiver: int) -> SubShare:
        value = 0
        for a in reversed(self._polynomial):
            value = (value * receiver + a) % ORDER
        info = sub_share_info(self.ceremony, self._reveals, self.index, receiver)
        sealing_key = self._reveals[receiver - 1].sealing_key
        return SubShare(self.index, receiver, seal(sealing_key, info, encode_scalar(value)))

    def receive(self, sub_shares: Sequence[SubShare]) -> list[Complaint]:
        """Open and check the sub-shares sent to this custodian, one from each; a complaint for each wrong one."""
        self._require_step(bool(self._reveals), "deal")
        self.ceremony.require_everybody((sub_share.sender for sub_share in sub_shares), "sub-share")
        complaints = []
        for sub_share in sub_shares:
            self._require_mine(sub_share.receiver == self.index)
            dh = self._dh(sub_share)
            try:
                value = opened_sub_share(self.ceremony, self._reveals, sub_share, dh)
            except InvalidInput:
                complaints.append(complain(self.ceremony, sub_share, dh, self._sealing_secret, self._randomness))
            else:
                self._received[sub_share.sender] = value
        return complaints

    def _dh(self, sub_share: SubShare) -> bytes:
        enc = sub_share.sealed[:ENC_LEN]
        return p256().mult(self._sealing_secret, enc) if p256().is_valid_point(enc) else b""

    def finish(self) -> tuple[Share, Confirmation]:
        """The share, and the confirmation to post. All secrets but the share are dropped."""
        self._require_step(len(self._received) == len(self.ceremony.names), "receive without complaint")
        x = sum(self._received.values()) % ORDER
        verification_key = verification_key_of(self._reveals, self.index)
        share = Share(
            self.index,
            self.ceremony.threshold,
            encode_scalar(x),
            public_key_of(self._reveals),
            verification_key,
            self.ceremony.round_context,
        )
        statement = confirmation_statement(self.ceremony, self._reveals, self.index)
        confirmation = Confirmation(self.index, prove_knowledge(x, statement, self._randomness))
        self._polynomial, self._sealing_secret, self._received = [], b"", {}
        return share, confirmation

    def _require_mine(self, mine: bool) -> None:
        if not mine:
            raise InvalidInput(f"The notice board shows custodian {self.index} a message that is not theirs.")

    def _require_step(self, done: bool, step: str) -> None:
        if not done:
            raise WrongState(f"Custodian {self.index} must {step} first.")


@dataclass(frozen=True)
class KeyMaking:
    """public_key 65 bytes; verification_keys 65 bytes each, shares and custodians in the order of indices 1..n;
    transcript: canonical JSON.
    """

    public_key: bytes
    verification_keys: tuple[bytes, ...]
    shares: tuple[Share, ...]
    transcript: bytes


def make_key(names: Sequence[str], threshold: int, randomness: Randomness, *, context: bytes = b"") -> KeyMaking:
    """All custodians in one process, for tests and demos: here the shares do meet in one place.

    Raises InvalidInput unless 2 <= threshold < number of names and the names differ.
    """
    ceremony = Ceremony(tuple(names), threshold, context)
    participants = [Participant(ceremony, index, randomness) for index in ceremony.indices]
    commits = [participant.commit() for participant in participants]
    reveals = [participant.reveal(commits) for participant in participants]
    dealt = [participant.deal(reveals) for participant in participants]
    for participant in participants:
        complaints = participant.receive([sub_shares[participant.index - 1] for sub_shares in dealt])
        for complaint in complaints:
            raise judge(ceremony, reveals, dealt[complaint.accused - 1][complaint.accuser - 1], complaint)
    finished = [participant.finish() for participant in participants]
    shares = tuple(share for share, _ in finished)
    transcript = Transcript(
        ceremony, tuple(commits), tuple(reveals), tuple(confirmation for _, confirmation in finished)
    )
    facts = transcript.verify()
    return KeyMaking(facts.public_key, facts.verification_keys, shares, transcript.encode())
