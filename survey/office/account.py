"""The own account: what this role does and never can, its password, its second factor; and the pages' stylesheet."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from survey.audience import serves
from survey.domain.ports import Account
from survey.office import access, passwords, second_factor, trail
from survey.office.faults import OfficeRefusal, of_refusal
from survey.office.needs import Services
from survey.office.words import COMMANDS, DUTIES
from survey.reports.print import qr_svg

_SECRET = re.compile(r"[A-Z2-7]{32}")
ASSETS = Path(__file__).resolve().parent / "assets"
_TYPES = {"office.css": "text/css; charset=utf-8", "mark.svg": "image/svg+xml"}


def install(blueprint: Blueprint, services: Services) -> None:
    assets = {name: (ASSETS / name).read_bytes() for name in _TYPES}  # a few kilobytes, read once

    @blueprint.get("/account", endpoint="show-account")
    @serves("staff")
    def show_account() -> ResponseReturnValue:
        does, never = DUTIES[current_user.role]
        command = COMMANDS.get(current_user.role)
        does = str(does) % {"command": command} if command else str(does)
        account = services.accounts.find_account(current_user.name)
        return render_template(
            "office/account.html",
            does=does,
            never=never,
            has_second_factor=account is not None and account.second_factor is not None,
            codes_left=len(account.recovery) if account else 0,
            shortest=passwords.MIN_PASSWORD,
        )

    def checked(password: str) -> Account:
        """The own account, if this is its password; raises OfficeRefusal."""
        account = services.accounts.find_account(current_user.name)
        if not passwords.matches(account.password_hash if account else None, password) or account is None:
            trail.note(result="wrong")
            raise OfficeRefusal("wrong-password")
        return account

    @blueprint.post("/account/password", endpoint="change-password")
    @serves("staff")
    def change_password() -> ResponseReturnValue:
        account = checked(request.form.get("password", "")[: passwords.MAX_PASSWORD])
        new = request.form.get("new", "")
        if new != request.form.get("again", ""):
            trail.note(result="incomplete")
            raise OfficeRefusal("not-the-same")
        passwords.check_new(new, account.name)
        services.accounts.change_password_hash(account.name, passwords.hash_password(new))
        return signed_in_anew(account.name, _("The password is changed. All other sessions have ended."))

    def signed_in_anew(name: str, sentence: str) -> ResponseReturnValue:
        fresh = services.accounts.find_account(name)
        if fresh is not None:
            access.sign_in(fresh, services)
        flash(sentence)
        return redirect(url_for("office.show-account"), 303)

    @blueprint.post("/account/second-factor", endpoint="offer-second-factor")
    @serves("staff")
    def offer_second_factor() -> ResponseReturnValue:
        """A fresh secret on the page; it counts only when a code made with it comes back."""
        checked(request.form.get("password", "")[: passwords.MAX_PASSWORD])
        return offer(second_factor.new_secret(services))

    def offer(secret: str, error: str | None = None, status: int = 200) -> ResponseReturnValue:
        words = second_factor.address(secret, current_user.name, services.settings.host)
        return render_template("office/second_factor.html", secret=secret, qr=qr_svg(words), error=error), status

    @blueprint.post("/account/second-factor/done", endpoint="set-second-factor")
    @serves("staff")
    def set_second_factor() -> ResponseReturnValue:
        secret, name = request.form.get("secret", ""), str(current_user.name)
        account = checked(request.form.get("password", "")[: passwords.MAX_PASSWORD])
        if not _SECRET.fullmatch(secret):
            raise OfficeRefusal("wrong-code")
        step = second_factor.step_of(secret, request.form.get("code", "")[:20], services.clock())
        if step is None:
            trail.note(result="wrong code")
            return offer(secret, of_refusal("wrong-code"), 422)
        codes = second_factor.new_recovery_codes(services)
        sealed = second_factor.lock(secret, name, services.settings.vault)
        services.accounts.set_second_factor(name, sealed, [second_factor.digest(code) for code in codes])
        services.accounts.use_step(name, step)
        fresh = services.accounts.find_account(account.name)
        if fresh is not None:
            access.sign_in(fresh, services)
        # Shown once, in the answer itself: a redirect would have to keep them somewhere.
        return render_template("office/recovery.html", codes=codes)

    @blueprint.get("/assets/<name>", endpoint="asset")
    @serves("public")
    def asset(name: str) -> ResponseReturnValue:
        if name not in assets:
            abort(404)
        return Response(assets[name], content_type=_TYPES[name])
