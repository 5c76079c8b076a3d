"""Handing in a partial opening: what is taken, what is refused by name, and what is left afterwards."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from survey.app import build_app
from survey.crypto.at_rest import Vault
from survey.crypto.knowledge import prove_knowledge
from survey.crypto.wire import b64url_decode, b64url_encode
from survey.domain.ceremony import office as ceremony_office
from survey.domain.ceremony.invitation import Invitation
from survey.domain.custody import share_test
from survey.domain.custody.boxes import BoxesFile
from survey.domain.custody.shares import ShareFile, encode_share, write_partial
from survey.domain.ports.partial_files import Readable
from survey.errors import InvalidInput
from survey.services import Services, open_services
from survey.settings import Settings
from survey.storage.backups import backup
from survey.storage.database import migrate, open_database
from survey.storage.partial_files import PartialFiles
from tests.world import World, phones

VAULT = Vault(bytes(32), secrets.token_bytes)


class Closed:
    """A closed round with ballots, and its custodians' shares and invitations."""

    def __init__(self, services: Services, ballots: int = 5) -> None:
        self.services = services
        self.world = World(services).open()
        app = build_app(None, services)
        self.client: FlaskClient = app.test_client()
        for phone in phones(self.world, self.world.first, self.client)[:ballots]:
            phone.answer({"D1-1": "A"})
        self.world.close()
        self.invitations = ceremony_office.invite(
            self.world.round, board=services.board, randomness=secrets.token_bytes, url="http://localhost"
        )

    def ask(self, index: int, path: str, data: bytes | None = None, secret: bytes | None = None) -> Any:
        headers = {"Authorization": f"Bearer {b64url_encode(secret or self.invitations[index - 1].secret)}"}
        if data is None:
            return self.client.get(f"/custodian/{path}", headers=headers)
        return self.client.post(
            f"/custodian/{path}", data=data, headers=headers, content_type="application/octet-stream"
        )

    def partial(self, folder: Path, index: int) -> bytes:
        """As `survey custodian open` writes it, from the list as it is downloaded."""
        boxes, share, part = folder / f"boxes-{index}", folder / f"share-{index}", folder / f"part-{index}"
        boxes.write_bytes(self.ask(index, "boxes").data)
        name = self.world.round.custodians[index - 1].name
        share.write_bytes(encode_share(self.world.round.id, name, self.world.shares[index - 1]))
        with part.open("wb") as out:
            write_partial(ShareFile.read(share), BoxesFile.read(boxes), out, secrets.token_bytes)
        return part.read_bytes()

    @property
    def given(self) -> dict[int, Readable]:
        return self.services.partials.files(self.world.round.id)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    settings = Settings.create(tmp_path / "instance", public_url="https://survey.example")
    engine = open_database(settings.database_url)
    migrate(engine)
    engine.dispose()
    services = open_services(settings)
    yield services
    services.close()


@pytest.fixture
def closed(services: Services) -> Closed:
    return Closed(services)


def problem(answer: Any) -> tuple[int, str, str]:
    document = answer.get_json()
    return answer.status_code, document["type"].rsplit(":", 1)[1], document["detail"]


def test_the_list_that_is_given_out_is_the_published_one(closed: Closed) -> None:
    seat = closed.ask(1, "board").get_json()
    boxes = closed.ask(1, "boxes").data
    assert seat["boxes_digest"] == hashlib.sha256(boxes).hexdigest()
    assert (seat["state"], seat["given"], seat["index"]) == ("closed", [], 1)


def test_two_of_three_hand_in_and_the_round_is_counted_from_what_lies_there(closed: Closed, tmp_path: Path) -> None:
    for index in (1, 3):
        assert closed.ask(index, "partial", closed.partial(tmp_path, index)).status_code == 201
    assert closed.ask(2, "board").get_json()["given"] == [1, 3]
    from survey.domain.custody.shares import PartialFile

    record = json.loads(closed.world.count([PartialFile.read(file) for file in closed.given.values()]))
    assert record["evaluations"][0]["counted"] + record["evaluations"][1]["counted"] == 5


def test_a_second_partial_of_one_custodian_is_refused(closed: Closed, tmp_path: Path) -> None:
    part = closed.partial(tmp_path, 1)
    closed.ask(1, "partial", part)
    status, kind, detail = problem(closed.ask(1, "partial", part))
    assert (status, kind) == (409, "wrong-state")
    assert "already given" in detail
    assert list(closed.given) == [1]
    assert not list((closed.services.settings.instance / "partials").rglob(".incoming*"))


