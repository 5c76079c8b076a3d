"""Everything that reads bytes from outside, as one function each: bytes in; a value, or the documented refusal.

A target raises only its refusals. Anything else, a hang, or memory without bound is a finding. Used by the property
tests (test_parsers.py) and by the coverage-guided run (python -m tests.fuzz).
"""

from __future__ import annotations

import functools
import io
import json
import secrets
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey.cli.client import Slip
from survey.cli.people import read_answers, read_slips
from survey.cli.specfile import read_round
from survey.crypto.at_rest import Vault
from survey.crypto.dkg_transcript import Transcript
from survey.crypto.sealing import unpad
from survey.crypto.threshold import is_valid_point, verify_transcript
from survey.crypto.token_headers import parse_authorization, www_authenticate
from survey.crypto.token_structures import Token, TokenChallenge, TokenRequest, parse_spki
from survey.crypto.wire import b64url_decode, b64url_encode
from survey.domain.audit_check import check_package
from survey.domain.ceremony.board import read_board
from survey.domain.ceremony.invitation import Invitation
from survey.domain.ceremony.key_holder import Draft
from survey.domain.ceremony.messages import Message
from survey.domain.custody.boxes import BoxesFile
from survey.domain.custody.share_test import read_proof
from survey.domain.custody.shares import PartialFile, ShareFile, encode_share
from survey.domain.custody.statements import Statement
from survey.domain.disclosure import disclose
from survey.domain.invitations import parse_code
from survey.domain.questionnaire import default_questionnaire, parse_questionnaire
from survey.domain.results.answers import VoidBallot, encode_answers, parse_answers
from survey.domain.results.record import read_record
from survey.domain.results.tally import canonical_json
from survey.domain.yaml_document import read_yaml, write_yaml
from survey.errors import SurveyError
from survey.server_key import write_private
from survey.settings_file import SETTINGS_FILE, database_url, has_readable_password, read_settings
from survey.sheets.xlsform_in import read_xlsform
from survey.sheets.xlsform_out import write_xlsform
from survey.storage.backups import restore
from survey.storage.log_archive import FORMAT, read_archive
from tests.world import Phone, World, phones

FOLDER = Path(__file__).parent / "corpus"  # small inputs that found something, or that reach far


@dataclass(frozen=True)
class Target:
    """name; run(data); refusals: what may be raised; seeds: valid inputs to begin from."""

    name: str
    run: Callable[[bytes], object]
    refusals: tuple[type[Exception], ...]
    seeds: Callable[[], list[bytes]]

    def __call__(self, data: bytes) -> bool:
        """True when the data was taken, False when it was refused as documented; raises anything else."""
        try:
            self.run(data)
        except self.refusals as refusal:
            if not str(refusal):
                raise AssertionError("a refusal without a sentence") from refusal
            return False
        return True

    def corpus(self) -> list[bytes]:
        """The seeds and what is kept in tests/fuzz/corpus."""
        kept = sorted((FOLDER / self.name).glob("*")) if (FOLDER / self.name).is_dir() else []
        return self.seeds() + [file.read_bytes() for file in kept]


TARGETS: dict[str, Target] = {}


def target(
    *, seeds: Callable[[], Iterable[bytes]], refusals: tuple[type[Exception], ...] = (SurveyError,)
) -> Callable[[Callable[[bytes], object]], Callable[[bytes], object]]:
    def register(run: Callable[[bytes], object]) -> Callable[[bytes], object]:
        name = run.__name__.replace("_", "-")
        TARGETS[name] = Target(name, run, refusals, lambda: list(seeds()))
        return run

    return register


def in_a_file(ending: str, read: Callable[[Path], object], data: bytes) -> object:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        file = Path(folder) / f"input{ending}"
        file.write_bytes(data)
        return read(file)


def text(data: bytes) -> str:
    """As a header or a form field arrives: every byte is some character."""
    return data.decode("latin-1")


# --- Valid bytes to begin from ---------------------------------------------------------------------------------------


@functools.cache
def world() -> World:
    """A small round, closed, with two ballots: the mother of all seeds."""
    made = World().open()
    for phone in phones(made, made.first, made.app().test_client())[:2]:
        phone.answer({"O-1": "A"}, {"C-1": "好"})
    return made.close()


@functools.cache
def phone() -> Phone:
    made = World().open()
    return phones(made, made.first, made.app().test_client())[0]


VAULT = Vault(bytes(32), secrets.token_bytes)


def a_statement() -> bytes:
    return Statement("r", 1, "a", "00" * 32, "00" * 32, "00" * 32, bytes(64)).encode()


def a_log() -> bytes:
    """The head of an archived staff log without entries, and one that says what is not so."""
    facts = {"format": FORMAT, "first": 1, "last": 0, "previous": "", "hash": ""}
    return canonical_json(facts) + b"\n"


@functools.cache
def a_token() -> bytes:
    return phone().draw_token().encode()


