"""What the office pages need from outside, as promises. create_app() hands in an object that keeps them."""

from __future__ import annotations

from typing import Protocol

from survey.domain.ports import (
    Accounts,
    BallotBox,
    Clock,
    KeyFiles,
    NoticeBoard,
    PartialStore,
    Randomness,
    Registry,
    WorkBook,
)
from survey.domain.release import ReportStore


class StaffLog(Protocol):
    """The staff plane of the log: append-only, hash-chained."""

    def append(self, *, account: str, address: str, action: str, object: str, result: str) -> object: ...


class SiteSettings(Protocol):
    @property
    def public_url(self) -> str:
        """Scheme and host, no trailing slash."""

    @property
    def host(self) -> str: ...


class Services(Protocol):
    """Attributes only; survey.services.Services has them all and more."""

    @property
    def settings(self) -> SiteSettings: ...

    @property
    def registry(self) -> Registry: ...

    @property
    def box(self) -> BallotBox: ...

    @property
    def keys(self) -> KeyFiles: ...

    @property
    def board(self) -> NoticeBoard: ...

    @property
    def partials(self) -> PartialStore: ...

    @property
    def work(self) -> WorkBook: ...

    @property
    def reports(self) -> ReportStore: ...

    @property
    def accounts(self) -> Accounts: ...

    @property
    def audit(self) -> StaffLog: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def randomness(self) -> Randomness: ...

    def page_scripts(self) -> dict[str, str]:
        """Address -> SHA-256 of every script the answer page loads."""
