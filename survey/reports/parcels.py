"""Zip containers (docx, xlsx) with the same bytes every time.

A zip notes when each part was written; two reports on the same record would differ, and a reader could not tell a
forged figure from a later minute. Every part gets the earliest time that the format knows.
"""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

# In the properties of documents. A report says nothing of when it was made: its record is what fixes it.
NO_DATE = datetime(2000, 1, 1)  # noqa: DTZ001  # no moment but a constant; both libraries want it without zone
_EARLIEST = (1980, 1, 1, 0, 0, 0)


def without_times(container: bytes) -> bytes:
    """The same zip, each part dated 1980-01-01, in the same order."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(container)) as source, zipfile.ZipFile(made, "w") as target:
        for part in source.infolist():
            info = zipfile.ZipInfo(part.filename, _EARLIEST)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0  # else the zip says on which kind of machine it was made
            target.writestr(info, source.read(part))
    return made.getvalue()