@functools.cache
def files() -> dict[str, bytes]:
    """The custodians' files of the closed round, and its audit package and tally record."""
    from survey.domain.audit import audit_package

    made = world()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        folder = Path(name)
        partials = made.partials(folder)
        found = {
            "boxes": (folder / "boxes").read_bytes(),
            "partial": (folder / "1.part").read_bytes(),
            "share": encode_share(made.round.id, "巡察办", made.shares[0]),
        }
        found["record"] = made.count(partials)
        made.approve()
        found["package"] = b"".join(
            audit_package(made.round, registry=made.services.registry, box=made.services.box, for_all=True)
        )
    return found


def an_answer() -> bytes:
    return encode_answers({"D1-1": "A", "O-1": "B"}, {"C-1": "好"})


# --- What phones send ------------------------------------------------------------------------------------------------


@target(seeds=lambda: [b"AAAA", b"_-8=", b64url_encode(bytes(32)).encode()])
def base64url(data: bytes) -> object:
    return b64url_decode(text(data))


@target(seeds=lambda: [phone().pending.request])
def token_request(data: bytes) -> object:
    request = TokenRequest.parse(data)
    assert request.encode() == data
    return request


@target(seeds=lambda: [a_token()])
def token(data: bytes) -> object:
    parsed = Token.parse(data)
    assert parsed.encode() == data
    return parsed


@target(seeds=lambda: [phone().manifest.challenge.encode()])
def token_challenge(data: bytes) -> object:
    parsed = TokenChallenge.parse(data)
    assert parsed.encode() == data
    return parsed


@target(seeds=lambda: [phone().manifest.token_key])
def token_key(data: bytes) -> object:
    return parse_spki(data)


@target(
    seeds=lambda: [
        b'PrivateToken token="' + b64url_encode(a_token()).encode() + b'"',
        b"privatetoken token=" + b64url_encode(a_token()).rstrip("=").encode() + b", x=y",
        www_authenticate(phone().manifest.challenge, phone().manifest.token_key).encode(),
    ]
)
def authorization(data: bytes) -> object:
    return parse_authorization(text(data))


@target(seeds=lambda: [str(phone().code).encode(), phone().code.text.lower().encode(), "２３４５".encode()])
def code(data: bytes) -> object:
    return parse_code(data.decode("utf-8", "surrogateescape"))


@target(seeds=lambda: [an_answer(), b'{"answers":{},"texts":{}}'], refusals=(VoidBallot,))
def answers(data: bytes) -> object:
    return parse_answers(default_questionnaire(), data)


@target(seeds=lambda: [len(an_answer()).to_bytes(4, "big") + an_answer() + bytes(20)])
def padding(data: bytes) -> object:
    return unpad(data)


@target(seeds=lambda: [bytes([4]) + bytes(64), world().shares[0].public_key])
def point(data: bytes) -> object:
    return is_valid_point(data)


# --- What custodians exchange ----------------------------------------------------------------------------------------


@target(seeds=lambda: [files()["share"]])
def share_file(data: bytes) -> object:
    # Passphrases are stretched on purpose; what a locked share holds is read below.
    return in_a_file(".share", ShareFile.read, data)


@target(seeds=lambda: [files()["boxes"]])
def boxes_file(data: bytes) -> object:
    return in_a_file("", lambda file: [*BoxesFile.read(file).encs], data)


@target(seeds=lambda: [files()["partial"]])
def partial_file(data: bytes) -> object:
    return in_a_file("", lambda file: [*PartialFile.read(file).points], data)


@target(seeds=lambda: [world().round.get_opening_key().transcript])
def transcript(data: bytes) -> object:
    return verify_transcript(data), Transcript.parse(data)


@target(seeds=lambda: [b'{"body":"e30=","signature":""}'])
def ceremony_message(data: bytes) -> object:
    return Message.parse(data)


@target(seeds=lambda: [b'{"schema":"survey-ceremony/1","messages":[],"stopped":null}'])
def ceremony_board(data: bytes) -> object:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return read_board(document)


@target(seeds=lambda: [b'{"schema":"survey-invitation/1","round":"r","custodians":["a","b","c"],"secret":""}'])
def invitation(data: bytes) -> object:
    return Invitation.parse(data)


@target(seeds=lambda: [b'{"schema":"survey-draft/1","agreed":"","index":1,"seed":"","said":{}}'])
def draft(data: bytes) -> object:
    return Draft.parse(data)


@target(seeds=lambda: [json.dumps({"proof": b64url_encode(bytes(64))}).encode()])
def share_test_proof(data: bytes) -> object:
    return read_proof(data)


@target(seeds=lambda: [a_statement()])
def statement(data: bytes) -> object:
    return Statement.parse(data)


# --- What the server keeps -------------------------------------------------------------------------------------------


@target(seeds=lambda: [VAULT.lock(b"secret", "name")])
def locked_secret(data: bytes) -> object:
    return VAULT.unlock(data, "name")


