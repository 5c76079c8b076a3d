"""Accounts, for the security administrator: add, lock, unlock, let try again, end sessions, issue a start code.

Law: who manages accounts sees nothing of a round and knows nobody's password: a start code is shown once, works for 72
hours, and is good for one thing: choosing a password and a second factor. Nobody locks the own account; a role is never
changed, for what an account did under one role must not look like another's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from survey.audience import serves
from survey.domain.grants import check_grant
from survey.domain.local_time import BEIJING
from survey.domain.ports.staff import Account
from survey.domain.staff import ROLES, SECURITY_ADMIN
from survey.errors import NotFound, SurveyError
from survey.office.confirming import RESET, is_typed
from survey.office.log import trail
from survey.office.needs import Services
from survey.office.people import passwords, sessions
from survey.office.refusals import OfficeRefusal, of_refusal


def install(blueprint: Blueprint, services: Services) -> None:
    failures = passwords.FailureCounter(services)

    def page(error: str | None = None, status: int = 200) -> ResponseReturnValue:
        now, accounts = services.clock(), services.accounts.list_accounts()
        return render_template(
            "office/accounts.html",
            accounts=accounts,
            failed=_until(failures.locked(account.name for account in accounts)),
            sessions=services.sessions.counts(int((now - sessions.IDLE).timestamp())),
            now=int(now.timestamp()),
            roles=ROLES,
            error=error,
            typed=request.form if request.endpoint == "office.add-account" else {},
            here="accounts",
        ), status

    @blueprint.get("/accounts", endpoint="list-accounts")
    @serves(SECURITY_ADMIN)
    def list_accounts() -> ResponseReturnValue:
        return page()

    @blueprint.post("/accounts", endpoint="add-account")
    @serves(SECURITY_ADMIN)
    def add_account() -> ResponseReturnValue:
        name, role = request.form.get("name", "").strip(), request.form.get("role", "")
        accounts, rounds = services.accounts.list_accounts(), services.registry.list_rounds()
        try:
            check_grant(name, role, accounts, rounds, services.recusals.all_names())
        except SurveyError as error:
            trail.note(result=error.kind)
            return page(of_refusal(error.kind), 422)
        code, ends = start_code()
        services.accounts.add_account(name, role, passwords.hash_password(code), must_choose=True, start_ends=ends)
        trail.note(object=f"{name} ({role})")
        return shown_once(name, code, is_new=True)

    def start_code() -> tuple[str, int]:
        """(the code, when it stops working)."""
        ends = services.clock() + passwords.START_ENDS
        return passwords.new_start_code(services.randomness), int(ends.timestamp())

    def shown_once(name: str, code: str, is_new: bool = False) -> ResponseReturnValue:
        # In the answer itself: a redirect would have to keep it somewhere.
        hours = int(passwords.START_ENDS.total_seconds() // 3600)
        return render_template(
            "office/start_code.html", name=name, code=code, hours=hours, is_new=is_new, here="accounts"
        )

    @blueprint.post("/accounts/change", endpoint="change-account")
    @serves(SECURITY_ADMIN)
    def change_account() -> ResponseReturnValue:
        account = _find(services, request.form.get("name", ""))
        step = request.form.get("step", "")
        trail.note(object=f"{account.name}: {step}" if step in _STEPS else account.name)
        if step not in _STEPS:
            raise NotFound("There is no such step.")
        if account.name == current_user.name:
            raise OfficeRefusal("own-account")
        if step == "start-code":
            if not is_typed(RESET):
                trail.note(result="not confirmed")
                return page(of_refusal("not-confirmed"), 409)
            code, ends = start_code()
            services.accounts.start_again(account.name, passwords.hash_password(code), ends)
            return shown_once(account.name, code)
        if step == "sessions":
            services.sessions.end_others(account.name)
        elif step == "let-try":
            failures.succeeded(account.name)
        else:
            services.accounts.lock_account(account.name, step == "lock")
        flash(_done(step, account.name))
        return redirect(url_for("office.list-accounts"), 303)


_STEPS = ("lock", "unlock", "let-try", "sessions", "start-code")


def _until(locked: Mapping[str, datetime]) -> dict[str, str]:
    """To the minute, rounded up: nobody is told to try too early."""
    return {
        name: (until + timedelta(seconds=59)).astimezone(BEIJING).strftime("%H:%M") for name, until in locked.items()
    }


def _done(step: str, name: str) -> str:
    return {
        "lock": _("“%(name)s” is locked; its sessions have ended.", name=name),
        "let-try": _("“%(name)s” can try again; the failures are forgotten.", name=name),
        "unlock": _("“%(name)s” can sign in again.", name=name),
        "sessions": _("The sessions of “%(name)s” have ended.", name=name),
    }[step]


def _find(services: Services, name: str) -> Account:
    account = services.accounts.find_account(name)
    if account is None:
        raise NotFound("There is no such account.")
    return account
