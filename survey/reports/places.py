"""Where templates and fonts of documents are: beside the package in a checkout, inside it in an installed wheel."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_BESIDE = _PACKAGE.parent / "templates" / "documents"
DOCUMENTS = _BESIDE if _BESIDE.is_dir() else _PACKAGE / "templates" / "documents"


def fonts_folder() -> Path:
    """SURVEY_FONTS, else the fonts inside an installed wheel, else those of the locked packages in a checkout."""
    if named := os.environ.get("SURVEY_FONTS"):
        return Path(named)
    inside = _PACKAGE / "fonts"
    return inside if inside.is_dir() else _PACKAGE.parent / "node_modules" / "@expo-google-fonts"
