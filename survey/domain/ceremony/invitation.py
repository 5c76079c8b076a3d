"""A custodian's one-time invitation: who they are in which round, and the secret that shows it.

Law: an invitation exists in its file and at its custodian only; the office keeps a digest of its secret.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from survey.crypto.replacement import Replacement
from survey.crypto.wire import b64url_decode, b64url_encode
from survey.domain.ceremony.agreed import Agreed, encode_replacement, read_replacement
from survey.domain.ports.notice_board import NoticeBoard
from survey.errors import InvalidInput, SurveyError

INVITATION_SCHEMA = "survey-invitation/1"
SECRET_LEN = 16
FINGERPRINT_LEN = 16


class NotInvited(SurveyError):
    status = 401
    kind = "not-invited"
    title_zh = "这份邀请无效，可能已经被新的邀请代替。请向巡察办要一份新的。"
    title_en = "This invitation is not valid; a newer one may have replaced it. Please ask the office."


@dataclass(frozen=True)
class Invitation:
    round_id: str
    round_name: str
    custodians: tuple[str, ...]
    threshold: int
    index: int
    url: str
    secret: bytes = field(repr=False)
    replacement: Replacement | None = None

    @property
    def agreed(self) -> Agreed:
        return Agreed(self.round_id, self.round_name, self.custodians, self.threshold, replacement=self.replacement)

    @property
    def custodian(self) -> str:
        return self.custodians[self.index - 1]

    @property
    def link(self) -> str:
        """The fragment never reaches a server or a log; f is checked by the page against what the server says."""
        fingerprint = _unpadded(self.agreed.digest[:FINGERPRINT_LEN])
        return f"{self.url}/custodian#k={_unpadded(self.secret)}&f={fingerprint}"

    def encode(self) -> bytes:
        replaces = {} if self.replacement is None else {"replaces": encode_replacement(self.replacement)}
        document = {
            **replaces,
            "schema": INVITATION_SCHEMA,
            "round": self.round_id,
            "name": self.round_name,
            "custodians": list(self.custodians),
            "threshold": self.threshold,
            "index": self.index,
            "custodian": self.custodian,
            "url": self.url,
            "secret": _unpadded(self.secret),
            "link": self.link,
        }
        return json.dumps(document, ensure_ascii=False, indent=2).encode("utf-8") + b"\n"

    @classmethod
    def parse(cls, data: bytes) -> Invitation:
        """Raises InvalidInput."""
        try:
            read: Any = json.loads(data)
            invitation = cls(
                str(read["round"]),
                str(read["name"]),
                tuple(read["custodians"]),
                read["threshold"],
                read["index"],
                str(read["url"]),
                b64url_decode(read["secret"]),
                read_replacement(read),
            )
            is_whole = read["schema"] == INVITATION_SCHEMA and invitation.index in invitation.agreed.indices
            invitation.agreed.key_making  # noqa: B018  # refuses names and thresholds that cannot be
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            is_whole = False
        if not is_whole:
            raise InvalidInput("This is not an invitation of a custodian.")
        return invitation


def secret_digest(secret: bytes) -> bytes:
    """What the store keeps of an invitation (32 bytes): 128 random bits cannot be guessed from it."""
    return hashlib.sha256(b"survey/invitation/v1\x00" + secret).digest()


def read_secret(text: str) -> bytes:
    """The secret of an invitation as it stands in a header; raises NotInvited."""
    try:
        return b64url_decode(text)
    except InvalidInput:
        raise NotInvited("There is no such invitation.") from None


def find_seat(board: NoticeBoard, secret: bytes) -> tuple[str, int]:
    """(round id, index of the custodian) of an invitation; raises NotInvited."""
    found = board.find_seat(secret_digest(secret))
    if found is None:
        raise NotInvited("There is no such invitation, or a newer one has replaced it.")
    return found


def _unpadded(data: bytes) -> str:
    return b64url_encode(data).rstrip("=")
