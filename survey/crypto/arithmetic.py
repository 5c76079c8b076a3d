"""The arithmetic that cryptography does not offer: the raw RSA private operation and P-256 points.

Two backends give identical bytes: Python's own libcrypto through ctypes (fast, constant time), and gmpy2 where
OpenSSL is linked statically and cannot be reached (slower; constant time only for RSA). The backend is chosen and
tested against known answers at first use: a library that computes wrongly must never touch a ballot.

Law: scalars are 32 bytes big-endian, points 65 bytes uncompressed; the point at infinity has no encoding here and is
refused wherever it would come in or go out. Sources: SEC 1 section 2.3, RFC 8017 section 5, RFC 6979 A.2.5 (the
known answer).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from survey.errors import InvalidInput, SettingsError

SCALAR_LEN = 32
POINT_LEN = 65

# P-256: y^2 = x^3 - 3x + b over the field of P, group of prime ORDER, cofactor 1 (SEC 2, section 2.4.2).
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
BASE = bytes.fromhex(
    "046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"
    "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5"
)


class Accumulator(Protocol):
    """A growing sum of scalar * point over public values; holds a bounded batch, however long the sum."""

    def add(self, scalar: bytes, point: bytes) -> None: ...

    def value(self) -> bytes:
        """The sum so far; raises InvalidInput when it is the point at infinity."""


class P256(Protocol):
    """Points of P-256. Every call raises InvalidInput for bytes that are no point of the curve."""

    def is_valid_point(self, point: bytes) -> bool:
        """65 bytes, uncompressed, on the curve (so in the group: the cofactor is 1), not infinity."""

    def mult_base(self, scalar: bytes) -> bytes: ...

    def mult(self, scalar: bytes, point: bytes) -> bytes:
        """scalar * point; the scalar may be secret."""

    def mult_each(self, scalar: bytes, points: Iterable[bytes]) -> Iterator[bytes]:
        """scalar * each point, in order, streamed; the scalar may be secret."""

    def add(self, left: bytes, right: bytes) -> bytes: ...

    def weighted_sum(self, weights: Sequence[int], divisor: int, points: Sequence[bytes]) -> bytes:
        """(sum of weight * point) / divisor for small public weights (any sign) and a divisor that is not 0."""

    def accumulator(self) -> Accumulator: ...


class RsaPrivateKey(Protocol):
    """A key that computes m^d mod n. Safe to use from several threads."""

    modulus: int
    public_exponent: int
    modulus_len: int

    def private_op(self, m: bytes) -> bytes:
        """RSASP1 (RFC 8017, section 5.2.1); m: modulus_len bytes below n, else InvalidInput."""

    def public_op(self, s: bytes) -> bytes:
        """RSAVP1 (RFC 8017, section 5.2.2); s: modulus_len bytes below n, else InvalidInput."""


class Backend(Protocol):
    name: str

    @property
    def p256(self) -> P256: ...

    def rsa_private_key(self, der: bytes) -> RsaPrivateKey:
        """der: PKCS #8."""


def _libcrypto() -> Backend:
    from survey.crypto.libcrypto import LibcryptoBackend

    return LibcryptoBackend()


def _gmp() -> Backend:
    from survey.crypto.gmp import GmpBackend

    return GmpBackend()


BACKENDS: dict[str, Callable[[], Backend]] = {"libcrypto": _libcrypto, "gmp": _gmp}
_chosen: Backend | None = None
_choosing = threading.Lock()


def backend() -> Backend:
    """The first backend that loads and passes its self-test; raises SettingsError when none does."""
    global _chosen
    if _chosen is None:
        with _choosing:
            if _chosen is None:
                _chosen = _choose()
    return _chosen


def p256() -> P256:
    return backend().p256


def rsa_private_key(der: bytes) -> RsaPrivateKey:
    """Load a PKCS #8 RSA key and try it once: private then public operation must give back the input."""
    key = backend().rsa_private_key(der)
    probe = (3).to_bytes(key.modulus_len, "big")
    # Python's own pow is the judge here: a backend must not vouch for itself.
    if pow(int.from_bytes(key.private_op(probe), "big"), key.public_exponent, key.modulus) != 3:
        raise SettingsError("The RSA arithmetic gives a wrong result for this key; nothing may be signed with it.")
    return key


def load(name: str) -> Backend:
    """The named backend, self-tested; raises SettingsError when it cannot be used here."""
    try:
        candidate = BACKENDS[name]()
        self_test(candidate.p256)
    except (ImportError, OSError, AttributeError) as missing:
        raise SettingsError(f"The arithmetic library {name} cannot be loaded here: {missing}.") from missing
    return candidate


@contextmanager
def using(name: str) -> Iterator[Backend]:
    """Use the named backend inside a with block (process-wide). For tests and benchmarks."""
    global _chosen
    before, _chosen = _chosen, load(name)
    try:
        yield _chosen
    finally:
        _chosen = before


def _choose() -> Backend:
    reasons = []
    for name in BACKENDS:
        try:
            return load(name)
        except SettingsError as refusal:
            reasons.append(str(refusal))
    raise SettingsError("No usable arithmetic library. " + " ".join(reasons))


def self_test(points: P256) -> None:
    """Known answers for every operation on points; raises SettingsError when one differs.

    x and its public key: RFC 6979, A.2.5.
    """
    x = bytes.fromhex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")
    public = bytes.fromhex(
        "0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
        "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"
    )
    off_curve = public[:-1] + bytes([public[-1] ^ 1])
    plus_one = (int.from_bytes(x, "big") + 1).to_bytes(SCALAR_LEN, "big")
    total = points.accumulator()
    total.add(x, BASE)
    total.add(x, public)
    right = (
        points.mult_base(x) == public
        and points.mult(x, BASE) == public
        and points.mult_base(plus_one) == points.add(public, BASE)
        and points.weighted_sum((3, -1), 2, (public, public)) == public
        and total.value() == points.mult(plus_one, public)
        and points.is_valid_point(public)
        and not points.is_valid_point(off_curve)
    )
    if not right:
        raise SettingsError("The P-256 arithmetic of this machine gives wrong results and must not be used.")


def require_scalar(scalar: bytes) -> None:
    """32 bytes with a value from 1 to ORDER - 1, else InvalidInput."""
    if len(scalar) != SCALAR_LEN or not 0 < int.from_bytes(scalar, "big") < ORDER:
        raise InvalidInput("A scalar of P-256 must be 32 bytes with a value from 1 to the group order - 1.")


def require_below(value: bytes, modulus: int, modulus_len: int) -> int:
    """The integer of exactly modulus_len bytes below the modulus, else InvalidInput."""
    number = int.from_bytes(value, "big")
    if len(value) != modulus_len or number >= modulus:
        raise InvalidInput(f"Expected exactly {modulus_len} bytes with a value below the modulus.")
    return number
