"""`make audit`: known vulnerabilities of every locked package, Python's and the page's.

Asks the advisory data of the package indexes through pip-audit and npm. Law: what could not be asked about counts as
not audited and fails, by name: pip-audit alone says "no known vulnerabilities found" even where it could ask nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parent.parent
PYTHON_LOCK = TOP / "requirements.lock"
ELSEWHERE = "Run `make audit` on a machine that reaches a package index with advisory data."


@dataclass
class Audit:
    """asked: packages that there is an answer about; not_asked: those without; found: a sentence each."""

    asked: list[str] = field(default_factory=list)
    not_asked: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)

    def sentences(self, what: str) -> list[str]:
        lines = []
        if self.asked:
            lines.append(f"{what}: {len(self.asked)} packages audited, {len(self.found)} known vulnerabilities.")
        lines += [f"  {sentence}" for sentence in self.found]
        if self.not_asked:
            lines.append(f"{what}: NOT audited, {len(self.not_asked)}: {', '.join(self.not_asked)}. {ELSEWHERE}")
        return lines

    @property
    def is_clean(self) -> bool:
        return not self.found and not self.not_asked


def read_pip_audit(output: Mapping[str, Any]) -> Audit:
    audit = Audit()
    for package in output["dependencies"]:
        if "skip_reason" in package:
            audit.not_asked.append(package["name"])
            continue
        audit.asked.append(package["name"])
        for one in package["vulns"]:
            mended = ", ".join(one["fix_versions"]) or "nowhere yet"
            audit.found.append(f"{package['name']} {package['version']}: {one['id']}, mended in {mended}")
    return audit


def read_npm_audit(output: Mapping[str, Any], locked: list[str]) -> Audit:
    """locked: names of the packages in the lock, which npm does not list by itself."""
    if "vulnerabilities" not in output:  # a refusal of the registry instead of an answer
        return Audit(not_asked=locked)
    found = [
        f"{name} {entry['range']}: {entry['severity']}, mended: {'yes' if entry['fixAvailable'] else 'nowhere yet'}"
        for name, entry in sorted(output["vulnerabilities"].items())
    ]
    return Audit(asked=locked, found=found)


def names_in_npm_lock(lock: Mapping[str, Any]) -> list[str]:
    return sorted({path.rpartition("node_modules/")[2] for path in lock["packages"] if path})


def names_in_python_lock(text: str) -> list[str]:
    return sorted(line.partition("==")[0] for line in text.splitlines() if "==" in line.partition(" ")[0])


def _json_of(*command: str | Path) -> Any:
    done = subprocess.run([str(word) for word in command], cwd=TOP, capture_output=True, text=True, check=False)
    try:
        return json.loads(done.stdout)
    except ValueError:
        return {}


def main(pip_audit: str, npm: str) -> int:
    python = _json_of(
        pip_audit, "--disable-pip", "--require-hashes", "-r", PYTHON_LOCK, "-f", "json", "--progress-spinner", "off"
    )
    by_pip = (
        read_pip_audit(python)
        if "dependencies" in python
        else Audit(not_asked=names_in_python_lock(PYTHON_LOCK.read_text("utf-8")))
    )
    lock = json.loads((TOP / "package-lock.json").read_text("utf-8"))
    by_npm = read_npm_audit(_json_of(npm, "audit", "--json"), names_in_npm_lock(lock))
    for line in (*by_pip.sentences("Python"), *by_npm.sentences("Page scripts")):
        print(line)
    return 0 if by_pip.is_clean and by_npm.is_clean else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
