"""Invitation codes: made, printed on slips, and bought into exactly one token each.

Law: what is stored is a keyed hash of the code, never the code; issuing learns nothing about the ballot that follows.
A GET never comes here: scanners of chat programs fetch links in advance.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from survey.crypto.tokens import TokenIssuer, TokenRequest
from survey.domain.ports import Randomness
from survey.domain.ports.registry import Registry, SpendOutcome
from survey.errors import CodeAlreadyUsed, NotCollecting, UnknownCode

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0 O 1 I L: they are misread from paper
CODE_LEN = 12  # characters; the last one is a check character
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_IGNORED = str.maketrans("", "", " -\u2013\u2014\u2010\u2011\uff0d\u3000\t\r\n.")


@dataclass(frozen=True)
class Code:
    """An invitation code in canonical form: 12 characters, upper case, check character right."""

    text: str

    def __str__(self) -> str:
        return "-".join(self.text[start : start + 4] for start in range(0, CODE_LEN, 4))

    def __repr__(self) -> str:
        return "Code(hidden)"  # a traceback or a log must not hand the code to who reads it


def check_character(eleven: str) -> str:
    """The 12th character: the sum of position times value, modulo the prime 31.

    Any single wrong character and any swap of two characters changes it.
    """
    return ALPHABET[sum(place * _VALUES[character] for place, character in enumerate(eleven, 1)) % len(ALPHABET)]


def make_code(randomness: Randomness) -> Code:
    """A fresh code: 11 characters drawn evenly (54 bits) and the check character."""
    drawn: list[str] = []
    while len(drawn) < CODE_LEN - 1:
        for byte in randomness(16):
            # 248 = 8 * 31: larger bytes would make some characters likelier.
            if byte < 248 and len(drawn) < CODE_LEN - 1:
                drawn.append(ALPHABET[byte % len(ALPHABET)])
    eleven = "".join(drawn)
    return Code(eleven + check_character(eleven))


def parse_code(typed: str) -> Code:
    """Read a code as people type it: case, spaces and dashes are forgiven. Raises UnknownCode."""
    text = typed.translate(_IGNORED).upper()
    if len(text) != CODE_LEN or any(character not in _VALUES for character in text):
        raise UnknownCode("The code does not have 12 characters of the code alphabet.")
    if check_character(text[:-1]) != text[-1]:
        raise UnknownCode("The code's check character is wrong: it was mistyped.")
    return Code(text)


def code_mac(code: Code, code_secret: bytes) -> bytes:
    """HMAC-SHA-256 (32 bytes) under the evaluation's code secret: a stolen table cannot be searched for codes.

    When the round closes the secret is destroyed: then nobody can say of a slip that it is in the table.
    """
    return hmac.digest(code_secret, b"survey/invitation/v1\0" + code.text.encode("ascii"), "sha256")


def issue_token(
    evaluation_id: str, code: Code, request: TokenRequest, *, registry: Registry, issuer: TokenIssuer, secret: bytes
) -> bytes:
    """Use up the code and sign the blinded message (RFC 9578, section 6.2): 256 bytes.

    The same code with the same request gives the same bytes again, so a lost answer costs nobody the vote.
    Raises UnknownCode, CodeAlreadyUsed, NotCollecting (the round is not open), InvalidInput (wrong key id); the code is
    not used up then.
    """
    issuer.check(request)
    digest = hashlib.sha256(request.encode()).digest()
    # First the durable note, then the signature: a crash between the two leaves a request that can be repeated,
    # never a second token.
    outcome = registry.spend_code(evaluation_id, code_mac(code, secret), digest)
    if outcome is SpendOutcome.CLOSED:
        raise NotCollecting("The evaluation is not open now.")
    if outcome is SpendOutcome.UNKNOWN:
        raise UnknownCode("The code was not printed for this evaluation, or it is void.")
    if outcome is SpendOutcome.OTHER_REQUEST:
        raise CodeAlreadyUsed("The code has already been used for another token request.")
    return issuer.issue(request)
