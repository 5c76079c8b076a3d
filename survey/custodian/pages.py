"""The page and its files: identical bytes for every custodian, rendered once at start.

Who is here, and for which round, is in the fragment of the link, which no server ever sees; the page's script asks
with it (ceremony.py, opening.py).
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, request
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from survey.audience import serves
from survey.errors import NotFound, SettingsError

DIST = Path(__file__).parent / "client" / "dist"
SCRIPT, STYLE = "text/javascript; charset=utf-8", "text/css; charset=utf-8"
ASSETS = {"custodian.js": SCRIPT, "worker.js": SCRIPT, "custodian.css": STYLE}
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Asset:
    body: bytes
    gzipped: bytes
    media_type: str

    @classmethod
    def of(cls, body: bytes, media_type: str) -> Asset:
        return cls(body, gzip.compress(body, 9, mtime=0), media_type)

    @property
    def integrity(self) -> str:
        """Subresource Integrity value."""
        return "sha256-" + base64.b64encode(hashlib.sha256(self.body).digest()).decode("ascii")


def load_assets() -> dict[str, Asset]:
    """name -> Asset; raises SettingsError when the page bundle has not been built."""
    try:
        return {name: Asset.of((DIST / name).read_bytes(), media_type) for name, media_type in ASSETS.items()}
    except FileNotFoundError as error:
        raise SettingsError(
            f"The custodians' page is missing ({Path(str(error.filename)).name}); run `make setup`."
        ) from None


def register(blueprint: Blueprint, templates: Path) -> None:
    assets = load_assets()
    environment = Environment(loader=FileSystemLoader(templates), autoescape=True, undefined=StrictUndefined)
    integrity = {name: asset.integrity for name, asset in assets.items()}
    page = Asset.of(environment.get_template("page.html").render(integrity=integrity).encode("utf-8"), HTML)

    @blueprint.get("", endpoint="page")
    @serves("custodian")
    def show_page() -> Response:
        return _send(page)

    @blueprint.get("/assets/<name>", endpoint="asset")
    @serves("custodian")
    def send_asset(name: str) -> Response:
        if name not in assets:
            raise NotFound("There is no such file.")
        return _send(assets[name])


def _send(asset: Asset) -> Response:
    if request.accept_encodings.quality("gzip") > 0:
        response = Response(asset.gzipped, content_type=asset.media_type)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = Response(asset.body, content_type=asset.media_type)
    response.headers["Vary"] = "Accept-Encoding"
    return response
