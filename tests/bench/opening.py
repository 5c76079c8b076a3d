"""Opening and counting, single core, beside the sum of its raw operations per ballot."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from survey.crypto.arithmetic import p256
from survey.crypto.sealing import ballot_info, pad, seal
from survey.crypto.tokens import TOKEN_LEN
from survey.domain.ports.ballot_box import StoredBallot
from survey.domain.results.answers import encode_answers
from tests.world import World, digest

BALLOTS = 3000


def measure(folder: Path) -> list[tuple[str, str, str]]:
    world = World().open()
    manifest = world.manifest(world.first)
    plaintext = pad(encode_answers({"D1-1": "A", "O-1": "A"}, {"C-1": "少开会。"}), manifest.plaintext_length)
    for _ in range(BALLOTS):
        token = secrets.token_bytes(TOKEN_LEN)
        sealed = seal(manifest.opening_key, ballot_info(manifest.digest, token), plaintext)
        world.services.box.add(world.first.id, StoredBallot(digest(token), token, sealed[:65], sealed[65:]))
    world.close()
    began = time.process_time()
    partials = world.partials(folder)
    opened = time.process_time()
    world.count(partials)
    counted = time.process_time()
    base = _raw_operations(manifest.plaintext_length)
    partial, count = (opened - began) / BALLOTS / 2, (counted - opened) / BALLOTS
    # Per ballot: 2 partials (2 multiplications each with its share of the proof), 2 checks, 1 combination, opening.
    floor = 2 * 2 * base["point"] + 2 * base["point"] + base["point"] + base["hkdf"] + base["gcm"]
    whole = 2 * partial + count
    return [
        (
            "partial opening with proof, per ballot",
            f"{partial * 1e6:.0f} us",
            f"raw point {base['point'] * 1e6:.0f} us",
        ),
        ("check 2 partials, open and count, per ballot", f"{count * 1e6:.0f} us", ""),
        ("whole opening, per ballot", f"{whole * 1e6:.0f} us", f"{whole / floor:.2f} of the raw sum; aim 1.5"),
    ]


def _raw_operations(plaintext_length: int) -> dict[str, float]:
    """Seconds of each operation alone."""
    scalar = secrets.token_bytes(31).rjust(32, b"\0")
    points = [p256().mult_base(secrets.token_bytes(31).rjust(32, b"\0")) for _ in range(300)]
    key, nonce = secrets.token_bytes(16), bytes(12)
    sealed = AESGCM(key).encrypt(nonce, bytes(plaintext_length), b"")

    def hkdf() -> None:
        for _ in range(7):
            hmac.digest(key, b"label" * 20, "sha256")

    return {
        "point": _time(lambda: list(p256().mult_each(scalar, points)), 5) / len(points),
        "hkdf": _time(hkdf, 300),
        "gcm": _time(lambda: AESGCM(key).decrypt(nonce, sealed, b""), 300),
    }


def _time(work: Callable[[], object], rounds: int) -> float:
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        for _ in range(rounds):
            work()
        best = min(best, (time.process_time() - began) / rounds)
    return best
