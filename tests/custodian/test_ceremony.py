"""The key ceremony over the notice board: the honest way, and everybody who does not keep to it."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survey.crypto import arithmetic
from survey.crypto.arithmetic import BASE, ORDER, p256
from survey.crypto.dkg_messages import KeyMakingFault, canonical_json, sub_share_info
from survey.crypto.dkg_transcript import verify_transcript
from survey.crypto.sealing import open_with_dh, seal
from survey.crypto.signing import WrongSignature
from survey.crypto.threshold import combine, lagrange
from survey.crypto.wire import b64url_decode, b64url_encode
from survey.domain import lifecycle
from survey.domain.ceremony import office as ceremony_office
from survey.domain.ceremony.agreed import DONE, PHASES
from survey.domain.ceremony.board import Board, read_board
from survey.domain.ceremony.check_words import EN, ZH, check_words
from survey.domain.ceremony.contents import reveal_content
from survey.domain.ceremony.invitation import Invitation, NotInvited, find_seat, secret_digest
from survey.domain.ceremony.key_holder import BoardChanged
from survey.domain.ceremony.messages import Message
from survey.domain.ceremony.office import AlreadySaid
from survey.domain.ceremony.stopping import Stop
from survey.domain.manifest import get_manifest
from survey.errors import InvalidInput, WrongState
from tests.custodian.table import Seat, Table

OFF_CURVE = b"\x04" + bytes(63) + b"\x01"


def content_of(message: Message | None) -> dict[str, Any]:
    assert message is not None
    return json.loads(json.dumps(dict(message.content)))


# The honest way


def test_everybody_ends_with_a_share_of_the_one_key_the_round_has() -> None:
    table = Table()
    shares = table.finish()

    key = table.round.get_opening_key()
    facts = verify_transcript(key.transcript)
    assert {share.public_key for share in shares} == {key.public_key} == {facts.public_key}
    assert tuple(custodian.verification_key for custodian in table.round.custodians) == facts.verification_keys
    assert [p256().mult_base(share.secret) for share in shares] == list(facts.verification_keys)
    assert facts.context == table.round_id.encode()


def test_such_a_round_is_frozen_like_any_other() -> None:
    table = Table()
    table.finish()
    services = table.services
    frozen = lifecycle.freeze(
        table.round, registry=services.registry, keys=services.keys, host="survey.example", scripts={}
    )
    assert get_manifest(services.registry, frozen.evaluations[0].id).opening_key == (
        table.round.get_opening_key().public_key
    )


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(3, 7).flatmap(lambda n: st.tuples(st.integers(2, min(3, n - 1)), st.just(n))), st.randoms())
def test_any_t_of_n_open_and_t_minus_one_do_not(sizes: tuple[int, int], chance: Any) -> None:
    threshold, count = sizes
    table = Table(count, threshold)
    shares = table.finish()
    sealed = seal(shares[0].public_key, b"info", b"answers")
    enc, ct = sealed[:65], sealed[65:]

    def dh(group: list[Any]) -> bytes:
        return combine({share.index: p256().mult(share.secret, enc) for share in group})

    group = chance.sample(shares, threshold)
    assert open_with_dh(dh(group), enc, shares[0].public_key, b"info", ct) == b"answers"
    with pytest.raises(Exception, match="do not open"):
        open_with_dh(dh(group[:-1]), enc, shares[0].public_key, b"info", ct)


def test_check_words_are_the_same_for_everybody_and_differ_between_ceremonies() -> None:
    words = []
    for _ in range(2):
        table = Table().go_to("confirm")
        words.append(check_words(table.standing.board.seen("confirm")))
    assert words[0] != words[1]
    assert [len(words) for words in words[0]] == [12, 12]


def test_words_of_one_list_are_all_different() -> None:
    assert len(set(ZH)) == len(set(EN)) == len(ZH) == len(EN) == 64


# Interruptions


@pytest.mark.parametrize("phase", PHASES)
def test_a_message_that_did_not_arrive_is_said_again_word_for_word(phase: str) -> None:
    table = Table().go_to(phase)
    lost = table.seats[0].next_message(table.document)
    again = table.seats[0].next_message(table.document)
    assert lost is not None
    assert lost == again


@pytest.mark.parametrize("phase", PHASES)
def test_the_same_message_may_come_twice_and_another_one_is_refused(phase: str) -> None:
    table = Table().go_to(phase)
    message = table.seats[0].next_message(table.document)
    assert message is not None
    table.post(1, message.encode())
    table.post(1, message.encode())
    with pytest.raises(AlreadySaid, match="already said something else"):
        table.post(1, table.rewritten(1, phase, {}))


@pytest.mark.parametrize("phase", PHASES)
def test_while_one_custodian_is_gone_the_others_wait_and_nothing_is_lost(phase: str) -> None:
    table = Table().go_to(phase)
    for _ in range(2):
        table.step(1)
        table.step(2)
    assert table.phase == phase
    assert table.standing.board.missing == [3]
    assert table.round.opening_key is None
    assert len(table.finish()) == 3


@pytest.mark.parametrize("phase", PHASES)
def test_a_ceremony_with_one_custodian_gone_can_begin_again_at_any_step(phase: str) -> None:
    table = Table().go_to(phase)
    table.step(1)
    before = table.document["messages"]
    assert ceremony_office.restart(table.round, board=table.services.board) == 2
    assert table.document["messages"] == []
    with pytest.raises((InvalidInput, WrongState), match="to an earlier attempt"):
        table.post(1, json.dumps(before[0], sort_keys=True, separators=(",", ":")).encode())
    assert len(table.finish()) == 3


def test_another_attempt_draws_another_key() -> None:
    table = Table().go_to("verify")
    first = table.standing.board.reveals
    ceremony_office.restart(table.round, board=table.services.board)
    table.go_to("verify")
    second = table.standing.board.reveals
    assert not {c for reveal in first for c in reveal.coefficients} & {c for r in second for c in r.coefficients}


def test_a_finished_ceremony_does_not_begin_again() -> None:
    table = Table()
    table.finish()
    with pytest.raises(WrongState, match="already has its opening key"):
        ceremony_office.restart(table.round, board=table.services.board)


def test_a_share_is_not_given_before_everybody_has_confirmed() -> None:
    table = Table().go_to("confirm")
    table.step(1)
    with pytest.raises(WrongState, match="the key is not made yet"):
        table.seats[0].share(table.document)


# Custodians who cheat


def test_who_speaks_before_everybody_has_committed_is_refused() -> None:
    table = Table().go_to("reveal")
    reveal = content_of(table.seats[0].next_message(table.document))
    early = Table().go_to("commit")
    with pytest.raises(WrongState, match="sent a message of the phase reveal; the ceremony is at commit"):
        early.post(1, early.rewritten(1, "reveal", reveal))


def test_a_rushing_custodian_cannot_choose_after_seeing_the_others() -> None:
    """The last to reveal would cancel the others' part; but what they reveal must be what they committed to."""
    table = Table().go_to("reveal")
    table.step(1)
    table.step(2)
    others = [table.standing.board.said_by(i, "reveal") for i in (1, 2)]
    wanted = content_of(table.seats[2].next_message(table.document))
    wanted["coefficients"][0] = content_of(others[0])["coefficients"][0]
    with pytest.raises(KeyMakingFault, match=r"Custodian 3 \(组织部\) revealed something else than was committed to"):
        table.post(3, table.rewritten(3, "reveal", wanted))


