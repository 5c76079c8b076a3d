"""What the office pages need from outside, as promises. create_app() hands in an object that keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from survey.domain.forms.library import Library
from survey.domain.installation import Installation
from survey.domain.ports import Clock, Randomness
from survey.domain.ports.ballot_box import BallotBox
from survey.domain.ports.key_files import KeyFiles
from survey.domain.ports.notice_board import NoticeBoard
from survey.domain.ports.partial_files import PartialStore
from survey.domain.ports.registry import Registry
from survey.domain.ports.staff import Accounts, Passkeys, Recusals, Sessions, Tries
from survey.domain.ports.work_book import WorkBook
from survey.domain.results.release import ReportStore


class LogEntry(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def time(self) -> datetime: ...
    @property
    def account(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def action(self) -> str: ...
    @property
    def object(self) -> str: ...
    @property
    def result(self) -> str: ...


class Locker(Protocol):
    """Secrets at rest: each opens only under the name under which it was locked."""

    def lock(self, secret: bytes, name: str) -> bytes: ...

    def unlock(self, locked: bytes, name: str) -> bytes:
        """Raises InvalidInput."""

    def keyed_hash(self, purpose: str, text: str) -> bytes:
        """32 bytes that only this server can make, the same each time; each purpose has its own."""


class StaffLog(Protocol):
    """The staff plane of the log: append-only, hash-chained."""

    def append(self, *, account: str, address: str, action: str, object: str, result: str) -> object: ...

    def search(
        self,
        *,
        account: str = "",
        action: str = "",
        object: str = "",
        since: str = "",
        until: str = "",
        before: int | None = None,
        limit: int = 100,
    ) -> Sequence[LogEntry]:
        """The newest first."""

    def names(self) -> tuple[list[str], list[str]]:
        """Accounts and actions that stand in the log."""

    def head(self) -> tuple[int, bytes]: ...

    def archived(self) -> int:
        """How many entries, the oldest, were moved to files."""

    def verify_chain(self) -> int | None:
        """The id of the first entry that does not fit, or None."""


class Windows(Protocol):
    """The respondent plane's log: how many requests there were in ten minutes, and refusals by kind."""

    def read(self) -> Mapping[datetime, Mapping[str, int]]:
        """Beginning of the window -> kind -> count, the oldest first."""


class SiteSettings(Protocol):
    @property
    def public_url(self) -> str:
        """Scheme and host, no trailing slash."""

    @property
    def host(self) -> str: ...

    @property
    def vault(self) -> Locker: ...

    @property
    def needs_second_factor(self) -> bool:
        """Whether staff who see anything must have a second factor."""


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
    def library(self) -> Library: ...

    @property
    def accounts(self) -> Accounts: ...

    @property
    def sessions(self) -> Sessions: ...

    @property
    def passkeys(self) -> Passkeys: ...

    @property
    def tries(self) -> Tries: ...

    @property
    def recusals(self) -> Recusals: ...

    @property
    def windows(self) -> Windows: ...

    @property
    def audit(self) -> StaffLog: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def randomness(self) -> Randomness: ...

    def installation(self) -> Installation:
        """What the honest page and the printed notice say about this installation."""

    def end_sessions(self) -> None:
        """Renew the key that signs staff sessions: everybody signs in again."""

    def page_scripts(self) -> dict[str, str]:
        """Address -> SHA-256 of every script the answer page loads."""
