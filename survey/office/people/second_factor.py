"""The second factor: one-time codes of an authenticator (RFC 6238) and recovery codes.

Law: a code works once, and only in its half minute or the one beside it; the secret is locked at rest under the name of
its account; of recovery codes only digests are kept (80 random bits each cannot be guessed from them).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime

import pyotp

from survey.domain.ports.staff import Account, Accounts
from survey.errors import InvalidInput
from survey.office.needs import Locker, Services

STEP = 30  # seconds
SECRET_LEN = 20  # bytes, RFC 4226, section 4
RECOVERY_CODES, RECOVERY_LEN = 8, 10


def new_secret(services: Services) -> str:
    """base32, as an authenticator takes it."""
    return base64.b32encode(services.randomness(SECRET_LEN)).decode("ascii")


def address(secret: str, account: str, host: str) -> str:
    """What the QR code says (otpauth://)."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=host)


def lock(secret: str, account: str, vault: Locker) -> bytes:
    return vault.lock(secret.encode("ascii"), _name(account))


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step that this code belongs to: now, or one beside it (clocks of phones go wrong); None if none."""
    typed = "".join(code.split())
    if not (len(typed) == 6 and typed.isascii() and typed.isdigit()):
        return None
    totp, current = pyotp.TOTP(secret), int(now.timestamp()) // STEP
    fitting = [step for step in (current - 1, current, current + 1) if hmac.compare_digest(totp.at(step * STEP), typed)]
    return fitting[-1] if fitting else None


def is_right(account: Account, code: str, accounts: Accounts, vault: Locker, now: datetime) -> bool:
    """A one-time code or a recovery code of this account, used up by being right."""
    if account.second_factor is not None:
        try:
            secret = vault.unlock(account.second_factor, _name(account.name)).decode("ascii")
        except InvalidInput:
            return False
        step = step_of(secret, code, now)
        if step is not None:
            return accounts.use_step(account.name, step)
    return accounts.use_recovery(account.name, digest(code))


def new_recovery_codes(services: Services) -> list[str]:
    """XXXX-XXXX-XXXX-XXXX each, shown once."""
    drawn = [base64.b32encode(services.randomness(RECOVERY_LEN)).decode("ascii") for _ in range(RECOVERY_CODES)]
    return ["-".join(text[start : start + 4] for start in range(0, len(text), 4)) for text in drawn]


def digest(code: str) -> str:
    """Of a recovery code as people type it."""
    plain = "".join(char for char in code.upper() if char.isalnum())
    return hashlib.sha256(b"survey/recovery/v1\0" + plain.encode("utf-8")).hexdigest()


def _name(account: str) -> str:
    return f"second factor of {account}"
