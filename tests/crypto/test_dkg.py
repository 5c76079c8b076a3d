"""Key making: the law it keeps, and every cheater by name."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from survey.crypto import arithmetic, threshold
from survey.crypto.arithmetic import BASE, ORDER
from survey.crypto.dkg import Ceremony, KeyMakingFault, Participant, make_key
from survey.crypto.dkg_complaints import judge
from survey.crypto.dkg_messages import Commit, Complaint, Reveal, Share, SubShare, canonical_json, sub_share_info
from survey.crypto.dkg_transcript import verify_transcript
from survey.crypto.sealing import seal
from survey.crypto.wire import b64url_encode
from survey.errors import InvalidInput, WrongState
from tests.crypto.support import flipped

NAMES = ("巡察办", "纪委", "组织部")
CEREMONY = Ceremony(NAMES, 2, b"round")
MADE = make_key(NAMES, 2, os.urandom, context=b"round")


class Making:
    """Three participants carried to the step a test needs."""

    def __init__(self, ceremony: Ceremony = CEREMONY) -> None:
        self.participants = [Participant(ceremony, index, os.urandom) for index in ceremony.indices]
        self.commits = [participant.commit() for participant in self.participants]
        self.reveals: list[Reveal] = []
        self.dealt: list[list[SubShare]] = []

    def revealed(self) -> "Making":
        self.reveals = [participant.reveal(self.commits) for participant in self.participants]
        return self

    def shared(self) -> "Making":
        self.revealed()
        self.dealt = [participant.deal(self.reveals) for participant in self.participants]
        return self

    def sent_to(self, receiver: int) -> list[SubShare]:
        return [sub_shares[receiver - 1] for sub_shares in self.dealt]


def test_the_shares_are_points_of_one_polynomial_under_the_public_key() -> None:
    secrets = {share.index: int.from_bytes(share.secret, "big") for share in MADE.shares}

    for pair in ((1, 2), (1, 3), (2, 3)):
        weights = threshold.lagrange(pair)
        secret = sum(weights[i] * secrets[i] for i in pair) % ORDER
        assert arithmetic.p256().mult_base(secret.to_bytes(32, "big")) == MADE.public_key


def test_each_verification_key_belongs_to_its_share() -> None:
    for share, key in zip(MADE.shares, MADE.verification_keys, strict=True):
        assert arithmetic.p256().mult_base(share.secret) == key == share.verification_key
        assert (share.public_key, share.threshold) == (MADE.public_key, 2)
        assert share.round_context == CEREMONY.round_context


def test_two_makings_give_two_keys() -> None:
    assert make_key(NAMES, 2, os.urandom).public_key != MADE.public_key


@pytest.mark.parametrize(
    ("names", "t", "reason"),
    [
        pytest.param(("a", "b", "c"), 3, "expected 2 <= threshold < custodians", id="all of them"),
        pytest.param(("a", "b", "c"), 1, "expected 2 <= threshold < custodians", id="one alone"),
        pytest.param(("a", "b", "a"), 2, "different names", id="one name twice"),
        pytest.param(("a", "", "c"), 2, "none of them empty", id="no name"),
    ],
)
def test_a_group_that_must_not_make_a_key_is_refused(names: tuple[str, ...], t: int, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        make_key(names, t, os.urandom)


# Reveals


Change = Callable[[Reveal], Reveal]
CHANGED: dict[str, Change] = {
    "first coefficient": lambda r: replace(r, coefficients=(BASE, r.coefficients[1])),
    "second coefficient": lambda r: replace(r, coefficients=(r.coefficients[0], BASE)),
    "sealing key": lambda r: replace(r, sealing_key=BASE),
    "proof": lambda r: replace(r, proof=flipped(r.proof, 9)),
    "nonce": lambda r: replace(r, nonce=bytes(32)),
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_reveal_that_changed_after_the_commitment_names_its_custodian(name: str) -> None:
    making = Making().revealed()
    making.reveals[1] = CHANGED[name](making.reveals[1])

    with pytest.raises(KeyMakingFault, match=r"Custodian 2 \(纪委\) revealed something else") as fault:
        making.participants[0].deal(making.reveals)
    assert (fault.value.index, fault.value.name) == (2, "纪委")


def _recommitted(making: Making, reveal: Reveal) -> None:
    """The cheater commits to what will be revealed, so that only later checks can find it."""
    making.commits[reveal.index - 1] = Commit(reveal.index, reveal.digest(CEREMONY.round_context))
    making.reveals = [p.reveal(making.commits) for p in making.participants if p.index != reveal.index]
    making.reveals.insert(reveal.index - 1, reveal)


def _reveal_of(participant: Participant) -> Reveal:
    commits = [Commit(i, bytes(32)) for i in CEREMONY.indices]
    commits[participant.index - 1] = participant.commit()
    return participant.reveal(commits)


def test_a_wrong_proof_of_knowledge_names_its_custodian() -> None:
    making = Making()
    own = _reveal_of(making.participants[1])
    _recommitted(making, replace(own, proof=flipped(own.proof, 300)))

    with pytest.raises(KeyMakingFault, match=r"Custodian 2 \(纪委\) gave a wrong proof of knowledge"):
        making.participants[0].deal(making.reveals)


def test_a_copied_part_with_its_copied_proof_names_the_copier() -> None:
    # Without binding to the index, the copier would pass for a holder of the other's secret.
    making = Making()
    copied = replace(_reveal_of(Participant(CEREMONY, 3, os.urandom)), index=2)
    _recommitted(making, copied)

    with pytest.raises(KeyMakingFault, match=r"Custodian 2 \(纪委\) gave a wrong proof of knowledge"):
        making.participants[0].deal(making.reveals)


def test_a_part_from_another_round_names_its_custodian() -> None:
    making = Making()
    replayed = _reveal_of(Participant(Ceremony(NAMES, 2, b"another round"), 2, os.urandom))
    _recommitted(making, replayed)

    with pytest.raises(KeyMakingFault, match=r"Custodian 2 \(纪委\) gave a wrong proof of knowledge"):
        making.participants[0].deal(making.reveals)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(lambda r: replace(r, coefficients=(*r.coefficients, BASE)), "another form", id="higher degree"),
        pytest.param(lambda r: replace(r, coefficients=r.coefficients[:1]), "another form", id="lower degree"),
        pytest.param(lambda r: replace(r, nonce=b""), "another form", id="no nonce"),
        pytest.param(lambda r: replace(r, sealing_key=bytes(65)), "no points of the curve", id="key off the curve"),
        pytest.param(
            lambda r: replace(r, coefficients=(r.coefficients[0], b"\x00")), "no points of the curve", id="infinity"
        ),
    ],
)
def test_a_part_of_another_form_names_its_custodian(change: Change, reason: str) -> None:
    making = Making()
    _recommitted(making, change(_reveal_of(making.participants[1])))

    with pytest.raises(KeyMakingFault, match=rf"Custodian 2 \(纪委\) revealed .*{reason}"):
        making.participants[0].deal(making.reveals)


def test_whoever_does_not_commit_is_named() -> None:
    making = Making()

    with pytest.raises(KeyMakingFault, match=r"Custodian 2 \(纪委\) did not give exactly one commitment"):
        making.participants[0].reveal([making.commits[0], making.commits[2]])


def test_nothing_is_revealed_when_the_board_changed_the_own_commitment() -> None:
    making = Making()
    making.commits[0] = Commit(1, bytes(32))

    with pytest.raises(InvalidInput, match="custodian 1 a message that is not theirs"):
        making.participants[0].reveal(making.commits)


def test_commitments_cannot_change_after_the_reveal() -> None:
    making = Making().revealed()
    making.commits[1] = Commit(2, bytes(32))

    with pytest.raises(InvalidInput, match="commitments changed"):
        making.participants[0].reveal(making.commits)


def test_reveals_cannot_change_after_the_dealing() -> None:
    making = Making().shared()
    making.reveals[1] = replace(making.reveals[1], nonce=bytes(32))

    with pytest.raises(InvalidInput, match="reveals changed"):
        making.participants[0].deal(making.reveals)


# Sub-shares


def _judged(making: Making, receiver: int, sub_shares: list[SubShare]) -> KeyMakingFault:
    """The one complaint of the receiver, judged from public messages."""
    (complaint,) = making.participants[receiver - 1].receive(sub_shares)
    return judge(CEREMONY, making.reveals, sub_shares[complaint.accused - 1], complaint)


WRONG_SUB_SHARES: dict[str, Callable[[Making], bytes]] = {
    "another value": lambda making: seal(making.reveals[0].sealing_key, _info(making), (7).to_bytes(32, "big")),
    "zero": lambda making: seal(making.reveals[0].sealing_key, _info(making), bytes(32)),
    "another length": lambda making: seal(making.reveals[0].sealing_key, _info(making), b"short"),
    "flipped": lambda making: flipped(making.dealt[1][0].sealed, 8 * 80),
    "cut": lambda making: making.dealt[1][0].sealed[:-1],
    "no point": lambda making: bytes(113),
    "nothing": lambda making: b"",
    "sealed for another receiver": lambda making: making.dealt[1][2].sealed,
}


def _info(making: Making) -> bytes:
    return sub_share_info(CEREMONY, making.reveals, 2, 1)


@pytest.mark.parametrize("name", WRONG_SUB_SHARES)
def test_a_wrong_sub_share_leads_to_a_complaint_that_names_its_sender(name: str) -> None:
    making = Making().shared()
    sub_shares = making.sent_to(1)
    sub_shares[1] = SubShare(2, 1, WRONG_SUB_SHARES[name](making))

    fault = _judged(making, 1, sub_shares)

    assert (fault.index, fault.name) == (2, "纪委")
    assert "dealt a wrong sub-share" in str(fault)


def test_no_share_comes_out_while_a_complaint_stands() -> None:
    making = Making().shared()
    sub_shares = making.sent_to(1)
    sub_shares[1] = SubShare(2, 1, b"")
    making.participants[0].receive(sub_shares)

    with pytest.raises(WrongState, match="receive without complaint first"):
        making.participants[0].finish()


def _complaint_about_a_wrong_one(making: Making) -> tuple[SubShare, Complaint]:
    sub_shares = making.sent_to(1)
    sub_shares[1] = SubShare(2, 1, flipped(sub_shares[1].sealed, 8 * 80))
    (complaint,) = making.participants[0].receive(sub_shares)
    return sub_shares[1], complaint


def test_a_complaint_about_a_correct_sub_share_names_the_accuser() -> None:
    making = Making().shared()
    _, complaint = _complaint_about_a_wrong_one(making)

    # The same enc opens the sub-share that really stands on the board, and that one is right.
    fault = judge(CEREMONY, making.reveals, making.dealt[1][0], complaint)

    assert (fault.index, "complained about a correct sub-share" in str(fault)) == (1, True)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda c: replace(c, dh=BASE), id="another point"),
        pytest.param(lambda c: replace(c, dh=b""), id="no point"),
        pytest.param(lambda c: replace(c, proof=flipped(c.proof, 5)), id="flipped proof"),
        pytest.param(lambda c: replace(c, proof=b""), id="no proof"),
    ],
)
def test_a_complaint_without_a_valid_proof_names_the_accuser(change: Callable[[Complaint], Complaint]) -> None:
    making = Making().shared()
    sub_share, complaint = _complaint_about_a_wrong_one(making)

    fault = judge(CEREMONY, making.reveals, sub_share, change(complaint))

    assert (fault.index, "without a valid proof" in str(fault)) == (1, True)


def test_a_complaint_about_the_sub_share_of_another_names_the_accuser() -> None:
    making = Making().shared()
    _, complaint = _complaint_about_a_wrong_one(making)

    fault = judge(CEREMONY, making.reveals, making.dealt[2][0], complaint)

    assert (fault.index, "not theirs" in str(fault)) == (1, True)


def test_whoever_sends_no_sub_share_is_named() -> None:
    making = Making().shared()

    with pytest.raises(KeyMakingFault, match=r"Custodian 3 \(组织部\) did not give exactly one sub-share"):
        making.participants[0].receive(making.sent_to(1)[:2])


def test_a_sub_share_for_somebody_else_is_not_taken() -> None:
    making = Making().shared()

    with pytest.raises(InvalidInput, match="custodian 1 a message that is not theirs"):
        making.participants[0].receive(making.sent_to(2))


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        pytest.param(lambda making: making.participants[0].deal([]), "must reveal first", id="deal"),
        pytest.param(lambda making: making.participants[0].receive([]), "must deal first", id="receive"),
        pytest.param(lambda making: making.participants[0].finish(), "must receive without complaint", id="finish"),
    ],
)
def test_no_step_comes_before_its_turn(step: Callable[[Making], Any], reason: str) -> None:
    with pytest.raises(WrongState, match=reason):
        step(Making())


def test_a_finished_participant_holds_no_secret_and_gives_no_second_share() -> None:
    making = Making().shared()
    participant = making.participants[0]
    participant.receive(making.sent_to(1))
    share, _ = participant.finish()

    assert isinstance(share, Share)
    with pytest.raises(WrongState, match="receive without complaint"):
        participant.finish()


# Transcript


def test_a_transcript_checks_and_tells_the_public_facts() -> None:
    facts = verify_transcript(MADE.transcript)

    assert (facts.names, facts.threshold, facts.context) == (NAMES, 2, b"round")
    assert (facts.public_key, facts.verification_keys) == (MADE.public_key, MADE.verification_keys)


def test_a_transcript_holds_no_share() -> None:
    for share in MADE.shares:
        assert b64url_encode(share.secret).encode() not in MADE.transcript
        assert share.secret.hex().encode() not in MADE.transcript


def _changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    document = json.loads(MADE.transcript)
    change(document)
    return canonical_json(document)


def _set(place: tuple[str | int, ...], value: object) -> Callable[[dict[str, Any]], object]:
    def change(document: Any) -> None:
        for step in place[:-1]:
            document = document[step]
        document[place[-1]] = value

    return change


ZEROS_64 = b64url_encode(bytes(64))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(_set(("commits", 1, "digest"), b64url_encode(bytes(32))), "2 .* something else", id="commit"),
        pytest.param(_set(("reveals", 1, "proof"), ZEROS_64), "2 .* something else", id="proof"),
        pytest.param(_set(("reveals", 2, "sealing_key"), b64url_encode(BASE)), "3 .* something else", id="sealing key"),
        pytest.param(_set(("confirmations", 2, "proof"), ZEROS_64), "3 .* did not confirm", id="confirmation"),
        pytest.param(lambda d: d["confirmations"].pop(), "3 .* exactly one confirmation", id="no confirmation"),
        pytest.param(lambda d: d["reveals"].reverse(), "in the order of the list", id="order"),
        pytest.param(_set(("context",), b64url_encode(b"other")), "1 .* something else", id="another round"),
        pytest.param(_set(("names", 1), "工会"), "1 .* something else", id="another custodian"),
    ],
)
def test_a_changed_transcript_does_not_check(change: Callable[[dict[str, Any]], object], reason: str) -> None:
    with pytest.raises((KeyMakingFault, InvalidInput), match=reason):
        verify_transcript(_changed(change))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "not the transcript", id="nothing"),
        pytest.param(b"[]", "not the transcript", id="a list"),
        pytest.param(b"[" * 100_000, "not the transcript", id="very deep"),
        pytest.param(b"\xff", "not the transcript", id="no UTF-8"),
        pytest.param(_changed(lambda d: d.pop("reveals")), "not the transcript", id="no reveals"),
        pytest.param(_changed(_set(("commits", 0, "index"), True)), "not the transcript", id="true for 1"),
        pytest.param(_changed(_set(("commits", 0, "index"), 1.0)), "not the transcript", id="1.0 for 1"),
        pytest.param(_changed(_set(("names",), [1, 2, 3])), "by name", id="numbers for names"),
        pytest.param(_changed(_set(("threshold",), 2.0)), "whole number", id="2.0 for 2"),
        pytest.param(MADE.transcript + b"\n", "canonical form", id="a line end"),
        pytest.param(MADE.transcript.replace(b":", b": ", 1), "canonical form", id="a space"),
        pytest.param(_changed(_set(("extra",), 1)), "canonical form", id="an extra field"),
        pytest.param(_changed(_set(("schema",), "other/1")), "canonical form", id="another schema"),
        pytest.param(_changed(_set(("commits", 0, "digest"), "A")), "cut", id="bad base64url"),
        pytest.param(MADE.transcript.replace("纪委".encode(), b"\\ud800"), "not the transcript", id="half a surrogate"),
    ],
)
def test_bytes_that_are_no_transcript_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        verify_transcript(data)
