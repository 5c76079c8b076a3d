"""The own account: what this role does and never can, its password, its second factors."""

from __future__ import annotations

import re

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from survey.audience import serves
from survey.domain.staff import CUSTODIAN
from survey.office import access
from survey.office.log import trail
from survey.office.needs import Services
from survey.office.people import passkeys, passwords, second_factor, sessions
from survey.office.people.own_password import checked
from survey.office.refusals import OfficeRefusal, of_refusal
from survey.office.words import COMMANDS, DUTIES
from survey.reports.qr import qr_svg

CUSTODIANS = "/custodian"  # another plane's page, which knows no account: an invitation opens it
_SECRET = re.compile(r"[A-Z2-7]{32}")


def install(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("/account", endpoint="show-account")
    @serves("staff")
    def show_account() -> ResponseReturnValue:
        does, never = DUTIES[current_user.role]
        command = COMMANDS.get(current_user.role)
        does = str(does) % {"command": command} if command else str(does)
        return render_template(
            "office/account.html",
            does=does,
            never=never,
            account=current_user.account,
            codes_left=len(current_user.account.recovery),
            passkeys=services.passkeys.list_passkeys(current_user.name),
            trouble=passkeys.trouble(services.settings.public_url),
            custodians=CUSTODIANS if current_user.role == CUSTODIAN else None,
            address=services.settings.public_url,
            shortest=passwords.MIN_PASSWORD,
        )

    @blueprint.post("/account/password", endpoint="change-password")
    @serves("staff")
    def change_password() -> ResponseReturnValue:
        account = checked(services)
        _change(account.name)
        flash(_("The password is changed. All other sessions have ended."))
        return redirect(url_for("office.show-account"), 303)

    def _change(name: str) -> None:
        """To the new password of the form, and signed in anew; raises OfficeRefusal, WeakPassword."""
        new = request.form.get("new", "")
        if new != request.form.get("again", ""):
            trail.note(result="incomplete")
            raise OfficeRefusal("not-the-same")
        passwords.check_new(new, name)
        services.accounts.change_password_hash(name, passwords.hash_password(new))  # ends every session
        fresh = services.accounts.find_account(name)
        if fresh is not None:
            sessions.sign_in(fresh, services)

    # --- Before anything else

    @blueprint.get("/account/start", endpoint="show-start")
    @serves("staff")
    def show_start() -> ResponseReturnValue:
        first = current_user.first(services.settings.needs_second_factor)
        if first == "password":
            return render_template("office/start.html", shortest=passwords.MIN_PASSWORD)
        if first == "second-factor":
            return offer(second_factor.new_secret(services))
        return redirect(access.home(), 303)

    @blueprint.post("/account/start", endpoint="choose-password")
    @serves("staff")
    def choose_password() -> ResponseReturnValue:
        """Without the old one: it was given a moment ago, by somebody who was handed it."""
        if not current_user.account.must_choose:
            return redirect(access.home(), 303)
        try:
            if passwords.matches(current_user.account.password_hash, request.form.get("new", "")):
                raise OfficeRefusal("same-password")
            _change(str(current_user.name))
        except (OfficeRefusal, passwords.WeakPassword) as error:
            trail.note(result=error.kind)
            page = render_template("office/start.html", shortest=passwords.MIN_PASSWORD, error=of_refusal(error.kind))
            return page, 422
        flash(_("Your password is set."))
        return redirect(url_for("office.show-start"), 303)

    # --- One-time codes

    @blueprint.post("/account/second-factor", endpoint="offer-second-factor")
    @serves("staff")
    def offer_second_factor() -> ResponseReturnValue:
        """A fresh secret on the page; it counts only when a code made with it comes back."""
        checked(services)
        return offer(second_factor.new_secret(services))

    def offer(secret: str, error: str | None = None, status: int = 200) -> ResponseReturnValue:
        words = second_factor.address(secret, current_user.name, services.settings.host)
        is_first = current_user.first(services.settings.needs_second_factor) is not None
        page = render_template(
            "office/second_factor.html",
            secret=secret,
            qr=qr_svg(words),
            error=error,
            is_first=is_first,
            trouble=passkeys.trouble(services.settings.public_url),
        )
        return page, status

    @blueprint.post("/account/second-factor/done", endpoint="set-second-factor")
    @serves("staff")
    def set_second_factor() -> ResponseReturnValue:
        secret = request.form.get("secret", "")
        account = checked(services)
        if not _SECRET.fullmatch(secret):
            raise OfficeRefusal("wrong-code")
        step = second_factor.step_of(secret, request.form.get("code", "")[:20], services.clock())
        if step is None:
            trail.note(result="wrong code")
            return offer(secret, of_refusal("wrong-code"), 422)
        is_first = current_user.first(services.settings.needs_second_factor) is not None
        codes = second_factor.new_recovery_codes(services)
        sealed = second_factor.lock(secret, account.name, services.settings.vault)
        services.accounts.set_second_factor(account.name, sealed, [second_factor.digest(code) for code in codes])
        services.accounts.use_step(account.name, step)
        fresh = services.accounts.find_account(account.name)
        if fresh is not None:
            sessions.sign_in(fresh, services)
        # Shown once, in the answer itself: a redirect would have to keep them somewhere.
        return render_template("office/recovery.html", codes=codes, onward=after_second_factor(is_first))


def after_second_factor(is_first: bool) -> str:
    """Where the new codes lead: whoever has just signed in for the first time goes on to the work."""
    return access.home() if is_first else url_for("office.show-account")
