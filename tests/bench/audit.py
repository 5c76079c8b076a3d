"""Checking an audit package, single core, beside the one RSA-PSS verification per ballot that nobody can avoid."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from survey.crypto.sealing import ballot_info, pad, seal
from survey.crypto.tokens import TokenIssuer, TokenRequest, begin_token
from survey.domain.audit import audit_package
from survey.domain.audit_check import check_package
from survey.domain.invitations import issue_token
from survey.domain.ports.ballot_box import StoredBallot
from survey.domain.results.answers import encode_answers
from tests.world import SPEC, World, digest

BALLOTS = 2000


def measure(folder: Path) -> list[tuple[str, str, str]]:
    package = _package(folder)
    check = min(_seconds(lambda: list(check_package(package))) for _ in range(3)) / BALLOTS
    floor = _verification()
    return [
        (
            "checking an audit package, per ballot",
            f"{check * 1e6:.0f} us",
            f"{check / floor:.2f} of one RSA-PSS verification ({floor * 1e6:.0f} us); aim 1.5",
        )
    ]


def _package(folder: Path) -> Path:
    """A counted round with that many ballots, each with a real token."""
    spec = {**SPEC, "teams": [{"name": "第一巡察组", "units": [{"name": "单位", "entitled": BALLOTS}]}]}
    world = World(spec={**spec, "spare_percent": 0}).open()
    manifest = world.manifest(world.first)
    issuer = TokenIssuer(world.services.keys.token_key(world.first.id))
    plaintext = pad(encode_answers({"D1-1": "A"}, {}), manifest.plaintext_length)
    registry, secret = world.services.registry, world.services.keys.code_secret(world.first.id)
    for slip in world.slips:
        pending = begin_token(manifest.challenge, manifest.token_key, secrets.token_bytes)
        request = TokenRequest.parse(pending.request)
        blind_sig = issue_token(world.first.id, slip.code, request, registry=registry, issuer=issuer, secret=secret)
        token = pending.finish(blind_sig).encode()
        sealed = seal(manifest.opening_key, ballot_info(manifest.digest, token), plaintext)
        world.services.box.add(world.first.id, StoredBallot(digest(token), token, sealed[:65], sealed[65:]))
    world.close().count(world.partials(folder))
    world.approve()
    file = folder / "audit.zip"
    file.write_bytes(b"".join(audit_package(world.round, registry=registry, box=world.services.box, for_all=True)))
    return file


def _verification() -> float:
    key = rsa.generate_private_key(65537, 2048)
    pss = padding.PSS(padding.MGF1(hashes.SHA384()), 48)
    signature, public = key.sign(b"floor", pss, hashes.SHA384()), key.public_key()

    def verify() -> None:
        for _ in range(BALLOTS):
            public.verify(signature, b"floor", pss, hashes.SHA384())

    return min(_seconds(verify) for _ in range(3)) / BALLOTS


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
