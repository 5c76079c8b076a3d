"""Says loudly, at the end of the run, when the documents were not opened by a real office program."""

from __future__ import annotations

import shutil
from typing import Any


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if shutil.which("soffice") is None:
        terminalreporter.section("LibreOffice is not installed", sep="!", yellow=True)
        terminalreporter.line(
            "Word and Excel files were checked by their structure only, not opened. To open them as well:"
            " apt-get install libreoffice-writer libreoffice-calc"
        )
