"""`python -m tests.attack`: the whole attack on both databases, one after another and in bursts, as tables."""

from __future__ import annotations

import argparse
import socket
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.attack.run import MUST_BE_GUESSES, STATES, Found, attack
from tests.attack.scene import BURST, PEOPLE
from tests.attack.scoring import Order, guessed_matches
from tests.databases import new_cluster


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.attack", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--people", type=int, default=PEOPLE, help="more people, narrower bounds")
    parser.add_argument("--all", action="store_true", help="every line, not only the best of each source")
    options = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 170)
    failed = False
    kinds = ("sqlite", "postgresql") if options.database == "both" else (options.database,)
    for kind in kinds:
        with new_cluster() if kind == "postgresql" else nullcontext() as cluster:
            for burst in (1, BURST):
                with tempfile.TemporaryDirectory(prefix="survey-attack-") as folder:
                    found = attack(
                        Path(folder), free_port(), cluster=cluster, people=options.people, burst=burst, states=STATES
                    )
                how = "one after another" if burst == 1 else f"in bursts of {burst}"
                console.print(table(found, f"{kind}, {options.people} people {how}", every=options.all))
                for state in STATES:
                    for note in found.notes[state]:
                        console.print(f"{state}: {note}")
                for state in MUST_BE_GUESSES:
                    for leak in found.leaks(state):
                        failed = True
                        console.print(f"LEAK, {state}: {leak}", style="bold red")
    console.print("LEAKS" if failed else "After upkeep, after closing and after opening: no better than guessing.")
    return int(failed)


def table(found: Found, title: str, *, every: bool) -> Table:
    made = Table(title=title, caption=f"guessing: |tau| within the bound, fewer than {guessed_matches()} matched")
    for heading in ("state", "source", "codes", "tau", "bound", "ballots", "tau", "bound", "matched", "verdict"):
        made.add_column(heading, justify="left" if heading in ("state", "source", "verdict") else "right", no_wrap=True)
    for state in STATES:
        lines = found.scores[state]
        if not every:
            lines = _best_of_each(lines)
        for line in lines:
            made.add_row(
                state, line.source, *_cells(line.codes), *_cells(line.ballots),
                f"{line.matched} of {line.people}", "guess" if line.is_guess else "LEAK",
            )  # fmt: skip
        made.add_section()
    return made


def _best_of_each(lines: list) -> list:
    """The line of each source that told most."""
    best: dict[str, object] = {}
    for line in sorted(lines, key=lambda line: (line.is_guess, -line.matched, -abs(line.ballots.tau))):
        best.setdefault(line.source.split(":")[0] + (", inside pages" if "inside" in line.source else ""), line)
    return list(best.values())


def _cells(order: Order) -> tuple[str, str, str]:
    return (str(order.count), f"{order.tau:+.2f}", f"{order.bound:.2f}") if order.count else ("0", "-", "-")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
