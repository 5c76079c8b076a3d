"""The custodians' page can be built again by anybody: the same sources give the same bytes, wherever they lie."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from survey.custodian.pages import ASSETS
from tests.client.node import ROOT, node

BUILD = Path("survey/custodian/client/build.js")


def built(top: Path, out: Path) -> dict[str, bytes]:
    subprocess.run([node(), str(top / BUILD), str(out)], check=True, cwd=top)
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


def test_the_same_sources_give_the_same_bytes_in_another_folder(tmp_path: Path) -> None:
    elsewhere = tmp_path / "another" / "place"
    for client in ("survey/custodian/client", "survey/respondent/client"):
        shutil.copytree(ROOT / client, elsewhere / client, ignore=shutil.ignore_patterns("dist"))
    shutil.copy(ROOT / "package.json", elsewhere)
    (elsewhere / "node_modules").symlink_to(ROOT / "node_modules")
    files = built(ROOT, tmp_path / "here")
    assert set(files) == set(ASSETS)
    assert built(elsewhere, tmp_path / "there") == files
    for content in files.values():
        assert str(ROOT).encode() not in content
