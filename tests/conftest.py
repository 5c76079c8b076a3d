"""What all tests share. Guards (CSRF, CSP, roles) stay on in every one of them."""

from __future__ import annotations

import pytest

from tests.world import World

pytest_plugins = ["tests.databases", "tests.browsing"]


@pytest.fixture
def open_world() -> World:
    """A round that collects, on stores of dictionaries."""
    return World().open()
