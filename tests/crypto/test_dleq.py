"""One proof over a whole list: it shows every entry, for one context and one key, and nothing can be traded off."""

import os
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.crypto import arithmetic, dleq
from survey.crypto.arithmetic import BASE, ORDER
from survey.crypto.dleq import PairsDigest, PairsHash, WrongProof
from survey.crypto.scalars import encode_scalar
from survey.errors import InvalidInput
from tests.crypto.support import BACKENDS, flipped

CONTEXT = b"digest of the frozen list"
K = encode_scalar(0x1234567)


@pytest.fixture(params=BACKENDS, autouse=True)
def backend(request: pytest.FixtureRequest) -> Iterator[str]:
    with arithmetic.using(request.param) as chosen:
        yield chosen.name


def _points(count: int) -> list[bytes]:
    return [arithmetic.p256().mult_base(encode_scalar(i * i + 5)) for i in range(count)]


def _digest(cs: Sequence[bytes], ds: Sequence[bytes]) -> PairsDigest:
    pairs = PairsHash()
    for c, d in zip(cs, ds, strict=True):
        pairs.add(c, d)
    return pairs.value()


def _made(count: int) -> tuple[bytes, list[bytes], list[bytes], bytes]:
    points = arithmetic.p256()
    cs = _points(count)
    ds = list(points.mult_each(K, cs))
    return points.mult_base(K), cs, ds, dleq.generate_proof(K, cs, _digest(cs, ds), CONTEXT, os.urandom)


def _check(b: bytes, cs: Sequence[bytes], ds: Sequence[bytes], proof: bytes, context: bytes = CONTEXT) -> None:
    dleq.verify_proof(b, cs, ds, _digest(cs, ds), proof, context)


@pytest.mark.parametrize("count", [0, 1, 2, 70])
def test_a_proof_over_a_list_checks(count: int) -> None:
    b, cs, ds, proof = _made(count)

    assert len(proof) == 64
    _check(b, cs, ds, proof)


def test_both_backends_make_the_same_proof_from_the_same_randomness() -> None:
    proofs = set()
    for name in BACKENDS:
        with arithmetic.using(name):
            cs = _points(5)
            ds = list(arithmetic.p256().mult_each(K, cs))
            proofs.add(dleq.generate_proof(K, cs, _digest(cs, ds), CONTEXT, lambda length: bytes(range(length))))

    assert len(proofs) == 1


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 511))
def test_a_proof_with_one_flipped_bit_is_refused(bit: int) -> None:
    b, cs, ds, proof = _made(2)

    with pytest.raises(WrongProof, match=r"does not check|below the group order"):
        _check(b, cs, ds, flipped(proof, bit))


@pytest.mark.parametrize("change", [-1, 1], ids=["cut", "extended"])
def test_a_proof_of_another_length_is_refused(change: int) -> None:
    b, cs, ds, proof = _made(2)

    with pytest.raises(WrongProof, match="exactly 64 bytes"):
        _check(b, cs, ds, (proof + b"\x00")[: 64 + change])


def test_a_proof_of_another_context_is_refused() -> None:
    b, cs, ds, proof = _made(2)

    with pytest.raises(WrongProof, match="does not check"):
        _check(b, cs, ds, proof, b"another list")


def test_a_proof_of_another_key_is_refused() -> None:
    _, cs, ds, proof = _made(2)

    with pytest.raises(WrongProof, match="does not check"):
        _check(BASE, cs, ds, proof)


def test_two_entries_that_changed_places_are_refused() -> None:
    b, cs, ds, proof = _made(3)
    ds[0], ds[1] = ds[1], ds[0]

    with pytest.raises(WrongProof, match="does not check"):
        _check(b, cs, ds, proof)


@pytest.mark.parametrize("point", [b"\x00", bytes(65), BASE[:-1] + b"\x00"], ids=["infinity", "zeros", "off the curve"])
def test_an_entry_that_is_no_point_is_refused(point: bytes) -> None:
    b, cs, ds, proof = _made(3)
    ds[1] = point

    with pytest.raises(WrongProof, match="not a point"):
        _check(b, cs, ds, proof)


def _forged(cs: Sequence[bytes], ds: Sequence[bytes]) -> bytes:
    """What a cheater who knows k can do: a proof that is honest about the sums, over a list that is not right."""
    return dleq.generate_proof(K, cs, _digest(cs, ds), CONTEXT, os.urandom)


def test_errors_that_cancel_in_the_plain_sum_are_refused() -> None:
    points = arithmetic.p256()
    b, cs, ds, _ = _made(3)
    ds[0] = points.add(ds[0], BASE)
    ds[1] = points.add(ds[1], points.mult_base(encode_scalar(ORDER - 1)))

    with pytest.raises(WrongProof, match="does not check"):
        _check(b, cs, ds, _forged(cs, ds))


def test_errors_fitted_to_known_coefficients_are_refused_because_fitting_changes_them() -> None:
    # With coefficients that depend on their own pair alone (as in RFC 9497) the error in the second entry could be
    # chosen to cancel the first. Here every coefficient hangs on the whole list.
    points = arithmetic.p256()
    b, cs, ds, _ = _made(2)
    ds[0] = points.add(ds[0], BASE)
    coefficients = dleq.Transcript(b, _digest(cs, ds), CONTEXT).coefficients()
    d0, d1 = (int.from_bytes(next(coefficients), "big") for _ in range(2))
    ds[1] = points.add(ds[1], points.mult_base(encode_scalar(-d0 * pow(d1, -1, ORDER))))

    with pytest.raises(WrongProof, match="does not check"):
        _check(b, cs, ds, _forged(cs, ds))


def test_one_list_longer_than_the_other_is_refused() -> None:
    b, cs, ds, proof = _made(3)

    with pytest.raises(WrongProof, match="not equally long"):
        dleq.verify_proof(b, cs, ds[:2], _digest(cs, ds), proof, CONTEXT)


def test_a_list_that_changes_between_the_two_passes_is_refused() -> None:
    b, cs, ds, proof = _made(3)
    digest = _digest(cs, ds)

    with pytest.raises(WrongProof, match="changed while it was being checked"):
        dleq.verify_proof(b, cs[:2], ds[:2], digest, proof, CONTEXT)


def test_a_list_that_shrinks_while_it_is_proved_is_refused() -> None:
    _, cs, ds, _ = _made(3)

    with pytest.raises(InvalidInput, match="3 pairs, then 2"):
        dleq.generate_proof(K, cs[:2], _digest(cs, ds), CONTEXT, os.urandom)
