"""P-256 points through libcrypto's EC_POINT.

Law: all C objects live in a workspace that belongs to one thread and is never held across a yield; secret scalars
carry BN_FLG_CONSTTIME and are wiped after use. EC_POINT_oct2point refuses what is not on the curve, and P-256 has
cofactor 1, so every point that gets in is in the group.

Sums over public values go through EC_POINTs_mul, which shares the doublings of a whole batch: 15 microseconds a term
instead of 40. It is deprecated; where it is missing the terms are multiplied one by one.
Sources: OpenSSL manual pages EC_POINT_new(3), EC_POINT_add(3), BN_set_flags(3).
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from survey.crypto.arithmetic import ORDER, POINT_LEN, SCALAR_LEN, require_scalar
from survey.crypto.libcrypto import Owned, PerThread, bind, integer, octets, pointer, refuse, size
from survey.errors import InvalidInput

BATCH = 64
_NID_P256 = 415
_UNCOMPRESSED = 4
_BN_FLG_CONSTTIME = 4

_bn_new = bind("BN_new", pointer)
_bn_set_flags = bind("BN_set_flags", None, pointer, integer)
_bn_from = bind("BN_bin2bn", pointer, octets, integer, pointer)
_bn_clear = bind("BN_clear", None, pointer)
_bn_clear_free = bind("BN_clear_free", None, pointer)
_bn_ctx_new = bind("BN_CTX_new", pointer)
_bn_ctx_free = bind("BN_CTX_free", None, pointer)
_group_new = bind("EC_GROUP_new_by_curve_name", pointer, integer)
_group_free = bind("EC_GROUP_free", None, pointer)
_point_new = bind("EC_POINT_new", pointer, pointer)
_point_clear_free = bind("EC_POINT_clear_free", None, pointer)
_decode = bind("EC_POINT_oct2point", integer, pointer, pointer, octets, size, pointer)
_encode = bind("EC_POINT_point2oct", size, pointer, pointer, integer, octets, size, pointer)
_add = bind("EC_POINT_add", integer, pointer, pointer, pointer, pointer, pointer)
_double = bind("EC_POINT_dbl", integer, pointer, pointer, pointer, pointer)
_invert = bind("EC_POINT_invert", integer, pointer, pointer, pointer)
_is_infinity = bind("EC_POINT_is_at_infinity", integer, pointer, pointer)
_to_infinity = bind("EC_POINT_set_to_infinity", integer, pointer, pointer)
_mult = bind("EC_POINT_mul", integer, pointer, pointer, pointer, pointer, pointer, pointer, long=True)
try:
    _mult_many = bind("EC_POINTs_mul", integer, pointer, pointer, pointer, size, pointer, pointer, pointer, long=True)
except AttributeError:  # OpenSSL built without its deprecated functions
    _mult_many = None

_NOT_A_POINT = "This is not a point of P-256 (65 bytes, uncompressed, on the curve, not infinity)."


def _require(done: int) -> None:
    if not done:
        raise refuse("libcrypto refused an operation on points.")


class _Workspace:
    """One thread's objects: group, BN_CTX, one secret scalar, one batch of public scalars and points."""

    def __init__(self) -> None:
        self._owned: list[Owned] = []
        self.group = self._own(_group_new(_NID_P256), _group_free)
        self.context = self._own(_bn_ctx_new(), _bn_ctx_free)
        self.secret = self._own(_bn_new(), _bn_clear_free)
        _bn_set_flags(self.secret, _BN_FLG_CONSTTIME)
        self.scalars = [self._own(_bn_new(), _bn_clear_free) for _ in range(BATCH)]
        self.points = [self._own(_point_new(self.group), _point_clear_free) for _ in range(BATCH)]
        self.left = self._own(_point_new(self.group), _point_clear_free)
        self.right = self._own(_point_new(self.group), _point_clear_free)
        self.scalar_array = (pointer * BATCH)(*self.scalars)
        self.point_array = (pointer * BATCH)(*self.points)
        self.out = ctypes.create_string_buffer(POINT_LEN)

    def _own(self, at: Any, free: Any) -> int:
        owned = Owned(at, free)
        self._owned.insert(0, owned)  # freed last made first: the group outlives its points
        return owned.at

    def decode(self, point: bytes, into: int) -> None:
        # The length and the first byte are checked here: OpenSSL would also take compressed and hybrid forms.
        if len(point) != POINT_LEN or point[0] != _UNCOMPRESSED:
            raise InvalidInput(_NOT_A_POINT)
        if not _decode(self.group, into, point, POINT_LEN, self.context):
            raise refuse(_NOT_A_POINT)

    def encode(self, point: int) -> bytes:
        # Infinity encodes to one byte and is refused here.
        if _encode(self.group, point, _UNCOMPRESSED, self.out, POINT_LEN, self.context) != POINT_LEN:
            raise refuse("The result is the point at infinity.")
        return bytes(self.out.raw)

    def load_secret(self, scalar: bytes) -> None:
        require_scalar(scalar)
        _bn_from(scalar, SCALAR_LEN, self.secret)

    def sum_products(self, terms: Sequence[tuple[bytes, bytes]], into: int) -> None:
        """into = sum of scalar * point for at most BATCH public terms."""
        for (scalar, point), number, place in zip(terms, self.scalars, self.points, strict=False):
            self.decode(point, place)
            _bn_from(scalar, len(scalar), number)
        if _mult_many is not None:
            _require(_mult_many(self.group, into, None, len(terms), self.point_array, self.scalar_array, self.context))
            return
        _require(_to_infinity(self.group, into))
        for number, place in zip(self.scalars[: len(terms)], self.points, strict=False):
            _require(_mult(self.group, place, None, place, number, self.context))
            _require(_add(self.group, into, into, place, self.context))

    def times_small(self, factor: int, place: int, into: int) -> None:
        """into = factor * place by doubling and adding, for a small public factor; place is left as it was."""
        _require(_to_infinity(self.group, into))
        for bit in bin(abs(factor))[2:]:
            _require(_double(self.group, into, into, self.context))
            if bit == "1":
                _require(_add(self.group, into, into, place, self.context))
        if factor < 0:
            _require(_invert(self.group, into, self.context))


