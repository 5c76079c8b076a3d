"""The respondent plane's whole log: one line for each window of ten minutes in which there were requests.

A line is `2026-03-02T09:10Z requests=120 unknown-code=2`: when the window began, and counts by kind. Each serving
process appends lines of its own; read() adds them up. The file is readable by its owner only.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from survey.errors import StoreUnavailable

FILE = "respondents.log"
_FORMAT = "%Y-%m-%dT%H:%MZ"


class WindowLog:
    """file: made when the first line is written."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def append(self, windows: Mapping[datetime, Mapping[str, int]]) -> None:
        """windows: beginning (aware) -> kind -> count. Raises StoreUnavailable when it could not be written."""
        lines = "".join(
            " ".join([window.astimezone(UTC).strftime(_FORMAT), *(f"{kind}={count}" for kind, count in counts.items())])
            + "\n"
            for window, counts in windows.items()
        )
        if not lines:
            return
        try:
            # One write of an appending file: lines of several processes do not mix.
            file = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(file, lines.encode("ascii"))
            finally:
                os.close(file)
        except OSError as error:
            raise StoreUnavailable(f"{self._file.name} could not be written: {error.strerror}.") from None

    def read(self) -> dict[datetime, dict[str, int]]:
        """Beginning of the window -> kind -> count, the oldest first; lines that are none are left out."""
        windows: dict[datetime, Counter[str]] = {}
        try:
            lines = self._file.read_text("ascii", "replace").splitlines()
        except FileNotFoundError:
            return {}
        for line in lines:
            began, *counts = line.split(" ")
            try:
                window = datetime.strptime(began, _FORMAT).replace(tzinfo=UTC)
                found = {kind: int(count) for kind, count in (pair.split("=") for pair in counts)}
            except ValueError:
                continue  # cut off by a full disk
            windows.setdefault(window, Counter()).update(found)
        return {window: dict(windows[window]) for window in sorted(windows)}
