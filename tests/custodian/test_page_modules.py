"""The page's arithmetic against the program's: the same bytes in, the same bytes out, in both directions."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from survey.crypto import dleq
from survey.crypto.arithmetic import BASE, ORDER, p256
from survey.crypto.dkg_messages import canonical_json
from survey.crypto.dleq import WrongProof
from survey.crypto.knowledge import prove_knowledge, verify_knowledge
from survey.crypto.passphrase import Lock
from survey.crypto.replacement import Replacement
from survey.crypto.scalars import ScalarHash
from survey.crypto.sealing import open_with_dh, open_with_key, seal
from survey.crypto.seeded import Seeded
from survey.crypto.threshold import Partial, Share, combine, verify_partial
from survey.crypto.wire import b64url_encode
from survey.domain.ceremony.agreed import DONE, Agreed
from survey.domain.ceremony.check_words import EN, ZH, check_words
from survey.domain.custody.framed import header_line
from survey.domain.custody.shares import PartialFile, ShareFile, encode_locked_share
from survey.domain.custody.statements import Statement
from tests.custodian.node import ask, refused, reply
from tests.custodian.table import Table
from tests.custodian.test_replacement import begin as begin_replacement

SECRET = 0x1234567890ABCDEF1234567890ABCDEF1234567890ABCDEF1234567890ABCDEF
SECRET_BYTES = SECRET.to_bytes(32, "big")
KEY = p256().mult_base(SECRET_BYTES)
WORDS = "我的口令是一句很长的话"


def points(count: int) -> list[bytes]:
    return [p256().mult_base(number.to_bytes(32, "big")) for number in range(2, count + 2)]


def hexes(values: list[bytes]) -> list[str]:
    return [value.hex() for value in values]


@pytest.mark.parametrize(
    "document",
    [
        {"b": 1, "a": [True, None, "x"], "c": {}},
        {"name": '第一轮 "引号" \\ / \u2028 \x7f \t\n\r\b\f\x01', "n": 0},
        [],
        {"emoji": "𠮷 and 😀", "A": "a", "_": "_"},
    ],
)
def test_canonical_json_is_the_same(document: Any) -> None:
    assert ask("canonical", document=document).encode() == canonical_json(document)


@pytest.mark.parametrize("message", [b"", b"abc", bytes(200)])
def test_hashing_to_a_scalar_is_the_same(message: bytes) -> None:
    expected = ScalarHash(b"survey/test\x00context")(message).to_bytes(32, "big").hex()
    assert ask("scalar", context=b"survey/test\x00context".hex(), message=message.hex()) == expected


def test_draws_from_a_seed_are_the_same() -> None:
    draw = Seeded(SECRET_BYTES, b"info")
    expected = [draw(length).hex() for length in (48, 48, 32, 1, 65)]
    assert ask("seeded", seed=SECRET_BYTES.hex(), info=b"info".hex(), lengths=[48, 48, 32, 1, 65]) == expected


def test_check_words_are_the_same() -> None:
    digest = hashlib.sha256(b"any").digest()
    zh, en = check_words(digest)
    assert ask("lists") == {"zh": list(ZH), "en": list(EN)}
    assert ask("words", digest=digest.hex(), language="zh") == list(zh)
    assert ask("words", digest=digest.hex(), language="en") == list(en)


@pytest.mark.parametrize(
    ("data", "is_point"),
    [
        pytest.param(BASE, True, id="the base"),
        pytest.param(b"\x04" + bytes(63) + b"\x01", False, id="off the curve"),
        pytest.param(bytes(65), False, id="zeros"),
        pytest.param(BASE[:64], False, id="cut"),
        pytest.param(b"\x02" + BASE[1:33], False, id="compressed"),
        pytest.param(b"\x00", False, id="infinity"),
        pytest.param(b"\x04" + b"\xff" * 64, False, id="above the field"),
    ],
)
def test_the_same_bytes_are_points(data: bytes, is_point: bool) -> None:
    assert ask("isPoint", data=data.hex()) is is_point
    assert p256().is_valid_point(data) is is_point


@pytest.mark.parametrize("count", [0, 1, 2, 300])
def test_a_proof_of_the_page_over_a_list_is_accepted_by_the_program(count: int) -> None:
    cs = points(count)
    ds = [p256().mult(SECRET_BYTES, c) for c in cs]
    context = hashlib.sha256(b"list").digest()
    proof = ask("proveList", secret=f"{SECRET:x}", cs=hexes(cs), ds=hexes(ds), context=context.hex())
    verify_partial(KEY, cs, Partial(ds, bytes.fromhex(proof)), context)


def test_a_proof_of_the_program_over_a_list_is_accepted_by_the_page_and_a_changed_one_is_not() -> None:
    cs = points(3)
    ds = [p256().mult(SECRET_BYTES, c) for c in cs]
    pairs = dleq.PairsHash()
    for c, d in zip(cs, ds, strict=True):
        pairs.add(c, d)
    proof = dleq.generate_proof(SECRET_BYTES, cs, pairs.value(), b"context", secrets.token_bytes)
    facts = {"b": KEY.hex(), "cs": hexes(cs), "proof": proof.hex(), "context": b"context".hex()}
    assert ask("verifyList", ds=hexes(ds), **facts)
    assert refused("verifyList", ds=hexes([ds[0], ds[2], ds[1]]), **facts) == "wrong-proof"
    assert refused("verifyList", ds=hexes(ds), **{**facts, "context": "00"}) == "wrong-proof"


def test_proofs_of_knowledge_are_accepted_in_both_directions() -> None:
    theirs = bytes.fromhex(ask("proveKnowledge", secret=f"{SECRET:x}", statement=b"statement".hex()))
    verify_knowledge(KEY, b"statement", theirs)
    with pytest.raises(WrongProof):
        verify_knowledge(KEY, b"another", theirs)
    mine = prove_knowledge(SECRET, b"statement", secrets.token_bytes)
    assert ask("verifyKnowledge", point=KEY.hex(), statement=b"statement".hex(), proof=mine.hex())
    assert refused("verifyKnowledge", point=KEY.hex(), statement=b"another".hex(), proof=mine.hex()) == "wrong-proof"


def test_what_one_seals_the_other_opens() -> None:
    sealed = bytes.fromhex(ask("seal", key=KEY.hex(), info=b"info".hex(), plaintext=b"number".hex()))
    assert open_with_key(SECRET_BYTES, sealed[:65], b"info", sealed[65:]) == b"number"
    sealed = seal(KEY, b"info", b"number")
    dh = p256().mult(SECRET_BYTES, sealed[:65])
    asked = {"dh": dh.hex(), "enc": sealed[:65].hex(), "key": KEY.hex(), "ct": sealed[65:].hex()}
    assert bytes.fromhex(ask("open", info=b"info".hex(), **asked)) == b"number"
    assert refused("open", info=b"other".hex(), **asked) == "unseal-failed"
    assert open_with_dh(dh, sealed[:65], KEY, b"info", sealed[65:]) == b"number"


# The ceremony: the page plays custodian 2, the program the others


class Mixed:
    """A table whose second custodian is the page. old: where a custodian is replaced, the share of the key as it is."""

    def __init__(self, table: Table | None = None, old: bytes | None = None) -> None:
        self.table = table or Table()
        self.draft = ask("draft", document=self.table.document, index=2, old=old and old.hex())

    def next(self) -> str | None:
        answer = ask("next", draft=self.draft, document=self.table.document)
        self.draft = answer["draft"]
        message: str | None = answer["message"]
        return message

    def go_to(self, phase: str) -> Mixed:
        while self.table.phase != phase:
            self.table.step(1)
            self.table.step(3)
            message = self.next()
            assert message is not None
            self.table.post(2, message.encode())
        return self


def test_facts_are_the_same() -> None:
    table = Table()
    agreed = Agreed.of_round(table.round)
    assert ask("facts", document=table.document) == {
        "subject": agreed.subject.hex(),
        "context": agreed.key_making.round_context.hex(),
        "digest": agreed.digest.hex(),
    }


def test_the_page_and_the_program_make_one_key_together() -> None:
    mixed = Mixed().go_to("confirm")
    board = mixed.table.standing.board
    told = ask("board", document=mixed.table.document)
    assert told == {"phase": "confirm", "missing": [1, 2, 3], "seen": board.seen("confirm").hex(), "fault": None}
    mixed.go_to(DONE)

    share = ask("share", draft=mixed.draft, document=mixed.table.document)
    round_ = mixed.table.round
    assert share["publicKey"] == round_.get_opening_key().public_key.hex()
    assert share["verificationKey"] == (round_.custodians[1].verification_key or b"").hex()
    assert p256().mult_base(bytes.fromhex(share["secret"])) == round_.custodians[1].verification_key


@pytest.mark.parametrize("lost", [2, 3], ids=["the page is the newcomer", "the page brings in its share"])
def test_the_page_and_the_program_replace_a_custodian_and_the_key_stays(lost: int) -> None:
    table = Table()
    old = table.finish()
    key = table.round.get_opening_key().public_key
    begin_replacement(table, old, index=lost)
    mixed = Mixed(table, old=None if lost == 2 else old[1].secret).go_to(DONE)

    share = ask("share", draft=mixed.draft, document=table.document)
    assert bytes.fromhex(share["publicKey"]) == table.round.get_opening_key().public_key == key
    new = table.round.custodians[1].verification_key or b""
    assert bytes.fromhex(share["verificationKey"]) == new == p256().mult_base(bytes.fromhex(share["secret"]))
    assert new != old[1].verification_key
    first = table.seats[0].share(table.document)
    sealed = seal(key, b"info", b"answers")
    opened = {1: first.secret, 2: bytes.fromhex(share["secret"])}
    dh = combine({index: p256().mult(secret, sealed[:65]) for index, secret in opened.items()})
    assert open_with_dh(dh, sealed[:65], key, b"info", sealed[65:]) == b"answers"


def test_the_page_brings_in_its_own_old_share_and_no_other() -> None:
    table = Table(5, 3)
    old = table.finish()
    begin_replacement(table, old, index=4)
    replacement = table.standing.board.agreed.replacement
    assert replacement is not None
    for index in (1, 2, 3, 5):
        expected = replacement.constant_term(index, old[index - 1].secret).to_bytes(32, "big").hex()
        assert ask("term", document=table.document, index=index, old=old[index - 1].secret.hex()) == expected
    assert refused("term", document=table.document, index=1, old=old[1].secret.hex()) == "foreign-share"
    assert refused("term", document=table.document, index=1) == "foreign-share"


def test_the_page_names_who_brings_in_another_number(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table()
    begin_replacement(table, table.finish(), index=3)
    monkeypatch.setattr(Replacement, "constant_term", lambda *_: 7)
    monkeypatch.setattr(Replacement, "check_constant_term", lambda *_: None)
    table.go_to("reveal").step(1)
    answer = reply("board", document=table.document)
    assert (answer["refused"], answer["about"]) == ("fault", {"index": 1, "what": "other-share"})


@pytest.mark.parametrize(
    "change",
    [{"index": 9}, {"index": "1"}, {"verification_keys": []}, {"verification_keys": None}, {"public_key": "AA=="}],
)
def test_the_page_refuses_a_replacement_that_is_none(change: dict[str, Any]) -> None:
    table = Table()
    begin_replacement(table, table.finish(), index=3)
    document = dict(table.document)
    document["replaces"] = {**document["replaces"], **change}
    assert refused("board", document=document) == "broken-board"


def test_the_page_says_a_lost_message_again_word_for_word() -> None:
    mixed = Mixed().go_to("reveal")
    assert mixed.next() == mixed.next() is not None


def test_the_page_finds_a_wrong_sub_share_and_both_name_its_sender() -> None:
    mixed = Mixed().go_to("deal")
    message = mixed.table.seats[2].next_message(mixed.table.document)
    assert message is not None
    content = json.loads(json.dumps(dict(message.content)))
    content["sub_shares"][1] = b64url_encode(BASE + bytes(48))
    mixed.table.post(3, mixed.table.rewritten(3, "deal", content))
    mixed.table.step(1)
    dealt = mixed.next()
    assert dealt is not None
    mixed.table.post(2, dealt.encode())
    complaint = mixed.next()
    assert complaint is not None
    mixed.table.post(2, complaint.encode())

    assert mixed.table.standing.why_stopped == "Custodian 3 (组织部) dealt a wrong sub-share."
    told = ask("board", document=mixed.table.document)
    assert told["fault"] == {"index": 3, "what": "wrong-sub-share"}
    answer = reply("next", draft=mixed.draft, document=mixed.table.document)
    assert (answer["refused"], answer["about"]["index"]) == ("fault", 3)


def test_the_page_names_who_complains_without_cause() -> None:
    mixed = Mixed().go_to("verify")
    complaint = {"accused": 2, "dh": b64url_encode(BASE), "proof": b64url_encode(bytes(64))}
    mixed.table.post(1, mixed.table.rewritten(1, "verify", {"complaints": [complaint]}))
    assert ask("board", document=mixed.table.document)["fault"] == {"index": 1, "what": "false-complaint"}


def test_the_page_refuses_a_board_that_writes_in_somebodys_name() -> None:
    mixed = Mixed().go_to("reveal")
    document = mixed.table.document
    messages = document["messages"]
    messages[-1]["signature"] = messages[-2]["signature"]
    assert refused("board", document=document) == "board-dishonest"


def test_the_page_refuses_a_board_that_goes_back() -> None:
    mixed = Mixed().go_to("deal")
    earlier = {**mixed.table.document, "messages": mixed.table.document["messages"][:3]}
    assert refused("next", draft=mixed.draft, document=earlier) == "board-changed"


def test_the_page_refuses_a_place_that_is_taken() -> None:
    table = Table()
    draft = ask("draft", document=table.document, index=1)
    table.step(1)
    assert refused("next", draft=draft, document=table.document) == "place-taken"


@pytest.mark.parametrize("change", [{"threshold": 1}, {"schema": "other"}, {"custodians": ["a", "a", "b"]}])
def test_the_page_refuses_what_is_no_board(change: dict[str, Any]) -> None:
    assert refused("board", document={**Table().document, **change}) == "broken-board"


# Share files


@pytest.fixture(scope="module")
def made() -> tuple[Table, list[Share]]:
    table = Table()
    return table, table.finish()


def own_of(table: Table, share: Share) -> dict[str, Any]:
    return {
        "round": table.round_id,
        "index": share.index,
        "custodian": table.round.custodians[share.index - 1].name,
        "publicKey": share.public_key.hex(),
        "verificationKey": share.verification_key.hex(),
    }


def test_a_share_file_of_the_page_is_read_by_the_program(made: tuple[Table, list[Share]], tmp_path: Path) -> None:
    table, shares = made
    share = shares[1]
    facts = {
        "secret": share.secret.hex(),
        "publicKey": share.public_key.hex(),
        "verificationKey": share.verification_key.hex(),
    }
    written = ask("shareFile", document=table.document, index=2, share=facts, passphrase=WORDS)
    file = tmp_path / "share"
    file.write_text(written["file"], "utf-8")
    read = ShareFile.read(file, lambda: WORDS)
    assert (read.secret, read.index, read.custodian) == (share.secret, 2, "纪委")

    own = own_of(table, share)
    paper = written["paper"]
    assert len(paper["text"]) == 125
    for text in (written["file"], paper["groups"].lower(), paper["prefix"] + paper["text"]):
        assert ask("unlock", text=text, passphrase=WORDS, own=own) == share.secret.hex()


def test_a_share_file_of_the_program_is_read_by_the_page(made: tuple[Table, list[Share]]) -> None:
    table, shares = made
    file = encode_locked_share(table.round_id, "纪委", shares[1], Lock.of(WORDS, bytes(16), 10), secrets.token_bytes)
    own = own_of(table, shares[1])
    assert ask("unlock", text=file.decode(), passphrase=WORDS, own=own) == shares[1].secret.hex()
    assert refused("unlock", text=file.decode(), passphrase="another passphrase", own=own) == "wrong-passphrase"
    assert refused("unlock", text=file.decode(), passphrase=WORDS, own=own_of(table, shares[0])) == "foreign-share"
    assert refused("unlock", text="{}", passphrase=WORDS, own=own) == "broken-file"
    assert refused("unlock", text="A" * 125, passphrase=WORDS, own=own) == "broken-file"


# Opening


def boxes_of(table: Table, share: Share, encs: list[bytes]) -> bytes:
    header = {
        "schema": "survey-boxes/1",
        "round": table.round_id,
        "name": table.round.name,
        "opening_key": b64url_encode(share.public_key),
        "threshold": 2,
        "evaluations": [],
        "count": len(encs),
    }
    return header_line(header) + b"".join(encs)


@pytest.mark.parametrize("secret", [1, 2, SECRET, ORDER - 2, ORDER - 1])
def test_points_multiplied_by_the_browser_itself_are_the_programs(secret: int) -> None:
    encs = [*points(140), p256().mult_base((ORDER - 5).to_bytes(32, "big"))]
    expected = "".join(p256().mult(secret.to_bytes(32, "big"), enc).hex() for enc in encs)
    natively = secret < ORDER - 1  # the last one has no successor: the plain way decides
    assert ask("points", secret=f"{secret:x}", encs=hexes(encs), natively=natively) == expected


def test_bytes_that_are_no_point_are_refused_in_the_middle_of_a_list() -> None:
    encs = [*points(3), b"\x04" + bytes(63) + b"\x01", *points(2)]
    assert refused("points", secret="07", encs=hexes(encs), natively=False) == "not-a-point"


def test_a_statement_of_the_page_is_accepted(made: tuple[Table, list[Share]]) -> None:
    table, shares = made
    given = [{"index": 3, "name": "组织部", "partial": "33" * 32}]
    opening = {
        "schema": "survey-opening/1", "round": table.round_id, "name": table.round.name, "threshold": 2,
        "boxes_digest": "11" * 32, "record": "22" * 32, "counted_at": "2026-06-30T09:00+00:00",
        "opened_by": given, "destroyed": given,
    }  # fmt: skip
    raw = ask("sign", secret=shares[2].secret.hex(), own=own_of(table, shares[2]), opening=opening).encode()
    statement = Statement.parse(raw)
    statement.check(shares[2].verification_key)
    assert replace(statement, proof=b"") == Statement.of_opening(canonical_json(opening), 3)
    own = own_of(table, shares[1])
    assert refused("sign", secret=shares[1].secret.hex(), own=own, opening=opening) == "foreign-opening"


@pytest.mark.parametrize("count", [0, 1, 70])
def test_a_partial_opening_of_the_page_is_accepted(made: tuple[Table, list[Share]], tmp_path: Path, count: int) -> None:
    table, shares = made
    share, encs = shares[2], points(count)
    boxes = boxes_of(table, share, encs)
    digest = hashlib.sha256(boxes)
    answer = ask(
        "partial", secret=share.secret.hex(), boxes=boxes.hex(), own=own_of(table, share), digest=digest.hexdigest()
    )
    file = tmp_path / "part"
    file.write_bytes(bytes.fromhex(answer["file"]))
    partial = PartialFile.read(file)
    assert (partial.index, partial.round_id, partial.custodian) == (3, table.round_id, "组织部")
    assert partial.boxes_digest == digest.digest()
    verify_partial(share.verification_key, encs, Partial(partial.points, partial.proof), digest.digest())
    assert answer["reports"] >= 1


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"round": "another"}, id="another round"),
        pytest.param({"publicKey": BASE.hex()}, id="another key"),
    ],
)
def test_the_page_works_on_the_list_of_its_own_round_only(
    made: tuple[Table, list[Share]], change: dict[str, Any]
) -> None:
    table, shares = made
    boxes = boxes_of(table, shares[0], points(2))
    digest = hashlib.sha256(boxes).hexdigest()
    own = own_of(table, shares[0]) | change
    assert refused("partial", secret="01", boxes=boxes.hex(), own=own, digest=digest) == "foreign-list"


def test_the_page_works_on_the_list_that_was_agreed_to_only(made: tuple[Table, list[Share]]) -> None:
    table, shares = made
    asked = {"secret": "01", "own": own_of(table, shares[0])}
    boxes = boxes_of(table, shares[0], points(2))
    assert refused("partial", boxes=boxes.hex(), digest="00" * 32, **asked) == "foreign-list"
    assert refused("partial", boxes=boxes[:-1].hex(), digest="00" * 32, **asked) == "broken-list"
    assert ORDER  # the curve's own order is what scalars are reduced by; see test_hashing_to_a_scalar_is_the_same
