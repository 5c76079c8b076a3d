"""A custodian's two files: the share that must never leave its holder, and the partial opening made with it.

Law: a share works on exactly the frozen list of its own round and on nothing else; otherwise it would answer any
question about any ballot. A share made by a key ceremony is locked under a passphrase (crypto.passphrase); one made
with --all-here is not.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from survey.crypto.arithmetic import p256
from survey.crypto.passphrase import Lock, unlock
from survey.crypto.threshold import PartialOpening, Share
from survey.crypto.wire import b64url_decode, b64url_encode
from survey.domain.custody.boxes import BoxesFile
from survey.domain.custody.framed import (
    ENTRY_LEN,
    Entries,
    bytes_field,
    header_line,
    number_field,
    read_header,
    text_field,
)
from survey.domain.ports import Randomness
from survey.domain.ports.partial_files import Readable
from survey.errors import InvalidInput, InvalidSpec, WrongState

SHARE_SCHEMA = "survey-share/1"
LOCKED_SCHEMA = "survey-share/2"
PARTIAL_SCHEMA = "survey-partial/1"


def encode_share(round_id: str, custodian: str, share: Share) -> bytes:
    """A share file (JSON). The secret opens nothing alone; it belongs on the custodian's own machine only."""
    document = {
        "schema": SHARE_SCHEMA,
        "round": round_id,
        "custodian": custodian,
        "index": share.index,
        "threshold": share.threshold,
        "secret": b64url_encode(share.secret),
        "public_key": b64url_encode(share.public_key),
        "verification_key": b64url_encode(share.verification_key),
    }
    return json.dumps(document, ensure_ascii=False, indent=2).encode("utf-8") + b"\n"


def encode_locked_share(round_id: str, custodian: str, share: Share, lock: Lock, randomness: Randomness) -> bytes:
    """A share file (JSON) whose secret is locked under the custodian's passphrase."""
    document = {
        "schema": LOCKED_SCHEMA,
        "round": round_id,
        "custodian": custodian,
        "index": share.index,
        "threshold": share.threshold,
        "public_key": b64url_encode(share.public_key),
        "verification_key": b64url_encode(share.verification_key),
        "locked": b64url_encode(
            lock.lock(share.secret, share_aad(share.public_key, share.verification_key), randomness)
        ),
    }
    return json.dumps(document, ensure_ascii=False, indent=2).encode("utf-8") + b"\n"


def share_aad(public_key: bytes, verification_key: bytes) -> bytes:
    """What a locked share is bound to: the same on paper, where only the locked bytes stand."""
    return b"survey/share/v2\x00" + public_key + verification_key


@dataclass(frozen=True)
class ShareFile:
    round_id: str
    custodian: str
    index: int
    secret: bytes
    public_key: bytes
    verification_key: bytes

    def __repr__(self) -> str:
        return f"ShareFile({self.custodian!r}, hidden)"

    @classmethod
    def read(cls, path: Path, ask_passphrase: Callable[[], str] | None = None) -> ShareFile:
        """ask_passphrase: called only when the share is locked. Raises InvalidSpec, naming the file and the field;
        WrongPassphrase.
        """
        try:
            document = json.loads(path.read_bytes())
        except (ValueError, RecursionError):
            raise InvalidSpec(f"{path} is not a share file (no JSON).") from None
        if not isinstance(document, dict) or document.get("schema") not in (SHARE_SCHEMA, LOCKED_SCHEMA):
            raise InvalidSpec(f"{path} is not a share file (schema {LOCKED_SCHEMA} expected).")
        public_key = bytes_field(document, path, "public_key", ENTRY_LEN)
        verification_key = bytes_field(document, path, "verification_key", ENTRY_LEN)
        if document["schema"] == SHARE_SCHEMA:
            secret = bytes_field(document, path, "secret", 32)
        elif ask_passphrase is None:
            raise InvalidSpec(f"{path} is locked under a passphrase.")
        else:
            try:
                locked = b64url_decode(text_field(document, path, "locked"))
            except InvalidInput:
                raise InvalidSpec(f"{path}: the field 'locked' is damaged.") from None
            secret = unlock(locked, ask_passphrase(), share_aad(public_key, verification_key))
        # A damaged share would make an opening that is refused in front of everybody; better found out here.
        if p256().mult_base(secret) != verification_key:
            raise InvalidSpec(f"{path} is damaged: the secret does not belong to its public half.")
        return cls(
            text_field(document, path, "round"),
            text_field(document, path, "custodian"),
            number_field(document, path, "index"),
            secret,
            public_key,
            verification_key,
        )


def write_partial(share: ShareFile, boxes: BoxesFile, out: BinaryIO, randomness: Randomness) -> None:
    """One custodian's partial opening of exactly this frozen list, with one proof over the whole list.

    Raises WrongState when the share belongs to another round: a share must never work as an oracle for anything
    but the frozen list of its own round.
    """
    if share.round_id != boxes.round_id or b64url_encode(share.public_key) != boxes.header.get("opening_key"):
        raise WrongState(f"The share of {share.custodian} belongs to another round than {boxes.path}.")
    opening = PartialOpening(share.secret, boxes.digest)
    # The proof stands before the points in the file and is known only after them.
    with tempfile.TemporaryFile() as points:
        for point in opening.points(boxes.encs):
            points.write(point)
        out.write(header_line(_partial_header(share, boxes, opening.prove(boxes.encs, randomness))))
        points.seek(0)
        shutil.copyfileobj(points, out)


def _partial_header(share: ShareFile, boxes: BoxesFile, proof: bytes) -> dict[str, object]:
    return {
        "schema": PARTIAL_SCHEMA,
        "round": share.round_id,
        "custodian": share.custodian,
        "index": share.index,
        "boxes_digest": boxes.digest.hex(),
        "proof": b64url_encode(proof),
    }


@dataclass(frozen=True)
class PartialFile:
    path: Readable
    round_id: str
    custodian: str
    index: int
    boxes_digest: bytes
    proof: bytes
    start: int

    @classmethod
    def read(cls, path: Readable) -> PartialFile:
        """Raises InvalidSpec, naming the file and the field."""
        with path.open("rb") as stream:
            header, start = read_header(stream, path, PARTIAL_SCHEMA)
        try:
            digest = bytes.fromhex(text_field(header, path, "boxes_digest"))
        except ValueError:
            raise InvalidSpec(f"{path}: boxes_digest is not hexadecimal.") from None
        return cls(
            path,
            text_field(header, path, "round"),
            text_field(header, path, "custodian"),
            number_field(header, path, "index"),
            digest,
            bytes_field(header, path, "proof", 64),
            start,
        )

    @property
    def points(self) -> Entries:
        return Entries(self.path, self.start)
