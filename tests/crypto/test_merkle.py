"""RFC 9162: known trees and paths, the law for every size, and proofs that must fail."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.crypto import merkle
from survey.crypto.merkle import MerkleTree, NotIncluded, leaf_hash, node_hash
from survey.errors import InvalidInput
from tests.crypto.support import flipped, vectors

TREE = vectors("rfc9162_tree.json")
LEAVES = [bytes.fromhex(leaf) for leaf in TREE["leaves"]]


@pytest.mark.parametrize("size", range(1, 9))
def test_known_roots_come_out(size: int) -> None:
    assert merkle.root(LEAVES[:size]).hex() == TREE["roots"][size - 1]


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert merkle.root([]) == hashlib.sha256(b"").digest()


@pytest.mark.parametrize("known", TREE["paths"], ids=lambda known: f"{known['index']} of {known['size']}")
def test_known_paths_come_out_and_verify(known: dict[str, object]) -> None:
    index, size = int(str(known["index"])), int(str(known["size"]))
    leaves = LEAVES[:size]

    path = merkle.inclusion_path(leaves, index)

    assert [step.hex() for step in path] == known["path"]
    merkle.verify_inclusion(leaves[index], index, size, path, merkle.root(leaves))


def test_the_example_tree_of_the_rfc_has_the_paths_it_says() -> None:
    # RFC 9162, section 2.1.5: seven leaves d0 .. d6, nodes named as in the drawing there.
    leaves = [bytes([i]) for i in range(7)]
    a, b, c, d, e, f, j = (leaf_hash(leaf) for leaf in leaves)
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, last = node_hash(g, h), node_hash(i, j)
    tree = MerkleTree(leaves)

    assert tree.root == node_hash(k, last)
    assert tree.inclusion_path(0) == [b, h, last]
    assert tree.inclusion_path(3) == [c, g, last]
    assert tree.inclusion_path(4) == [f, j, k]
    assert tree.inclusion_path(6) == [i, k]


def _root_by_definition(leaves: list[bytes]) -> bytes:
    """MTH as section 2.1.1 writes it: split at the largest power of two below the size."""
    if len(leaves) < 2:
        return leaf_hash(leaves[0]) if leaves else merkle.EMPTY_ROOT
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(_root_by_definition(leaves[:k]), _root_by_definition(leaves[k:]))


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_every_leaf_of_any_tree_is_included_and_the_root_is_the_defined_one(leaves: list[bytes]) -> None:
    tree = MerkleTree(leaves)

    assert tree.root == _root_by_definition(leaves)
    for index, leaf in enumerate(leaves):
        merkle.verify_inclusion(leaf, index, len(leaves), tree.inclusion_path(index), tree.root)


@given(st.integers(2, 40), st.data())
def test_a_changed_path_leads_elsewhere(size: int, data: st.DataObject) -> None:
    leaves = [bytes([i]) for i in range(size)]
    tree = MerkleTree(leaves)
    index = data.draw(st.integers(0, size - 1))
    path = tree.inclusion_path(index)
    step = data.draw(st.integers(0, len(path) - 1))
    path[step] = flipped(path[step], data.draw(st.integers(0, 255)))

    with pytest.raises(NotIncluded, match="does not lead"):
        merkle.verify_inclusion(leaves[index], index, size, path, tree.root)


@pytest.mark.parametrize(
    ("leaf", "index", "size", "change", "reason"),
    [
        pytest.param(0, 3, 7, "", "does not lead", id="another leaf"),
        pytest.param(3, 2, 7, "", "does not lead", id="another place"),
        pytest.param(3, 3, 7, "cut", "does not lead", id="cut path"),
        pytest.param(3, 3, 7, "longer", "too long", id="longer path"),
        pytest.param(3, 7, 7, "", "has none at 7", id="place outside"),
        pytest.param(3, -1, 7, "", "has none at -1", id="negative place"),
        pytest.param(3, 3, 3, "", "has none at 3", id="smaller tree"),
    ],
)
def test_a_proof_that_does_not_fit_is_refused(leaf: int, index: int, size: int, change: str, reason: str) -> None:
    tree = MerkleTree(LEAVES[:7])
    path = tree.inclusion_path(3)
    path = {"": path, "cut": path[:-1], "longer": [*path, bytes(32)]}[change]

    with pytest.raises(NotIncluded, match=reason):
        merkle.verify_inclusion(LEAVES[leaf], index, size, path, tree.root)


def test_a_node_cannot_pass_for_a_leaf() -> None:
    left, right = leaf_hash(LEAVES[0]), leaf_hash(LEAVES[1])

    with pytest.raises(NotIncluded, match="does not lead"):
        merkle.verify_inclusion(left + right, 0, 1, [], merkle.root(LEAVES[:2]))


@pytest.mark.parametrize("index", [-1, 8])
def test_there_is_no_path_to_a_leaf_outside(index: int) -> None:
    with pytest.raises(InvalidInput, match="has 8 leaves"):
        MerkleTree(LEAVES).inclusion_path(index)