def _flip(part: bytes) -> bytes:
    """Another point of the curve in place of the last one: the proof no longer fits."""
    return part[:-65] + part[-130:-65]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(_flip, "the proof of custodian 巡察办 fails", id="swapped point"),
        pytest.param(lambda part: part[:-65], "not as long as the list", id="short"),
        pytest.param(lambda part: part + part[-65:], "not as long as the list", id="long"),
        pytest.param(lambda part: part[:-1], "cut", id="cut"),
        pytest.param(lambda part: part[:-64] + bytes(64), "fails", id="off the curve"),
    ],
)
def test_a_wrong_partial_is_refused_and_not_kept(closed: Closed, tmp_path: Path, change: Any, reason: str) -> None:
    status, kind, detail = problem(closed.ask(1, "partial", change(closed.partial(tmp_path, 1))))
    assert (status, kind) == (409, "wrong-partial")
    assert reason in detail
    assert str(tmp_path) not in detail
    assert closed.given == {}


def test_the_partial_of_another_custodian_is_refused(closed: Closed, tmp_path: Path) -> None:
    status, kind, detail = problem(closed.ask(1, "partial", closed.partial(tmp_path, 2)))
    assert (status, kind) == (409, "wrong-partial")
    assert "in the place of 纪委, not of 巡察办" in detail


def test_a_replayed_partial_of_another_round_is_refused(closed: Closed, services: Services, tmp_path: Path) -> None:
    other = Closed(services, ballots=5)
    status, kind, detail = problem(closed.ask(1, "partial", other.partial(tmp_path, 1)))
    assert (status, kind) == (409, "wrong-partial")
    assert f"not from a custodian of round {closed.world.round.id}" in detail


def test_the_invitation_of_one_round_gives_nothing_of_another(closed: Closed, services: Services) -> None:
    other = Closed(services, ballots=1)
    mine = closed.ask(1, "board").get_json()["board"]["round"]
    theirs = closed.ask(1, "board", secret=other.invitations[0].secret).get_json()["board"]["round"]
    assert (mine, theirs) == (closed.world.round.id, other.world.round.id)


@pytest.mark.parametrize("body", [b"", b"{}\n", b"\xff" * 70, b"[" * 4000])
def test_bytes_that_are_no_partial_are_refused(closed: Closed, body: bytes) -> None:
    status, kind, _ = problem(closed.ask(1, "partial", body))
    assert (status, kind) == (422, "invalid-spec")


def test_a_body_longer_than_any_partial_is_refused_before_it_is_kept(closed: Closed) -> None:
    answer = closed.ask(1, "partial", bytes(4096 + 6 * 65))
    assert answer.status_code == 413
    assert closed.given == {}


@pytest.mark.parametrize("path", ["boxes", "partial"])
def test_before_closing_there_is_nothing_to_open(services: Services, path: str) -> None:
    world = World(services).open()
    invitations = ceremony_office.invite(
        world.round, board=services.board, randomness=secrets.token_bytes, url="http://localhost"
    )
    client = build_app(None, services).test_client()
    headers = {"Authorization": f"Bearer {b64url_encode(invitations[0].secret)}"}
    call = client.get if path == "boxes" else client.post
    assert problem(call(f"/custodian/{path}", headers=headers))[:2] == (409, "wrong-state")


def test_after_counting_nothing_of_the_partials_is_left_and_no_second_opening_is_taken(
    closed: Closed, tmp_path: Path
) -> None:
    from survey.domain.custody.shares import PartialFile

    parts = {index: closed.partial(tmp_path, index) for index in (1, 2)}
    for index, part in parts.items():
        closed.ask(index, "partial", part)
    third = closed.partial(tmp_path, 3)
    closed.world.count([PartialFile.read(file) for file in closed.given.values()])
    destroyed = closed.services.partials.destroy(closed.world.round.id)

    assert destroyed == [(index, hashlib.sha256(part).hexdigest()) for index, part in parts.items()]
    assert problem(closed.ask(3, "partial", third))[:2] == (409, "wrong-state")
    left = [file for file in closed.services.settings.instance.rglob("*") if file.is_file()]
    points = [part[-65:] for part in parts.values()]
    assert not [file for file in left for point in points if point in file.read_bytes()]


def test_no_partial_is_in_a_backup(closed: Closed, services: Services, tmp_path: Path) -> None:
    part = closed.partial(tmp_path, 1)
    closed.ask(1, "partial", part)
    file = tmp_path / "backup.tar"
    engine = open_database(services.settings.database_url)
    backup(engine, services.settings.instance, file)
    engine.dispose()
    assert part[-65:] not in file.read_bytes()


def test_what_a_crash_left_unfinished_is_destroyed_with_the_rest(tmp_path: Path) -> None:
    store = PartialFiles(tmp_path / "partials", VAULT)
    store.receive("R1", [b"half"])
    assert store.destroy("R1") == []
    assert not list((tmp_path / "partials").rglob("*"))