def test_the_public_part_of_another_custodian_cannot_be_passed_off_as_the_own() -> None:
    """With a commitment to it as well: the proof of knowledge is what a copier cannot give."""
    table = Table().go_to("commit")
    first = table.seats[0].holder()
    board = table.standing.board
    copied = first._participant(board)._reveal
    mine = replace(copied, index=3)
    for index in (1, 2):
        table.step(index)
    digest = mine.digest(board.agreed.key_making.round_context)
    table.post(3, table.rewritten(3, "commit", {"digest": b64url_encode(digest)}))
    with pytest.raises(KeyMakingFault, match=r"Custodian 3 \(组织部\) gave a wrong proof of knowledge"):
        table.post(3, table.rewritten(3, "reveal", reveal_content(mine)))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"coefficients": [b64url_encode(OFF_CURVE)] * 2}, "no points of the curve", id="off the curve"),
        pytest.param({"coefficients": [b64url_encode(bytes(65))] * 2}, "no points of the curve", id="zero"),
        pytest.param({"sealing_key": b64url_encode(OFF_CURVE)}, "no points of the curve", id="sealing key"),
        pytest.param({"coefficients": [b64url_encode(BASE)]}, "another form than agreed", id="too few"),
        pytest.param({"coefficients": [b64url_encode(BASE)] * 3}, "another form than agreed", id="too many"),
        pytest.param({"proof": b64url_encode(bytes(64))}, "something else than was committed to", id="proof"),
        pytest.param({"nonce": b64url_encode(bytes(32))}, "something else than was committed to", id="nonce"),
        pytest.param({"nonce": b64url_encode(bytes(31))}, "Exactly 32 bytes", id="short nonce"),
        pytest.param({"coefficients": "AAAA"}, "is no list", id="no list"),
        pytest.param({"coefficients": [1, 2]}, "does not belong there", id="numbers"),
    ],
)
def test_a_wrong_reveal_is_refused(change: dict[str, Any], reason: str) -> None:
    table = Table().go_to("reveal")
    content = content_of(table.seats[1].next_message(table.document)) | change
    with pytest.raises(
        InvalidInput if "bytes" in reason or "list" in reason or "there" in reason else KeyMakingFault, match=reason
    ):
        table.post(2, table.rewritten(2, "reveal", content))
    assert table.standing.board.missing == [1, 2, 3]


