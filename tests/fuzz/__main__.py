"""The coverage-guided run: python -m tests.fuzz [TARGET ...] [--seconds N].

Every parser in turn, in a process of its own, watched by atheris (libFuzzer): what reaches new code is kept and varied
further. An input that breaks the law of its target is written to .fuzz/, is shown, and ends the run with exit 1; put it
into tests/fuzz/corpus/TARGET/ together with the correction, and the suite asks it for ever.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.strategies import MORSELS

FOUND = Path(".fuzz")
MEMORY_MB = 2048
HANG = 20  # seconds for one input
# What the formats are made of, so that not every try breaks at the first comma.
WORDS = [
    *(word for word in MORSELS if len(word) < 40),
    *(
        f'"{name}":'.encode()
        for name in ("answers", "texts", "schema", "round", "index", "secret", "body", "said", "count")
    ),
    *(
        name.encode()
        for name in ("D1-1", "O-1", "T-01", "C-1", '"A"', "name: ", "teams:", "- ", "units:", "entitled: ")
    ),
    *(name.encode() for name in ("PrivateToken ", "token=", "survey-share/1", "survey-boxes/1", "survey-partial/1")),
    *(name.encode() for name in ("<row ", "<c ", "<v>", 't="inlineStr"', "<is><t>", "</", "PK\x03\x04", "#c=", "&m=")),
]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("targets", nargs="*", help="all, when none is named")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    if sys.argv[1:2] == ["--one"]:  # this program again, as the process of one target
        watch(sys.argv[2], sys.argv[3:])
    arguments = parser.parse_args()
    from tests.fuzz.targets import TARGETS

    unknown = set(arguments.targets) - set(TARGETS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    broken = [name for name in arguments.targets or TARGETS if not is_lawful(name, arguments.seconds)]
    print(f"Broken: {', '.join(broken)}; see {FOUND}/" if broken else "Every target kept its law.")
    return 1 if broken else 0


def is_lawful(name: str, seconds: int) -> bool:
    """One target in a process of its own; what it learned is thrown away, what broke it stays in .fuzz/."""
    FOUND.mkdir(exist_ok=True)
    from tests.fuzz.targets import TARGETS

    with tempfile.TemporaryDirectory(prefix="fuzz-corpus-") as corpus:
        for number, data in enumerate(TARGETS[name].corpus()):
            (Path(corpus) / str(number)).write_bytes(data)
        words = FOUND / "words"
        words.write_text("".join(f'"{escaped(word)}"\n' for word in WORDS), "ascii")
        options = [
            f"-dict={words}",
            f"-max_total_time={seconds}",
            f"-timeout={HANG}",
            f"-rss_limit_mb={MEMORY_MB}",
            f"-artifact_prefix={FOUND}/{name}-",
            "-max_len=20000",
            "-print_final_stats=1",
            "-verbosity=0",
        ]
        command = [sys.executable, "-m", "tests.fuzz", "--one", name, *options, corpus]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        stats = dict(line.split(": ", 1) for line in done.stderr.splitlines() if line.startswith("stat::"))
        executed = stats.get("stat::number_of_executed_units", "?").strip()
        kept = len(list(Path(corpus).iterdir()))
    print(f"{name:24} {executed:>9} inputs, {kept:>5} kept, {'ok' if done.returncode == 0 else 'BROKEN'}", flush=True)
    if done.returncode != 0:
        print("\n".join(done.stderr.splitlines()[-40:]), flush=True)
    return done.returncode == 0


def escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


def watch(name: str, options: list[str]) -> None:
    """Never returns."""
    import atheris

    with atheris.instrument_imports(include=["survey"]):
        from tests.fuzz.targets import TARGETS

    target = TARGETS[name]

    def once(data: bytes) -> None:
        target(data)

    atheris.Setup([sys.argv[0], *options], once)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
