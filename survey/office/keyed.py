"""Keyed hashes: what only this server can make. Each purpose has its own."""

from __future__ import annotations

import hmac

from flask import current_app


def keyed(purpose: str, text: str) -> bytes:
    """HMAC-SHA-256 under the key that signs staff sessions."""
    secret = current_app.secret_key
    key = secret.encode() if isinstance(secret, str) else bytes(secret or b"")
    return hmac.digest(key, f"survey/{purpose}/v1\0{text}".encode("utf-8", "surrogatepass"), "sha256")
