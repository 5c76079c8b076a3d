"""Opening by t of n: any t open, t - 1 do not, and whoever gives a wrong part is named."""

import itertools
import os
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.crypto import arithmetic, sealing, threshold
from survey.crypto.arithmetic import BASE, ORDER
from survey.crypto.sealing import ENC_LEN, UnsealFailed
from survey.crypto.threshold import KeyMaking, Partial, PartialOpening
from survey.errors import InvalidInput, WrongPartial
from tests.crypto.support import BACKENDS, flipped

NAMES = ("巡察办", "纪委", "组织部", "审计处", "工会")
CONTEXT = bytes(range(32))
INFO = b"info"


@cache
def _key(t: int, n: int) -> KeyMaking:
    return threshold.make_key(NAMES[:n], t, os.urandom, context=b"round")


def _sealed(key: KeyMaking, count: int) -> list[bytes]:
    return [sealing.seal(key.public_key, INFO, b"answers %d" % i) for i in range(count)]


def _encs(sealed: list[bytes]) -> list[bytes]:
    return [body[:ENC_LEN] for body in sealed]


def _partial(key: KeyMaking, index: int, encs: list[bytes]) -> Partial:
    return threshold.partial_opening(key.shares[index - 1].secret, index, encs, CONTEXT, os.urandom)


def _open(key: KeyMaking, sealed: bytes, indices: tuple[int, ...]) -> bytes:
    enc = sealed[:ENC_LEN]
    points = {index: next(iter(_partial(key, index, [enc]).points)) for index in indices}
    return sealing.open_with_dh(threshold.combine(points), enc, key.public_key, INFO, sealed[ENC_LEN:])


SIZES = [(2, 3), (2, 4), (3, 4), (3, 5)]


@pytest.mark.parametrize(("t", "n"), SIZES)
def test_any_t_custodians_open_together(t: int, n: int) -> None:
    key = _key(t, n)
    (sealed,) = _sealed(key, 1)

    for indices in itertools.combinations(range(1, n + 1), t):
        assert _open(key, sealed, indices) == b"answers 0"


@pytest.mark.parametrize(("t", "n"), SIZES)
def test_one_custodian_fewer_opens_nothing(t: int, n: int) -> None:
    key = _key(t, n)
    (sealed,) = _sealed(key, 1)

    for indices in itertools.combinations(range(1, n + 1), t - 1):
        with pytest.raises(UnsealFailed, match="do not open"):
            _open(key, sealed, indices)


def test_more_than_t_custodians_open_as_well_and_in_any_order() -> None:
    key = _key(3, 5)
    (sealed,) = _sealed(key, 1)

    assert _open(key, sealed, (5, 1, 3, 2)) == b"answers 0"


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_whole_way_from_key_making_to_answers_works_on_either_backend(backend: str) -> None:
    with arithmetic.using(backend):
        key = threshold.make_key(NAMES[:3], 2, os.urandom)
        sealed = _sealed(key, 3)
        encs = _encs(sealed)
        partials = {index: _partial(key, index, encs) for index in (1, 3)}
        for index, partial in partials.items():
            threshold.verify_partial(key.verification_keys[index - 1], encs, partial, CONTEXT)
        rows = zip(*(partial.points for partial in partials.values()), strict=True)
        opened = [
            sealing.open_with_dh(
                threshold.combine(dict(zip(partials, row, strict=True))),
                body[:ENC_LEN],
                key.public_key,
                INFO,
                body[ENC_LEN:],
            )
            for row, body in zip(rows, sealed, strict=True)
        ]

    assert opened == [b"answers 0", b"answers 1", b"answers 2"]


def test_a_partial_made_on_one_backend_checks_on_the_other() -> None:
    key = _key(2, 3)
    encs = _encs(_sealed(key, 3))
    with arithmetic.using("gmp"):
        partial = _partial(key, 1, encs)

    threshold.verify_partial(key.verification_keys[0], encs, partial, CONTEXT)


class _Rows:
    """A list that exists only while it is gone through, as a file is; counts what is in memory at a time."""

    def __init__(self, rows: list[bytes]) -> None:
        self._rows = rows
        self.passes = 0

    def __iter__(self) -> Iterator[bytes]:
        self.passes += 1
        yield from self._rows


def test_points_stream_out_while_encs_stream_in() -> None:
    key = _key(2, 3)
    encs = _encs(_sealed(key, 1)) * 1000
    taken = 0

    def source() -> Iterator[bytes]:
        nonlocal taken
        for enc in encs:
            taken += 1
            yield enc

    stream = PartialOpening(key.shares[0].secret, CONTEXT).points(source())
    next(stream)

    assert taken <= 64


def test_a_streamed_opening_is_the_same_as_one_in_memory() -> None:
    key = _key(2, 3)
    rows = _Rows(_encs(_sealed(key, 2)) * 40)
    opening = PartialOpening(key.shares[0].secret, CONTEXT)

    points = list(opening.points(rows))
    streamed = Partial(_Rows(points), opening.prove(rows, lambda length: bytes(length)))
    at_once = threshold.partial_opening(key.shares[0].secret, 1, rows, CONTEXT, lambda length: bytes(length))

    assert (list(streamed.points), streamed.proof) == (list(at_once.points), at_once.proof)
    rows.passes = 0
    threshold.verify_partial(key.verification_keys[0], rows, streamed, CONTEXT)
    assert rows.passes == 2


