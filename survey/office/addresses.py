"""Where to go after signing in or choosing a language: only ever to an address under /office of this server."""

from __future__ import annotations

import re

# No second slash or backslash near the front ("//host", "/\host"), no control characters, no scheme.
_LOCAL = re.compile(r"/office/[A-Za-z0-9/_-]*(\?[A-Za-z0-9=&_-]*)?")


def local_address(text: str | None) -> str | None:
    """The address itself when it is one of ours, else None. A foreign one would lend our name to a false login page."""
    if text and _LOCAL.fullmatch(text) and "//" not in text:
        return text
    return None
