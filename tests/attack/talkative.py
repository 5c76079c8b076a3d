"""`survey` with everything at its most talkative: python -m tests.attack.talkative --instance DIR serve ...

Root logger and every library at DEBUG, SQLAlchemy's echo, granian's own level, asyncio's debug mode; and, when the file
`fail` lies in the instance folder, failures whose messages hold what must never be logged.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def main() -> None:
    os.environ.update(PYTHONASYNCIODEBUG="1", RUST_LOG="trace", RUST_BACKTRACE="full")
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    for name in ("sqlalchemy", "sqlalchemy.engine", "sqlalchemy.pool", "psycopg", "asyncio", "flask", "werkzeug"):
        logging.getLogger(name).setLevel(logging.DEBUG)
        logging.getLogger(name).debug("is heard")
    _make_sqlalchemy_echo()
    _make_granian_talk()
    fail = Path(sys.argv[sys.argv.index("--instance") + 1]) / "fail"
    _make_casting_fail(fail)
    _make_auditing_fail(fail)
    from survey.cli import main as survey

    survey()


def _make_sqlalchemy_echo() -> None:
    from survey.storage import engines

    quiet = engines.create_engine
    engines.create_engine = lambda url, **options: quiet(url, echo="debug", echo_pool="debug", **options)


def _make_granian_talk() -> None:
    import granian
    from granian.log import LogLevels

    class Talkative(granian.Granian):  # type: ignore[misc, valid-type]  # which class it is depends on the system
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **{**options, "log_level": LogLevels.debug})

    granian.Granian = Talkative


def _make_casting_fail(fail: Path) -> None:
    import survey.respondent.cast as cast

    works = cast.cast_ballot

    def fails(evaluation_id: str, token: Any, *arguments: Any, **options: Any) -> Any:
        if fail.exists():
            raise RuntimeError(f"{evaluation_id} {token.encode().hex()} {token}")
        return works(evaluation_id, token, *arguments, **options)

    cast.cast_ballot = fails


def _make_auditing_fail(fail: Path) -> None:
    import survey.respondent.receipts as receipts

    works = receipts.audit_package

    def package(round_: Any, **options: Any) -> Iterator[bytes]:
        return _broken(fail.read_text()) if fail.exists() else works(round_, **options)

    receipts.audit_package = package


def _broken(how: str) -> Iterator[bytes]:
    """Fails before anything is sent, or in the middle of sending."""
    if how == "late":
        yield bytes(2 << 20)
    raise RuntimeError("words-of-a-failure")


if __name__ == "__main__":
    main()
