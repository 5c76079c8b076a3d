"""`make bench`: prints the tables and a line of machine facts. Name sections to run only those."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import audit, custodian, documents, http, many, office, opening, page, start

SECTIONS = {
    "http": http,
    "opening": opening,
    "audit": audit,
    "many": many,
    "custodian": custodian,
    "start": start,
    "documents": documents,
    "office": office,
    "page": page,
}


def main() -> None:
    chosen = sys.argv[1:] or list(SECTIONS)
    console = Console(width=110)
    load = os.getloadavg()[0]
    console.print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, load {load:.1f}")
    for name in chosen:
        table = Table("what", "figure", "beside", title=name)
        with tempfile.TemporaryDirectory() as folder:
            for row in SECTIONS[name].measure(Path(folder)):
                table.add_row(*row)
        console.print(table)


if __name__ == "__main__":
    main()
