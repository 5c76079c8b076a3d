"""The floors: routes on the same server that do only the work nobody can avoid.

POST /token: one raw RSA private operation and one indexed UPDATE. POST /ballot: one RSA signature verified and one row
of the ballot's length inserted. Each is one durable commit, as in the product.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from survey.crypto.arithmetic import rsa_private_key

BALLOT_LEN = 3000
CODES = 100_000
_local = threading.local()


def make(folder: str) -> None:
    """The floor's database and key."""
    connection = sqlite3.connect(f"{folder}/floor.db")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE codes (mac BLOB PRIMARY KEY, used INTEGER) WITHOUT ROWID")
    connection.execute("CREATE TABLE ballots (digest BLOB PRIMARY KEY, body BLOB) WITHOUT ROWID")
    connection.executemany(
        "INSERT INTO codes VALUES (?, 0)", ((number.to_bytes(32, "big"),) for number in range(CODES))
    )
    connection.commit()
    key = rsa.generate_private_key(65537, 2048)
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    Path(folder, "floor.der").write_bytes(der)


def create_app() -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    folder = os.environ["SURVEY_BENCH_FLOOR"]
    der = Path(folder, "floor.der").read_bytes()
    raw = rsa_private_key(der)
    key = serialization.load_der_private_key(der, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    public = key.public_key()
    pss = padding.PSS(padding.MGF1(hashes.SHA384()), 48)
    signature = key.sign(b"floor", pss, hashes.SHA384())
    blinded = b"\0" + secrets.token_bytes(255)

    def connection() -> sqlite3.Connection:
        if not hasattr(_local, "connection"):
            _local.connection = sqlite3.connect(f"{folder}/floor.db", timeout=30, isolation_level=None)
            _local.connection.execute("PRAGMA synchronous=FULL")
        return _local.connection  # type: ignore[no-any-return]

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        if environ["PATH_INFO"] == "/token":
            mac = (int.from_bytes(secrets.token_bytes(4), "big") % CODES).to_bytes(32, "big")
            connection().execute("UPDATE codes SET used = used + 1 WHERE mac = ?", (mac,))
            answer = raw.private_op(blinded)
        elif environ["PATH_INFO"] == "/ballot":
            try:
                public.verify(signature, b"floor", pss, hashes.SHA384())
            except InvalidSignature:
                raise AssertionError from None
            connection().execute("INSERT INTO ballots VALUES (?, ?)", (secrets.token_bytes(32), body))
            answer = b"ok"
        else:
            answer = b"ready"
        start_response("200 OK", [("Content-Length", str(len(answer)))])
        return [answer]

    return app
