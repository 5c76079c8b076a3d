"""Privacy Pass tokens of type 0x0002: the one door to structures, roles and headers.

A token says nothing but that somebody was given it for this challenge. Sources: RFC 9577, RFC 9578 section 6.
"""

from __future__ import annotations

from survey.crypto.token_headers import parse_authorization, www_authenticate
from survey.crypto.token_roles import PendingToken, TokenIssuer, TokenVerifier, begin_token, begin_token_with
from survey.crypto.token_structures import (
    DIRECTORY_MEDIA_TYPE,
    NK,
    REQUEST_MEDIA_TYPE,
    RESPONSE_MEDIA_TYPE,
    SPKI_LEN,
    TOKEN_INPUT_LEN,
    TOKEN_LEN,
    TOKEN_REQUEST_LEN,
    TOKEN_RESPONSE_LEN,
    TOKEN_TYPE,
    Token,
    TokenChallenge,
    TokenRequest,
    generate_token_key,
    issuer_directory,
    parse_spki,
    spki_of,
    token_input,
    token_key_id,
)

__all__ = [
    "DIRECTORY_MEDIA_TYPE",
    "NK",
    "REQUEST_MEDIA_TYPE",
    "RESPONSE_MEDIA_TYPE",
    "SPKI_LEN",
    "TOKEN_INPUT_LEN",
    "TOKEN_LEN",
    "TOKEN_REQUEST_LEN",
    "TOKEN_RESPONSE_LEN",
    "TOKEN_TYPE",
    "PendingToken",
    "Token",
    "TokenChallenge",
    "TokenIssuer",
    "TokenRequest",
    "TokenVerifier",
    "begin_token",
    "begin_token_with",
    "generate_token_key",
    "issuer_directory",
    "parse_authorization",
    "parse_spki",
    "spki_of",
    "token_input",
    "token_key_id",
    "www_authenticate",
]
