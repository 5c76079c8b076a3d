"""`survey round status` while a round is open."""

from __future__ import annotations

from datetime import timedelta

from survey.domain.turnout import paced_turnout
from tests.cli.conftest import Survey


def test_the_status_of_an_open_round_shows_the_steps_of_the_offices_pages(made: Survey) -> None:
    """The same steps, for the same ten minutes, whoever looks first."""
    round_id = made.open()
    before = made.json("round", "status", round_id, "--json")
    services = made.services
    round_ = services.registry.find_round(round_id)
    assert round_
    for evaluation in round_.evaluations:
        for number in range(7):
            mac = bytes([number]) * 32
            services.registry.add_invitations(evaluation.id, [(mac, evaluation.units[0].id)])
            services.registry.spend_code(evaluation.id, mac, bytes(32))
    assert made.json("round", "status", round_id, "--json") == before
    office = paced_turnout(round_, services.registry, services.box, services.clock())
    assert office == before
    assert office["window"] == before["window"]
    later = services.clock() + timedelta(minutes=20)
    assert paced_turnout(round_, services.registry, services.box, later)["evaluations"][0]["used"] == 5
