"""Passwords with argon2id (RFC 9106), start codes, and the counter that locks an account after five failures.

Law: nothing here tells an account that exists from one that does not, neither by its answer nor by its time.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from survey.domain.ports import Randomness
from survey.errors import InvalidInput
from survey.office.needs import Services
from survey.office.people.guessable import is_guessable

MIN_PASSWORD, MAX_PASSWORD = 10, 200  # characters
FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
START_LEN = 10  # bytes
START_ENDS = timedelta(hours=72)

_HASHER = PasswordHasher()  # RFC 9106, second recommended option: 64 MiB, 3 passes, 4 lanes
# Verified in place of an account's hash when there is no such account, so that both take the same time.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$6lW+8w+oZzhttPazOgBPtg$eGR6VRiwYLGJcqgOC+AseL8mA4sc5cpPQAntnhdZH80"
# Each check takes 64 MiB: a flood of logins must not take the memory that answers from phones need.
_ROOM = threading.BoundedSemaphore(2)


class WeakPassword(InvalidInput):
    kind = "weak-password"


class GuessablePassword(WeakPassword):
    kind = "guessable-password"


def check_new(password: str, name: str) -> None:
    """Raises WeakPassword: too short or long, or the account's own name in it; GuessablePassword.

    Length, not mixture of kinds, makes a password hard to guess (NIST SP 800-63B, section 5.1.1.2).
    """
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise WeakPassword(f"A password has {MIN_PASSWORD} to {MAX_PASSWORD} characters; this one has {len(password)}.")
    if name and name.lower() in password.lower():
        raise WeakPassword("A password does not hold the name of its account.")
    if is_guessable(password, name):
        raise GuessablePassword(
            "This password is among the first that are guessed: a row of keys or digits, a favourite word, a date, a"
            " repetition. Put several words together."
        )


def hash_password(password: str) -> str:
    """The argon2id hash that an account stores."""
    return _HASHER.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password belongs to the hash; None (no such account) takes as long and is False."""
    with _ROOM:
        try:
            return _HASHER.verify(password_hash or _NOBODY, password) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False


class FailureCounter:
    """Five failures lock a name for 15 minutes, whether an account has that name or not, in every process alike.

    The store keeps a keyed hash of the name: people type their password into the wrong field.
    """

    def __init__(self, services: Services) -> None:
        self._tries = services.tries
        self._clock = services.clock
        self._vault = services.settings.vault

    def try_once(self, name: str) -> bool:
        """Count one try before its password is looked at; False when the name is locked.

        Counting first means that many tries sent at the same moment are not all looked at.
        """
        now = int(self._clock().timestamp())
        until = now + int(LOCKED_FOR.total_seconds())
        return self._tries.count_try(self._key(name), now, until, FAILURES)

    def succeeded(self, name: str) -> None:
        """Forget the failures of this name."""
        self._tries.forget(self._key(name))

    def locked(self, names: Iterable[str]) -> dict[str, datetime]:
        """Of these names those that are locked now, and until when."""
        keys, now = {self._key(name): name for name in names}, self._clock()
        found = {
            keys[key]: datetime.fromtimestamp(until, UTC) for key, until in self._tries.locked(keys, FAILURES).items()
        }
        # As in counting: what would be remembered for longer than from now was counted by a clock that was wrong.
        return {name: until for name, until in found.items() if now < until <= now + LOCKED_FOR}

    def _key(self, name: str) -> str:
        return self._vault.keyed_hash("login-tries", name).hex()


def new_start_code(randomness: Randomness) -> str:
    """XXXX-XXXX-XXXX-XXXX (80 bits): the password for the first time, handed over on paper or by telephone."""
    text = base64.b32encode(randomness(START_LEN)).decode("ascii")
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def as_start_code(typed: str) -> str:
    """The same for every way to type it: small letters, no lines, spaces."""
    plain = "".join(char for char in typed.upper() if char.isalnum())
    return "-".join(plain[at : at + 4] for at in range(0, len(plain), 4))
