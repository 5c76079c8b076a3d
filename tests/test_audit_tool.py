"""tools/audit.py: what could not be asked about is never taken for harmless."""

from __future__ import annotations

import json
from pathlib import Path

from tools.audit import names_in_npm_lock, names_in_python_lock, read_npm_audit, read_pip_audit

TOP = Path(__file__).resolve().parent.parent


def test_a_package_that_could_not_be_asked_about_is_named_and_fails() -> None:
    answers = {
        "dependencies": [
            {"name": "flask", "skip_reason": "not found"},
            {"name": "click", "version": "8.5", "vulns": []},
            {"name": "rich", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]},
        ]
    }
    audit = read_pip_audit(answers)
    assert (audit.asked, audit.not_asked) == (["click", "rich"], ["flask"])
    assert audit.found == ["rich 1: PYSEC-1, mended in 2"]
    assert not audit.is_clean
    assert "NOT audited, 1: flask." in audit.sentences("Python")[-1]
    assert read_pip_audit({"dependencies": answers["dependencies"][1:2]}).is_clean


def test_a_registry_that_refuses_leaves_every_script_not_audited() -> None:
    names = names_in_npm_lock(json.loads((TOP / "package-lock.json").read_text("utf-8")))
    assert "esbuild" in names
    assert read_npm_audit({"message": "405 Method Not Allowed"}, names).not_asked == names
    assert read_npm_audit({"vulnerabilities": {}}, names).is_clean
    found = {"vulnerabilities": {"esbuild": {"range": "<1", "severity": "high", "fixAvailable": False}}}
    assert read_npm_audit(found, names).found == ["esbuild <1: high, mended: nowhere yet"]


def test_every_locked_python_package_would_be_named() -> None:
    names = names_in_python_lock((TOP / "requirements.lock").read_text("utf-8"))
    assert {"flask", "cryptography", "sqlalchemy", "psycopg-binary"} <= set(names)
    assert all(name and " " not in name for name in names)
