"""`survey` with everything at its most talkative: python -m tests.attack.talkative --instance DIR serve ...

Root logger and every library at DEBUG, SQLAlchemy's echo, granian's own level, asyncio's debug mode; and, when the file
`fail` lies in the instance folder, a failure whose message holds what must never be logged.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    os.environ.update(PYTHONASYNCIODEBUG="1", RUST_LOG="trace", RUST_BACKTRACE="full")
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    for name in ("sqlalchemy", "sqlalchemy.engine", "sqlalchemy.pool", "psycopg", "asyncio", "flask", "werkzeug"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    _make_sqlalchemy_echo()
    _make_granian_talk()
    _make_casting_fail()
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


def _make_casting_fail() -> None:
    import survey.respondent.cast as cast

    works = cast.cast_ballot

    def fails(evaluation_id: str, token: Any, *arguments: Any, **options: Any) -> Any:
        if (Path(os.environ["SURVEY_INSTANCE"]) / "fail").exists():
            raise RuntimeError(f"{evaluation_id} {token.encode().hex()} {token}")
        return works(evaluation_id, token, *arguments, **options)

    cast.cast_ballot = fails


if __name__ == "__main__":
    main()