def test_proofs_of_two_custodians_cannot_be_swapped() -> None:
    table = Table().go_to("confirm")
    mine, other = (table.seats[i].next_message(table.document) for i in (1, 2))
    assert mine is not None
    with pytest.raises(KeyMakingFault, match=r"Custodian 2 \(纪委\) did not confirm the share they should hold"):
        table.post(2, table.rewritten(2, "confirm", content_of(other)))


def test_a_key_that_another_custodian_joined_with_is_refused() -> None:
    table = Table()
    table.step(1)
    joined = content_of(table.standing.board.said_by(1, "join"))
    with pytest.raises(InvalidInput, match=r"Custodian 2 \(纪委\) joined with the key of another custodian"):
        table.post(2, table.rewritten(2, "join", joined))


@pytest.mark.parametrize("identity", [OFF_CURVE, bytes(65)], ids=["off the curve", "zero"])
def test_a_key_that_is_no_point_is_refused(identity: bytes) -> None:
    table = Table()
    with pytest.raises(InvalidInput, match="joined with bytes that are no key"):
        table.post(1, table.rewritten(1, "join", {"identity": b64url_encode(identity)}))


@pytest.mark.parametrize("phase", PHASES)
def test_nobody_speaks_in_the_place_of_another(phase: str) -> None:
    table = Table().go_to(phase)
    message = table.seats[1].next_message(table.document)
    assert message is not None
    with pytest.raises(InvalidInput, match="invitation is for custodian 1; the message speaks for 2"):
        table.post(1, message.encode())


def deal_with(table: Table, cheater: int, victim: int, sealed: bytes | None = None) -> None:
    """Everybody deals; the cheater seals another number to one receiver only."""
    for index in range(1, table.custodians + 1):
        message = table.seats[index - 1].next_message(table.document)
        assert message is not None
        if index != cheater:
            table.post(index, message.encode())
            continue
        content = content_of(message)
        if sealed is None:
            board = table.standing.board
            info = sub_share_info(board.agreed.key_making, board.reveals, cheater, victim)
            sealed = seal(board.reveals[victim - 1].sealing_key, info, secrets.token_bytes(32))
        content["sub_shares"][victim - 1] = b64url_encode(sealed)
        table.post(cheater, table.rewritten(cheater, "deal", content))


@pytest.mark.parametrize(
    "sealed",
    [None, bytes(113), BASE + bytes(48), OFF_CURVE + bytes(48)],
    ids=["another number", "zeros", "sealed for nobody", "no point"],
)
def test_a_wrong_sub_share_to_one_receiver_stops_the_ceremony_and_names_its_sender(sealed: bytes | None) -> None:
    table = Table()
    table.go_to("deal")
    deal_with(table, cheater=2, victim=3, sealed=sealed)
    assert table.phase == "verify"
    table.step(1)
    table.step(3)

    assert table.standing.stopped == Stop("wrong-sub-share", 2)
    with pytest.raises(WrongState, match="This attempt was stopped: Custodian 2"):
        table.post(2, table.rewritten(2, "verify", {"complaints": []}))
    with pytest.raises(KeyMakingFault, match="dealt a wrong sub-share"):
        table.seats[0].next_message({**table.document, "messages": table.document["messages"]})
    assert table.round.opening_key is None
    ceremony_office.restart(table.round, board=table.services.board)
    assert len(table.finish()) == 3


def test_who_sees_other_check_words_stops_the_ceremony_for_everybody() -> None:
    table = Table().go_to("verify")
    with pytest.raises(WrongState, match="no check words to compare"):
        ceremony_office.object_to_words(table.round, 2, board=table.services.board)
    table.go_to("confirm")
    table.step(1)
    after = ceremony_office.object_to_words(table.round, 2, board=table.services.board)
    assert after.stopped == Stop("words-differ", 2)
    assert after.why_stopped == "Custodian 2 (纪委) said that the check words differ."
    with pytest.raises(WrongState, match="said that the check words differ"):
        table.step(3)
    assert table.round.opening_key is None
    _, _, stopped = read_board(json.loads(json.dumps(table.document)))
    assert stopped == after.stopped


