"""The built page files and their digests.

The bundle is built at set-up (make setup, or while the wheel is built) and is byte-for-byte reproducible; its digests
stand in every manifest, so that a phone and an auditor can tell whether a server changed the script.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from survey.errors import SettingsError

DIST = Path(__file__).parent / "client" / "dist"
MEDIA_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
ASSETS = ("answer.js", "answer.css", "home.js", "receipt.js", "both.js")


@dataclass(frozen=True)
class Asset:
    """The same bytes for everybody who asks for the same encoding; packed once, with no time inside."""

    body: bytes
    media_type: str
    packed: dict[str, bytes]  # Content-Encoding -> bytes, the smallest first

    @classmethod
    def of(cls, body: bytes, media_type: str, brotli: bytes | None = None) -> Asset:
        """brotli: packed at build time, which takes longer than a start should."""
        packed = {"br": brotli} if brotli is not None else {}
        return cls(body, media_type, {**packed, "gzip": gzip.compress(body, 9, mtime=0)})

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.body).digest()

    @property
    def integrity(self) -> str:
        """Subresource Integrity value."""
        return "sha256-" + base64.b64encode(self.sha256).decode("ascii")


def load_assets() -> dict[str, Asset]:
    """name -> Asset; raises SettingsError when the page bundle has not been built."""
    try:
        return {
            name: Asset.of(
                (DIST / name).read_bytes(), MEDIA_TYPES[Path(name).suffix], (DIST / f"{name}.br").read_bytes()
            )
            for name in ASSETS
        }
    except FileNotFoundError as error:
        raise SettingsError(
            f"The page bundle is missing ({Path(str(error.filename)).name}); run `make setup`."
        ) from None


def script_digests() -> dict[str, str]:
    """Path -> SHA-256 (hex) of every script the answer page loads, for the manifest."""
    return {"/assets/answer.js": load_assets()["answer.js"].sha256.hex()}
