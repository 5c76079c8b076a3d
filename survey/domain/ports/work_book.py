"""What long steps of rounds are doing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class WorkState(Enum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Work:
    """A long step of a round. beat: when it last gave a sign, whole seconds; sentence: why it failed."""

    round_id: str
    kind: str
    state: WorkState
    done: int = 0
    total: int = 0
    beat: int = 0
    sentence: str = ""


class WorkBook(Protocol):
    """What long steps of rounds are doing, readable by every process of the server."""

    def save_work(self, work: Work) -> None:
        """Replaces what stood there for the round."""

    def find_work(self, round_id: str) -> Work | None: ...

    def forget_work(self, round_id: str) -> None: ...
