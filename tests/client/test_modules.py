"""The page's smaller modules: codes, texts, the form, cautions, drafts, troubles, the receipt's picture."""

from __future__ import annotations

import base64
import copy
import json
import re
import secrets
import subprocess
from pathlib import Path
from typing import Any

import pytest
import segno
from segno.consts import MODE_ALPHANUMERIC, MODE_BYTE

import survey.errors
from survey.crypto.merkle import MerkleTree, NotIncluded, verify_inclusion
from survey.crypto.wire import b64url_decode, b64url_encode
from survey.domain.invitations import ALPHABET, make_code
from survey.domain.questionnaire import default_questionnaire, parse_questionnaire
from survey.domain.results.answers import clean, parse_answers
from survey.respondent.assets import ASSETS, DIST
from tests.client.node import ROOT, ask, ask_all, node, refusal

DOCUMENT = default_questionnaire().document


# Codes


def test_every_code_that_is_printed_is_read_however_it_is_typed() -> None:
    codes = [str(make_code(secrets.token_bytes)) for _ in range(50)]
    ways = [code.lower() for code in codes] + [code.replace("-", " ") for code in codes]
    wide = [code.translate({ord(letter): ord(letter) + 0xFEE0 for letter in ALPHABET}) for code in codes]
    assert ask("codes", typed=codes + ways + wide) == codes * 4


def test_one_wrong_or_two_swapped_characters_are_caught() -> None:
    code = str(make_code(secrets.token_bytes)).replace("-", "")
    wrong = [code[:at] + other + code[at + 1 :] for at in range(12) for other in ALPHABET if other != code[at]]
    swapped = [code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(11) if code[at] != code[at + 1]]
    assert set(ask("codes", typed=wrong + swapped)) == {None}


@pytest.mark.parametrize("typed", ["", "ABCD", "0000-0000-0000", "ABCD-EFGH-JKMN-P", "一二三四五六七八九十甲乙"])
def test_what_is_no_code_is_no_code(typed: str) -> None:
    assert ask("codes", typed=[typed]) == [None]


# Written forms


@pytest.mark.parametrize("length", [0, 1, 2, 3, 16, 32, 354])
def test_base64url_is_written_as_the_server_reads_it(length: int) -> None:
    data = secrets.token_bytes(length)
    text = ask("toBase64url", data=data.hex())
    assert text == b64url_encode(data)
    assert b64url_decode(text) == data
    assert ask("fromBase64url", text=text.rstrip("=")) == data.hex()


@pytest.mark.parametrize("text", ["A", "AB", "A+==", "AA=A", "中文", "AAA\n"])
def test_base64url_that_is_not_canonical_is_refused(text: str) -> None:
    assert "base64url" in refusal("fromBase64url", text=text)


def test_a_receipt_in_base32_is_base32() -> None:
    data = secrets.token_bytes(32)
    assert ask("base32", data=data.hex()) == {
        "text": base64.b32encode(data).decode().rstrip("="),
        "back": data.hex(),
    }


@pytest.mark.parametrize(
    "prefix", ["https://pinggu.example.cn/receipt#abcdefghjk.", "http://localhost:8000/receipt#x.", ""]
)
def test_the_qr_code_of_a_receipt_is_the_one_of_an_independent_encoder(prefix: str) -> None:
    text = base64.b32encode(secrets.token_bytes(32)).decode().rstrip("=")
    segments = [(prefix, MODE_BYTE)] * bool(prefix) + [(text, MODE_ALPHANUMERIC)]
    expected = segno.make(segments, version=5, error="l", mask=0, boost_error=False).matrix
    assert ask("qr", prefix=prefix, text=text) == [[bool(module) for module in row] for row in expected]


def test_an_address_too_long_for_the_qr_code_is_refused() -> None:
    assert "too long" in refusal("qr", prefix="https://" + "a" * 80, text="A" * 52)


# Receipts


def receipt_in_base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=")


def test_a_receipt_is_read_however_it_is_typed() -> None:
    data = bytes(range(200, 232))
    letters = receipt_in_base32(data)
    groups = " ".join(letters[at : at + 4] for at in range(0, 52, 4))
    wide = letters.translate({number: number + 0xFEE0 for number in range(0x21, 0x7F)})
    ways = [letters, groups, letters.lower(), f"{groups}\n", wide, letters.replace("O", "0").replace("B", "8")]
    ways += [data.hex(), data.hex().upper()]
    assert ask("receipts", typed=ways) == [{"evaluation": None, "receipt": data.hex()}] * len(ways)


