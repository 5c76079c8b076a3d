"""The record of an opening, for signature: who gave which partial opening, what was opened, what was destroyed.

Law: written once, when the round is counted; it holds digests and names, nothing of an answer, and no time finer than
the minute of the count. Canonical JSON, schema "survey-opening/1".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from survey.crypto.dkg_messages import canonical_json
from survey.domain.custody.shares import PartialFile
from survey.domain.ports import Clock
from survey.domain.ports.notice_board import NoticeBoard
from survey.domain.ports.partial_files import PartialStore
from survey.domain.ports.registry import Registry
from survey.domain.rounds import Round

SCHEMA = "survey-opening/1"


def opening_record(
    round_: Round,
    *,
    boxes_digest: bytes,
    record: str,
    given: Mapping[int, str],
    destroyed: Sequence[tuple[int, str]],
    counted_at: datetime,
) -> bytes:
    """record: name of the tally record; given: index -> SHA-256 (hex) of the partial opening that was used or offered;
    destroyed: (index, SHA-256) of the files that this server held and erased.
    """
    names = {custodian.index: custodian.name for custodian in round_.custodians}
    return canonical_json(
        {
            "schema": SCHEMA,
            "round": round_.id,
            "name": round_.name,
            "threshold": round_.threshold,
            "boxes_digest": boxes_digest.hex(),
            "record": record,
            "counted_at": counted_at.isoformat(timespec="minutes"),
            "opened_by": [
                {"index": index, "name": names[index], "partial": digest} for index, digest in sorted(given.items())
            ],
            "destroyed": [{"index": index, "name": names[index], "partial": digest} for index, digest in destroyed],
        }
    )


def conclude(
    round_: Round,
    partials: Sequence[PartialFile],
    record: str,
    *,
    registry: Registry,
    board: NoticeBoard,
    store: PartialStore,
    clock: Clock,
) -> None:
    """After the count: digests of what was given, destruction of what lies on this server, the record of both.

    A part that came after the count had begun is destroyed with the others, and stands in the record as such.
    """
    given = {}
    for partial in partials:
        with partial.path.open("rb") as stream:
            given[partial.index] = hashlib.file_digest(stream, "sha256").hexdigest()
    raw = opening_record(
        round_,
        boxes_digest=registry.find_boxes_digest(round_.id) or b"",
        record=record,
        given=given,
        destroyed=store.destroy(round_.id),
        counted_at=clock(),
    )
    board.save_opening_record(round_.id, raw)


def for_signature(raw: bytes) -> str:
    """The record as a sheet of text that the people who were there sign by hand."""
    read: dict[str, Any] = json.loads(raw)
    lines = [
        "开封记录 · Record of the opening",
        "",
        f"轮次 Round: {read['name']} ({read['round']})",
        f"计票时间 Counted at: {read['counted_at']}",
        f"清单核对码 Digest of the list opened: {read['boxes_digest']}",
        f"计票记录 Tally record: {read['record']}",
        "",
        f"开封人 Opened by (any {read['threshold']} suffice):",
    ]
    for one in read["opened_by"]:
        lines += [
            f"  {one['index']}. {one['name']}",
            f"     {one['partial']}",
            "     签字 Signature: ____________________",
        ]
    lines += ["", "服务器已销毁 Destroyed on the server:"]
    lines += [f"  {one['index']}. {one['name']}: {one['partial']}" for one in read["destroyed"]] or [
        "  无（以文件交来，由经手人销毁） none (handed over as files; whoever held them destroys them)"
    ]
    lines += [
        "",
        "请各位保管人删除钥匙文件及其备份，粉碎纸质备份。",
        "Custodians delete their key files and copies, and shred the paper.",
        "",
        "日期 Date: ____________________    监票人 Witness: ____________________",
        "",
    ]
    return "\n".join(lines)
