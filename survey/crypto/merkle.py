"""The Merkle tree of RFC 9162 over the sorted receipts of an evaluation.

Law: leaves and nodes are hashed with different first bytes, so that no node can pass for a leaf; the order of
leaves is the caller's (sorted receipts, so that it says nothing about time). Source: RFC 9162, section 2.1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from survey.errors import InvalidInput, SurveyError

_sha256 = hashlib.sha256
EMPTY_ROOT = _sha256(b"").digest()


class NotIncluded(SurveyError):
    """The inclusion proof does not lead from this leaf to this root."""

    status = 422
    kind = "not-included"


def leaf_hash(leaf: bytes) -> bytes:
    """HASH(0x00 || leaf), 32 bytes."""
    return _sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """HASH(0x01 || left || right), 32 bytes."""
    return _sha256(b"\x01" + left + right).digest()


class MerkleTree:
    """A tree with its levels kept: one pass to make, then any path in log2(size) look-ups.

    Each level holds the hashes of the level below in pairs; an odd one out rises unchanged. That is the tree of
    section 2.1.1, which splits at the largest power of two below the size.
    """

    def __init__(self, leaves: Iterable[bytes]) -> None:
        level = [leaf_hash(leaf) for leaf in leaves]
        self.size = len(level)
        self._levels = [level]
        while len(level) > 1:
            pairs = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
            level = pairs + level[len(pairs) * 2 :]
            self._levels.append(level)

    @property
    def root(self) -> bytes:
        """MTH(D[n]), 32 bytes (section 2.1.1)."""
        return self._levels[-1][0] if self.size else EMPTY_ROOT

    def inclusion_path(self, index: int) -> list[bytes]:
        """PATH(index, D[n]), from the leaf's neighbour upward (section 2.1.3.1); raises InvalidInput for no leaf."""
        if not 0 <= index < self.size:
            raise InvalidInput(f"The tree has {self.size} leaves; there is none at {index}.")
        path = []
        for level in self._levels[:-1]:
            neighbour = index ^ 1
            if neighbour < len(level):
                path.append(level[neighbour])
            index >>= 1
        return path


def root(leaves: Iterable[bytes]) -> bytes:
    """The root hash of the leaves, 32 bytes; of none: SHA-256 of nothing. Keeps log2(size) hashes in memory.

    Steps: RFC 9162, section 2.1.2 (a tree head from its entries).
    """
    # 1.
    stack: list[bytes] = []
    # 2. For each index from 0 to tree_size - 1
    for index, leaf in enumerate(leaves):
        # a.
        stack.append(leaf_hash(leaf))
        # b. c. merge_count: the trailing ones of the index
        while index & 1:
            right, left = stack.pop(), stack.pop()
            stack.append(node_hash(left, right))
            index >>= 1
    # 3. If there is more than one element in the stack
    while len(stack) > 1:
        right, left = stack.pop(), stack.pop()
        stack.append(node_hash(left, right))
    return stack[0] if stack else EMPTY_ROOT


def inclusion_path(leaves: Iterable[bytes], index: int) -> list[bytes]:
    return MerkleTree(leaves).inclusion_path(index)


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Raises NotIncluded unless the path leads from the leaf at index of a tree of `size` leaves to the root.

    Steps: RFC 9162, section 2.1.3.2.
    """
    # 1. "If leaf_index is greater than or equal to tree_size, then fail"
    if not 0 <= index < size:
        raise NotIncluded(f"A tree of {size} leaves has none at {index}.")
    # 2. 3.
    fn, sn, r = index, size - 1, leaf_hash(leaf)
    # 4. For each value p in the inclusion_path
    for p in path:
        # a.
        if sn == 0:
            raise NotIncluded("The inclusion proof is too long.")
        # b.
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        # c.
        fn, sn = fn >> 1, sn >> 1
    # 5.
    if sn != 0 or r != root:
        raise NotIncluded("The inclusion proof does not lead to the published root.")
