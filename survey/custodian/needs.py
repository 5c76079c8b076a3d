"""What the custodians' interface needs from outside, as promises. create_app() hands in an object that keeps them."""

from __future__ import annotations

from typing import Protocol

from survey.domain.ports import Clock
from survey.domain.ports.ballot_box import BallotBox
from survey.domain.ports.key_files import KeyFiles
from survey.domain.ports.notice_board import NoticeBoard
from survey.domain.ports.partial_files import PartialStore
from survey.domain.ports.registry import Registry


class StaffLog(Protocol):
    """The staff plane of the log: append-only, hash-chained."""

    def append(self, *, account: str, address: str, action: str, object: str, result: str) -> object: ...


class Services(Protocol):
    """Attributes only; survey.services.Services has them all and more."""

    @property
    def registry(self) -> Registry: ...

    @property
    def box(self) -> BallotBox: ...

    @property
    def board(self) -> NoticeBoard: ...

    @property
    def audit(self) -> StaffLog: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def keys(self) -> KeyFiles: ...

    @property
    def partials(self) -> PartialStore: ...
