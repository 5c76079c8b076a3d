"""Who is signed in: sessions kept by the server, each known to its browser by a secret in Flask's signed cookie.

Law: a session that does not stand in the store is none, whatever cookie is shown: ending one ends every copy of its
cookie at once. The store keeps only the secret's SHA-256, the kind of browser, and two times. A new password, a new
second factor or a lock ends the account's sessions in the same transaction (storage/accounts.py).
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

from flask import request, session
from flask_login import UserMixin
from flask_login import login_user as _login_user
from flask_login import logout_user as _logout_user

from survey.domain.ports.staff import Account, Session
from survey.domain.staff import WITH_SECOND_FACTOR
from survey.office.needs import Services

IDLE = timedelta(minutes=20)
RENEWED = timedelta(seconds=15)  # a page that loads at once after another writes nothing
SECOND_STEP = timedelta(minutes=5)
_SECRET_LEN = 32

# The first that fits; what else a browser says about itself is not kept.
_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


class Staff(UserMixin):  # type: ignore[misc]  # flask_login carries no types
    """A signed-in account with its session."""

    def __init__(self, account: Account, kept: Session, secret: str) -> None:
        self.name = account.name
        self.role = account.role
        self.account = account
        self.session = kept
        self._secret = secret

    def get_id(self) -> str:
        return self._secret

    def first(self, needs_second_factor: bool) -> str | None:
        """What has to be done before anything else: "password", "second-factor" or nothing."""
        if self.account.must_choose:
            return "password"
        if needs_second_factor and self.role in WITH_SECOND_FACTOR and not self.account.has_second_factor:
            return "second-factor"
        return None


def find(services: Services, secret: str) -> Staff | None:
    found = services.sessions.find(_key(secret))
    if found is None or found[1].is_locked:
        return None
    kept, account = found
    return Staff(account, kept, secret)


def sign_in(account: Account, services: Services) -> None:
    """A new session for this account; nothing of the session before it but the language survives (fixation)."""
    _forget()
    secret, now = services.randomness(_SECRET_LEN).hex(), int(services.clock().timestamp())
    kept = Session(_key(secret), account.name, now, now, browser_kind(request.headers.get("User-Agent", "")))
    services.sessions.begin(kept, now - int(IDLE.total_seconds()))
    _login_user(Staff(account, kept, secret))


def sign_out(services: Services) -> None:
    secret = session.get("_user_id")
    if isinstance(secret, str):
        services.sessions.end(_key(secret))
    _logout_user()
    _forget()


def is_idle(staff: Staff, services: Services) -> bool:
    """Whether nothing happened for too long; otherwise the session is marked as used now."""
    now, key = int(services.clock().timestamp()), staff.session.key
    # Also a session used in the future: the clock was put back, and nobody stays signed in for hours by that.
    if abs(now - staff.session.seen) > IDLE.total_seconds():
        return True
    if abs(now - staff.session.seen) >= RENEWED.total_seconds():
        services.sessions.renew(key, now)
        session.modified = True  # signed anew: the cookie's age counts from here as well
    return False


def begin_second_step(account: Account, services: Services) -> None:
    """The password was right: for five minutes this browser may give the code. Nothing is signed in yet."""
    _forget()
    session["half"] = [account.name, _print(account), int(services.clock().timestamp())]


def second_step_of(services: Services) -> Account | None:
    """The account whose password this browser gave within five minutes, unless it was changed since."""
    half = session.get("half")
    if not isinstance(half, list) or len(half) != 3:
        return None
    name, print_, since = half
    if not 0 <= int(services.clock().timestamp()) - int(since) <= SECOND_STEP.total_seconds():
        return None
    account = services.accounts.find_account(str(name))
    if account is None or account.is_locked or not hmac.compare_digest(_print(account), str(print_)):
        return None
    return account


def browser_kind(agent: str) -> str:
    """Its kind and its system, such as "Firefox, Windows": enough to tell the own sessions apart."""
    kinds = (next((words for mark, words in marks if mark in agent), "") for marks in (_BROWSERS, _SYSTEMS))
    return ", ".join(filter(None, kinds))


def _forget() -> None:
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language


def _key(secret: str) -> str:
    return hashlib.sha256(b"survey/session/v1\0" + secret.encode()).hexdigest()


def _print(account: Account) -> str:
    """Changes with everything that one signs in with."""
    state = f"{account.role}\0{account.password_hash}\0{account.passkeys}\0".encode() + (account.second_factor or b"")
    return hashlib.sha256(state).hexdigest()[:32]
