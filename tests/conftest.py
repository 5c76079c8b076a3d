"""What all tests share. Guards (CSRF, CSP, roles) stay on in every one of them."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.world import World

pytest_plugins = ["tests.databases", "tests.browsing"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Two tests of one name would be one test to the processes that share the work: the other is never run."""
    twice = [name for name, count in Counter(item.nodeid for item in items).items() if count > 1]
    if twice:
        raise pytest.UsageError(f"These names stand for several tests: {', '.join(twice)}")


@pytest.fixture
def open_world() -> World:
    """A round that collects, on stores of dictionaries."""
    return World().open()
