"""Both backends: known answers, the same bytes from either, and refusals."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.crypto import arithmetic
from survey.crypto.arithmetic import BASE, ORDER, P256, P
from survey.errors import InvalidInput, SettingsError
from tests.crypto.support import BACKENDS, token_key

LIBCRYPTO = arithmetic.load("libcrypto")
GMP = arithmetic.load("gmp")
POINTS = {"libcrypto": LIBCRYPTO.p256, "gmp": GMP.p256}
INFINITY = b"\x00"

scalars = st.integers(1, ORDER - 1).map(lambda number: number.to_bytes(32, "big"))
few = settings(max_examples=15, deadline=None)


@pytest.fixture(params=BACKENDS)
def points(request: pytest.FixtureRequest) -> P256:
    return POINTS[request.param]


def test_libcrypto_is_chosen_where_it_can_be_reached() -> None:
    assert arithmetic.backend().name == "libcrypto"


def test_the_named_backend_is_used_inside_the_with_block_only() -> None:
    with arithmetic.using("gmp"):
        inside = arithmetic.backend().name

    assert (inside, arithmetic.backend().name) == ("gmp", "libcrypto")


def _added(points: P256, left: bytes, right: bytes) -> bytes:
    try:
        return points.add(left, right)
    except InvalidInput:  # x and y happened to be opposite
        return INFINITY


@few
@given(scalars, scalars)
def test_both_backends_multiply_and_add_to_the_same_bytes(x: bytes, y: bytes) -> None:
    point = LIBCRYPTO.p256.mult_base(x)

    assert GMP.p256.mult_base(x) == point
    assert GMP.p256.mult(y, point) == LIBCRYPTO.p256.mult(y, point)
    other = LIBCRYPTO.p256.mult_base(y)
    assert _added(GMP.p256, point, other) == _added(LIBCRYPTO.p256, point, other)
    assert list(GMP.p256.mult_each(y, [point, BASE])) == list(LIBCRYPTO.p256.mult_each(y, [point, BASE]))


@few
@given(st.lists(st.integers(-40, 40).filter(bool), min_size=1, max_size=4), st.integers(1, 30))
def test_both_backends_give_the_same_weighted_sum(weights: list[int], divisor: int) -> None:
    points = [LIBCRYPTO.p256.mult_base(bytes([*[0] * 31, 7 + i])) for i in range(len(weights))]
    results = []
    for backend in POINTS.values():
        try:
            results.append(backend.weighted_sum(weights, divisor, points))
        except InvalidInput:
            results.append(INFINITY)

    scalar = sum(weight * (7 + i) for i, weight in enumerate(weights)) * pow(divisor, -1, ORDER) % ORDER
    expected = LIBCRYPTO.p256.mult_base(scalar.to_bytes(32, "big")) if scalar else INFINITY
    assert results == [expected, expected]


@pytest.mark.parametrize("count", [1, 2, 63, 64, 65, 130])
def test_a_sum_is_the_same_on_both_backends_across_batch_borders(count: int) -> None:
    terms = [
        ((i * i + 1).to_bytes(32, "big"), LIBCRYPTO.p256.mult_base((i + 1).to_bytes(32, "big"))) for i in range(count)
    ]
    expected = LIBCRYPTO.p256.mult_base(sum((i * i + 1) * (i + 1) for i in range(count)).to_bytes(32, "big"))

    for backend in POINTS.values():
        total = backend.accumulator()
        for scalar, point in terms:
            total.add(scalar, point)
        assert total.value() == total.value() == expected


def test_a_sum_without_the_batched_function_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    # OpenSSL built without its deprecated functions has no EC_POINTs_mul.
    monkeypatch.setattr("survey.crypto.libcrypto_points._mult_many", None)
    total = LIBCRYPTO.p256.accumulator()
    for i in range(70):
        total.add((i + 1).to_bytes(32, "big"), BASE)

    assert total.value() == LIBCRYPTO.p256.mult_base((70 * 71 // 2).to_bytes(32, "big"))


def test_a_sum_may_pass_through_infinity(points: P256) -> None:
    total = points.accumulator()
    total.add((1).to_bytes(32, "big"), BASE)
    total.add((ORDER - 1).to_bytes(32, "big"), BASE)
    with pytest.raises(InvalidInput, match="infinity"):
        total.value()

    total.add((5).to_bytes(32, "big"), BASE)

    assert total.value() == points.mult_base((5).to_bytes(32, "big"))


def test_the_workspace_is_free_for_others_while_a_stream_is_paused(points: P256) -> None:
    two, three = (2).to_bytes(32, "big"), (3).to_bytes(32, "big")
    stream = points.mult_each(two, (BASE for _ in range(130)))
    expected = points.mult_base(two)

    for result in stream:
        assert result == expected
        points.mult(three, BASE)


OFF_CURVE = BASE[:-1] + bytes([BASE[-1] ^ 1])
BAD_POINTS = [
    pytest.param(b"", id="nothing"),
    pytest.param(INFINITY, id="infinity"),
    pytest.param(bytes(65), id="zeros"),
    pytest.param(OFF_CURVE, id="off the curve"),
    pytest.param(BASE[:-1], id="cut"),
    pytest.param(BASE + b"\x00", id="extended"),
    pytest.param(b"\x03" + BASE[1:33], id="compressed"),
    pytest.param(bytes([6 + (BASE[-1] & 1)]) + BASE[1:], id="hybrid"),
    pytest.param(b"\x04" + P.to_bytes(32, "big") + BASE[33:], id="coordinate not below p"),
    pytest.param(b"\x04" + b"\xff" * 64, id="all ones"),
]


@pytest.mark.parametrize("point", BAD_POINTS)
def test_bytes_that_are_no_point_are_refused(points: P256, point: bytes) -> None:
    assert not points.is_valid_point(point)
    with pytest.raises(InvalidInput, match="not a point of P-256"):
        points.mult((2).to_bytes(32, "big"), point)


def _sum(points: P256, *terms: bytes) -> bytes:
    total = points.accumulator()
    for point in terms:
        total.add((2).to_bytes(32, "big"), point)
    return total.value()


@pytest.mark.parametrize("point", BAD_POINTS)
def test_a_sum_with_bytes_that_are_no_point_is_refused(points: P256, point: bytes) -> None:
    with pytest.raises(InvalidInput, match="not a point of P-256"):
        _sum(points, point, BASE)


@pytest.mark.parametrize(
    "scalar",
    [
        pytest.param(bytes(32), id="zero"),
        pytest.param(ORDER.to_bytes(32, "big"), id="the order"),
        pytest.param(b"\xff" * 32, id="above the order"),
        pytest.param(b"\x01", id="cut"),
        pytest.param(bytes(32) + b"\x01", id="extended"),
    ],
)
def test_a_scalar_out_of_range_is_refused(points: P256, scalar: bytes) -> None:
    with pytest.raises(InvalidInput, match="from 1 to the group order - 1"):
        points.mult_base(scalar)


def test_opposite_points_do_not_add(points: P256) -> None:
    minus = points.mult_base((ORDER - 1).to_bytes(32, "big"))

    with pytest.raises(InvalidInput, match="infinity"):
        points.add(BASE, minus)


def test_a_point_adds_to_itself(points: P256) -> None:
    assert points.add(BASE, BASE) == points.mult_base((2).to_bytes(32, "big"))


@few
@given(st.binary(min_size=255, max_size=255))
def test_both_backends_give_the_same_raw_rsa_results(tail: bytes) -> None:
    fast, slow = LIBCRYPTO.rsa_private_key(token_key()), GMP.rsa_private_key(token_key())
    m = b"\x00" + tail
    s = fast.private_op(m)

    assert slow.private_op(m) == s
    assert fast.public_op(s) == slow.public_op(s) == m


@pytest.mark.parametrize("backend", [LIBCRYPTO, GMP], ids=BACKENDS)
@pytest.mark.parametrize("operation", ["private_op", "public_op"])
@pytest.mark.parametrize("case", ["modulus", "cut", "extended"])
def test_raw_rsa_refuses_what_is_not_exactly_below_the_modulus(
    backend: arithmetic.Backend, operation: str, case: str
) -> None:
    key = backend.rsa_private_key(token_key())
    modulus = key.modulus.to_bytes(256, "big")
    data = {"modulus": modulus, "cut": bytes(255), "extended": bytes(257)}[case]

    with pytest.raises(InvalidInput, match="exactly 256 bytes with a value below the modulus"):
        getattr(key, operation)(data)


@pytest.mark.parametrize("m", [0, 1])
def test_zero_and_one_are_their_own_roots_on_both_backends(m: int) -> None:
    data = m.to_bytes(256, "big")

    assert LIBCRYPTO.rsa_private_key(token_key()).private_op(data) == data
    assert GMP.rsa_private_key(token_key()).private_op(data) == data


class _Wrong:
    """Points of another backend, with one operation that lies."""

    def __init__(self, right: P256) -> None:
        self._right = right

    def __getattr__(self, name: str) -> object:
        return getattr(self._right, name)

    def mult(self, scalar: bytes, point: bytes) -> bytes:
        return BASE


def test_a_library_that_computes_wrongly_fails_its_self_test() -> None:
    with pytest.raises(SettingsError, match="wrong results"):
        arithmetic.self_test(_Wrong(GMP.p256))  # type: ignore[arg-type]  # a stand-in that forwards by name


def test_without_any_library_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> arithmetic.Backend:
        raise ImportError("gone")

    monkeypatch.setattr(arithmetic, "BACKENDS", {"gmp": missing})
    monkeypatch.setattr(arithmetic, "_chosen", None)

    with pytest.raises(SettingsError, match=r"No usable arithmetic library.*gmp cannot be loaded here: gone"):
        arithmetic.backend()


def test_where_libcrypto_is_out_of_reach_gmp_takes_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def static() -> arithmetic.Backend:
        raise AttributeError("_ssl has no __file__")

    monkeypatch.setattr(arithmetic, "BACKENDS", {"libcrypto": static, "gmp": arithmetic.BACKENDS["gmp"]})
    monkeypatch.setattr(arithmetic, "_chosen", None)

    assert arithmetic.backend().name == "gmp"


def test_a_faulty_rsa_key_is_refused_when_it_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("survey.crypto.libcrypto.LibcryptoRsaKey.private_op", lambda self, m: m)

    with pytest.raises(SettingsError, match="wrong result for this key"):
        arithmetic.rsa_private_key(token_key())
