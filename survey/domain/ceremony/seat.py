"""What the server tells one custodian, at every step from the invitation to the end of the round.

Law: the notice board, and facts about the round that the custodian needs for what comes next; nothing that another
custodian may not know too.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from survey.crypto.wire import b64url_encode
from survey.domain.rounds import Round


def seat_document(
    round_: Round,
    index: int,
    board: Mapping[str, Any],
    *,
    challenge: bytes,
    boxes_digest: bytes | None,
    given: Sequence[int],
    opening: bytes | None,
    signed: Collection[int],
) -> dict[str, Any]:
    """holders: who has a share now (while a custodian is replaced, `board` names the newcomer).
    challenge: for a test of the share; given: who has handed in a partial opening; opening: after the count its record
    (schema "survey-opening/1"); signed: who has signed a statement about it.
    """
    return {
        "index": index,
        "state": round_.state.value,
        "holders": [custodian.name for custodian in round_.custodians],
        "public_key": _b64url(round_.opening_key.public_key) if round_.opening_key else None,
        "verification_key": _b64url(round_.custodians[index - 1].verification_key),
        "challenge": _b64url(challenge),
        "boxes_digest": boxes_digest.hex() if boxes_digest else None,
        "given": list(given),
        "opening": None if opening is None else json.loads(opening),
        "signed": sorted(signed),
        "board": board,
    }


def _b64url(data: bytes | None) -> str | None:
    return None if data is None else b64url_encode(data)