def test_a_scanned_receipt_names_its_evaluation() -> None:
    data = secrets.token_bytes(32)
    address = f"https://pinggu.example.cn/receipt#abcdefghjk.{receipt_in_base32(data)}"
    ways = [address, address + "&l=en", "#" + address.partition("#")[2]]
    assert ask("receipts", typed=ways) == [{"evaluation": "abcdefghjk", "receipt": data.hex()}] * 3


@pytest.mark.parametrize(
    "typed", ["", "A" * 51, "A" * 53, "A" * 51 + "B", "1" * 52, "g" * 64, "一" * 52, "#.", "#a.AAAA"]
)
def test_what_is_no_receipt_is_no_receipt(typed: str) -> None:
    assert ask("receipts", typed=[typed]) == [None]


# Inclusion proofs


def proof(leaves: list[bytes], index: int) -> dict[str, Any]:
    tree = MerkleTree(leaves)
    return {
        "do": "included",
        "leaf": leaves[index].hex(),
        "index": index,
        "size": tree.size,
        "path": [node.hex() for node in tree.inclusion_path(index)],
        "root": tree.root.hex(),
    }


def test_every_proof_of_the_server_holds_on_the_phone() -> None:
    trees = [[secrets.token_bytes(32) for _ in range(size)] for size in (*range(1, 18), 100)]
    replies = ask_all([proof(leaves, index) for leaves in trees for index in range(len(leaves))])
    assert {json.dumps(reply) for reply in replies} == {'{"ok": true}'}


def test_no_bent_proof_holds_and_both_sides_agree() -> None:
    leaves = [secrets.token_bytes(32) for _ in range(13)]
    bent = []
    for index in range(13):
        good = proof(leaves, index)
        bent += [
            {**good, "leaf": leaves[index - 1].hex()},
            {**good, "index": (index + 1) % 13},
            {**good, "index": 13},
            {**good, "index": -1},
            {**good, "index": 0.5},
            {**good, "path": good["path"][:-1]},
            {**good, "path": [*good["path"], "00" * 32]},
            {**good, "path": [good["path"][0], *good["path"]]},
            {**good, "root": "00" * 32},
            {**good, "root": good["root"][:-2]},
        ]
    for question, reply in zip(bent, ask_all(bent), strict=True):
        assert "refused" in reply, question
        if isinstance(question["index"], int) and len(question["root"]) == 64:
            with pytest.raises(NotIncluded):
                verify_inclusion(
                    bytes.fromhex(question["leaf"]),
                    question["index"],
                    question["size"],
                    [bytes.fromhex(node) for node in question["path"]],
                    bytes.fromhex(question["root"]),
                )


# Texts


def test_both_languages_have_the_same_keys_and_the_same_places_to_fill() -> None:
    texts = ask("texts")
    assert list(texts["zh"]) == list(texts["en"])
    for key, zh in texts["zh"].items():
        assert set(re.findall(r"{\w+}", zh)) == set(re.findall(r"{\w+}", texts["en"][key])), key
        assert zh.strip()
        assert texts["en"][key].strip()


def test_chinese_sentences_use_full_width_punctuation_and_nobody_shouts() -> None:
    texts = ask("texts")
    for key, text in texts["zh"].items():
        assert not re.search(r"[一-鿿][,.;:?!()]|[,;:?!(][一-鿿]", text), key
    for key, text in [*texts["zh"].items(), *texts["en"].items()]:
        assert not re.search(r"[!！\U0001f300-\U0001faff]", text), key


def test_every_trouble_has_its_sentences() -> None:
    texts = ask("texts")["zh"]
    kinds = set(ask("kinds"))
    assert {key.split(".")[1] for key in texts if key.startswith("say.")} == kinds
    assert {key.split(".")[1] for key in texts if key.startswith("do.")} == kinds


def test_every_word_that_the_code_says_is_in_the_dictionary() -> None:
    texts = ask("texts")["zh"]
    client = ROOT / "survey" / "respondent" / "client"
    sources = [file for file in client.rglob("*.js") if not {"dist", "texts"} & set(file.parts)]
    said = {
        key for file in sources for key in re.findall(r"\bt\('([a-z0-9.-]+[a-z0-9-])'[,)]", file.read_text("utf-8"))
    }
    assert said <= set(texts)
    assert len(said) > 40


