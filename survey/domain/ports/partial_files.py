"""Partial openings, from their arrival until the count."""

from __future__ import annotations

from collections.abc import Iterable
from io import BufferedReader
from typing import Literal, Protocol


class Readable(Protocol):
    """A file, or something that reads as one: opened anew for each reading; str() names it in messages."""

    def open(self, mode: Literal["rb"], /) -> BufferedReader: ...


class PartialStore(Protocol):
    """Partial openings on their way to the count. t of them open every answer of the round: they are kept locked, out
    of the database and of every backup, and destroyed when the round is counted.
    """

    def receive(self, round_id: str, chunks: Iterable[bytes]) -> Readable:
        """Write what a custodian sends to a new file that only this program reads; keep() or drop() it."""

    def keep(self, file: Readable, round_id: str, index: int) -> None:
        """Under its final name; raises WrongState when this custodian has given one already."""

    def drop(self, file: Readable) -> None: ...

    def files(self, round_id: str) -> dict[int, Readable]:
        """index -> file of every partial opening given."""

    def destroy(self, round_id: str) -> list[tuple[int, str]]:
        """Overwrite and remove all of a round, unfinished ones too; (index, SHA-256 in hexadecimal) of each given."""
