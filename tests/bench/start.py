"""Start times beside the bare imports nobody can avoid, and the size of the answer page."""

from __future__ import annotations

import gzip
import statistics
import subprocess
import sys
import time
from pathlib import Path

from survey import templates_folder
from survey.respondent.assets import script_digests
from survey.respondent.pages import Pages
from tests.world import World


def measure(folder: Path) -> list[tuple[str, str, str]]:
    floor = _wall([sys.executable, "-c", "import flask, sqlalchemy, cryptography"])
    help_ = _wall([sys.executable, "-m", "survey.cli", "--help"])
    script_digests()
    pages = Pages.load(templates_folder() / "respondent")
    world = World().freeze()
    manifest = len(gzip.compress(world.manifest(world.first).raw, 9))
    weight = manifest + len(pages.answer.packed["gzip"])
    weight += sum(len(pages.assets[name].packed["gzip"]) for name in ("answer.js", "answer.css"))
    return [
        (
            "survey --help",
            f"{help_ * 1000:.0f} ms",
            f"{help_ / floor:.2f} of bare imports ({floor * 1000:.0f} ms); aim 2",
        ),
        ("answer page, gzip, 4 requests", f"{weight / 1024:.1f} KB", "aim 45 KB"),
    ]


def _wall(command: list[str]) -> float:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    return statistics.median(times)