@pytest.mark.parametrize(
    "kind",
    [
        error.kind
        for error in vars(survey.errors).values()
        if isinstance(error, type)
        and issubclass(error, survey.errors.SurveyError)
        and error.__name__
        in (
            "UnknownCode",
            "TooManyWrongCodes",
            "CodeAlreadyUsed",
            "NotCollecting",
            "TokenAlreadySpent",
            "InvalidToken",
            "WrongLength",
            "StoreUnavailable",
            "NotFound",
        )
    ],
)
def test_the_page_knows_each_refusal_of_the_server(kind: str) -> None:
    problem = f'{{"type": "urn:survey:problem:{kind}"}}'
    assert ask("kindOf", status=400, mediaType="application/problem+json", text=problem) == kind


@pytest.mark.parametrize(
    ("status", "media_type", "text", "kind"),
    [
        (502, "text/html", "<h1>Bad Gateway</h1>", "server"),
        (404, "text/html", "", "not-found"),
        (400, "application/problem+json", "{", "refused"),
        (400, "application/problem+json", '{"type": "urn:survey:problem:toString"}', "refused"),
        (503, "application/problem+json", '{"type": "about:blank"}', "server"),
    ],
)
def test_what_is_no_problem_document_is_judged_by_its_status(
    status: int, media_type: str, text: str, kind: str
) -> None:
    assert ask("kindOf", status=status, mediaType=media_type, text=text) == kind


# The form


def with_role(entitled: int) -> list[list[str]]:
    document = copy.deepcopy(DOCUMENT)
    document["optional_role_question"]["enabled"] = True
    screens: list[list[str]] = ask("screens", questionnaire=document, entitled=entitled)
    return screens


def test_the_screens_are_the_items_of_the_form_in_its_order() -> None:
    form = default_questionnaire()
    screens = ask("screens", questionnaire=DOCUMENT, entitled=100)
    assert [code for kind, code in screens if kind == "choice"] == [item.code for item in form.answerable]
    assert [code for kind, code in screens if kind == "text"] == [question.code for question in form.open_questions]


def test_a_role_is_asked_in_a_large_pool_only() -> None:
    assert ["choice", "R-1"] in with_role(30)
    assert ["choice", "R-1"] not in with_role(29)


def content(answers: dict[str, Any], texts: dict[str, Any]) -> bytes:
    return bytes.fromhex(ask("content", questionnaire=DOCUMENT, entitled=100, answers=answers, texts=texts))


def test_what_the_phone_writes_is_what_the_count_reads() -> None:
    form = default_questionnaire()
    answers = {item.code: item.scale.codes[-1] for item in form.answerable}
    texts = {question.code: '意见"\\\n第二行 𠮷' for question in form.open_questions}
    read = parse_answers(form, content(answers, texts))
    assert dict(read.options) == answers
    assert dict(read.texts) == texts


def test_blanks_unknown_codes_and_empty_texts_are_left_out() -> None:
    assert content({"D1-1": "", "D1-2": "Z", "D9-9": "A", "D1-3": "B"}, {"C-1": " \n ", "C-9": "x"}) == (
        b'{"answers":{"D1-3":"B"},"texts":{}}'
    )


def test_the_longest_possible_ballot_fits() -> None:
    form = default_questionnaire()
    answers = {item.code: item.scale.codes[-1] for item in form.answerable}
    texts = {question.code: "𠮷" * question.max_chars for question in form.open_questions}
    assert len(content(answers, texts)) + 4 <= form.plaintext_length


def test_control_characters_and_halves_of_characters_do_not_leave_the_phone() -> None:
    texts = [" a\x00b\x1b\r\nc\td\x7f ", "\u202e倒\u2028行\u200f", "x\ry", "𠮷\n\n𠮷", "\ufffe\uffff"]
    replies = ask_all([{"do": "text", "text": text} for text in texts])
    assert [reply["ok"]["tidy"] for reply in replies] == [clean(text) for text in texts]
    assert ask("text", text="a\ud800b") == {"tidy": "a b", "length": 3}


def test_a_form_in_chinese_only_has_its_screens_too() -> None:
    def chinese(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: chinese(entry) for key, entry in value.items() if key != "en"}
        return [chinese(entry) for entry in value] if isinstance(value, list) else value

    document = chinese(DOCUMENT)
    document["language"] = ["zh-CN"]
    parse_questionnaire(document)
    assert len(ask("screens", questionnaire=document, entitled=100)) == 35


