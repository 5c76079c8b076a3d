"""`survey custodian join`, over HTTP and with files; the share file under its passphrase."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from werkzeug.serving import make_server

from survey.app import build_app
from survey.cli import custodian_join
from survey.crypto import passphrase
from survey.crypto.passphrase import WrongPassphrase
from survey.domain.ceremony.invitation import Invitation
from survey.domain.custody.shares import ShareFile
from survey.errors import InvalidInput, InvalidSpec
from tests.browsing import _free_port, _Silent
from tests.cli.conftest import Survey
from tests.cli.conftest import _made_once as _made_once
from tests.cli.conftest import made as made
from tests.cli.conftest import plain_slips as plain_slips
from tests.cli.conftest import survey as survey

NAMES = ("巡察办", "纪委", "组织部")
WORDS = "我的口令是一句很长的话"


@pytest.fixture(autouse=True)
def quick_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """scrypt at its lowest cost; one test below runs it at the real one."""
    monkeypatch.setattr(passphrase, "LOG_N", 10)


@pytest.fixture
def invited(made: Survey) -> str:
    round_id = made.create()
    made("round", "invite", round_id, "--out", made.work / "invitations")
    made.write("passphrase", WORDS + "\n")
    return round_id


def invitation(survey: Survey, name: str) -> Path:
    return survey.work / "invitations" / f"{name}.invitation"


def join(survey: Survey, name: str, *options: object, **kwargs: Any) -> str:
    return survey(
        *("custodian", "join", "--invitation", invitation(survey, name)),
        *("--share-out", survey.work / f"{name}.share", "--passphrase-file", survey.work / "passphrase"),
        *options,
        **kwargs,
    ).output


def by_files(survey: Survey, round_id: str, rounds: int = 8) -> None:
    """The office carries boards out and messages back until everybody has a share."""
    for lap in range(rounds):
        board = survey.work / f"board-{lap}"
        survey("round", "ceremony", round_id, "--board-out", board)
        messages = []
        for name in NAMES:
            message = survey.work / f"{name}-{lap}.message"
            if not (survey.work / f"{name}.share").exists():
                join(survey, name, "--board", board, "--message-out", message, "--yes")
            messages += ["--post", message] if message.exists() else []
        survey("round", "ceremony", round_id, *messages)


def test_three_custodians_make_the_key_with_files_alone(made: Survey, invited: str) -> None:
    by_files(made, invited)

    round_ = made.services.registry.find_round(invited)
    assert round_ is not None
    shares = [ShareFile.read(made.work / f"{name}.share", lambda: WORDS) for name in NAMES]
    assert {share.public_key for share in shares} == {round_.get_opening_key().public_key}
    assert [share.verification_key for share in shares] == [c.verification_key for c in round_.custodians]
    assert not list(made.work.glob("*.draft"))
    made("round", "freeze", invited)


def test_the_office_sees_who_is_awaited(made: Survey, invited: str) -> None:
    board = made.work / "board"
    made("round", "ceremony", invited, "--board-out", board)
    join(made, "纪委", "--board", board, "--message-out", made.work / "message")
    made("round", "ceremony", invited, "--post", made.work / "message")
    assert made.json("round", "ceremony", invited, "--json") == {
        "round": invited,
        "attempt": 1,
        "phase": "join",
        "missing": ["巡察办", "组织部"],
        "stopped": None,
    }


def test_the_share_of_a_ceremony_is_tested_and_opens_with_its_passphrase_only(made: Survey, invited: str) -> None:
    by_files(made, invited)
    share = made.work / "纪委.share"
    made.write("wrong", "another passphrase\n")
    tested = made("custodian", "test", "--share", share, "--passphrase-file", made.work / "passphrase")
    assert "is whole, and this passphrase opens it" in tested.output
    refused = made("custodian", "test", "--share", share, "--passphrase-file", made.work / "wrong", exit_code=1)
    assert "The passphrase is not right, or the file was changed." in refused.output
    assert json.loads(share.read_bytes())["schema"] == "survey-share/2"
    assert share.stat().st_mode & 0o777 == 0o600


def test_without_agreement_on_the_check_words_nothing_is_confirmed(made: Survey, invited: str) -> None:
    for lap in range(5):  # join, commit, reveal, deal, verify
        board = made.work / f"b{lap}"
        made("round", "ceremony", invited, "--board-out", board)
        for name in NAMES:
            message = made.work / f"{name}{lap}"
            join(made, name, "--board", board, "--message-out", message)
            made("round", "ceremony", invited, "--post", message)
    made("round", "ceremony", invited, "--board-out", made.work / "last")
    output = join(
        made, "纪委", "--board", made.work / "last", "--message-out", made.work / "m", exit_code=1, typed="n\n"
    )
    assert "Read them to the other custodians" in output
    assert "Not confirmed." in output
    assert not (made.work / "m").exists()


def test_a_short_passphrase_is_refused_before_anything_is_made(made: Survey, invited: str) -> None:
    made.write("passphrase", "short\n")
    made("round", "ceremony", invited, "--board-out", made.work / "board")
    output = join(made, "纪委", "--board", made.work / "board", "--message-out", made.work / "m", exit_code=1)
    assert "at least 10 characters" in output
    assert not list(made.work.glob("纪委.share*"))


def test_a_draft_of_another_custodian_is_refused(made: Survey, invited: str) -> None:
    made("round", "ceremony", invited, "--board-out", made.work / "board")
    join(made, "纪委", "--board", made.work / "board", "--message-out", made.work / "m")
    (made.work / "纪委.share.draft").rename(made.work / "组织部.share.draft")
    output = join(made, "组织部", "--board", made.work / "board", "--message-out", made.work / "n", exit_code=1)
    assert "is the draft of another round or another custodian" in output


@pytest.fixture
def served(made: Survey, invited: str) -> Iterator[Survey]:
    """The invitations lead to a listening server."""
    port = _free_port()
    for file in (made.work / "invitations").iterdir():
        document = json.loads(file.read_bytes()) | {"url": f"http://127.0.0.1:{port}"}
        file.write_text(json.dumps(document), "utf-8")
    server = make_server("127.0.0.1", port, build_app(None, made.services), threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


def joined_over_http(survey: Survey, name: str) -> Any:
    own = custodian_join.Joining.begin(
        Invitation.parse(invitation(survey, name).read_bytes()), survey.work / f"{name}.share", lambda _: WORDS, 10
    )
    ready = threading.Event()
    return custodian_join.join(
        own,
        custodian_join.HttpWay(own.invitation),
        agree=lambda _: True,
        wait=60,
        pause=lambda _: ready.wait(0.05) and None,
    )


def test_three_custodians_make_the_key_over_http_at_the_same_time(served: Survey, invited: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        boards = list(pool.map(lambda name: joined_over_http(served, name), NAMES))

    assert {board.phase for board in boards} == {"done"}
    round_ = served.services.registry.find_round(invited)
    assert round_ is not None
    share = ShareFile.read(served.work / "组织部.share", lambda: WORDS)
    assert share.public_key == round_.get_opening_key().public_key
    logged = {(entry.account, entry.action) for entry in served.services.audit.entries()}
    assert ("custodian:纪委", "ceremony-message") in logged


def test_the_program_waits_no_longer_than_told_and_says_for_whom(served: Survey) -> None:
    output = join(served, "纪委", "--wait", 0)
    assert "Phase join: waiting for 巡察办, 组织部. Run the same command again later" in output


def test_a_void_invitation_is_refused_in_one_sentence(served: Survey, invited: str) -> None:
    served("round", "invite", invited, "--out", served.work / "newer")
    assert "a newer one has replaced it" in join(served, "纪委", "--wait", 0, exit_code=1)


@pytest.mark.parametrize("header", [None, "Basic abc", "Bearer ???", "Bearer AAAA"])
def test_nothing_is_told_to_who_was_not_invited(made: Survey, invited: str, header: str | None) -> None:
    client = build_app(None, made.services).test_client()
    for call in (client.get, client.post):
        path = "/custodian/board" if call == client.get else "/custodian/messages"
        answer = call(path, headers={"Authorization": header} if header else {})
        assert answer.status_code == 401
        assert answer.get_json()["type"] == "urn:survey:problem:not-invited"
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"


# The lock


def test_a_lock_opens_with_the_same_words_however_they_were_typed() -> None:
    lock = passphrase.Lock.of("ﬁne ｗｏｒｄｓ", bytes(16), 10)
    locked = lock.lock(b"secret", b"aad", lambda n: bytes(n))
    assert passphrase.unlock(locked, "fine words", b"aad") == b"secret"


def test_the_real_cost_is_the_one_that_is_recommended() -> None:
    import survey.crypto.passphrase as module

    lock = module.Lock.of(WORDS, bytes(16), 17)
    assert lock.lock(b"", b"", lambda n: bytes(n))[:2] == b"\x01\x11"


@pytest.mark.parametrize("place", [1, 2, 20, 40, 60])
def test_a_changed_byte_keeps_the_lock_shut(place: int) -> None:
    locked = bytearray(passphrase.Lock.of(WORDS, bytes(16), 10).lock(bytes(32), b"aad", lambda n: bytes(n)))
    locked[place] ^= 1
    with pytest.raises((WrongPassphrase, InvalidInput), match=r"passphrase is not right|cost or the salt"):
        passphrase.unlock(bytes(locked), WORDS, b"aad")


def test_a_share_whose_secret_is_not_its_own_is_refused(made: Survey, invited: str) -> None:
    by_files(made, invited)
    mine, other = (json.loads((made.work / f"{name}.share").read_bytes()) for name in NAMES[:2])
    file = made.write("mixed", json.dumps(mine | {"verification_key": other["verification_key"]}))
    with pytest.raises((InvalidSpec, WrongPassphrase)):
        ShareFile.read(file, lambda: WORDS)


# The whole way of a round, by commands


def test_a_round_is_opened_with_the_shares_of_a_ceremony_and_leaves_a_record_for_signature(
    made: Survey, invited: str, plain_slips: object
) -> None:
    by_files(made, invited)
    made("round", "freeze", invited)
    made("round", "codes", invited, "--out", made.work / "slips")
    made("round", "open", invited)
    made("round", "close", invited)
    assert "has not been counted" in made("round", "record", invited, exit_code=1).output
    made("round", "boxes", invited, "--out", made.work / "boxes")
    parts = []
    for name in NAMES[:2]:
        part = made.work / f"{name}.part"
        made(
            *("custodian", "open", "--share", made.work / f"{name}.share", "--boxes", made.work / "boxes"),
            *("--out", part, "--passphrase-file", made.work / "passphrase"),
        )
        parts.append(part)
    made("round", "count", invited, *parts)

    record = made.json("round", "record", invited, "--json")
    digests = [hashlib.sha256(part.read_bytes()).hexdigest() for part in parts]
    assert [(one["name"], one["partial"]) for one in record["opened_by"]] == list(zip(NAMES, digests, strict=False))
    assert record["destroyed"] == []
    assert record["boxes_digest"] == hashlib.sha256((made.work / "boxes").read_bytes()).hexdigest()
    sheet = made("round", "record", invited).output
    assert all(word in sheet for word in (*NAMES[:2], *digests, "签字", record["record"], record["boxes_digest"]))


def test_what_was_handed_in_is_counted_without_naming_it_and_its_destruction_is_recorded(
    made: Survey, invited: str, plain_slips: object
) -> None:
    by_files(made, invited)
    made("round", "freeze", invited)
    made("round", "codes", invited, "--out", made.work / "slips")
    made("round", "open", invited)
    made("round", "close", invited)
    made("round", "boxes", invited, "--out", made.work / "boxes")
    assert "2 custodians are needed" in made("round", "count", invited, exit_code=1).output
    store = made.services.partials
    for index, name in enumerate(NAMES[1:], 2):
        part = made.work / f"{name}.part"
        made(
            *("custodian", "open", "--share", made.work / f"{name}.share", "--boxes", made.work / "boxes"),
            *("--out", part, "--passphrase-file", made.work / "passphrase"),
        )
        store.keep(store.receive(invited, [part.read_bytes()]), invited, index)
    made("round", "count", invited)

    record = made.json("round", "record", invited, "--json")
    assert [one["name"] for one in record["destroyed"]] == ["纪委", "组织部"]
    assert record["destroyed"] == record["opened_by"]
    assert store.files(invited) == {}


def test_a_lost_custodian_is_replaced_with_files_and_the_audit_package_proves_it(
    made: Survey, invited: str, plain_slips: object
) -> None:
    by_files(made, invited)
    made("round", "freeze", invited)
    refused = made("round", "replace", invited, "工会", "机关党委", "--out", made.work / "again", exit_code=1)
    assert "has no custodian 工会" in refused.output
    made("round", "replace", invited, "组织部", "机关党委", "--out", made.work / "again")
    new = {"巡察办": "巡察办", "纪委": "纪委", "机关党委": None}
    for lap in range(8):
        board = made.work / f"replacing-{lap}"
        made("round", "ceremony", invited, "--board-out", board)
        messages: list[object] = []
        for name, old in new.items():
            message, share = made.work / f"{name}-{lap}.new", made.work / f"{name}.share.new"
            if not share.exists():
                made(
                    *("custodian", "join", "--invitation", made.work / "again" / f"{name}.invitation"),
                    *("--share-out", share, "--passphrase-file", made.work / "passphrase", "--yes"),
                    *("--board", board, "--message-out", message),
                    *(("--old-share", made.work / f"{old}.share") if old else ()),
                )
            messages += ["--post", message] if message.exists() else []
        made("round", "ceremony", invited, *messages)
    made("round", "codes", invited, "--out", made.work / "slips")
    made("round", "open", invited)
    made("round", "close", invited)
    made("round", "boxes", invited, "--out", made.work / "boxes")
    parts = []
    for share in ("机关党委.share.new", "纪委.share.new"):
        parts.append(made.work / f"{share}.part")
        made(
            *("custodian", "open", "--share", made.work / share, "--boxes", made.work / "boxes"),
            *("--out", parts[-1], "--passphrase-file", made.work / "passphrase"),
        )
    made("round", "count", invited, *parts)
    signed = sign(made, invited, made.work / "机关党委.share.new")
    refused = sign(made, invited, made.work / "巡察办.share.new", exit_code=1)
    assert "gave no part at this opening" in refused.stderr
    assert "delete the share file and every copy" in signed.stdout
    made("round", "statement", invited, made.work / "机关党委.share.new.statement")
    assert "Not yet: 纪委." in made("round", "record", invited).stderr
    made("audit", "export", invited, "--out", made.work / "audit.zip")
    said = made("audit", "verify", made.work / "audit.zip").stdout
    assert "holds: 机关党委 signed that exactly this list was opened" in said
    assert "missing: 纪委 opened, and has not signed a statement" in said


def sign(made: Survey, round_id: str, share: Path, exit_code: int = 0) -> Result:
    record = made.work / "opening.json"
    record.write_text(made("round", "record", round_id, "--json").stdout, "utf-8")
    return made(
        *("custodian", "sign", "--share", share, "--record", record, "--out", f"{share}.statement"),
        *("--passphrase-file", made.work / "passphrase"),
        exit_code=exit_code,
    )
