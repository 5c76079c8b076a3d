"""Asked before anything of the own account is changed: the password, once more."""

from __future__ import annotations

from flask import request
from flask_login import current_user

from survey.domain.ports.staff import Account
from survey.office.log import trail
from survey.office.needs import Services
from survey.office.people import passwords
from survey.office.refusals import OfficeRefusal


def checked(services: Services) -> Account:
    """The own account, if the form's `password` is its password; raises OfficeRefusal.

    Wrong ones count as failures of signing in: whoever finds a session open guesses no further than at the door.
    """
    failures, name = passwords.FailureCounter(services), str(current_user.name)
    if not failures.try_once(name):
        trail.note(result="locked")
        raise OfficeRefusal("too-many-tries")
    account = services.accounts.find_account(name)
    typed = request.form.get("password", "")[: passwords.MAX_PASSWORD]
    if not passwords.matches(account.password_hash if account else None, typed) or account is None:
        trail.note(result="wrong")
        raise OfficeRefusal("wrong-password")
    failures.succeeded(name)
    return account
