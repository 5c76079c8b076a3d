"""Asking the custodian page's own modules, under node, questions whose answers are known here."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.client.node import ROOT, node

SCRIPT = Path(__file__).with_name("ceremony.mjs")


def reply(do: str, **question: Any) -> dict[str, Any]:
    """{"ok": answer} or {"refused": kind, "about": {...}}."""
    asked = json.dumps([{"do": do, **question}])
    done = subprocess.run([node(), str(SCRIPT)], input=asked, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    (answer,) = json.loads(done.stdout)
    return dict(answer)


def ask(do: str, **question: Any) -> Any:
    """The answer to one question; fails when it was refused."""
    answer = reply(do, **question)
    assert "ok" in answer, answer
    return answer["ok"]


def refused(do: str, **question: Any) -> str:
    """The kind of the refusal."""
    return str(reply(do, **question)["refused"])
