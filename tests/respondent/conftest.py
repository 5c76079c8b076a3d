from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.world import Phone, World, phones


@pytest.fixture
def client(open_world: World) -> FlaskClient:
    return open_world.app().test_client()


@pytest.fixture
def people(open_world: World, client: FlaskClient) -> list[Phone]:
    """Every slip of the first team on a phone of its own."""
    return phones(open_world, open_world.first, client)