# Cautions


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("请少要材料，减轻负担。", []),
        ("第3组做得好，30分满分", []),
        ("打我电话138 1234 5678", ["phone"]),
        ("办公室 0571-88112233", ["phone"]),
        ("3月5日谈话", ["date"]),
        ("上周在会议室", ["date"]),
        ("王主任说的", ["title"]),
        ("write to a.b@example.org", ["address"]),
        ("Dr Li said so on Monday", ["date", "title"]),
        ("Fewer tables, please.", []),
        ("第一巡察组来了三个人，住了10天", []),
        ("对方案的意见，向有关人员提过", []),
        ("从5号楼搬到食堂", []),
        ("１３８ １２３４ ５６７８", ["phone"]),
        ("一三八一二三四五六七八", ["phone"]),
        ("5号上午开会", ["date"]),
        ("上个月", ["date"]),
        ("跟李强说过", ["title"]),
        ("被王建国批评", ["title"]),
        ("小王和老李", ["title"]),
        ("John Smith was rude", ["title"]),
    ],
)
def test_a_remark_that_could_identify_somebody_is_noticed(text: str, signs: list[str]) -> None:
    assert ask("signs", text=text) == signs


# Drafts


def test_a_draft_lies_under_a_random_name_that_does_not_follow_from_the_code() -> None:
    names = [reply["ok"]["id"] for reply in ask_all([{"do": "aged", "fields": {}, "hours": 1}] * 20)]
    assert len(set(names)) == 20
    assert all(re.fullmatch("[0-9a-f]{32}", name) for name in names)


def test_answers_are_kept_for_a_day() -> None:
    assert ask("aged", fields={"answers": {"D1-1": "A"}}, hours=23.9)["answers"] == {"D1-1": "A"}


def test_a_draft_without_a_vote_is_gone_after_a_day() -> None:
    assert ask("aged", fields={"answers": {"D1-1": "A"}}, hours=24) is None


@pytest.mark.parametrize("name", ["pending", "token", "sealed"])
def test_the_vote_itself_outlives_the_answers(name: str) -> None:
    kept = ask("aged", fields={"answers": {"D1-1": "A"}, "texts": {"C-1": "x"}, name: "bytes"}, hours=24 * 29)
    assert (kept["answers"], kept["texts"], kept[name]) == ({}, {}, "bytes")
    assert ask("aged", fields={name: "bytes"}, hours=24 * 30) is None


def test_a_receipt_is_gone_after_a_day() -> None:
    assert ask("aged", fields={"receipt": "00"}, hours=25) is None


def test_a_draft_from_the_future_keeps_no_answers() -> None:
    assert ask("aged", fields={"answers": {"D1-1": "A"}, "token": "bytes"}, hours=-1)["answers"] == {}


# The build


def test_the_build_gives_the_same_bytes_again(tmp_path: Path) -> None:
    build = ROOT / "survey" / "respondent" / "client" / "build.js"
    for name in ("one", "two"):
        subprocess.run([node(), str(build), str(tmp_path / name)], check=True, cwd=tmp_path)
    for name in ASSETS:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_what_is_sent_packed_is_the_same_file() -> None:
    unpack = (
        "for (const name of process.argv.slice(1)) process.stdout.write(require('zlib').brotliDecompressSync("
        "require('fs').readFileSync(name + '.br')))"
    )
    paths = [str(DIST / name) for name in ASSETS]
    unpacked = subprocess.run([node(), "-e", unpack, *paths], check=True, capture_output=True).stdout
    assert unpacked == b"".join(Path(path).read_bytes() for path in paths)


def test_the_built_scripts_name_no_other_host_and_use_no_markup_from_data(tmp_path: Path) -> None:
    build = ROOT / "survey" / "respondent" / "client" / "build.js"
    subprocess.run([node(), str(build), str(tmp_path)], check=True)
    for name in (name for name in ASSETS if name.endswith(".js")):
        script = (tmp_path / name).read_text("utf-8")
        assert set(re.findall(r"https?://[^\"'` )]+", script)) <= {"http://www.w3.org/2000/svg"}
        assert not re.search(
            r"innerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|localStorage|cookie=", script
        )


def test_the_lock_names_no_download_address() -> None:
    assert "resolved" not in (ROOT / "package-lock.json").read_text("utf-8")


def test_questions_can_be_asked_in_one_breath() -> None:
    assert [reply["ok"] for reply in ask_all([{"do": "kinds"}, {"do": "codes", "typed": []}])][1] == []
