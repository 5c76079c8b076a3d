"""Accounts, for the security administrator: add, lock, unlock, set a new password, take a lost second factor away.

Law: who manages accounts sees nothing of a round; nobody locks the own account; a role is never changed, for what an
account did under one role must not look like another's.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from survey.audience import serves
from survey.domain.grants import check_grant
from survey.domain.ports import Account
from survey.domain.staff import ROLES, SECURITY_ADMIN
from survey.errors import NotFound, SurveyError
from survey.office import passwords, trail
from survey.office.faults import OfficeRefusal, of_refusal
from survey.office.needs import Services


def install(blueprint: Blueprint, services: Services) -> None:
    def page(error: str | None = None, status: int = 200) -> ResponseReturnValue:
        return render_template(
            "office/accounts.html",
            accounts=services.accounts.list_accounts(),
            roles=ROLES,
            error=error,
            typed=request.form,
            shortest=passwords.MIN_PASSWORD,
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
        password = request.form.get("password", "")
        try:
            check_grant(name, role, services.accounts.list_accounts(), services.registry.list_rounds())
            passwords.check_new(password, name)
        except SurveyError as error:
            trail.note(result=error.kind)
            return page(of_refusal(error.kind), 422)
        services.accounts.add_account(name, role, passwords.hash_password(password))
        trail.note(object=f"{name} ({role})")
        flash(
            _(
                "The account “%(name)s” is made. Tell its owner the password by another way, and that they change it.",
                name=name,
            )
        )
        return redirect(url_for("office.list-accounts"), 303)

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
        if step == "password":
            password = request.form.get("password", "")
            try:
                passwords.check_new(password, account.name)
            except SurveyError as error:
                trail.note(result=error.kind)
                return page(of_refusal(error.kind), 422)
            services.accounts.change_password_hash(account.name, passwords.hash_password(password))
        elif step == "second-factor":
            services.accounts.set_second_factor(account.name, None, [])
        else:
            services.accounts.lock_account(account.name, step == "lock")
        flash(_done(step, account.name))
        return redirect(url_for("office.list-accounts"), 303)


_STEPS = ("lock", "unlock", "password", "second-factor")


def _done(step: str, name: str) -> str:
    return {
        "lock": _("“%(name)s” is locked; its sessions have ended.", name=name),
        "unlock": _("“%(name)s” can sign in again.", name=name),
        "password": _("“%(name)s” has a new password; its sessions have ended.", name=name),
        "second-factor": _("“%(name)s” has no second factor any more and should set up a new one.", name=name),
    }[step]


def _find(services: Services, name: str) -> Account:
    account = services.accounts.find_account(name)
    if account is None:
        raise NotFound("There is no such account.")
    return account
