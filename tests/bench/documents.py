"""Printing: slips of 1,000 codes."""

from __future__ import annotations

import time
from pathlib import Path

from survey.cli.slips import fonts_folder
from survey.reports.print import Slip, slips_pdf


def measure(folder: Path) -> list[tuple[str, str, str]]:
    slip = Slip(
        url="https://survey.example/e/abcdefghjk#c=2345-6789-ABCD&m=CJ8nv5th5eaZTqRtl37aQg",
        code="2345-6789-ABCD",
        fingerprint="CJ8nv5th5eaZTqRtl37aQg",
        round_name="2026年第一轮巡察",
        team_name="第一巡察组",
        unit_name="文学院",
        address="survey.example",
    )
    began = time.perf_counter()
    slips_pdf([slip] * 1000, fonts_folder())
    return [("slips for 1,000 codes", f"{time.perf_counter() - began:.1f} s", "aim 5 s")]
