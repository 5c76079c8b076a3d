"""Passkeys (WebAuthn): what is asked of an authenticator, and whether its answer is right. The pages are passkey_pages.

Law: a challenge is random, lives for five minutes in the signed cookie, and is answered once: a passkey that has
answered it takes no answer to it or to an older one again. Alone, without a password, only a key that has checked its
person (PIN, finger, face) opens an account: that is two factors in one.

Sources: W3C Web Authentication Level 3, sections 7.1 and 7.2; attestation is not asked for (13.4.4: privacy).
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from flask import session

from survey.domain.ports.staff import Passkey
from survey.errors import InvalidInput
from survey.office.needs import Services

CHALLENGE_LEN = 32
LIVES = 300_000  # milliseconds
ANSWER_MAX = 20_000  # characters of JSON
NAME_MAX = 60
MOST = 20  # passkeys of one account

NO_HTTPS, NO_NAME = "no-https", "no-name"


class WrongPasskey(InvalidInput):
    kind = "wrong-passkey"


def trouble(public_url: str) -> str | None:
    """Why no browser would do this at the installation's address: NO_HTTPS, NO_NAME, or None."""
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    if parts.scheme != "https" and host != "localhost" and not host.endswith(".localhost"):
        return NO_HTTPS
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return None
    return NO_NAME  # a passkey belongs to a name, never to a number


def ask_new(services: Services, account: str, others: Sequence[Passkey]) -> str:
    """JSON for navigator.credentials.create(); the challenge is remembered in the cookie."""
    import webauthn
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    return webauthn.options_to_json(
        webauthn.generate_registration_options(
            rp_id=_rp_id(services),
            rp_name=services.settings.host,
            user_id=_handle(account),
            user_name=account,
            challenge=_challenge(services, f"new {account}"),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=other.id) for other in others],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.PREFERRED,
            ),
        )
    )


def check_new(services: Services, account: str, name: str, answer: str) -> Passkey:
    """Raises WrongPasskey."""
    import webauthn

    challenge, asked_at = _take_challenge(services, f"new {account}")
    try:
        verified = webauthn.verify_registration_response(
            credential=_parsed(answer),
            expected_challenge=challenge,
            expected_rp_id=_rp_id(services),
            expected_origin=services.settings.public_url,
        )
    except Exception as error:  # whatever the parsers of hostile bytes may raise
        raise WrongPasskey("The passkey's answer does not check.") from error
    return Passkey(verified.credential_id, account, name, verified.credential_public_key, verified.sign_count, asked_at)


def ask_known(services: Services, known: Sequence[Passkey] | None) -> str:
    """JSON for navigator.credentials.get(); known: of the account whose password was given, None: of any account."""
    import webauthn
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement

    alone = known is None
    return webauthn.options_to_json(
        webauthn.generate_authentication_options(
            rp_id=_rp_id(services),
            challenge=_challenge(services, "alone" if alone else "second"),
            allow_credentials=[PublicKeyCredentialDescriptor(id=passkey.id) for passkey in known or ()],
            user_verification=UserVerificationRequirement.REQUIRED if alone else UserVerificationRequirement.PREFERRED,
        )
    )


def check_known(services: Services, account: str | None, answer: str) -> Passkey:
    """The passkey that answered, once; account: whose password was given, None where a passkey comes alone.

    Raises WrongPasskey.
    """
    import webauthn

    challenge, asked_at = _take_challenge(services, "alone" if account is None else "second")
    try:
        document = _parsed(answer)
        passkey = services.passkeys.find(webauthn.base64url_to_bytes(document["rawId"]))
        if passkey is None or account not in (None, passkey.account):
            raise WrongPasskey("This passkey is not registered here.")
        handle = document["response"].get("userHandle")
        if handle and webauthn.base64url_to_bytes(handle) != _handle(passkey.account):
            raise WrongPasskey("This passkey belongs to another account.")
        verified = webauthn.verify_authentication_response(
            credential=document,
            expected_challenge=challenge,
            expected_rp_id=_rp_id(services),
            expected_origin=services.settings.public_url,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=account is None,
        )
    except WrongPasskey:
        raise
    except Exception as error:  # whatever the parsers of hostile bytes may raise
        raise WrongPasskey("The passkey's answer does not check.") from error
    if not services.passkeys.use(passkey.id, verified.new_sign_count, asked_at):
        raise WrongPasskey("This answer was given before.")
    return passkey


def _rp_id(services: Services) -> str:
    return urlsplit(services.settings.public_url).hostname or ""


def _handle(account: str) -> bytes:
    """Under which the authenticator files the account. Of no server key: those are renewed, a passkey stays."""
    return hashlib.sha256(b"survey/passkey-user/v1\0" + account.encode("utf-8")).digest()


def _parsed(answer: str) -> dict[str, Any]:
    document = json.loads(answer[:ANSWER_MAX])
    if not isinstance(document, dict):
        raise TypeError
    return document


def _challenge(services: Services, purpose: str) -> bytes:
    challenge = services.randomness(CHALLENGE_LEN)
    session["passkey"] = [purpose, challenge.hex(), _now(services)]
    return challenge


def _take_challenge(services: Services, purpose: str) -> tuple[bytes, int]:
    kept = session.pop("passkey", None)
    if not isinstance(kept, list) or len(kept) != 3 or kept[0] != purpose:
        raise WrongPasskey("Nothing was asked of a passkey here.")
    if not 0 <= _now(services) - int(kept[2]) <= LIVES:
        raise WrongPasskey("The passkey answered too late.")
    return bytes.fromhex(kept[1]), int(kept[2])


def _now(services: Services) -> int:
    return int(services.clock().timestamp() * 1000)