class LibcryptoP256:
    """P256 of survey.crypto.arithmetic; safe to use from several threads and after a fork."""

    def __init__(self) -> None:
        self._workspace = PerThread(_Workspace)

    def is_valid_point(self, point: bytes) -> bool:
        work: _Workspace = self._workspace.get()
        try:
            work.decode(point, work.left)
        except InvalidInput:
            return False
        return True

    def mult_base(self, scalar: bytes) -> bytes:
        work: _Workspace = self._workspace.get()
        try:
            work.load_secret(scalar)
            _require(_mult(work.group, work.left, work.secret, None, None, work.context))
            return work.encode(work.left)
        finally:
            _bn_clear(work.secret)

    def mult(self, scalar: bytes, point: bytes) -> bytes:
        return self._mult_chunk(scalar, [point])[0]

    def mult_each(self, scalar: bytes, points: Iterable[bytes]) -> Iterator[bytes]:
        source = iter(points)
        while chunk := list(islice(source, BATCH)):
            # Whole chunks between yields: another call of this thread may use the workspace meanwhile.
            yield from self._mult_chunk(scalar, chunk)

    def _mult_chunk(self, scalar: bytes, points: Sequence[bytes]) -> list[bytes]:
        work: _Workspace = self._workspace.get()
        results = []
        try:
            work.load_secret(scalar)
            for point in points:
                work.decode(point, work.left)
                _require(_mult(work.group, work.right, None, work.left, work.secret, work.context))
                results.append(work.encode(work.right))
        finally:
            _bn_clear(work.secret)
        return results

    def add(self, left: bytes, right: bytes) -> bytes:
        work: _Workspace = self._workspace.get()
        work.decode(left, work.left)
        work.decode(right, work.right)
        _require(_add(work.group, work.left, work.left, work.right, work.context))
        return work.encode(work.left)

    def weighted_sum(self, weights: Sequence[int], divisor: int, points: Sequence[bytes]) -> bytes:
        work: _Workspace = self._workspace.get()
        total, term, place = work.left, work.right, work.points[0]
        _require(_to_infinity(work.group, total))
        for weight, point in zip(weights, points, strict=True):
            work.decode(point, place)
            work.times_small(weight, place, term)
            _require(_add(work.group, total, total, term, work.context))
        if divisor != 1:
            inverse = pow(divisor, -1, ORDER).to_bytes(SCALAR_LEN, "big")
            _bn_from(inverse, SCALAR_LEN, work.scalars[0])
            _require(_mult(work.group, total, None, total, work.scalars[0], work.context))
        return work.encode(total)

    def accumulator(self) -> LibcryptoAccumulator:
        return LibcryptoAccumulator(self._workspace)


class LibcryptoAccumulator:
    """Gathers terms and adds them a batch at a time; holds no C object between batches."""

    def __init__(self, workspace: PerThread) -> None:
        self._workspace = workspace
        self._terms: list[tuple[bytes, bytes]] = []
        self._sum: bytes | None = None  # None: infinity

    def add(self, scalar: bytes, point: bytes) -> None:
        self._terms.append((scalar, point))
        if len(self._terms) == BATCH:
            self._flush()

    def value(self) -> bytes:
        if self._terms:
            self._flush()
        if self._sum is None:
            raise InvalidInput("The result is the point at infinity.")
        return self._sum

    def _flush(self) -> None:
        work: _Workspace = self._workspace.get()
        terms, self._terms = self._terms, []
        work.sum_products(terms, work.left)
        if self._sum is not None:
            work.decode(self._sum, work.right)
            _require(_add(work.group, work.left, work.left, work.right, work.context))
        if _is_infinity(work.group, work.left):
            self._sum = None
        else:
            self._sum = work.encode(work.left)