@target(seeds=lambda: [b"".join(VAULT.lock_stream([b"points" * 20_000], "name"))])
def locked_stream(data: bytes) -> object:
    with VAULT.unlock_stream(io.BytesIO(data), "name") as stream:
        return stream.read()


@target(seeds=lambda: [b'{"database_url": "postgresql://u:p@h/d", "database_password": "c3VydmV5"}'])
def settings_file(data: bytes) -> object:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        write_private(Path(folder) / SETTINGS_FILE, data)
        document = read_settings(Path(folder))
        return database_url(document, VAULT), has_readable_password(document)


# --- What the office reads -------------------------------------------------------------------------------------------

SPEC_YAML = """\
name: 2026年第一轮巡察
custodians: [巡察办, 纪委, 组织部]
threshold: 2
opens_at: 2026-03-01T09:00:00+08:00
teams:
  - name: 第一巡察组
    leader: 组长甲
    units:
      - {name: 文学院, entitled: 42}
""".encode()


def a_workbook() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "round"
    for row in (("name", "轮次"), ("custodians", "甲、乙、丙")):
        sheet.append(row)
    units = book.create_sheet("units")
    for units_row in (("team", "leader", "unit", "entitled"), ("第一组", None, "文学院", 42)):
        units.append(units_row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sheet_name(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


def part_of(book: bytes, number: int) -> bytes:
    """A sheet's own bytes, behind the byte that chooses it."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return bytes([number - 1]) + archive.read(sheet_name(number))


def with_part(book: bytes, part: str, data: bytes) -> bytes:
    """The workbook with other bytes in the place of one of its parts, checksums right."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, data if name == part else old.read(name))
    return out.getvalue()


@target(seeds=lambda: [SPEC_YAML, b"a: &a [*a]", b"{}"])
def round_spec_yaml(data: bytes) -> object:
    return in_a_file(".yaml", lambda file: read_round(file, secrets.token_bytes), data)


@target(seeds=lambda: [a_workbook()])
def round_spec_xlsx(data: bytes) -> object:
    return in_a_file(".xlsx", lambda file: read_round(file, secrets.token_bytes), data)


@target(seeds=lambda: [a_workbook()])
def round_spec_xlsx_sheet(data: bytes) -> object:
    """The bytes stand inside a whole workbook, as its units sheet: behind the checksums of the archive."""
    return round_spec_xlsx(with_part(a_workbook(), sheet_name(2), data))


@target(seeds=lambda: [a_log()])
def log_archive(data: bytes) -> object:
    return read_archive(io.BytesIO(data), "file")


@target(seeds=lambda: [a_form()])
def xlsform(data: bytes) -> object:
    return read_xlsform(data)


@target(seeds=lambda: [part_of(a_form(), number) for number in range(1, 6)])
def xlsform_sheet(data: bytes) -> object:
    """The bytes stand inside a whole workbook; the first one says as which of its sheets."""
    number = 1 + (data[0] if data else 0) % 5
    return read_xlsform(with_part(a_form(), sheet_name(number), data[1:]))


@functools.cache
def a_form() -> bytes:
    return write_xlsform(default_questionnaire().document)


@target(seeds=lambda: [write_yaml(default_questionnaire().document).encode()])
def questionnaire_yaml(data: bytes) -> object:
    return parse_questionnaire(read_yaml(data).document)


@target(
    seeds=lambda: [f"evaluation,unit,code,url\r\ne,u,{phone().code},http://h/e/e#c={phone().code}&m=x\r\n".encode()]
)
def codes_csv(data: bytes) -> object:
    return in_a_file(".csv", read_slips, data)


@target(seeds=lambda: [b"https://pinggu.example.cn/e/abc#c=AAAA-BBBB-CCCC&m=x", b"http://[::1]:99999/e/a#c=&m="])
def slip_url(data: bytes) -> object:
    return Slip.of_url(data.decode("utf-8", "surrogateescape"))


@target(seeds=lambda: [an_answer() + b"\n"])
def answers_jsonl(data: bytes) -> object:
    return in_a_file(".jsonl", read_answers, data)


@target(seeds=lambda: [files()["record"]])
def tally_record(data: bytes) -> object:
    return read_record(data), disclose(data)


@target(seeds=lambda: [files()["package"]])
def audit_package(data: bytes) -> object:
    return in_a_file(".zip", lambda file: [*check_package(file)], data)


@target(seeds=lambda: [files()["package"]])
def audit_package_part(data: bytes) -> object:
    """The first byte chooses a part of a right package; the rest stands in its place."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(files()["package"])) as old, zipfile.ZipFile(out, "w") as new:
        names = old.namelist()
        chosen = names[data[0] % len(names)] if data else names[0]
        for name in names:
            new.writestr(name, data[1:] if name == chosen else old.read(name))
    return audit_package(out.getvalue())


@target(seeds=lambda: [bytes(1024)])
def backup(data: bytes) -> object:
    def read(file: Path) -> Any:
        return restore(file, file.with_name("instance"), lambda folder: f"sqlite:///{folder / 'survey.db'}")

    return in_a_file(".tar", read, data)
