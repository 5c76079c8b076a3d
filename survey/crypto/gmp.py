"""The same arithmetic over gmpy2, for Pythons whose OpenSSL cannot be reached (statically linked builds).

Identical bytes, about three times slower for RSA and fifteen for points. RSA uses powmod_sec with a blinded base;
point multiplication is not constant time (accepted 2026-11: this path runs only as a fallback, and a custodian's
opening runs on a machine of their own). Sources: RFC 8017 section 5.1.2 (CRT), SEC 1 section 2.2 (group law), Cohen,
Miyaji and Ono 1998 (Jacobian coordinates).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import gmpy2
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key

from survey.crypto.arithmetic import (
    BASE,
    ORDER,
    POINT_LEN,
    B,
    P,
    RsaPrivateKey,
    require_below,
    require_scalar,
)
from survey.errors import InvalidInput

mpz: Any = gmpy2.mpz
_P = mpz(P)
Jacobian = tuple[Any, Any, Any]  # (X, Y, Z) stands for (X / Z^2, Y / Z^3); Z = 0 is infinity
_INFINITY: Jacobian = (mpz(1), mpz(1), mpz(0))


class GmpRsaKey:
    """RsaPrivateKey with the Chinese remainder theorem over powmod_sec."""

    def __init__(self, der: bytes) -> None:
        # Primality tests would cost 35 ms at every start; arithmetic.rsa_private_key tries the key out instead.
        loaded = load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
        if not isinstance(loaded, RSAPrivateKey):
            raise InvalidInput("This private key is not an RSA key.")
        numbers = loaded.private_numbers()
        self.modulus, self.public_exponent = numbers.public_numbers.n, numbers.public_numbers.e
        self.modulus_len = (loaded.key_size + 7) // 8
        self._n, self._p, self._q = mpz(self.modulus), mpz(numbers.p), mpz(numbers.q)
        self._dmp1, self._dmq1, self._iqmp = mpz(numbers.dmp1), mpz(numbers.dmq1), mpz(numbers.iqmp)

    def private_op(self, m: bytes) -> bytes:
        number = mpz(require_below(m, self.modulus, self.modulus_len))
        # A fresh random factor on the base: the time taken then tells nothing about the key or the message.
        factor = mpz(secrets.randbelow(self.modulus - 2) + 2)
        blinded = number * gmpy2.powmod(factor, self.public_exponent, self._n) % self._n
        of_p = gmpy2.powmod_sec(blinded, self._dmp1, self._p)
        of_q = gmpy2.powmod_sec(blinded, self._dmq1, self._q)
        root = of_q + self._q * ((of_p - of_q) * self._iqmp % self._p)
        return int(root * gmpy2.invert(factor, self._n) % self._n).to_bytes(self.modulus_len, "big")

    def public_op(self, s: bytes) -> bytes:
        number = require_below(s, self.modulus, self.modulus_len)
        return int(gmpy2.powmod(number, self.public_exponent, self._n)).to_bytes(self.modulus_len, "big")


def _decode(point: bytes) -> Jacobian:
    if len(point) == POINT_LEN and point[0] == 4:
        x, y = mpz(int.from_bytes(point[1:33], "big")), mpz(int.from_bytes(point[33:], "big"))
        if x < _P and y < _P and (y * y - (x * x - 3) * x - B) % _P == 0:
            return x, y, mpz(1)
    raise InvalidInput("This is not a point of P-256 (65 bytes, uncompressed, on the curve, not infinity).")


def _encode(point: Jacobian) -> bytes:
    x, y, z = point
    if z == 0:
        raise InvalidInput("The result is the point at infinity.")
    inverse = gmpy2.invert(z, _P)
    square = inverse * inverse % _P
    return b"\x04" + int(x * square % _P).to_bytes(32, "big") + int(y * square * inverse % _P).to_bytes(32, "big")


def _double(point: Jacobian) -> Jacobian:
    x, y, z = point
    yy = y * y % _P
    s = 4 * x * yy % _P
    zz = z * z % _P
    m = 3 * (x - zz) * (x + zz) % _P  # the curve has a = -3
    x2 = (m * m - 2 * s) % _P
    return x2, (m * (s - x2) - 8 * yy * yy) % _P, 2 * y * z % _P


def _add(left: Jacobian, right: Jacobian) -> Jacobian:
    x1, y1, z1 = left
    x2, y2, z2 = right
    if z1 == 0:
        return right
    if z2 == 0:
        return left
    zz1, zz2 = z1 * z1 % _P, z2 * z2 % _P
    u1, s1 = x1 * zz2 % _P, y1 * zz2 * z2 % _P
    h, r = (x2 * zz1 - u1) % _P, (y2 * zz1 * z1 - s1) % _P
    if h == 0:
        return _double(left) if r == 0 else _INFINITY
    hh = h * h % _P
    hhh, v = hh * h % _P, u1 * hh % _P
    x3 = (r * r - hhh - 2 * v) % _P
    return x3, (r * (v - x3) - s1 * hhh) % _P, z1 * z2 * h % _P


def _negative(point: Jacobian) -> Jacobian:
    return point[0], -point[1] % _P, point[2]


def _mult(scalar: int, point: Jacobian) -> Jacobian:
    """scalar * point with windows of four bits."""
    if scalar < 0:
        return _mult(-scalar, _negative(point))
    table = [_INFINITY, point]
    while len(table) < 16:
        table.append(_add(table[-1], point))
    total = _INFINITY
    for digit in f"{scalar:x}":
        total = _add(_double(_double(_double(_double(total)))), table[int(digit, 16)])
    return total


class GmpP256:
    """P256 of survey.crypto.arithmetic."""

    def is_valid_point(self, point: bytes) -> bool:
        try:
            _decode(point)
        except InvalidInput:
            return False
        return True

    def mult_base(self, scalar: bytes) -> bytes:
        return self.mult(scalar, BASE)

    def mult(self, scalar: bytes, point: bytes) -> bytes:
        require_scalar(scalar)
        return _encode(_mult(int.from_bytes(scalar, "big"), _decode(point)))

    def mult_each(self, scalar: bytes, points: Iterable[bytes]) -> Iterator[bytes]:
        for point in points:
            yield self.mult(scalar, point)

    def add(self, left: bytes, right: bytes) -> bytes:
        return _encode(_add(_decode(left), _decode(right)))

    def weighted_sum(self, weights: Sequence[int], divisor: int, points: Sequence[bytes]) -> bytes:
        total = _INFINITY
        for weight, point in zip(weights, points, strict=True):
            total = _add(total, _mult(weight, _decode(point)))
        if divisor != 1:
            total = _mult(pow(divisor, -1, ORDER), total)
        return _encode(total)

    def accumulator(self) -> GmpAccumulator:
        return GmpAccumulator()


class GmpAccumulator:
    def __init__(self) -> None:
        self._sum = _INFINITY

    def add(self, scalar: bytes, point: bytes) -> None:
        self._sum = _add(self._sum, _mult(int.from_bytes(scalar, "big"), _decode(point)))

    def value(self) -> bytes:
        return _encode(self._sum)


class GmpBackend:
    name = "gmp"

    def __init__(self) -> None:
        self.p256 = GmpP256()

    def rsa_private_key(self, der: bytes) -> RsaPrivateKey:
        return GmpRsaKey(der)
