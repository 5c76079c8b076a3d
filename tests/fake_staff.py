"""The stores of the staff's side as dictionaries; see survey.domain.ports.staff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from survey.domain.ports.staff import Account, Passkey, Session
from survey.errors import InvalidInput, NotFound


class MemoryStaff:
    """What the stores below have in common, as the tables of one database have."""

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.sessions: dict[str, Session] = {}
        self.passkeys: dict[bytes, Passkey] = {}

    def find(self, name: str) -> Account | None:
        account = self.accounts.get(name)
        count = sum(passkey.account == name for passkey in self.passkeys.values())
        return account and replace(account, passkeys=count)

    def change(self, name: str, **values: object) -> None:
        if name not in self.accounts:
            raise NotFound(f"There is no account {name}.")
        self.accounts[name] = replace(self.accounts[name], **values)  # type: ignore[arg-type]  # fields of Account
        self.end_sessions(name)

    def end_sessions(self, name: str, but: str | None = None) -> int:
        ended = [key for key, kept in self.sessions.items() if kept.account == name and key != but]
        for key in ended:
            del self.sessions[key]
        return len(ended)


class MemoryAccounts:
    def __init__(self, staff: MemoryStaff) -> None:
        self._staff = staff
        self.accounts = staff.accounts
        self.steps: dict[str, int] = {}

    def add_account(
        self, name: str, role: str, password_hash: str, *, must_choose: bool = False, start_ends: int | None = None
    ) -> None:
        if name in self.accounts:
            raise InvalidInput(f"There already is an account {name}.")
        self.accounts[name] = Account(name, role, password_hash, must_choose=must_choose, start_ends=start_ends)

    def find_account(self, name: str) -> Account | None:
        return self._staff.find(name)

    def list_accounts(self) -> list[Account]:
        return [account for name in self.accounts if (account := self._staff.find(name))]

    def change_password_hash(self, name: str, password_hash: str) -> None:
        self._staff.change(name, password_hash=password_hash, must_choose=False, start_ends=None)

    def start_again(self, name: str, password_hash: str, start_ends: int) -> None:
        values = {"password_hash": password_hash, "second_factor": None, "recovery": ()}
        self._staff.change(name, **values, must_choose=True, start_ends=start_ends)
        for passkey in [one for one in self._staff.passkeys.values() if one.account == name]:
            del self._staff.passkeys[passkey.id]

    def lock_account(self, name: str, is_locked: bool) -> None:
        self._staff.change(name, is_locked=is_locked)

    def set_second_factor(self, name: str, sealed: bytes | None, recovery: Sequence[str]) -> None:
        self._staff.change(name, second_factor=sealed, recovery=tuple(recovery))

    def use_step(self, name: str, step: int) -> bool:
        if self.steps.get(name, 0) >= step:
            return False
        self.steps[name] = step
        return True

    def use_recovery(self, name: str, digest: str) -> bool:
        left = self.accounts[name].recovery
        self.accounts[name] = replace(self.accounts[name], recovery=tuple(one for one in left if one != digest))
        return digest in left


class MemorySessions:
    def __init__(self, staff: MemoryStaff) -> None:
        self._staff = staff

    def begin(self, session: Session, idle_since: int) -> None:
        self._staff.sessions[session.key] = session

    def find(self, key: str) -> tuple[Session, Account] | None:
        kept = self._staff.sessions.get(key)
        account = self._staff.find(kept.account) if kept else None
        return (kept, account) if kept and account else None

    def renew(self, key: str, seen: int) -> None:
        self._staff.sessions[key] = replace(self._staff.sessions[key], seen=seen)

    def end(self, key: str) -> None:
        self._staff.sessions.pop(key, None)

    def end_others(self, account: str, key: str | None = None) -> int:
        return self._staff.end_sessions(account, key)

    def list_sessions(self, account: str, idle_since: int) -> list[Session]:
        kept = [one for one in self._staff.sessions.values() if one.account == account and one.seen >= idle_since]
        return sorted(kept, key=lambda one: -one.seen)

    def counts(self, idle_since: int) -> dict[str, int]:
        names = [one.account for one in self._staff.sessions.values() if one.seen >= idle_since]
        return {name: names.count(name) for name in names}


class MemoryPasskeys:
    def __init__(self, staff: MemoryStaff) -> None:
        self._staff = staff

    def add(self, passkey: Passkey) -> None:
        if passkey.id in self._staff.passkeys:
            raise InvalidInput("This passkey is registered already.")
        self._staff.passkeys[passkey.id] = passkey
        self._staff.end_sessions(passkey.account)

    def find(self, passkey_id: bytes) -> Passkey | None:
        return self._staff.passkeys.get(passkey_id)

    def list_passkeys(self, account: str) -> list[Passkey]:
        own = [one for one in self._staff.passkeys.values() if one.account == account]
        return sorted(own, key=lambda one: one.name)

    def use(self, passkey_id: bytes, sign_count: int, used: int) -> bool:
        passkey = self._staff.passkeys[passkey_id]
        if passkey.used >= used:
            return False
        self._staff.passkeys[passkey_id] = replace(passkey, sign_count=sign_count, used=used)
        return True

    def remove(self, account: str, passkey_id: bytes) -> bool:
        passkey = self._staff.passkeys.get(passkey_id)
        if passkey is None or passkey.account != account:
            return False
        del self._staff.passkeys[passkey_id]
        self._staff.end_sessions(account)
        return True


class MemoryTries:
    def __init__(self) -> None:
        self.tries: dict[str, tuple[int, int]] = {}

    def count_try(self, key: str, now: int, until: int, most: int) -> bool:
        count, ends = self.tries.get(key, (0, 0))
        if not now < ends <= until:
            count = 0
        if count >= most:
            return False
        self.tries[key] = (count + 1, until)
        return True

    def locked(self, keys: Iterable[str], most: int) -> dict[str, int]:
        return {key: self.tries[key][1] for key in keys if key in self.tries and self.tries[key][0] >= most}

    def forget(self, key: str) -> None:
        self.tries.pop(key, None)


class MemoryRecusals:
    def __init__(self) -> None:
        self.rounds: dict[str, tuple[str, ...]] = {}

    def names(self, round_id: str) -> tuple[str, ...]:
        return self.rounds.get(round_id, ())

    def save(self, round_id: str, names: Sequence[str]) -> None:
        self.rounds[round_id] = tuple(names)

    def all_names(self) -> Mapping[str, tuple[str, ...]]:
        return self.rounds


class MemoryWindows:
    def __init__(self) -> None:
        self.windows: dict[datetime, dict[str, int]] = {}

    def read(self) -> Mapping[datetime, Mapping[str, int]]:
        return self.windows
