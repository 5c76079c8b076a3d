"""The pages of passkeys: add several, named; sign in with one, alone or after the password; take one away.

These pages, and no others of the office, run a script of ours (assets/passkeys.js): only a script can speak to an
authenticator. It puts the answer into the form of the page and sends that; nothing else is loaded or sent (headers.py).
"""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from survey.audience import serves
from survey.domain.staff import WITH_SECOND_FACTOR
from survey.errors import SurveyError
from survey.office import access, headers
from survey.office.addresses import local_address
from survey.office.log import trail
from survey.office.needs import Services
from survey.office.people import passkeys, passwords, second_factor, sessions
from survey.office.people.account import after_second_factor
from survey.office.people.own_password import checked
from survey.office.refusals import OfficeRefusal, of_refusal


def install(blueprint: Blueprint, services: Services) -> None:
    url = services.settings.public_url

    def require_place() -> None:
        if trouble := passkeys.trouble(url):
            raise OfficeRefusal(trouble)

    # --- The own passkeys

    def new_page(name: str, error: str | None = None, status: int = 200) -> ResponseReturnValue:
        headers.allow_script()
        options = passkeys.ask_new(services, current_user.name, services.passkeys.list_passkeys(current_user.name))
        page = render_template("office/passkey_new.html", options=options, name=name, error=error, address=url)
        return page, status

    @blueprint.post("/account/passkeys/new", endpoint="offer-passkey")
    @serves("staff")
    def offer_passkey() -> ResponseReturnValue:
        require_place()
        checked(services)
        if len(services.passkeys.list_passkeys(current_user.name)) >= passkeys.MOST:
            raise OfficeRefusal("many-passkeys")
        name = request.form.get("name", "").strip()[: passkeys.NAME_MAX]
        return new_page(name or _("Passkey"))

    @blueprint.post("/account/passkeys", endpoint="add-passkey")
    @serves("staff")
    def add_passkey() -> ResponseReturnValue:
        require_place()
        name = request.form.get("name", "").strip()[: passkeys.NAME_MAX]
        if not name or not name.isprintable():
            name = _("Passkey")
        try:
            passkey = passkeys.check_new(services, current_user.name, name, request.form.get("answer", ""))
            services.passkeys.add(passkey)  # ends every session, this one too
        except SurveyError as error:
            trail.note(result=error.kind)
            return new_page(name, of_refusal("wrong-passkey"), 422)
        trail.note(object=name)
        account = services.accounts.find_account(current_user.name)
        if account is None:
            abort(404)
        is_first = current_user.first(services.settings.needs_second_factor) is not None
        codes = []
        if not account.recovery:
            codes = second_factor.new_recovery_codes(services)
            digests = [second_factor.digest(code) for code in codes]
            services.accounts.set_second_factor(account.name, account.second_factor, digests)
        sessions.sign_in(account, services)
        if codes:
            # Shown once, in the answer itself: a redirect would have to keep them somewhere.
            return render_template("office/recovery.html", codes=codes, onward=after_second_factor(is_first))
        flash(_("The passkey “%(name)s” is added. All other sessions have ended.", name=name))
        return redirect(url_for("office.show-account"), 303)

    @blueprint.post("/account/passkeys/remove", endpoint="remove-passkey")
    @serves("staff")
    def remove_passkey() -> ResponseReturnValue:
        account = checked(services)
        try:
            passkey_id = bytes.fromhex(request.form.get("id", ""))
        except ValueError:
            abort(404)
        is_needed = services.settings.needs_second_factor and account.role in WITH_SECOND_FACTOR
        if is_needed and account.second_factor is None and account.passkeys == 1:
            raise OfficeRefusal("last-factor")
        if not services.passkeys.remove(account.name, passkey_id):
            abort(404)
        fresh = services.accounts.find_account(account.name)
        if fresh is not None:
            sessions.sign_in(fresh, services)
        flash(_("The passkey is taken away. All other sessions have ended."))
        return redirect(url_for("office.show-account"), 303)

    # --- Signing in

    def sign_in_page(error: str | None = None, status: int = 200) -> ResponseReturnValue:
        headers.allow_script()
        account = sessions.second_step_of(services)
        known = services.passkeys.list_passkeys(account.name) if account and account.passkeys else None
        page = render_template(
            "office/passkey.html",
            options=passkeys.ask_known(services, known),
            is_second=known is not None,
            error=error,
            next=local_address(request.values.get("next")),
            address=url,
        )
        return page, status

    @blueprint.get("/login/passkey", endpoint="show-passkey")
    @serves("public")
    def show_passkey() -> ResponseReturnValue:
        require_place()
        if current_user.is_authenticated:
            return redirect(access.home(), 303)
        return sign_in_page()

    @blueprint.post("/login/passkey", endpoint="give-passkey")
    @serves("public")
    def give_passkey() -> ResponseReturnValue:
        require_place()
        half = sessions.second_step_of(services)
        asked_of = half.name if half and half.passkeys else None
        try:
            passkey = passkeys.check_known(services, asked_of, request.form.get("answer", ""))
        except SurveyError as error:
            trail.note(account=asked_of, result=error.kind)
            return sign_in_page(of_refusal("wrong-passkey"), 403)
        account = services.accounts.find_account(passkey.account)
        if account is None or account.is_locked:
            trail.note(account=passkey.account, result="locked account")
            return sign_in_page(_("This account is locked. The security administrator can unlock it."), 403)
        passwords.FailureCounter(services).succeeded(account.name)
        sessions.sign_in(account, services)
        trail.note(account=account.name, object=passkey.name, result="done")
        return redirect(local_address(request.form.get("next")) or access.home(), 303)
