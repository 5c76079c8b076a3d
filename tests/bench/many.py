"""Memory of everything that runs over a whole box: each step as its own process, at two sizes, on the store of a file.

MANY="20000 80000" sets the sizes; a million takes half an hour. The ballots hold no remark: remarks are kept whole, for
they are results.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

from survey.crypto.sealing import ballot_info, pad, seal
from survey.crypto.tokens import TOKEN_LEN
from survey.domain.manifest import get_manifest
from survey.domain.ports.ballot_box import StoredBallot
from survey.domain.results.answers import encode_answers
from survey.services import open_services
from survey.settings import Settings
from survey.storage.ballot_box import _Casting
from tests.world import digest

SIZES = [int(size) for size in os.environ.get("MANY", "20000 80000").split()]
LIMIT = 300  # MB
BATCH = 2000
SPEC = """\
name: 2026年第一轮巡察
custodians: [巡察办, 纪委, 组织部]
teams: [{name: 第一巡察组, units: [{name: 文学院, entitled: 40}]}]
"""


def measure(folder: Path) -> list[tuple[str, str, str]]:
    peaks = [_peaks(folder / str(size), size) for size in SIZES]
    return [
        (
            f"survey {step}",
            ", ".join(f"{peak[step][0]:.0f}" for peak in peaks) + " MB",
            f"peak at {', '.join(f'{size:,}' for size in SIZES)} ballots; aim < {LIMIT} MB; "
            + ", ".join(f"{peak[step][1]:.0f}" for peak in peaks)
            + " s",
        )
        for step in peaks[0]
    ]


def _peaks(folder: Path, size: int) -> dict[str, tuple[float, float]]:
    """Step -> (MB at its peak, seconds)."""
    folder.mkdir()
    (folder / "spec.yaml").write_text(SPEC, "utf-8")
    at = ["--instance", str(folder / "instance")]
    _run("init", before=at)
    _run("round", "create", str(folder / "spec.yaml"), before=at)
    settings = Settings.load(folder / "instance")
    services = open_services(settings)
    [round_] = services.registry.list_rounds()
    for step in (
        ("keys", "--all-here", str(folder)),
        ("freeze",),
        ("codes", "--out", str(folder / "slips")),
        ("open",),
    ):
        _run("round", step[0], round_.id, *step[1:], before=at)
    [evaluation] = round_.evaluations
    manifest = get_manifest(services.registry, evaluation.id)
    plaintext = pad(encode_answers({"D1-1": "A", "O-1": "A"}, {}), manifest.plaintext_length)
    for start in range(0, size, BATCH):  # as the queue writes what many phones send at once
        castings = []
        for _ in range(min(BATCH, size - start)):
            token = secrets.token_bytes(TOKEN_LEN)
            sealed = seal(manifest.opening_key, ballot_info(manifest.digest, token), plaintext)
            castings.append(_Casting(evaluation.id, StoredBallot(digest(token), token, sealed[:65], sealed[65:])))
        services.box._cast(castings)
    services.close()
    boxes, parts = folder / "boxes", [folder / f"{name}.part" for name in ("巡察办", "纪委")]
    found = {
        "round close": _run("round", "close", round_.id, before=at),
        "round boxes": _run("round", "boxes", round_.id, "--out", str(boxes), before=at),
    }
    for part in parts:
        share = folder / f"{part.stem}.share"
        given = ("--share", str(share), "--boxes", str(boxes), "--out", str(part))
        found["custodian open"] = _run("custodian", "open", *given)
    found["round count"] = _run("round", "count", round_.id, *map(str, parts), before=at)
    package = folder / "audit.zip"
    found["audit export"] = _run("audit", "export", round_.id, "--out", str(package), before=at)
    return found


# A process inherits the peak of what it was forked from, so something small stands between this one and the step.
_BETWEEN = (
    "import resource, subprocess, sys; code = subprocess.call(sys.argv[1:], stdin=subprocess.DEVNULL); "
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(code)"
)


def _run(*command: str, before: list[str] | None = None) -> tuple[float, float]:
    """(MB at its peak, seconds). Fails with what the step said."""
    began = time.monotonic()
    step = [sys.executable, "-m", "survey.cli", *(before or []), *command]
    ended = subprocess.run([sys.executable, "-c", _BETWEEN, *step], capture_output=True, text=True)
    assert ended.returncode == 0, f"survey {' '.join(command)}: {ended.stdout}{ended.stderr}"
    return int(ended.stdout.splitlines()[-1]) / 1024, time.monotonic() - began  # Linux counts in KiB
