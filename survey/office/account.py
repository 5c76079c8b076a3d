"""The own account (what this role does and what it never can), and the stylesheet and mark of the pages."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, abort, render_template, send_from_directory
from flask.typing import ResponseReturnValue
from flask_login import current_user

from survey.audience import serves
from survey.office.needs import Services
from survey.office.words import COMMANDS, DUTIES

ASSETS = Path(__file__).resolve().parent / "assets"
_FILES = {"office.css": "text/css", "mark.svg": "image/svg+xml"}


def install(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("/account", endpoint="show-account")
    @serves("staff")
    def show_account() -> ResponseReturnValue:
        does, never = DUTIES[current_user.role]
        command = COMMANDS.get(current_user.role)
        does = str(does) % {"command": command} if command else str(does)
        return render_template("office/account.html", does=does, never=never)

    @blueprint.get("/assets/<name>", endpoint="asset")
    @serves("public")
    def asset(name: str) -> ResponseReturnValue:
        if name not in _FILES:
            abort(404)
        return send_from_directory(ASSETS, name, mimetype=_FILES[name])
