"""Any group from 2 of 3 to 3 of 7: t shares open and sign, t - 1 open nothing; replaced shares likewise."""

from __future__ import annotations

import secrets
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.crypto.arithmetic import p256
from survey.crypto.dkg_messages import Share
from survey.crypto.dkg_transcript import verify_transcript
from survey.crypto.dleq import WrongProof
from survey.crypto.replacement import verify_replacements
from survey.crypto.sealing import UnsealFailed, open_with_dh, seal
from survey.crypto.threshold import combine, make_key, partial_opening, verify_partial
from survey.domain.custody.statements import Statement
from survey.errors import WrongPartial
from tests.custodian.table import NAMES, Table
from tests.custodian.test_replacement import begin

GROUPS = [(t, n) for n in range(3, 8) for t in (2, 3) if t < n]


def opens(shares: list[Share], sealed: bytes, key: bytes) -> bool:
    dh = combine({share.index: p256().mult(share.secret, sealed[:65]) for share in shares})
    try:
        return open_with_dh(dh, sealed[:65], key, b"info", sealed[65:]) == b"answers"
    except UnsealFailed:
        return False


@pytest.mark.parametrize(("t", "n"), GROUPS, ids=[f"{t} of {n}" for t, n in GROUPS])
def test_every_group_of_t_opens_and_no_smaller_one(t: int, n: int) -> None:
    made = make_key(NAMES[:n], t, secrets.token_bytes)
    sealed = seal(made.public_key, b"info", b"answers")
    assert all(opens(list(group), sealed, made.public_key) for group in combinations(made.shares, t))
    assert not any(opens(list(group), sealed, made.public_key) for group in combinations(made.shares, t - 1))


@settings(max_examples=10, deadline=None)
@given(st.sampled_from(GROUPS), st.data())
def test_a_part_fits_its_own_custodian_and_no_other(group: tuple[int, int], data: Any) -> None:
    t, n = group
    made = make_key(NAMES[:n], t, secrets.token_bytes)
    mine, other = data.draw(st.permutations(made.shares))[:2]
    encs = [seal(made.public_key, b"info", b"answers")[:65] for _ in range(data.draw(st.integers(0, 3)))]
    part = partial_opening(mine.secret, mine.index, encs, b"list", secrets.token_bytes)
    verify_partial(mine.verification_key, encs, part, b"list")
    for key, context in ((other.verification_key, b"list"), (mine.verification_key, b"tsil")):
        with pytest.raises(WrongPartial):
            verify_partial(key, encs, part, context)


@settings(max_examples=10, deadline=None)
@given(st.sampled_from(GROUPS), st.data())
def test_a_statement_is_signed_by_its_own_share_and_says_nothing_else(group: tuple[int, int], data: Any) -> None:
    t, n = group
    made = make_key(NAMES[:n], t, secrets.token_bytes)
    mine, other = data.draw(st.permutations(made.shares))[:2]
    digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
    facts = Statement(
        "R1", mine.index, NAMES[mine.index - 1], data.draw(digests), data.draw(digests), data.draw(digests)
    )
    signed = facts.signed(mine.secret, secrets.token_bytes)
    signed.check(mine.verification_key)
    assert Statement.parse(signed.encode()) == signed
    changed = data.draw(st.sampled_from(["round_id", "name", "boxes_digest", "partial", "record"]))
    for statement, key in (
        (signed, other.verification_key),
        (replace(signed, **{changed: "another"}), mine.verification_key),
        (replace(signed, index=mine.index + 1), mine.verification_key),
    ):
        with pytest.raises(WrongProof):
            statement.check(key)


@pytest.mark.parametrize(("t", "n"), [(2, 3), (2, 4), (3, 4)])
def test_whoever_is_replaced_the_key_stays_and_any_t_new_shares_open(t: int, n: int) -> None:
    table = Table(n, t)
    old = table.finish()
    lost = 1 + secrets.randbelow(n)
    new = begin(table, old, index=lost, name="机关党委").finish()
    key = table.round.get_opening_key()
    facts = verify_replacements(verify_transcript(key.transcript), key.replacements)
    assert facts.verification_keys == tuple(share.verification_key for share in new)
    sealed = seal(key.public_key, b"info", b"answers")
    groups = list(combinations(new, t))
    for group in (groups[0], groups[-1], groups[len(groups) // 2]):
        assert opens(list(group), sealed, key.public_key), lost
    mixed = [*new[: t - 1], old[-1]]
    assert not opens(mixed, sealed, key.public_key), lost
