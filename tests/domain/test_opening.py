"""Opening and counting: by t custodians, once, only what was frozen, and never stopped by a bad ballot."""

from __future__ import annotations

import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from survey.crypto.sealing import ballot_info, pad, seal
from survey.domain import opening
from survey.domain.custody.boxes import BoxesFile, boxes_chunks
from survey.domain.custody.shares import PartialFile, ShareFile, encode_share, write_partial
from survey.errors import InvalidSpec, TooFewShares, WrongPartial, WrongState
from tests.world import Phone, World, phones


@pytest.fixture
def voted() -> World:
    """Six of the first team and five of the second have answered; closed."""
    world = World().open()
    client = world.app().test_client()
    for person in phones(world, world.first, client)[:6]:
        person.answer({"D1-1": "A", "T-01": "N"}, {"C-1": "少开会。"})
    for person in phones(world, world.round.evaluations[1], client)[:5]:
        person.answer({"D1-1": "B"})
    return world.close()


def evaluations_of(record: bytes) -> list[dict[str, object]]:
    evaluations: list[dict[str, object]] = json.loads(record)["evaluations"]
    return evaluations


@pytest.mark.parametrize("indices", [(1, 2), (1, 3), (3, 2), (1, 2, 3)])
def test_any_two_of_three_custodians_open(voted: World, tmp_path: Path, indices: tuple[int, ...]) -> None:
    record = voted.count(voted.partials(tmp_path, indices))

    assert [evaluation["counted"] for evaluation in evaluations_of(record)] == [6, 5]
    assert evaluations_of(record)[0]["items"]["D1-1"]["A"] == 6  # type: ignore[index]


def test_one_custodian_alone_does_not_open(voted: World, tmp_path: Path) -> None:
    with pytest.raises(TooFewShares, match="2 custodians are needed to open; 1 partial openings given"):
        voted.count(voted.partials(tmp_path, (1,)))


def test_the_same_custodian_twice_does_not_open(voted: World, tmp_path: Path) -> None:
    with pytest.raises(WrongPartial, match="custodian 巡察办 has already given a partial opening"):
        voted.count(voted.partials(tmp_path, (1,)) * 2)


def test_a_changed_point_is_caught_and_the_custodian_named(voted: World, tmp_path: Path) -> None:
    partials = voted.partials(tmp_path)
    content = bytearray(partials[1].path.read_bytes())
    points = partials[1].start
    content[points : points + 65], content[points + 65 : points + 130] = (
        content[points + 65 : points + 130],
        content[points : points + 65],
    )
    partials[1].path.write_bytes(content)

    with pytest.raises(WrongPartial, match="the proof of custodian 纪委 fails"):
        voted.count(partials)


def test_a_cut_partial_is_caught_and_the_custodian_named(voted: World, tmp_path: Path) -> None:
    partials = voted.partials(tmp_path)
    partials[0].path.write_bytes(partials[0].path.read_bytes()[:-65])

    with pytest.raises(WrongPartial, match="the proof of custodian 巡察办 fails"):
        voted.count(partials)


def test_one_custodian_under_the_name_of_another_is_caught(voted: World, tmp_path: Path) -> None:
    partials = voted.partials(tmp_path)
    header, points = partials[1].path.read_bytes().split(b"\n", 1)
    changed = json.loads(header) | {"custodian": "组织部", "index": 3}
    partials[1].path.write_bytes(json.dumps(changed).encode() + b"\n" + points)

    with pytest.raises(WrongPartial, match="the proof of custodian 组织部 fails"):
        voted.count([partials[0], PartialFile.read(partials[1].path)])


def test_a_share_of_another_round_refuses_to_work(voted: World, tmp_path: Path) -> None:
    voted.partials(tmp_path)
    other = World().make_key()
    share = tmp_path / "other.share"
    share.write_bytes(encode_share(other.round.id, "巡察办", other.shares[0]))

    with (
        (tmp_path / "part").open("wb") as out,
        pytest.raises(WrongState, match="The share of 巡察办 belongs to another round"),
    ):
        write_partial(ShareFile.read(share), BoxesFile.read(tmp_path / "boxes"), out, secrets.token_bytes)


