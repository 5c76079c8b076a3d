"""Passwords with argon2id (RFC 9106), and the counter that locks an account after five failures.

Law: nothing here tells an account that exists from one that does not, neither by its answer nor by its time.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from survey.domain.ports import Clock
from survey.errors import InvalidInput

MIN_PASSWORD, MAX_PASSWORD = 10, 200  # characters
FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
_REMEMBERED = 10_000  # names; more than any office has, and bounded however many an attacker invents

_HASHER = PasswordHasher()  # RFC 9106, second recommended option: 64 MiB, 3 passes, 4 lanes
# Verified in place of an account's hash when there is no such account, so that both take the same time.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$6lW+8w+oZzhttPazOgBPtg$eGR6VRiwYLGJcqgOC+AseL8mA4sc5cpPQAntnhdZH80"
# Each check takes 64 MiB: a flood of logins must not take the memory that answers from phones need.
_ROOM = threading.BoundedSemaphore(2)


class WeakPassword(InvalidInput):
    kind = "weak-password"


def check_new(password: str, name: str) -> None:
    """Raises WeakPassword: too short or long, four different characters not reached, or the account's own name.

    Length, not mixture of kinds, makes a password hard to guess (NIST SP 800-63B, section 5.1.1.2).
    """
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD or len(set(password)) < 4 or name.lower() in password.lower():
        raise WeakPassword(f"A password has {MIN_PASSWORD} to {MAX_PASSWORD} characters and does not hold the name.")


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


@dataclass
class _Tries:
    count: int
    until: datetime  # when they are forgotten


class FailureCounter:
    """Five failures lock a name for 15 minutes, whether an account has that name or not.

    Kept in the memory of one process: a restart forgets, and with w worker processes up to 5 w tries pass before
    every worker is locked. That bounds guessing to a few hundred tries a day; it is not more than that.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    def try_once(self, name: str) -> bool:
        """Count one try before its password is looked at; False when the name is locked.

        Counting first means that many tries sent at the same moment are not all looked at.
        """
        now = self._clock()
        with self._lock:
            tries = self._tries.get(name)
            # Also when the clock was put back: nobody stays locked for as long as it had been wrong.
            if tries is None or not now < tries.until <= now + LOCKED_FOR:
                tries = self._tries[name] = _Tries(0, now)
            if tries.count >= FAILURES:
                return False  # and the lock is not made longer, or anyone could lock a name for ever
            tries.count += 1
            tries.until = now + LOCKED_FOR
            self._tries.move_to_end(name)
            while len(self._tries) > _REMEMBERED:
                self._tries.popitem(last=False)
            return True

    def succeeded(self, name: str) -> None:
        """Forget the failures of this name."""
        with self._lock:
            self._tries.pop(name, None)
