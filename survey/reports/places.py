"""Where the templates of documents are: beside the package in a checkout, inside it in an installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_BESIDE = _PACKAGE.parent / "templates" / "documents"
DOCUMENTS = _BESIDE if _BESIDE.is_dir() else _PACKAGE / "templates" / "documents"