@pytest.mark.parametrize(
    "stopped", ["words-differ 2", {"reason": "weather", "index": 1}, {"reason": "words-differ"}, 7]
)
def test_a_board_stopped_for_an_unknown_reason_is_refused(stopped: object) -> None:
    with pytest.raises(InvalidInput, match=r"stopped for no reason|not the notice board"):
        read_board({**Table().document, "stopped": stopped})


def test_who_complains_about_a_correct_sub_share_is_named() -> None:
    table = Table().go_to("verify")
    complaint = {"accused": 2, "dh": b64url_encode(BASE), "proof": b64url_encode(bytes(64))}
    table.post(1, table.rewritten(1, "verify", {"complaints": [complaint]}))
    assert table.standing.stopped == Stop("false-complaint", 1)


def test_a_complaint_about_nobody_is_refused() -> None:
    table = Table().go_to("verify")
    complaint = {"accused": 9, "dh": "", "proof": ""}
    with pytest.raises(InvalidInput, match="must accuse a custodian of this ceremony"):
        table.post(1, table.rewritten(1, "verify", {"complaints": [complaint]}))


# A dishonest notice board


def test_a_board_cannot_write_a_message() -> None:
    table = Table().go_to("reveal")
    document = table.document
    body = json.loads(b64url_decode(document["messages"][-1]["body"]))
    body["content"]["digest"] = b64url_encode(bytes(32))
    document["messages"][-1]["body"] = b64url_encode(canonical_json(body))
    with pytest.raises(WrongSignature, match=r"in the name of Custodian 3 \(组织部\) is not signed by them"):
        table.seats[0].next_message(document)


def test_two_custodians_who_are_shown_two_things_find_out_one_phase_later() -> None:
    """The board has a second, signed commitment of a custodian who plays along, and shows it to one of the others."""
    table = Table().go_to("commit")
    table.step(1)
    table.step(2)
    other_commit = table.rewritten(3, "commit", {"digest": b64url_encode(secrets.token_bytes(32))})
    two_faced = {**table.document, "messages": [*table.document["messages"], json.loads(other_commit)]}
    table.step(3)
    shown_first = table.seats[0].next_message(table.document)
    shown_second = table.seats[1].next_message(two_faced)
    assert shown_first is not None
    assert shown_second is not None
    table.post(1, shown_first.encode())
    with pytest.raises(InvalidInput, match="was shown something else than stands here: the notice board is not honest"):
        table.post(2, shown_second.encode())


def test_a_board_that_goes_back_behind_what_was_acted_on_is_refused() -> None:
    table = Table().go_to("deal")
    early = table.document
    table.step(1)
    shorter = {**early, "messages": [m for m in early["messages"] if _phase(m) in ("join", "commit")]}
    with pytest.raises(BoardChanged, match="another past"):
        table.seats[0].next_message(shorter)


def test_a_board_that_goes_back_to_an_earlier_attempt_is_refused() -> None:
    table = Table().go_to("commit")
    earlier = table.document
    ceremony_office.restart(table.round, board=table.services.board)
    table.step(1)
    with pytest.raises(BoardChanged, match="went back to an earlier attempt"):
        table.seats[0].next_message(earlier)


@pytest.mark.parametrize(
    "change",
    [{"threshold": 1}, {"threshold": 2, "name": "另一轮"}, {"custodians": ["巡察办", "纪委", "巡察办的人"]}],
    ids=["threshold", "name", "custodians"],
)
def test_a_board_that_names_other_facts_than_the_invitation_is_refused(change: dict[str, Any]) -> None:
    table = Table()
    with pytest.raises(InvalidInput, match=r"another round, other custodians|threshold is 1"):
        table.seats[0].next_message({**table.document, **change})


def test_a_place_that_somebody_else_took_first_is_refused() -> None:
    """A second browser with the same link, or whoever stole it: the first one's key is on the board."""
    table = Table()
    table.step(1)
    thief = Seat.of(table.invitations[0])
    with pytest.raises(BoardChanged, match="Somebody has already begun in this place"):
        thief.next_message(table.document)


# Invitations


def test_an_invitation_survives_its_file() -> None:
    invitation = Table().invitations[1]
    assert Invitation.parse(invitation.encode()) == invitation
    assert invitation.link in invitation.encode().decode()


