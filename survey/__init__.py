"""Post-evaluation of inspection teams that cannot betray those who answer.

create_app() is the only place where all parts meet. It refuses to start if a route names no audience.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from survey.services import Services
    from survey.settings import Settings

__version__ = "0.1.0"


def templates_folder() -> Path:
    """templates/ beside the package in a checkout, inside the package in an installed wheel."""
    beside = Path(__file__).parent.parent / "templates"
    return beside if (beside / "respondent").is_dir() else Path(__file__).parent / "templates"


def create_app(settings: Settings | None = None, services: Services | None = None) -> Flask:
    """The whole web application of one instance (default: the folder named by SURVEY_INSTANCE, else ./instance)."""
    # Imported here, so that `survey --help` does not wait for the web framework and the database.
    from survey.app import build_app

    return build_app(settings, services)
