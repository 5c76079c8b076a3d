"""Every parser: any bytes are taken or refused as documented; nothing else is raised, nothing hangs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.strategies import inputs
from tests.fuzz.targets import TARGETS

WITHIN = timedelta(seconds=10)  # a machine may be busy; a hang is longer
SLOW = {
    "round-spec-xlsx",
    "round-spec-xlsx-sheet",
    "questionnaire-yaml",
    "xlsform",
    "xlsform-sheet",
    "audit-package",
    "audit-package-part",
    "transcript",
    "tally-record",
}


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_what_is_right_and_what_found_something_before_is_taken_or_refused(name: str) -> None:
    for data in TARGETS[name].corpus():
        TARGETS[name](data)


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_any_bytes_are_taken_or_refused_as_documented(name: str) -> None:
    target = TARGETS[name]

    @settings(
        max_examples=15 if name in SLOW else 60,
        deadline=WITHIN,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example, HealthCheck.data_too_large],
    )
    @given(data=inputs(target))
    def law(data: bytes) -> None:
        target(data)

    law()


def test_a_refused_code_costs_no_more_than_reading_it() -> None:
    """Nothing is computed from a header that is too long."""
    assert not TARGETS["authorization"](b"PrivateToken " + b"a=b," * 100_000)
    assert not TARGETS["code"](b"2" * 1_000_000)


@settings(max_examples=30)
@given(st.binary(max_size=600))
def test_the_sum_of_refusals_is_small(data: bytes) -> None:
    """No target takes bytes of another: each names what it expected."""
    taken = {
        name for name in ("token", "token-request", "share-file", "boxes-file", "partial-file") if TARGETS[name](data)
    }
    assert len(taken) <= 1
