"""The page's client and an independent one (@cloudflare/privacypass-ts) do the same, byte for byte.

The other client keeps its randomness to itself; it is computed back from its request and given to ours. It is a test
dependency only: a test looks that nothing of it is in the page.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from survey.crypto import tokens
from survey.crypto.tokens import Token, TokenChallenge, TokenIssuer, TokenRequest, TokenVerifier
from survey.respondent.assets import ASSETS, DIST
from tests.client.node import ROOT, ask, node

HASH_LEN = SALT_LEN = 48
ROUNDS = 8
Peer = Callable[..., Any]


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    """peer(what, **question) -> the other client's answer."""
    process = subprocess.Popen(
        [node(), str(Path(__file__).with_name("peer.js"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    questions, answers = process.stdin, process.stdout

    def ask_peer(do: str, **question: Any) -> Any:
        questions.write(json.dumps({"do": do, **question}) + "\n")
        questions.flush()
        return json.loads(answers.readline())["ok"]

    yield ask_peer
    questions.close()
    process.wait(timeout=20)
    answers.close()


@pytest.fixture(scope="module")
def issuer() -> TokenIssuer:
    return TokenIssuer(tokens.generate_token_key())


def modulus(issuer: TokenIssuer) -> int:
    return int(ask("modulus", spki=issuer.spki.hex()), 16)


def drawn(begun: dict[str, str], n: int) -> dict[str, str]:
    """The nonce, salt and r that the other client drew: z = EM * r^e, and EM carries the salt (RFC 8017, 9.1.2)."""
    r = pow(int(begun["inv"], 16), -1, n)
    blinded = int(begun["request"][6:], 16)
    encoded = (blinded * pow(pow(r, 65537, n), -1, n) % n).to_bytes(256, "big")
    masked, digest = encoded[: -HASH_LEN - 1], encoded[-HASH_LEN - 1 : -1]
    mask = b"".join(hashlib.sha384(digest + i.to_bytes(4, "big")).digest() for i in range(len(masked) // HASH_LEN + 1))
    data = bytes(a ^ b for a, b in zip(masked, mask, strict=False))
    return {"nonce": begun["nonce"], "salt": data[-SALT_LEN:].hex(), "r": r.to_bytes(256, "big").hex()}


def test_with_the_same_randomness_both_send_the_same_request_and_hold_the_same_token(
    peer: Peer, issuer: TokenIssuer
) -> None:
    n = modulus(issuer)
    for number in range(ROUNDS):
        challenge = TokenChallenge("survey.example", secrets.token_bytes(32), "survey.example")
        question = {"challenge": challenge.encode().hex(), "spki": issuer.spki.hex()}
        begun = peer("begin", id=number, **question)
        ours = ask("begin", **question, **drawn(begun, n))
        assert ours["request"] == begun["request"]
        response = issuer.issue(TokenRequest.parse(bytes.fromhex(begun["request"]))).hex()
        token = peer("finish", id=number, response=response)
        assert ask("finish", spki=issuer.spki.hex(), response=response, **ours) == token
        TokenVerifier(issuer.spki, challenge).verify(Token.parse(bytes.fromhex(token)))


def test_the_other_side_accepts_our_token(peer: Peer, issuer: TokenIssuer) -> None:
    challenge = TokenChallenge("survey.example", bytes(32), "survey.example").encode().hex()
    pending = ask("begin", challenge=challenge, spki=issuer.spki.hex())
    response = issuer.issue(TokenRequest.parse(bytes.fromhex(pending["request"]))).hex()
    token = ask("finish", spki=issuer.spki.hex(), response=response, **pending)
    assert peer("verify", spki=issuer.spki.hex(), token=token) is True
    bent = token[:-2] + f"{int(token[-2:], 16) ^ 1:02x}"
    assert peer("verify", spki=issuer.spki.hex(), token=bent) is False


def test_both_write_the_challenge_alike(peer: Peer) -> None:
    question = {
        "issuer": "pinggu.example.cn:8443",
        "context": bytes(range(32)).hex(),
        "origin": "pinggu.example.cn:8443",
    }
    assert peer("challenge", **question) == ask("challenge", **question)


def test_nothing_of_the_other_client_is_in_the_page() -> None:
    for name in ASSETS:
        script = (DIST / name).read_text("utf-8")
        assert "sjcl" not in script
        assert "cloudflare" not in script.lower()
