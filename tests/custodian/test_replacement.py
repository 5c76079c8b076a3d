"""A lost custodian is replaced by the others; the key stays."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from typing import Any

import pytest

from survey.crypto.arithmetic import BASE, p256
from survey.crypto.dkg_messages import KeyMakingFault, Share
from survey.crypto.dkg_transcript import verify_transcript
from survey.crypto.replacement import Replacement, verify_replacements
from survey.crypto.sealing import open_with_dh, seal
from survey.crypto.threshold import combine
from survey.crypto.wire import b64url_encode
from survey.domain import lifecycle
from survey.domain.ceremony import office as ceremony_office
from survey.domain.ceremony.agreed import DONE
from survey.domain.ceremony.invitation import Invitation
from survey.domain.ceremony.key_holder import Draft
from survey.domain.ceremony.replacing import replace_custodian
from survey.domain.manifest import get_manifest
from survey.domain.rounds import State
from survey.errors import InvalidInput, WrongState
from tests.custodian.table import Seat, Table

NEWCOMER = "机关党委"


def begin(table: Table, shares: list[Share], index: int = 3, name: str = NEWCOMER) -> Table:
    """The custodian with this index is gone; the others bring their shares."""
    table.invitations = replace_custodian(
        table.round,
        index,
        name,
        board=table.services.board,
        randomness=secrets.token_bytes,
        url="https://survey.example",
    )
    table.seats = []
    for invitation, share in zip(table.invitations, shares, strict=True):
        old = None if invitation.index == index else share.secret
        draft = Draft.new(invitation.agreed.digest, invitation.index, secrets.token_bytes, old)
        table.seats.append(Seat(invitation, draft.encode()))
    return table


@pytest.fixture
def made() -> tuple[Table, list[Share]]:
    table = Table()
    return table, table.finish()


def opens(group: list[Share], public_key: bytes) -> bool:
    sealed = seal(public_key, b"info", b"answers")
    dh = combine({share.index: p256().mult(share.secret, sealed[:65]) for share in group})
    try:
        return open_with_dh(dh, sealed[:65], public_key, b"info", sealed[65:]) == b"answers"
    except Exception:
        return False


def test_the_key_counts_as_made_apart_as_before(made: tuple[Table, list[Share]]) -> None:
    table, old = made
    begin(table, old)
    assert ceremony_office.was_made_apart(table.round, table.services.board)

    table.finish()
    assert ceremony_office.was_made_apart(table.round, table.services.board)


def test_the_key_stays_and_any_two_new_shares_open(made: tuple[Table, list[Share]]) -> None:
    table, old = made
    before = table.round.get_opening_key()
    new = begin(table, old).finish()

    after = table.round.get_opening_key()
    assert (after.public_key, after.transcript) == (before.public_key, before.transcript)
    assert {share.public_key for share in new} == {before.public_key}
    for pair in ((0, 1), (0, 2), (1, 2)):
        assert opens([new[k] for k in pair], before.public_key)
    assert [custodian.name for custodian in table.round.custodians] == ["巡察办", "纪委", NEWCOMER]
    assert [custodian.verification_key for custodian in table.round.custodians] == [
        p256().mult_base(share.secret) for share in new
    ]


def test_an_old_share_and_a_new_one_open_nothing_together(made: tuple[Table, list[Share]]) -> None:
    table, old = made
    new = begin(table, old).finish()
    assert not opens([old[2], new[0]], new[0].public_key)
    assert not opens([old[0], new[1]], new[0].public_key)


def test_the_transcripts_prove_the_whole_history(made: tuple[Table, list[Share]]) -> None:
    table, old = made
    new = begin(table, old).finish()
    begin(table, new, index=1, name="工会").finish()
    key = table.round.get_opening_key()
    assert len(key.replacements) == 2
    facts = verify_replacements(verify_transcript(key.transcript), key.replacements)
    assert facts.names == ("工会", "纪委", NEWCOMER)
    assert facts.public_key == key.public_key
    assert facts.verification_keys == tuple(custodian.verification_key for custodian in table.round.custodians)
    with pytest.raises(InvalidInput, match="of another key"):
        verify_replacements(verify_transcript(key.transcript), key.replacements[::-1])


def test_it_works_while_answers_are_collected_and_the_boxes_open_with_new_shares(
    made: tuple[Table, list[Share]],
) -> None:
    table, old = made
    services = table.services
    frozen = lifecycle.freeze(table.round, registry=services.registry, keys=services.keys, host="x", scripts={})
    begin(table, old).finish()
    assert table.round.state is State.FROZEN
    manifest = get_manifest(services.registry, frozen.evaluations[0].id)
    assert manifest.opening_key == table.round.get_opening_key().public_key


def test_larger_groups_replace_too() -> None:
    table = Table(5, 3)
    old = table.finish()
    new = begin(table, old, index=2).finish()
    assert opens([new[1], new[3], new[4]], new[0].public_key)
    assert not opens([new[1], new[3]], new[0].public_key)


def test_who_brings_in_another_number_is_named(made: tuple[Table, list[Share]]) -> None:
    table, old = made
    begin(table, old)
    cheat = replace(Draft.parse(table.seats[1].draft), old_secret=secrets.token_bytes(32))
    table.seats[1].draft = cheat.encode()
    table.step(1)
    with pytest.raises(InvalidInput, match="bring in their shares of the key as it is now"):
        table.step(2)


@pytest.mark.parametrize(
    ("cheat", "number", "named"), [(2, 7, r"Custodian 2 \(纪委\)"), (3, 2, rf"Custodian 3 \({NEWCOMER}\)")]
)
def test_whoever_brings_in_another_number_is_named_and_the_newcomer_can_bring_in_nothing(
    made: tuple[Table, list[Share]], monkeypatch: pytest.MonkeyPatch, cheat: int, number: int, named: str
) -> None:
    table, old = made
    begin(table, old)
    honest = Replacement.constant_term
    monkeypatch.setattr(
        Replacement,
        "constant_term",
        lambda self, index, secret: number if index == cheat else honest(self, index, secret),
    )
    with pytest.raises(KeyMakingFault, match=f"{named} did not bring in the share they hold"):
        table.go_to("deal")


def test_an_interrupted_replacement_leaves_the_key_and_its_holders_as_they_were(
    made: tuple[Table, list[Share]],
) -> None:
    table, old = made
    before = table.round
    begin(table, old).go_to("confirm")
    assert table.round == before
    assert opens(old[:2], before.get_opening_key().public_key)
    ceremony_office.restart(table.round, board=table.services.board)
    assert table.phase == "join"
    assert len(table.finish()) == 3


def test_a_finished_replacement_does_not_begin_again(made: tuple[Table, list[Share]]) -> None:
    table, old = made
    begin(table, old).finish()
    assert table.phase == DONE
    with pytest.raises(WrongState, match="already has its opening key"):
        ceremony_office.restart(table.round, board=table.services.board)


def test_after_closing_nobody_is_replaced(made: tuple[Table, list[Share]]) -> None:
    table, old = made
    services = table.services
    services.registry.rounds[table.round_id] = replace(table.round, state=State.CLOSED)
    with pytest.raises(WrongState, match="is closed"):
        begin(table, old)


@pytest.mark.parametrize("name", ["巡察办", ""])
def test_a_name_that_is_there_already_is_refused(made: tuple[Table, list[Share]], name: str) -> None:
    table, old = made
    with pytest.raises(InvalidInput, match="different names"):
        begin(table, old, name=name)


def test_an_invitation_to_replace_survives_its_file(made: tuple[Table, list[Share]]) -> None:
    table, old = made
    invitation = begin(table, old).invitations[0]
    assert Invitation.parse(invitation.encode()) == invitation
    changed: Any = json.loads(invitation.encode())
    changed["replaces"]["public_key"] = b64url_encode(BASE)
    assert Invitation.parse(json.dumps(changed).encode()).agreed.digest != invitation.agreed.digest
