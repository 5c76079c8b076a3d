"""What pages and papers have to say about this installation itself, so that they promise only what it keeps (P9).

Law: the honest page and the printed notice are made from the same facts; neither knows anything of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from survey.domain.rounds import Round


@dataclass(frozen=True)
class Installation:
    """is_https: how phones reach it; has_own_log: the database server keeps a write-ahead log beyond our reach
    (PostgreSQL); made_apart(round): whether the custodians made its key apart, None where nobody knows.
    """

    is_https: bool = True
    has_own_log: bool = False
    made_apart: Callable[[Round], bool | None] = lambda round_: None
