"""Checking a public audit package: offline, without an instance, by anybody (2-protocol, section 2.6).

Law: every claim of the package is computed again from its parts; nothing is believed because it is written. A package
that cannot be read is refused as a whole; a claim that does not hold is named.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from survey.crypto.dleq import WrongProof
from survey.crypto.merkle import root
from survey.crypto.replacement import verify_replacements
from survey.crypto.sealing import ENC_LEN, receipt_of_digest
from survey.crypto.threshold import is_valid_point, verify_transcript
from survey.crypto.tokens import TOKEN_LEN, Token, TokenVerifier
from survey.crypto.wire import b64url_decode, b64url_encode
from survey.domain.audit import SCHEMA
from survey.domain.audit_report_check import beyond, check_report
from survey.domain.audit_verdicts import CheckFailed, Unreadable, Verdict
from survey.domain.audit_verdicts import require as _require
from survey.domain.custody.boxes import boxes_header
from survey.domain.custody.statements import Statement
from survey.domain.manifest import Manifest
from survey.errors import InvalidInput, InvalidToken, SurveyError

DIGEST_LEN = 32
RECORD_LEN = TOKEN_LEN + ENC_LEN + DIGEST_LEN  # one ballot in the package, bytes
_LARGEST_JSON = 64 * 1024 * 1024


def check_package(path: Path) -> Iterator[Verdict]:
    """Check one claim after another, yielding each that holds. Raises Unreadable or CheckFailed.

    Memory: enc and receipt (97 bytes) per ballot; everything else is streamed.
    """
    try:
        with zipfile.ZipFile(path) as package:
            yield from _check(package)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise Unreadable(f"{path} is no readable audit package ({type(error).__name__}: {error}).") from None
    except KeyError as error:
        raise Unreadable(f"{path}: a part of the package does not say {error}, which every such part says.") from None
    except (TypeError, ValueError, RecursionError, AttributeError) as error:
        raise Unreadable(f"{path}: a part of the package has the wrong form ({error}).") from None


def _check(package: zipfile.ZipFile) -> Iterator[Verdict]:
    summary = _load(package, "round.json")
    if summary.get("schema") != SCHEMA:
        raise Unreadable(f"round.json has the schema {summary.get('schema')!r}; expected {SCHEMA}.")
    evaluations: list[dict[str, Any]] = summary["evaluations"]
    manifests = {one["id"]: Manifest(_read(package, f"manifests/{one['id']}.json")) for one in evaluations}
    _require(len(manifests) == len(evaluations), "an evaluation stands twice in the summary")
    _check_manifests(summary, manifests)
    yield Verdict("every manifest has the published digest and the counts of the summary")
    opening_key = _check_key_making(package, summary, manifests)
    yield Verdict("the opening key was made by all custodians together, and stands in every manifest")
    boxes = hashlib.sha256()
    entries: list[tuple[str, str, int]] = []
    encs = bytearray()
    for one in sorted(evaluations, key=lambda one: str(one["id"])):
        mine = _check_ballots(package, one, manifests[one["id"]])
        entries.append((one["id"], one["team"], len(mine) // ENC_LEN))
        encs += mine
        yield Verdict(f"{one['team']}: every ballot has a valid token, none twice; the root is theirs", one["ballots"])
    boxes.update(boxes_header(summary["round"], summary["name"], opening_key, summary["threshold"], entries))
    boxes.update(encs)
    _require(boxes.hexdigest() == summary["boxes_digest"], "the list that custodians opened is not these ballots")
    yield Verdict("the list that custodians opened is exactly these ballots")
    signed: set[int] = set()
    yield from _check_statements(package, summary, signed)
    has_report = "report.json" in package.namelist()
    if has_report:
        check_report(_load(package, "report.json"), summary, manifests)
        yield Verdict("the report counts as many ballots as are in the boxes, and has the numbers of the summary")
    yield beyond(summary, signed, has_report=has_report)


def _check_manifests(summary: Mapping[str, Any], manifests: Mapping[str, Manifest]) -> None:
    for one in summary["evaluations"]:
        manifest, team = manifests[one["id"]], one["team"]
        facts = manifest.facts
        _require(manifest.digest.hex() == one["manifest_digest"], f"{team}: the manifest has another digest")
        _require(facts["evaluation"] == one["id"] and facts["team"] == team, f"{team}: the manifest is of another team")
        for name in ("entitled", "printed"):
            _require(facts[name] == one[name], f"{team}: {name} is {one[name]}, but {facts[name]} in the manifest")
        _require(one["ballots"] <= one["used"] <= one["printed"], f"{team}: not ballots <= used codes <= printed codes")


def _check_key_making(package: zipfile.ZipFile, summary: Mapping[str, Any], manifests: Mapping[str, Manifest]) -> bytes:
    try:
        facts = verify_transcript(_read(package, "opening-key-transcript.json"))
        files = [name for name in package.namelist() if name.startswith("opening-key-replacement-")]
        ordered = [f"opening-key-replacement-{number}.json" for number in range(1, len(files) + 1)]
        facts = verify_replacements(facts, [_read(package, name) for name in ordered])
    except SurveyError as error:
        raise CheckFailed(f"The making of the opening key does not check: {error}") from None
    named = [(one["name"], one["verification_key"]) for one in summary["custodians"]]
    proven = list(zip(facts.names, map(b64url_encode, facts.verification_keys), strict=True))
    _require(named == proven, "the custodians are not those who made the opening key")
    _require(facts.threshold == summary["threshold"], "the threshold is not that of the key making")
    for manifest in manifests.values():
        _require(manifest.opening_key == facts.public_key, "a manifest names another opening key")
    return facts.public_key


def _check_ballots(package: zipfile.ZipFile, one: Mapping[str, Any], manifest: Manifest) -> bytearray:
    """Returns the encs that can be opened, in key order, one after another."""
    team = one["team"]
    verifier = TokenVerifier(manifest.token_key, manifest.challenge)
    receipts: list[bytes] = []
    encs = bytearray()
    last = b""
    for record in _records(package, f"ballots/{one['id']}.bin"):
        encoded, enc, ct_digest = record[:TOKEN_LEN], record[TOKEN_LEN:-DIGEST_LEN], record[-DIGEST_LEN:]
        key = hashlib.sha256(encoded).digest()
        _require(key > last, f"{team}: a token stands twice, or the ballots are not in key order")
        last = key
        try:
            verifier.verify(Token.parse(encoded))
        except (InvalidToken, InvalidInput) as error:
            raise CheckFailed(f"{team}: ballot {len(receipts) + 1} carries no valid token: {error}") from None
        receipts.append(receipt_of_digest(enc, ct_digest))
        if is_valid_point(enc):
            encs += enc
    _require(len(receipts) == one["ballots"], f"{team}: {len(receipts)} ballots, but {one['ballots']} announced")
    receipts.sort()
    _require(root(receipts).hex() == one["root"], f"{team}: the receipts give another root")
    return encs


def _check_statements(package: zipfile.ZipFile, summary: Mapping[str, Any], signed: set[int]) -> Iterator[Verdict]:
    """Which custodians signed that this list was opened and gave this record; their indexes are added to `signed`."""
    seats = {one["index"]: one for one in summary["custodians"]}
    for name in sorted(name for name in package.namelist() if name.startswith("statements/")):
        try:
            statement = Statement.parse(_read(package, name))
            _require(statement.index in seats, f"{name} is of no custodian of this round")
            seat = seats[statement.index]
            said = (statement.round_id, statement.name, statement.boxes_digest, statement.record)
            facts = (summary["round"], seat["name"], summary["boxes_digest"], summary["record"])
            _require(said == facts, f"{seat['name']} signed something else than this package shows")
            statement.check(b64url_decode(seat["verification_key"]))
        except (InvalidInput, WrongProof) as error:
            raise CheckFailed(f"A check failed: {name}: {error}") from None
        signed.add(statement.index)
        yield Verdict(f"{statement.name} signed that exactly this list was opened and gave exactly this record")
    for one in summary["custodians_opened"]:
        if one["index"] not in signed:
            yield Verdict(f"{one['name']} opened, and has not signed a statement", is_missing=True)


def _records(package: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    _require_part(package, name)
    with package.open(name) as stream:
        while record := stream.read(RECORD_LEN):
            while len(record) < RECORD_LEN and (more := stream.read(RECORD_LEN - len(record))):
                record += more
            if len(record) != RECORD_LEN:
                raise Unreadable(f"{name}: the last ballot is cut.")
            yield record


def _require_part(package: zipfile.ZipFile, name: str) -> None:
    if name not in package.NameToInfo:
        raise Unreadable(f"The package has no {name}.")


def _read(package: zipfile.ZipFile, name: str) -> bytes:
    _require_part(package, name)
    if package.getinfo(name).file_size > _LARGEST_JSON:
        raise Unreadable(f"{name} is larger than any such part can be.")
    return package.read(name)


def _load(package: zipfile.ZipFile, name: str) -> dict[str, Any]:
    document = json.loads(_read(package, name))
    if not isinstance(document, dict):
        raise Unreadable(f"{name} holds no JSON object.")
    return document
