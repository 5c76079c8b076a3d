"""The PrivateToken authentication scheme: Authorization and WWW-Authenticate.

Law: any header text ends in a token or in one of two refusals; none of them repeats what was sent.
Sources: RFC 9577, section 2; RFC 9110, section 11.
"""

from __future__ import annotations

import re

from survey.crypto.token_structures import Token, TokenChallenge
from survey.crypto.wire import b64url_decode, b64url_encode
from survey.errors import InvalidInput, InvalidToken, MissingToken

_SCHEME = re.compile(r"[ \t]*PrivateToken(?:[ \t]+|\Z)", re.IGNORECASE)
_EMPTY = re.compile(r"[ \t,]*")  # elements of a list may be empty (RFC 9110, section 5.6.1.2)
# Unquoted values may end in "=": Cloudflare's client writes padded base64url without quotes.
_PARAMETER = re.compile(
    r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*"
    r"(?:\"((?:[^\"\\]|\\.)*)\"|([!#$%&'*+.^_`|~0-9A-Za-z/-]+=*))[ \t]*(?:,|\Z)"
)
_QUOTED_PAIR = re.compile(r"\\(.)")  # RFC 9110, section 5.6.4
_HEADER_LIMIT = 4096  # characters; a token takes 472


def parse_authorization(header: str | None) -> Token:
    """The token in `PrivateToken token="..."`, quoted or not, padded or not; other parameters are ignored.

    Raises MissingToken when there is no header of this scheme, InvalidToken when only the rest is wrong.
    """
    scheme = _SCHEME.match(header or "")
    if header is None or scheme is None:
        raise MissingToken("There is no PrivateToken in the Authorization header.")
    if len(header) > _HEADER_LIMIT:
        raise InvalidToken("The Authorization header is too long to hold a token.")
    found: list[str] = []
    at = _past_empty(header, scheme.end())
    while at < len(header):
        parameter = _PARAMETER.match(header, at)
        if parameter is None:
            raise InvalidToken("The Authorization header is not a list of parameters.")
        name, quoted, bare = parameter.groups()
        if name.lower() == "token":
            found.append(bare if quoted is None else _QUOTED_PAIR.sub(r"\1", quoted))
        at = _past_empty(header, parameter.end())
    if len(found) != 1:
        raise InvalidToken("The Authorization header must hold exactly one token.")
    try:
        return Token.parse(b64url_decode(found[0]))
    except InvalidInput as reason:
        raise InvalidToken(str(reason)) from None


def _past_empty(header: str, at: int) -> int:
    empty = _EMPTY.match(header, at)
    return at if empty is None else empty.end()


def www_authenticate(challenge: TokenChallenge, spki: bytes) -> str:
    """The WWW-Authenticate value: challenge and key as quoted, padded base64url."""
    return f'PrivateToken challenge="{b64url_encode(challenge.encode())}", token-key="{b64url_encode(spki)}"'
