"""Signing in and out.

Law: one sentence and one time for a wrong password and for an account that does not exist; after five failures a
name is locked for 15 minutes, whether it exists or not (passwords.py). Signing out changes something, so it is a POST.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from survey.audience import serves
from survey.office import access
from survey.office.addresses import local_address
from survey.office.log import trail
from survey.office.needs import Services
from survey.office.people import passkeys, passwords, second_factor, sessions


class LoginForm(FlaskForm):  # type: ignore[misc]  # flask_wtf carries no types
    account = StringField(
        _l("Account"),
        [InputRequired(_l("Please enter your account.")), Length(max=100)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        _l("Password"),
        [InputRequired(_l("Please enter your password.")), Length(max=passwords.MAX_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
    )


def install(blueprint: Blueprint, services: Services) -> None:
    failures = passwords.FailureCounter(services)

    def login_page(form: LoginForm, error: str | None = None, status: int = 200) -> ResponseReturnValue:
        following = local_address(request.values.get("next"))
        has_passkeys = passkeys.trouble(services.settings.public_url) is None
        page = render_template("office/login.html", form=form, error=error, next=following, has_passkeys=has_passkeys)
        return page, status

    @blueprint.get("/login", endpoint="show-login")
    @serves("public")
    def show_login() -> ResponseReturnValue:
        if current_user.is_authenticated:
            return redirect(access.home(), 303)
        return login_page(LoginForm())

    @blueprint.post("/login", endpoint="log-in")
    @serves("public")
    def log_in() -> ResponseReturnValue:
        form = LoginForm()
        if not form.validate():
            trail.note(result="incomplete")
            return login_page(form, status=422)
        name = form.account.data.strip()
        if not failures.try_once(name):
            trail.note(account=_known(services, name), result="locked")
            return login_page(
                form,
                _("There were five failed attempts for this account. It is locked for 15 minutes; then try again."),
                429,
            )
        account = services.accounts.find_account(name)
        typed = form.password.data
        if account is not None and account.start_ends is not None:
            typed = passwords.as_start_code(typed)
        if not passwords.matches(account.password_hash if account else None, typed) or account is None:
            trail.note(account=_known(services, name), result="wrong")
            return login_page(form, _("Account or password is wrong. Please enter both again."), 403)
        if account.is_locked:  # said only to who knows the password
            trail.note(account=account.name, result="locked account")
            return login_page(form, _("This account is locked. The security administrator can unlock it."), 403)
        if account.start_ends is not None and services.clock().timestamp() >= account.start_ends:
            trail.note(account=account.name, result="start code too old")
            return login_page(form, _("This start code is too old. The security administrator issues another."), 403)
        following = local_address(request.form.get("next"))
        if account.has_second_factor:
            # The password alone opens nothing; its failures stay counted until the code is right as well.
            sessions.begin_second_step(account, services)
            trail.note(account=account.name, result="second factor asked for")
            usable = account.passkeys and passkeys.trouble(services.settings.public_url) is None
            page = "office.show-passkey" if usable and account.second_factor is None else "office.show-code"
            return redirect(url_for(page, next=following), 303)
        failures.succeeded(name)
        sessions.sign_in(account, services)
        trail.note(account=account.name, result="start code" if account.start_ends is not None else "done")
        return redirect(following or access.home(), 303)

    def code_page(error: str | None = None, status: int = 200) -> ResponseReturnValue:
        following = local_address(request.values.get("next"))
        account = sessions.second_step_of(services)
        has_passkeys = bool(account and account.passkeys) and passkeys.trouble(services.settings.public_url) is None
        return render_template("office/code.html", error=error, next=following, has_passkeys=has_passkeys), status

    @blueprint.get("/login/code", endpoint="show-code")
    @serves("public")
    def show_code() -> ResponseReturnValue:
        if sessions.second_step_of(services) is None:
            return redirect(url_for("office.show-login"), 303)
        return code_page()

    @blueprint.post("/login/code", endpoint="give-code")
    @serves("public")
    def give_code() -> ResponseReturnValue:
        account = sessions.second_step_of(services)
        if account is None:
            flash(_("The password was given too long ago. Please sign in again."))
            return redirect(url_for("office.show-login"), 303)
        trail.note(account=account.name)
        if not failures.try_once(account.name):
            trail.note(result="locked")
            return code_page(
                _("There were five failed attempts for this account. It is locked for 15 minutes; then try again."), 429
            )
        code = request.form.get("code", "")[:100]
        vault, now = services.settings.vault, services.clock()
        if not second_factor.is_right(account, code, services.accounts, vault, now):
            trail.note(result="wrong code")
            return code_page(_("The code is wrong or was used already. Please wait for the next one."), 403)
        failures.succeeded(account.name)
        sessions.sign_in(account, services)
        trail.note(result="done")
        return redirect(local_address(request.form.get("next")) or access.home(), 303)

    @blueprint.post("/logout", endpoint="log-out")
    @serves("staff")
    def log_out() -> ResponseReturnValue:
        sessions.sign_out(services)
        flash(_("You are signed out."))
        return redirect(url_for("office.show-login"), 303)


def _known(services: Services, name: str) -> str:
    """The name for the staff log only when there is such an account; else it may be a password in the wrong field."""
    return name if services.accounts.find_account(name) else trail.UNKNOWN
