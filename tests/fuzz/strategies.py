"""Bytes near the valid ones: what a cut transmission, a wrong file or a hostile hand makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from tests.fuzz.targets import Target

# Words that parsers choke on: limits of numbers, structure, and text that is no text.
MORSELS = [
    b"\0", b"\xff", b"\xff\xff\xff\xff", b"\x80\0\0\0", b"-1", b"1e999", b"NaN", b"Infinity", b"null", b"true", b'""',
    b"{}", b"[]", b"[" * 2000, b"{\"a\":" * 2000, b"9" * 5000, b'"\\ud800"', b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r\n",
    "２０２６".encode(), "\u202e".encode(), b"&a *a", b"!!python/object:os.system", b"<<: *a", b"=cmd()", b",", b'"',
    b"%00", b"[::",
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, original: bytes) -> bytes:
    """The original after one to four changes: cut, filled in, overwritten, doubled or shortened."""
    data = bytearray(original)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        length = draw(st.integers(0, min(40, len(data) - at)))
        what = draw(st.sampled_from(["replace", "insert", "delete", "cut", "double", "flip"]))
        if what == "replace":
            data[at : at + length] = draw(st.sampled_from(MORSELS) | st.binary(max_size=40))
        elif what == "insert":
            data[at:at] = draw(st.sampled_from(MORSELS) | st.binary(max_size=40))
        elif what == "delete":
            del data[at : at + length]
        elif what == "cut":
            del data[at:]
        elif what == "double":
            data[at:at] = data[at : at + length] * draw(st.integers(1, 50))
        elif at < len(data):
            data[at] ^= 1 << draw(st.integers(0, 7))
    return bytes(data)


def inputs(target: Target) -> st.SearchStrategy[bytes]:
    near = [mutated(seed) for seed in target.corpus()]
    return st.one_of(*near, st.binary(max_size=400), st.sampled_from(MORSELS))
