"""`survey audit verify` tells by its exit code; it needs no instance."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from survey.cli import main
from survey.domain.audit import audit_package
from tests.world import World, phones


def verify(*arguments: str | Path) -> Result:
    # No such instance: the command must not look for one.
    return CliRunner().invoke(main, ["--instance", "/nowhere", "audit", "verify", *map(str, arguments)])


@pytest.fixture
def package(open_world: World, tmp_path: Path) -> Path:
    for person in phones(open_world, open_world.first, open_world.app().test_client())[:3]:
        person.answer({"D1-1": "A"})
    open_world.close()
    file = tmp_path / "audit.zip"
    stores = open_world.services
    file.write_bytes(b"".join(audit_package(open_world.round, registry=stores.registry, box=stores.box, for_all=True)))
    return file


def test_an_honest_package_ends_with_exit_code_0(package: Path) -> None:
    result = verify(package)

    assert result.exit_code == 0
    assert result.stdout.splitlines()[-2:] == [
        "All checks hold.",
        "not checkable from this package: how many codes were used; the server says it",
    ]
    assert json.loads(verify(package, "--json").stdout)["not_checkable"] == [
        "how many codes were used; the server says it"
    ]


def test_a_failed_check_ends_with_exit_code_1_and_its_name(package: Path) -> None:
    forged = package.with_name("forged.zip")
    with zipfile.ZipFile(package) as honest, zipfile.ZipFile(forged, "w") as target:
        for name in honest.namelist():
            target.writestr(name, honest.read(name).replace(b'"threshold": 2', b'"threshold": 3'))
    result = verify(forged, "--json")

    assert result.exit_code == 1
    assert json.loads(result.stdout)["failure"] == "A check failed: the threshold is not that of the key making."


def test_an_unreadable_package_ends_with_exit_code_2(tmp_path: Path) -> None:
    result = verify(tmp_path / "nothing.zip")

    assert result.exit_code == 2
    assert "is no readable audit package" in result.stderr
