"""The parts of one installation, put together once per process."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from survey.domain.ceremony.office import was_made_apart
from survey.domain.installation import Installation
from survey.domain.ports import Clock, Randomness
from survey.settings import Settings
from survey.storage.accounts import SqlAccounts
from survey.storage.audit_log import SqlAuditLog
from survey.storage.ballot_box import SqlBallotBox
from survey.storage.database import check_schema, open_database
from survey.storage.key_files import FileKeys
from survey.storage.login_tries import SqlTries
from survey.storage.notice_board import SqlNoticeBoard
from survey.storage.partial_files import PartialFiles
from survey.storage.passkeys import SqlPasskeys
from survey.storage.questionnaires import SqlLibrary
from survey.storage.recusals import SqlRecusals
from survey.storage.registry import SqlRegistry
from survey.storage.reports import SqlReports
from survey.storage.sessions import SqlSessions
from survey.storage.work_book import SqlWorkBook
from survey.window_log import FILE, WindowLog


@dataclass(frozen=True)
class Services:
    """registry and box are two stores with nothing in common; each takes its own connections."""

    settings: Settings
    registry: SqlRegistry
    box: SqlBallotBox
    keys: FileKeys
    board: SqlNoticeBoard
    partials: PartialFiles
    reports: SqlReports
    library: SqlLibrary
    accounts: SqlAccounts
    sessions: SqlSessions
    passkeys: SqlPasskeys
    tries: SqlTries
    recusals: SqlRecusals
    audit: SqlAuditLog
    windows: WindowLog
    work: SqlWorkBook
    clock: Clock
    randomness: Randomness
    close: Callable[[], None] = field(repr=False)  # gives the store's connections back

    def end_sessions(self) -> None:
        """Renew the key that signs staff sessions: everybody signs in again."""
        self.settings.session_key.renew()

    def page_scripts(self) -> dict[str, str]:
        """Address -> SHA-256 of every script the answer page loads, as freezing writes them into manifests."""
        from survey.respondent.assets import script_digests

        return dict(script_digests())

    def installation(self) -> Installation:
        """What the honest page and the printed notice say about this installation."""
        return Installation(
            is_https=self.settings.is_https,
            has_own_log=self.settings.database_url.startswith("postgresql"),
            made_apart=lambda round_: was_made_apart(round_, self.board),
        )


def utc_now() -> datetime:
    return datetime.now(UTC)


def open_services(settings: Settings) -> Services:
    """Open the stores of an instance; raises SettingsError when they are missing or of another version."""
    engine = open_database(settings.database_url)
    try:
        check_schema(engine)
    except BaseException:
        engine.dispose()
        raise
    return Services(
        settings=settings,
        registry=SqlRegistry(engine),
        box=SqlBallotBox(engine),
        keys=FileKeys(settings.keys_folder, settings.vault),
        board=SqlNoticeBoard(engine),
        partials=PartialFiles(settings.instance / "partials", settings.vault),
        reports=SqlReports(engine),
        library=SqlLibrary(engine),
        accounts=SqlAccounts(engine),
        sessions=SqlSessions(engine),
        passkeys=SqlPasskeys(engine),
        tries=SqlTries(engine),
        recusals=SqlRecusals(engine),
        audit=SqlAuditLog(engine, utc_now),
        windows=WindowLog(settings.instance / FILE),
        work=SqlWorkBook(engine),
        clock=utc_now,
        randomness=secrets.token_bytes,
        close=engine.dispose,
    )