def test_a_second_opening_is_refused(voted: World, tmp_path: Path) -> None:
    partials = voted.partials(tmp_path)
    voted.count(partials)

    with pytest.raises(WrongState, match="is opened; this step needs it to be closed"):
        voted.count(partials)


def test_an_open_round_is_not_listed_for_custodians(open_world: World) -> None:
    with pytest.raises(WrongState, match="is open; this step needs it to be closed"):
        list(boxes_chunks(open_world.round, open_world.services.box))


def test_a_ballot_added_after_closing_is_noticed(voted: World, tmp_path: Path) -> None:
    partials = voted.partials(tmp_path)
    box = voted.services.box.boxes[voted.first.id]
    digest, ballot = next(iter(box.items()))
    box[bytes(32)] = ballot
    del digest

    with pytest.raises(WrongState, match="are not those frozen at closing"):
        voted.count(partials)


def send(person: Phone, padded: bytes) -> None:
    """Seal anything at all in a ballot's place and cast it."""
    token = person.draw_token()
    info = ballot_info(person.manifest.digest, token.encode())
    assert person.cast(token, seal(person.manifest.opening_key, info, padded)).status_code == 201


def test_bad_ballots_are_void_with_their_reason_and_never_stop_the_count(tmp_path: Path) -> None:
    world = World().open()
    people = phones(world, world.first, world.app().test_client())
    length = people[0].manifest.plaintext_length
    for person in people[:5]:
        person.answer({"D1-1": "A"})
    send(people[5], pad(b"not json", length))
    send(people[6], pad(b'{"answers":{"D1-1":"Z"},"texts":{}}', length))
    send(people[7], b"\xff" * length)
    token = people[8].draw_token()
    assert people[8].cast(token, b"\x04" + b"\x01" * (length + 65 + 16 - 1)).status_code == 201
    token = people[9].draw_token()
    flipped = bytearray(people[9].seal(token, {}))
    flipped[-1] ^= 1
    assert people[9].cast(token, bytes(flipped)).status_code == 201
    world.close()
    first = evaluations_of(world.count(world.partials(tmp_path)))[0]

    assert first["counted"] == 5
    assert first["void"] == {
        "bad-enc": 1,
        "bad-padding": 1,
        "not-decryptable": 1,
        "not-json": 1,
        "unknown-option": 1,
    }


def test_a_pool_of_workers_gives_the_same_counts(voted: World, tmp_path: Path) -> None:
    partials = voted.partials(tmp_path)
    arguments = {"registry": voted.services.registry, "box": voted.services.box, "randomness": secrets.token_bytes}
    with ThreadPoolExecutor(2) as pool:
        pooled = opening.count(voted.round, partials, executor=pool, **arguments)

    def without_texts(record: bytes) -> list[dict[str, object]]:
        random = ("texts", "texts_salt", "texts_digest")
        return [{**evaluation, **dict.fromkeys(random)} for evaluation in evaluations_of(record)]

    assert without_texts(pooled) == without_texts(opening.count(voted.round, partials, **arguments))


@pytest.mark.parametrize("content", [b"", b"{}\n", b"not json\n", b'{"schema":"survey-partial/1"}', b"[" * 100000])
def test_a_file_that_is_no_partial_opening_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "part"
    file.write_bytes(content)

    with pytest.raises(InvalidSpec, match=r"is not a file of schema survey-partial/1"):
        PartialFile.read(file)


def test_a_cut_boxes_file_is_refused(voted: World, tmp_path: Path) -> None:
    voted.partials(tmp_path)
    boxes = tmp_path / "boxes"
    boxes.write_bytes(boxes.read_bytes()[:-1])

    with pytest.raises(InvalidSpec, match="the file is cut"):
        BoxesFile.read(boxes)
