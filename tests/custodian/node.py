"""Asking the custodian page's own modules, under node, questions whose answers are known here.

One node for all questions of a test run: starting it takes longer than most answers.
"""

from __future__ import annotations

import atexit
import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from tests.client.node import ROOT, node

SCRIPT = Path(__file__).with_name("ceremony.mjs")


@cache
def _started() -> subprocess.Popen[str]:
    started = subprocess.Popen(
        [node(), str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=ROOT
    )
    atexit.register(started.communicate)  # closes its input, upon which it ends
    return started


def reply(do: str, **question: Any) -> dict[str, Any]:
    """{"ok": answer} or {"refused": kind, "about": {...}}."""
    started = _started()
    assert started.stdin is not None
    assert started.stdout is not None
    started.stdin.write(json.dumps({"do": do, **question}) + "\n")
    started.stdin.flush()
    answer = json.loads(started.stdout.readline())
    assert "broke" not in answer, answer["broke"]
    return dict(answer)


def ask(do: str, **question: Any) -> Any:
    """The answer to one question; fails when it was refused."""
    answer = reply(do, **question)
    assert "ok" in answer, answer
    return answer["ok"]


def refused(do: str, **question: Any) -> str:
    """The kind of the refusal."""
    return str(reply(do, **question)["refused"])
