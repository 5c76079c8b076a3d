"""Who may import whom (3-architecture), and that every route names its audience."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest
from flask import Flask

from survey.app import check_audiences
from survey.errors import SettingsError

TOP = Path(__file__).resolve().parent.parent
PACKAGE = TOP / "survey"

# Besides itself, the standard library, survey.errors and survey.audience.
ALLOWED = {
    "crypto": {"cryptography", "gmpy2"},
    "domain": {"survey.crypto", "yaml"},
    "storage": {"sqlalchemy", "alembic", "survey.domain"},
    "respondent": {"flask", "jinja2", "werkzeug", "survey.domain", "survey.crypto"},
    "office": {
        "argon2",
        "flask",
        "flask_babel",
        "flask_login",
        "flask_wtf",
        "markupsafe",
        "pyotp",
        "webauthn",
        "werkzeug",
        "wtforms",
        "survey.domain",
        "survey.reports",
        "survey.sheets",
    },
    "sheets": {"openpyxl", "survey.domain"},
    "custodian": {"flask", "jinja2", "survey.domain"},
    "reports": {"docx", "fontTools", "jinja2", "markupsafe", "segno", "typst", "xlsxwriter", "survey.domain"},
}
EVERYWHERE = {"survey.errors", "survey.audience"}
# yaml in domain reads the default questionnaire, and what a person wrote (domain/yaml_document.py).


def imports_of(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} uses a relative import"
            names.add(node.module or "")
            if node.module == "survey":
                names.update(f"survey.{alias.name}" for alias in node.names)
    return names


def may_import(folder: str, name: str) -> bool:
    if name.split(".")[0] in sys.stdlib_module_names:
        return True
    allowed = ALLOWED[folder] | EVERYWHERE | {f"survey.{folder}"}
    return any(name == prefix or name.startswith(prefix + ".") for prefix in allowed)


@pytest.mark.parametrize("folder", sorted(ALLOWED))
def test_a_folder_imports_only_what_the_table_allows(folder: str) -> None:
    wrong = {
        f"{file.relative_to(TOP)} imports {name}"
        for file in (PACKAGE / folder).rglob("*.py")
        for name in imports_of(file)
        if not may_import(folder, name)
    }
    assert not wrong


def test_the_code_and_the_ballot_never_meet_in_one_module_of_the_respondent_folder() -> None:
    issue, cast = (imports_of(PACKAGE / "respondent" / name) for name in ("issue.py", "cast.py"))
    assert not {name for name in issue if name.startswith(("survey.domain.ballots", "survey.crypto.sealing"))}
    assert "survey.domain.invitations" not in cast
    assert "survey.respondent.cast" not in issue
    assert "survey.respondent.issue" not in cast


def test_registry_and_ballot_box_share_no_import_of_each_other() -> None:
    modules = ("registry.py", "invitation_rows.py", "ballot_box.py")
    *halves, box = (imports_of(PACKAGE / "storage" / name) for name in modules)
    registry = set().union(*halves)
    assert not {name for name in registry if "ballot" in name.rsplit(".", 1)[-1]}
    assert not {name for name in box if "registry" in name or "invitation" in name}


def test_an_application_with_a_route_that_names_no_audience_does_not_start() -> None:
    app = Flask("survey", static_folder=None)
    app.add_url_rule("/nobody", view_func=lambda: "")
    with pytest.raises(SettingsError, match=r"/nobody .* names no audience"):
        check_audiences(app)


def test_the_domain_asks_no_clock_of_its_own() -> None:
    for file in (PACKAGE / "domain").rglob("*.py"):
        text = file.read_text("utf-8")
        assert "datetime.now" not in text, file
        assert not re.search(r"^\s*(import|from) (time|random)\b", text, re.MULTILINE), file
