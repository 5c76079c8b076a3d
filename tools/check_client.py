"""Build the pages' files again in another folder, from the lock alone; compare their digests with the files here and
with the release notes (docs/releases.md).

The digest of answer.js stands in every manifest and on the page /honest: whoever builds the same sources gets it.
Prints one line per file; ends with 1 when one differs. With --write the digests are written into the release notes of
the present version instead of compared with them.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP))

from survey import __version__  # noqa: E402  # the folder above has to be on the path first
from survey.respondent.pages import Pages  # noqa: E402
from tools.build_page import build  # noqa: E402

# Where a phone or a custodian's computer loads what was built in which folder.
SERVED = {"/assets/": "survey/respondent/client/dist", "/custodian/assets/": "survey/custodian/client/dist"}
ANSWER_PAGE = "/e/{id}"
SOURCES = ("package.json", "package-lock.json", ".npmrc")
NOTES = TOP / "docs" / "releases.md"

Digests = dict[str, str]  # address -> SHA-256, hexadecimal


def digests(top: Path) -> Digests:
    """Of what was built under `top`. Packed files (.br) are left out: only what comes out of them is promised."""
    return {
        address + path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for address, folder in SERVED.items()
        for path in sorted((top / folder).iterdir())
        if path.suffix in (".js", ".css")
    }


def digests_here() -> Digests:
    """With the answer page itself, which names its script and style by their digests."""
    page = Pages.load(TOP / "templates" / "respondent").answer
    return {ANSWER_PAGE: page.sha256.hex(), **digests(TOP)}


def built_elsewhere() -> Digests:
    with tempfile.TemporaryDirectory() as folder:
        elsewhere = Path(folder) / "another" / "place"
        elsewhere.mkdir(parents=True)
        for name in SOURCES:
            shutil.copy(TOP / name, elsewhere / name)
        for client in sorted(TOP.glob("survey/*/client")):
            ignored = shutil.ignore_patterns("dist")
            shutil.copytree(client, elsewhere / client.relative_to(TOP), ignore=ignored)
        build(elsewhere)
        return digests(elsewhere)


def read_notes(text: str, version: str) -> Digests:
    """The digests that the notes give for a version; none where they do not speak of it."""
    section = re.search(rf"^## {re.escape(version)}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return dict(re.findall(r"^\| `([^`]+)` \| `([0-9a-f]{64})` \|$", section[1], re.MULTILINE)) if section else {}


def write_notes(text: str, version: str, found: Digests) -> str:
    """The notes with the digests of a version put in or replaced; other versions stay as they are."""
    rows = "".join(f"| `{address}` | `{digest}` |\n" for address, digest in found.items())
    section = f"## {version}\n\n| address | SHA-256 |\n|---|---|\n{rows}"
    head, *versions = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    others = [other for other in versions if not other.startswith(f"## {version}\n")]
    return "\n".join(part.rstrip("\n") + "\n" for part in (head, section, *others))


def differing(one: Digests, other: Digests) -> list[str]:
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def main() -> None:
    here, again = digests_here(), built_elsewhere()
    for address, digest in here.items():
        print(f"{digest}  {address}")
    built = {address: digest for address, digest in here.items() if address != ANSWER_PAGE}
    if faults := differing(built, again):
        sys.exit(
            f"client-check: {', '.join(faults)}: not what the sources and the lock give; "
            "run `make setup` and look again."
        )
    notes = NOTES.read_text("utf-8")
    if "--write" in sys.argv[1:]:
        NOTES.write_text(write_notes(notes, __version__, here), "utf-8")
        print(f"client-check: written into {NOTES.relative_to(TOP)}.")
    elif faults := differing(here, read_notes(notes, __version__)):
        sys.exit(
            f"client-check: {', '.join(faults)}: not as {NOTES.relative_to(TOP)} says; "
            "if the sources were changed on purpose, run `make release-notes`."
        )
    print(f"client-check: {len(again)} files, built in another folder from the lock, are the same here.")


if __name__ == "__main__":
    main()