def test_the_store_keeps_no_invitation_only_its_digest() -> None:
    table = Table()
    kept = table.services.board.seats[table.round_id]
    assert kept == {one.index: secret_digest(one.secret) for one in table.invitations}


def test_new_invitations_void_the_earlier_ones_and_keep_what_was_said() -> None:
    table = Table().go_to("reveal")
    old = table.invitations[0].secret
    new = ceremony_office.invite(
        table.round, board=table.services.board, randomness=secrets.token_bytes, url="https://survey.example"
    )
    assert find_seat(table.services.board, new[0].secret) == (table.round_id, 1)
    with pytest.raises(NotInvited, match="a newer one has replaced it"):
        find_seat(table.services.board, old)
    assert table.phase == "reveal"


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"body": 1, "signature": 2}', b"\xff", b"[" * 50_000])
def test_bytes_that_are_no_message_are_refused(raw: bytes) -> None:
    with pytest.raises(InvalidInput, match="not a message of a key ceremony"):
        Message.parse(raw)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_message_with_one_byte_changed_is_refused(data: st.DataObject) -> None:
    raw = data.draw(st.sampled_from(MESSAGES))
    place = data.draw(st.integers(0, len(raw) - 1))
    changed = raw[:place] + bytes([raw[place] ^ data.draw(st.integers(1, 255))]) + raw[place + 1 :]
    with pytest.raises((InvalidInput, WrongState, WrongSignature, KeyMakingFault)):
        _replayed([changed if one == raw else one for one in MESSAGES])


TABLE = Table().go_to(DONE)
MESSAGES = [message.encode() for message in TABLE.standing.board.messages]


# What the server has, and t - 1 custodians beside it


def test_everything_the_server_saw_and_one_share_open_nothing() -> None:
    """Every number that can be read out of the board, alone or together with one share, is tried as the key."""
    table = Table()
    shares = table.finish()
    public_key = shares[0].public_key
    sealed = seal(public_key, b"info", b"answers")
    enc, ct = sealed[:65], sealed[65:]
    seen = b"".join(message.body for message in table.standing.board.messages)
    numbers = {int.from_bytes(part[at : at + 32], "big") for part in _fields(table) for at in range(len(part) - 31)}
    corrupt = shares[0]
    x1 = int.from_bytes(corrupt.secret, "big")
    weights = lagrange([1, 2])
    guesses = numbers | {(weights[1] * x1 + weights[2] * number) % ORDER for number in numbers} | {x1}

    assert len(numbers) > 500
    assert not [guess for guess in guesses if 0 < guess < ORDER and _is_key(guess, public_key)]
    assert corrupt.secret not in seen
    with pytest.raises(Exception, match="do not open"):
        open_with_dh(p256().mult(corrupt.secret, enc), enc, public_key, b"info", ct)


def test_with_one_share_every_key_remains_possible() -> None:
    """For any key at all there is a polynomial through it and the known share: t - 1 shares say nothing about it."""
    known = int.from_bytes(Table().finish()[0].secret, "big")
    for key in (1, 2, ORDER - 1, int.from_bytes(secrets.token_bytes(32), "big") % ORDER):
        slope = (known - key) % ORDER
        assert (key + slope * 1) % ORDER == known


def _fields(table: Table) -> list[bytes]:
    """Every byte string that stands on the board."""
    found: list[bytes] = []

    def walk(value: Any) -> None:
        if isinstance(value, str):
            try:
                found.append(b64url_decode(value))
            except InvalidInput:
                return
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
            walk(inner)

    for message in table.standing.board.messages:
        walk(json.loads(message.body))
        found.append(message.signature)
    return found


def _is_key(guess: int, public_key: bytes) -> bool:
    return arithmetic.p256().mult_base(guess.to_bytes(32, "big")) == public_key


def _replayed(messages: list[bytes]) -> Board:
    board = Board(TABLE.standing.board.agreed)
    for message in messages:
        board.add(Message.parse(message))
    return board


def _phase(message: dict[str, str]) -> str:
    return str(json.loads(b64url_decode(message["body"]))["phase"])


def test_a_board_in_a_file_is_read_back_whole() -> None:
    agreed, messages, stopped = read_board(json.loads(json.dumps(TABLE.document)))
    assert (agreed, stopped) == (TABLE.standing.board.agreed, None)
    assert Board.read(agreed, messages).phase == DONE


@pytest.mark.parametrize("document", [None, [], {}, {"schema": "survey-board/1"}, "board"])
def test_what_is_no_board_is_refused(document: object) -> None:
    with pytest.raises(InvalidInput, match="not the notice board"):
        read_board(document)
