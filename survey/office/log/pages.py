"""The staff log, for the auditor and the security administrator: searched, paged, exported, its chain checked.

Law: append-only; nothing here changes a line, and looking leaves one. Lines hold what staff did, never a code, a token
or anything of who answers. Cells of the CSV never start a formula (OWASP, CSV injection).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from survey.audience import serves
from survey.domain.local_time import BEIJING
from survey.domain.staff import AUDITOR, SECURITY_ADMIN
from survey.domain.turnout import STEP, in_steps
from survey.office.log.words import (
    action_words,
    actions_called,
    names_of,
    object_called,
    object_words,
    result_words,
)
from survey.office.needs import LogEntry, Services
from survey.office.words import kind_words

PAGE = 100
WINDOWS = 6 * 24 * 2  # of ten minutes: two days
REQUESTS = "requests"
CHECKED_AT_ONCE = 20_000  # lines; a longer chain is checked when asked for
_COLUMNS = ("id", "time", "account", "address", "action", "object", "result")
_WORDS = ("action_words", "result_words")  # after the columns that programs read
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def install(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("/log", endpoint="show-log")
    @serves(AUDITOR, SECURITY_ADMIN)
    def show_log() -> ResponseReturnValue:
        wanted = _wanted()
        before = request.args.get("before", type=int)
        accounts, actions = services.audit.names()
        names = names_of(services.registry.list_rounds())
        wanted["action"] = actions_called(wanted["action"], actions)
        wanted["object"] = object_called(wanted["object"], names)
        entries = services.audit.search(**_filters(wanted), before=before, limit=PAGE + 1)
        count, head = services.audit.head()
        is_checked = count <= CHECKED_AT_ONCE or "check" in request.args
        return render_template(
            "office/log.html",
            entries=entries[:PAGE],
            older=entries[PAGE - 1].id if len(entries) > PAGE else None,
            wanted=wanted,
            names=names,
            accounts=accounts,
            actions=sorted(actions, key=action_words),
            count=count,
            head=head.hex(),
            is_checked=is_checked,
            broken=services.audit.verify_chain() if is_checked else None,
            archived=services.audit.archived(),
            here="log",
        )

    @blueprint.get("/log/requests", endpoint="show-requests")
    @serves(AUDITOR, SECURITY_ADMIN)
    def show_requests() -> ResponseReturnValue:
        """The respondent plane beside the staff plane: counts per ten minutes, in the steps of the turnout."""
        newest = sorted(services.windows.read().items(), reverse=True)[:WINDOWS]
        kinds = sorted({kind for _, counts in newest for kind in counts if kind != REQUESTS})
        rows = [
            (window, [in_steps(counts.get(kind, 0)) if kind in counts else None for kind in (REQUESTS, *kinds)])
            for window, counts in newest
        ]
        return render_template(
            "office/requests.html", rows=rows, kinds=[kind_words(kind) for kind in kinds], step=STEP, here="log"
        )

    @blueprint.get("/log.csv", endpoint="export-log")
    @serves(AUDITOR, SECURITY_ADMIN)
    def export_log() -> ResponseReturnValue:
        wanted = _wanted()
        wanted["action"] = actions_called(wanted["action"], services.audit.names()[1])
        wanted["object"] = object_called(wanted["object"], names_of(services.registry.list_rounds()))
        lines = stream_with_context(_csv(services, _filters(wanted)))  # the words are those of the reader's language
        response = Response(lines, content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = "attachment; filename=staff-log.csv"
        return response

    @blueprint.context_processor
    def helpers() -> dict[str, object]:
        return {
            "beijing": lambda moment: moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
            "action_words": action_words,
            "object_words": object_words,
            "result_words": result_words,
        }


def _wanted() -> dict[str, str]:
    return {name: request.args.get(name, "").strip()[:100] for name in ("account", "action", "object", "from", "to")}


def _filters(wanted: dict[str, str]) -> dict[str, Any]:
    return {
        "account": wanted["account"],
        "action": wanted["action"],
        "object": wanted["object"],
        "since": _midnight(wanted["from"]),
        "until": _midnight(wanted["to"], days=1),
    }


def _midnight(day: str, days: int = 0) -> str:
    """The beginning of the day in Beijing, as the log writes times; nothing where no day is given."""
    try:
        moment = datetime.combine(date.fromisoformat(day), time(), BEIJING) + timedelta(days=days)
        return moment.astimezone(UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        return ""


def _csv(services: Services, filters: dict[str, Any]) -> Iterator[str]:
    yield "\ufeff" + _line(_COLUMNS + _WORDS)  # Excel reads it as UTF-8 only with this mark
    before = None
    while entries := services.audit.search(**filters, before=before, limit=1000):
        yield "".join(_line(_values(entry)) for entry in entries)
        before = entries[-1].id


def _values(entry: LogEntry) -> tuple[str, ...]:
    kept = (entry.time.isoformat() if name == "time" else safe_cell(str(getattr(entry, name))) for name in _COLUMNS)
    return (*kept, safe_cell(action_words(entry.action)), safe_cell(result_words(entry.result)))


def safe_cell(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _line(values: tuple[str, ...]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerow(values)
    return stream.getvalue()
