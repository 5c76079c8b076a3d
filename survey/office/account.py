"""The own account (what this role does and what it never can), and the stylesheet and mark of the pages."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from survey.audience import serves
from survey.office.needs import Services
from survey.office.words import COMMANDS, DUTIES

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
        return render_template("office/account.html", does=does, never=never)

    @blueprint.get("/assets/<name>", endpoint="asset")
    @serves("public")
    def asset(name: str) -> ResponseReturnValue:
        if name not in assets:
            abort(404)
        return Response(assets[name], content_type=_TYPES[name])
