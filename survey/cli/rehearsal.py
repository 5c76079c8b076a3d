"""Many respondents at once against a running server, measured."""

from __future__ import annotations

import random
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import lru_cache

from survey.cli.client import Answered, Client, JourneyFailed, Slip
from survey.cli.people import invent_answers
from survey.domain.manifest import Manifest
from survey.domain.questionnaire import Questionnaire, parse_questionnaire

_CONTENT, _SPREAD = 0.22, 0.16  # how the teams of a rehearsal differ


@dataclass(frozen=True)
class Rehearsed:
    """seconds: of each finished journey; failures: "problem type (step)" -> how many."""

    receipts: int
    wall: float
    seconds: tuple[float, ...]
    failures: Mapping[str, int]

    @property
    def failed(self) -> int:
        return sum(self.failures.values())

    @property
    def rate(self) -> float:
        """Journeys per second."""
        return self.receipts / self.wall if self.wall else 0.0

    def percentile(self, share: float) -> float:
        """Seconds within which this share of the journeys ended (nearest rank); 0 when none did."""
        ordered = sorted(self.seconds)
        return ordered[max(0, -(-int(share * 100) * len(ordered) // 100) - 1)] if ordered else 0.0

    def as_json(self) -> dict[str, object]:
        return {
            "respondents": self.receipts + self.failed,
            "receipts": self.receipts,
            "failures": dict(self.failures),
            "seconds": round(self.wall, 3),
            "journeys_per_second": round(self.rate, 1),
            "p50_ms": round(self.percentile(0.50) * 1000, 1),
            "p95_ms": round(self.percentile(0.95) * 1000, 1),
        }


def rehearse(
    url: str,
    slips: Sequence[Slip],
    *,
    concurrency: int,
    answers: Sequence[Answered] | None = None,
    seed: int | None = None,
    trust: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> Rehearsed:
    """Let one respondent per slip answer, `concurrency` at a time. answers: one per slip, else invented from seed."""
    # Names, marks and blinding come from the system even here; only what people answer can be repeated.
    seed = secrets.randbits(64) if seed is None else seed
    phones = threading.local()

    def one(place: int, slip: Slip) -> float:
        client = getattr(phones, "client", None)
        if client is None:
            client = phones.client = Client(url, secrets.token_bytes, trust=trust)
        started = time.perf_counter()
        client.answer(slip, lambda manifest: answers[place] if answers else _invent(manifest, seed, place))
        return time.perf_counter() - started

    seconds: list[float] = []
    failures: Counter[str] = Counter()
    started = time.perf_counter()
    with ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="respondent") as pool:
        journeys = [pool.submit(one, place, slip) for place, slip in enumerate(slips)]
        try:
            for done, journey in enumerate(as_completed(journeys), 1):
                try:
                    seconds.append(journey.result())
                except JourneyFailed as failed:
                    failures[f"{failed.problem} ({failed.step})"] += 1
                if progress is not None:
                    progress(done)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return Rehearsed(len(seconds), time.perf_counter() - started, tuple(seconds), failures)


def _invent(manifest: Manifest, seed: int, place: int) -> Answered:
    evaluation = str(manifest.facts["evaluation"])
    mood = random.Random(f"{seed}/{evaluation}").gauss(_CONTENT, _SPREAD)  # noqa: S311  # invented answers, no secret
    generator = random.Random(f"{seed}/{place}")  # noqa: S311  # invented answers, no secret
    return invent_answers(_questionnaire(manifest.raw), mood, generator)


@lru_cache(maxsize=128)
def _questionnaire(raw: bytes) -> Questionnaire:
    return parse_questionnaire(Manifest(raw).facts["questionnaire"], "manifest")
