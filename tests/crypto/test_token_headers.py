"""Authorization and WWW-Authenticate of the PrivateToken scheme."""

import base64

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from survey.crypto.tokens import Token, parse_authorization, spki_of, www_authenticate
from survey.crypto.wire import b64url_decode
from survey.errors import InvalidToken, MissingToken
from tests.crypto.support import CHALLENGE, token_key

TOKEN = Token(bytes(32), bytes(range(32)), b"\xff" * 32, bytes(range(256)))
# 354 is a multiple of three, so its base64url has no padding: headers with padding are refused for tokens by length.
TEXT = base64.urlsafe_b64encode(TOKEN.encode()).decode()


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(f'PrivateToken token="{TEXT}"', id="quoted"),
        pytest.param(f"PrivateToken token={TEXT}", id="unquoted"),
        pytest.param(f'privatetoken TOKEN="{TEXT}"', id="letter case"),
        pytest.param(f'  PrivateToken   token = "{TEXT}"  ', id="spaces"),
        pytest.param(f'PrivateToken extra="1", token={TEXT}, more=2', id="other parameters"),
        pytest.param(f"PrivateToken , token={TEXT}", id="empty element before"),
        pytest.param(f"PrivateToken ,, ,extra=1, ,token={TEXT} ,\t,", id="empty elements between and behind"),
        pytest.param(f'PrivateToken extra="a\\"b, token=\\\\", token={TEXT}', id="quoted pairs"),
        pytest.param(f'PrivateToken token="\\{TEXT}"', id="quoted pair in the token"),
    ],
)
def test_a_token_is_found_in_every_allowed_writing(header: str) -> None:
    assert parse_authorization(header) == TOKEN


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(None, id="no header"),
        pytest.param("", id="empty"),
        pytest.param("Bearer abc", id="another scheme"),
        pytest.param(f"PrivateTokens token={TEXT}", id="a longer name"),
        pytest.param(TEXT, id="no scheme"),
    ],
)
def test_without_the_scheme_the_token_is_missing(header: str | None) -> None:
    with pytest.raises(MissingToken, match="no PrivateToken"):
        parse_authorization(header)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        pytest.param("PrivateToken", "exactly one token", id="scheme alone"),
        pytest.param("PrivateToken x=1", "exactly one token", id="no token parameter"),
        pytest.param(f"PrivateToken token={TEXT}, token={TEXT}", "exactly one token", id="two tokens"),
        pytest.param("PrivateToken token", "not a list", id="no value"),
        pytest.param(f"PrivateToken {TEXT}", "not a list", id="token68"),
        pytest.param(f'PrivateToken token="{TEXT}', "not a list", id="quote left open"),
        pytest.param(f'PrivateToken token="{TEXT}\\"', "not a list", id="quote never closed"),
        pytest.param("PrivateToken ,,,", "exactly one token", id="empty elements alone"),
        pytest.param(f"PrivateToken token={TEXT}; more=2", "not a list", id="semicolon"),
        pytest.param(f"PrivateToken token={TEXT} junk", "not a list", id="junk behind"),
        pytest.param(f"PrivateToken token={TEXT[:-1]}", "not canonical|exactly 354", id="cut by a character"),
        pytest.param(f"PrivateToken token={TEXT[:-4]}", "exactly 354 bytes", id="cut by three bytes"),
        pytest.param(f"PrivateToken token={TEXT}AAAA", "exactly 354 bytes", id="extended"),
        pytest.param(f"PrivateToken token={TEXT}=", "wrongly padded", id="padding where none belongs"),
        pytest.param(f"PrivateToken token={'AAAB' + TEXT[4:]}", "Token type", id="another type"),
        pytest.param('PrivateToken token=""', "exactly 354 bytes", id="empty token"),
        pytest.param(f"PrivateToken token={TEXT[:-1]}+", "not base64url", id="the other alphabet"),
        pytest.param("PrivateToken token=" + "A" * 5000, "too long", id="very long"),
    ],
)
def test_a_header_that_holds_no_proper_token_is_invalid(header: str, reason: str) -> None:
    with pytest.raises(InvalidToken, match=reason):
        parse_authorization(header)


@given(st.text(max_size=200) | st.text(max_size=200).map("PrivateToken ".__add__))
@example("PrivateToken " + "a=b, " * 800)
@example("PrivateToken " + " " * 4000)
@example("PrivateToken " + "a" * 4000)
@example("PrivateToken " + "," * 4000)
@example('PrivateToken a="' + "\\" * 4000)
def test_any_text_gives_a_token_or_one_of_two_refusals(header: str) -> None:
    with pytest.raises((MissingToken, InvalidToken)):
        parse_authorization(header)


def test_a_refusal_does_not_repeat_what_was_sent() -> None:
    with pytest.raises(InvalidToken) as refusal:
        parse_authorization(f"PrivateToken token={TEXT}AAAA")

    assert TEXT[40:80] not in str(refusal.value)


def test_the_challenge_header_is_quoted_and_decodes_to_challenge_and_key() -> None:
    spki = spki_of(token_key())

    header = www_authenticate(CHALLENGE, spki)

    scheme, _, parameters = header.partition(" ")
    challenge, key = (part.split("=", 1)[1] for part in parameters.split(", "))
    assert scheme == "PrivateToken"
    assert (challenge[0], challenge[-1], key[0], key[-1]) == ('"',) * 4
    assert (b64url_decode(challenge[1:-1]), b64url_decode(key[1:-1])) == (CHALLENGE.encode(), spki)