def test_a_round_without_ballots_is_opened_and_checked() -> None:
    key = _key(2, 3)

    threshold.verify_partial(key.verification_keys[0], [], _partial(key, 1, []), CONTEXT)


def test_a_list_that_can_be_gone_through_only_once_is_a_mistake_of_the_caller() -> None:
    key = _key(2, 3)

    with pytest.raises(TypeError, match="gone through twice"):
        threshold.partial_opening(key.shares[0].secret, 1, iter([BASE]), CONTEXT, os.urandom)


WRONG = {
    "wrong point": lambda points, proof: ([points[0], BASE, points[2]], proof),
    "points that changed places": lambda points, proof: ([points[1], points[0], points[2]], proof),
    "point off the curve": lambda points, proof: ([points[0], points[1][:-1] + b"\x00", points[2]], proof),
    "infinity": lambda points, proof: ([points[0], b"\x00", points[2]], proof),
    "cut list": lambda points, proof: (points[:2], proof),
    "longer list": lambda points, proof: ([*points, BASE], proof),
    "flipped proof": lambda points, proof: (points, flipped(proof, 77)),
    "cut proof": lambda points, proof: (points, proof[:-1]),
    "empty proof": lambda points, proof: (points, b""),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_partial_is_refused_and_its_custodian_named(name: str) -> None:
    key = _key(2, 3)
    encs = _encs(_sealed(key, 3))
    right = _partial(key, 2, encs)
    wrong = Partial(*WRONG[name](list(right.points), right.proof))

    with pytest.raises(WrongPartial, match=r"custodian 2 \(纪委\) is (wrong|not as long)"):
        threshold.verify_partial(key.verification_keys[1], encs, wrong, CONTEXT, custodian="custodian 2 (纪委)")


def test_the_proof_of_another_custodian_is_refused() -> None:
    key = _key(2, 3)
    encs = _encs(_sealed(key, 3))
    swapped = Partial(_partial(key, 1, encs).points, _partial(key, 2, encs).proof)

    with pytest.raises(WrongPartial, match="does not check"):
        threshold.verify_partial(key.verification_keys[0], encs, swapped, CONTEXT)


def test_the_whole_partial_of_another_custodian_is_refused() -> None:
    key = _key(2, 3)
    encs = _encs(_sealed(key, 3))

    with pytest.raises(WrongPartial, match="does not check"):
        threshold.verify_partial(key.verification_keys[0], encs, _partial(key, 2, encs), CONTEXT)


def test_a_proof_replayed_from_another_list_is_refused() -> None:
    key = _key(2, 3)
    encs = _encs(_sealed(key, 3))

    with pytest.raises(WrongPartial, match="does not check"):
        threshold.verify_partial(key.verification_keys[0], encs, _partial(key, 1, encs), bytes(32))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 30), min_size=2, max_size=5, unique=True), st.lists(st.integers(0, ORDER - 1), min_size=2)
)
def test_lagrange_coefficients_give_back_the_constant_term(indices: list[int], polynomial: list[int]) -> None:
    polynomial = polynomial[: len(indices)]
    values = {i: sum(a * pow(i, k, ORDER) for k, a in enumerate(polynomial)) for i in indices}

    weights = threshold.lagrange(indices)

    assert sum(weights[i] * values[i] for i in indices) % ORDER == polynomial[0] % ORDER


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=5, unique=True))
def test_combining_is_the_sum_with_lagrange_coefficients(indices: list[int]) -> None:
    points = {i: arithmetic.p256().mult_base((i * 1000 + 7).to_bytes(32, "big")) for i in indices}
    scalar = sum(weight * (i * 1000 + 7) for i, weight in threshold.lagrange(indices).items()) % ORDER

    assert threshold.combine(points) == arithmetic.p256().mult_base(scalar.to_bytes(32, "big"))


@pytest.mark.parametrize("indices", [[], [1, 1], [0, 1], [-1, 2]], ids=["none", "twice", "zero", "negative"])
def test_indices_that_cannot_be_combined_are_refused(indices: list[int]) -> None:
    with pytest.raises(InvalidInput, match="different indices from 1 up"):
        threshold.lagrange(indices)


def test_combining_bytes_that_are_no_point_is_refused() -> None:
    with pytest.raises(InvalidInput, match="not a point"):
        threshold.combine({1: BASE, 2: bytes(65)})


def test_a_share_does_not_print_its_secret() -> None:
    share = _key(2, 3).shares[0]

    assert repr(share.secret) not in repr(share)
    assert "secret" not in repr(share)


@pytest.mark.parametrize("data", [b"", b"\x00", bytes(65), BASE[:33]], ids=["nothing", "infinity", "zeros", "cut"])
def test_bytes_that_are_no_point_are_told_apart(data: bytes) -> None:
    assert threshold.is_valid_point(BASE)
    assert not threshold.is_valid_point(data)
