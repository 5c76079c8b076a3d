"""The few files that office pages load: stylesheets, one mark, and three scripts: passkeys, progress, staying."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue

from survey.audience import serves

ASSETS = Path(__file__).resolve().parent / "assets"
_TYPES = {
    "office.css": "text/css; charset=utf-8",
    "preview.css": "text/css; charset=utf-8",
    "mark.svg": "image/svg+xml",
    "progress.js": "text/javascript; charset=utf-8",
    "staying.js": "text/javascript; charset=utf-8",
    "passkeys.js": "text/javascript; charset=utf-8",
}


def install(blueprint: Blueprint) -> None:
    assets = {name: (ASSETS / name).read_bytes() for name in _TYPES}  # a few kilobytes, read once

    @blueprint.get("/assets/<name>", endpoint="asset")
    @serves("public")
    def asset(name: str) -> ResponseReturnValue:
        if name not in assets:
            abort(404)
        return Response(assets[name], content_type=_TYPES[name])
