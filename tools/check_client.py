"""Build the page's files again in another folder, from the lock alone, and compare their digests with these here.

The digest of answer.js stands in every manifest and on the page /honest: whoever builds the same sources gets it.
Prints one line per file; ends with 1 when one differs.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP))

from tools.build_page import build  # noqa: E402  # the folder above has to be on the path first

DIST = Path("survey/respondent/client/dist")
SOURCES = ("package.json", "package-lock.json", ".npmrc")


def digests(top: Path) -> dict[str, str]:
    """File name -> SHA-256 (hexadecimal) of what was built under `top`."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((top / DIST).glob("*.*"))}


def main() -> None:
    here = digests(TOP)
    with tempfile.TemporaryDirectory() as folder:
        elsewhere = Path(folder) / "another" / "place"
        elsewhere.mkdir(parents=True)
        for name in SOURCES:
            shutil.copy(TOP / name, elsewhere / name)
        for client in sorted(TOP.glob("survey/*/client")):
            ignored = shutil.ignore_patterns("dist")
            shutil.copytree(client, elsewhere / client.relative_to(TOP), ignore=ignored)
        build(elsewhere)
        again = digests(elsewhere)
    differing = [name for name in sorted(here.keys() | again.keys()) if here.get(name) != again.get(name)]
    for name in sorted(here.keys() | again.keys()):
        print(
            f"{again.get(name, '(not built)')}  {name}" + ("  DIFFERS from the one here" if name in differing else "")
        )
    if differing:
        sys.exit(
            "client-check: these files are not what the sources and the lock give; run `make setup` and look again."
        )
    print(f"client-check: {len(again)} files, built in another folder from the lock, are the same here.")


if __name__ == "__main__":
    main()