def test_partials_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    store = PartialFiles(tmp_path / "partials", VAULT)
    store.keep(store.receive("R1", [b"abc"]), "R1", 2)
    (file,) = (Path(str(file)) for file in store.files("R1").values())
    assert [path.stat().st_mode & 0o777 for path in (file, file.parent, file.parent.parent)] == [0o600, 0o700, 0o700]


def test_a_waiting_partial_is_locked_and_opens_in_its_own_round_only(tmp_path: Path) -> None:
    store = PartialFiles(tmp_path / "partials", VAULT)
    content = b"the points of one custodian" * 10_000
    store.keep(store.receive("R1", [content[:70_000], content[70_000:]]), "R1", 2)
    (file,) = store.files("R1").values()
    with file.open("rb") as stream:
        assert stream.read() == content
    written = Path(str(file)).read_bytes()
    assert b"points" not in written
    (tmp_path / "partials" / "R2").mkdir()
    (tmp_path / "partials" / "R2" / "2.part").write_bytes(written)
    with pytest.raises(InvalidInput, match="another key"):
        store.files("R2")[2].open("rb")
    assert store.destroy("R1") == [(2, hashlib.sha256(content).hexdigest())]


def test_a_partial_that_came_before_it_was_locked_at_rest_still_counts(tmp_path: Path) -> None:
    store = PartialFiles(tmp_path / "partials", VAULT)
    (tmp_path / "partials" / "R1").mkdir(parents=True)
    (tmp_path / "partials" / "R1" / "2.part").write_bytes(b"{plain")
    with store.files("R1")[2].open("rb") as stream:
        assert stream.read() == b"{plain"


# Testing a share


def _proof(closed: Closed, index: int, share: int) -> bytes:
    challenge = b64url_decode(closed.ask(index, "board").get_json()["challenge"])
    secret = int.from_bytes(closed.world.shares[share - 1].secret, "big")
    proof = prove_knowledge(secret, share_test.statement(challenge), secrets.token_bytes)
    return json.dumps({"proof": b64url_encode(proof)}).encode()


def test_the_holder_of_a_share_proves_it_and_the_log_says_so(closed: Closed) -> None:
    assert closed.ask(1, "tests", _proof(closed, 1, 1)).status_code == 200
    entries = [(entry.account, entry.action, entry.result) for entry in closed.services.audit.entries()]
    assert ("custodian:巡察办", "share-test", "done") in entries


def test_another_share_proves_nothing_here(closed: Closed) -> None:
    assert problem(closed.ask(1, "tests", _proof(closed, 1, 2)))[:2] == (409, "wrong-proof")


def test_the_proof_of_one_custodian_is_of_no_use_to_another(closed: Closed) -> None:
    assert problem(closed.ask(2, "tests", _proof(closed, 1, 1)))[:2] == (409, "wrong-proof")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"proof": 1}', b'{"proof": "AA"}', b'{"proof": "?"}'])
def test_what_is_no_proof_is_refused(closed: Closed, body: bytes) -> None:
    assert closed.ask(1, "tests", body).status_code in (409, 422)


def test_yesterdays_proof_is_no_proof_today(services: Services) -> None:
    from datetime import date

    round_ = World(services).make_key().round
    days = [share_test.challenge(round_, 1, b"secret", date(2026, 1, day)) for day in (1, 2)]
    assert days[0] != days[1]
    assert days[0] != share_test.challenge(round_, 2, b"secret", date(2026, 1, 1))


# The page and the headers


def test_the_page_is_the_same_for_everybody_and_sets_no_cookie(services: Services) -> None:
    client = build_app(None, services).test_client()
    pages = [client.get("/custodian", headers={"Accept-Language": language}) for language in ("zh", "en")]
    assert pages[0].data == pages[1].data
    for answer in (*pages, client.get("/custodian/assets/worker.js")):
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_a_file_that_is_not_of_the_page_is_not_found(services: Services) -> None:
    client = build_app(None, services).test_client()
    assert client.get("/custodian/assets/../secrets").status_code == 404
    assert client.get("/custodian/assets/other.js").status_code == 404


def test_the_texts_of_both_languages_have_the_same_keys() -> None:
    from tests.custodian.node import ask

    zh, en = ask("texts")
    assert set(zh) == set(en)
    assert {key: _names(zh[key]) for key in zh} == {key: _names(en[key]) for key in en}


def _names(text: str) -> set[str]:
    import re

    return set(re.findall(r"\{(\w+)\}", text))


def test_an_invitation_names_its_custodian_in_its_link_only_by_a_secret(closed: Closed) -> None:
    invitation: Invitation = replace(closed.invitations[0])
    assert "巡察办" not in invitation.link
    assert repr(invitation.secret) not in repr(invitation)
