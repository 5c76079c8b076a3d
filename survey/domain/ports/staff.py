"""What the staff's side needs from outside, as promises: accounts, sessions, passkeys, counted tries, recusals.

Law: staff only. None of these stores knows a code, a ballot or anybody who answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Account:
    """must_choose: somebody else set the password, so it is good for choosing the own one and for nothing else; until
    start_ends (seconds since 1970), where that is given."""

    name: str
    role: str  # one of domain.staff.ROLES
    password_hash: str  # argon2id
    is_locked: bool = False
    second_factor: bytes | None = field(default=None, repr=False)  # secret of one-time codes, locked by the caller
    recovery: tuple[str, ...] = field(default=(), repr=False)  # SHA-256 of unused recovery codes, hexadecimal
    passkeys: int = 0  # how many are registered
    must_choose: bool = False
    start_ends: int | None = None

    @property
    def has_second_factor(self) -> bool:
        return self.second_factor is not None or self.passkeys > 0


class Accounts(Protocol):
    """Staff accounts; see domain.staff. What changes how one signs in ends every session of the account with it."""

    def add_account(
        self, name: str, role: str, password_hash: str, *, must_choose: bool = False, start_ends: int | None = None
    ) -> None:
        """Raises InvalidInput for a name that is taken. must_choose, start_ends: see Account."""

    def find_account(self, name: str) -> Account | None: ...

    def list_accounts(self) -> list[Account]: ...

    def change_password_hash(self, name: str, password_hash: str) -> None:
        """By the account itself: it has chosen. Raises NotFound."""

    def start_again(self, name: str, password_hash: str, start_ends: int) -> None:
        """By somebody else: a start code instead of the password, and no second factor. Raises NotFound."""

    def lock_account(self, name: str, is_locked: bool) -> None:
        """Raises NotFound."""

    def set_second_factor(self, name: str, sealed: bytes | None, recovery: Sequence[str]) -> None:
        """sealed: the secret of the one-time codes, locked by the caller; None: there are none."""

    def use_step(self, name: str, step: int) -> bool:
        """Atomically note that the one-time code of this time step was used; False when it or a later one was."""

    def use_recovery(self, name: str, digest: str) -> bool:
        """Atomically use up one recovery code; False when it is not there."""


@dataclass(frozen=True)
class Session:
    """key: SHA-256 of the secret in the browser's cookie, hexadecimal; since, seen: seconds since 1970."""

    key: str
    account: str
    since: int
    seen: int
    browser: str  # its kind only, such as "Firefox, Windows"


class Sessions(Protocol):
    """Who is signed in, on the server's side: a session that is not here is none, whatever cookie is shown."""

    def begin(self, session: Session, idle_since: int) -> None:
        """Also forgets all sessions last seen before idle_since."""

    def find(self, key: str) -> tuple[Session, Account] | None:
        """With its account, asked at once: every page needs both."""

    def renew(self, key: str, seen: int) -> None: ...

    def end(self, key: str) -> None: ...

    def end_others(self, account: str, key: str | None = None) -> int:
        """End all of the account's but this one; how many there were."""

    def list_sessions(self, account: str, idle_since: int) -> list[Session]:
        """Those seen since, the newest first."""

    def counts(self, idle_since: int) -> dict[str, int]:
        """Account -> number of its sessions seen since."""


@dataclass(frozen=True)
class Passkey:
    """A WebAuthn credential. used: milliseconds since 1970 at which the challenge answered last was made."""

    id: bytes
    account: str
    name: str
    public_key: bytes = field(repr=False)  # COSE
    sign_count: int = 0
    used: int = 0


class Passkeys(Protocol):
    def add(self, passkey: Passkey) -> None:
        """Raises InvalidInput when it is registered already."""

    def find(self, passkey_id: bytes) -> Passkey | None: ...

    def list_passkeys(self, account: str) -> list[Passkey]:
        """By name."""

    def use(self, passkey_id: bytes, sign_count: int, used: int) -> bool:
        """Atomically note the answer; False when this challenge or a later one was answered before (a replay)."""

    def remove(self, account: str, passkey_id: bytes) -> bool: ...


class Tries(Protocol):
    """Failed tries of signing in, counted for all processes of the server alike."""

    def count_try(self, key: str, now: int, until: int, most: int) -> bool:
        """Count one more try, to be forgotten at `until`; False, and none counted, when `most` stand there already."""

    def locked(self, keys: Iterable[str], most: int) -> Mapping[str, int]:
        """Of these keys those of which `most` tries stand there: key -> when they are forgotten."""

    def forget(self, key: str) -> None: ...


class Recusals(Protocol):
    """回避: who is kept out of a round, because they are a member of a team that it evaluates."""

    def names(self, round_id: str) -> tuple[str, ...]: ...

    def save(self, round_id: str, names: Sequence[str]) -> None:
        """Replaces those before; an empty list when the round is deleted."""

    def all_names(self) -> Mapping[str, tuple[str, ...]]:
        """Round id -> names."""
