"""`survey round status` while a round is open."""

from __future__ import annotations

from survey.domain.turnout import paced_turnout
from tests.cli.conftest import Survey


def come(made: Survey, round_id: str, first: int, people: int) -> None:
    """So many people use a code in the first unit of each team."""
    services = made.services
    round_ = services.registry.find_round(round_id)
    assert round_
    for evaluation in round_.evaluations:
        for number in range(first, first + people):
            mac = bytes([number]) * 32
            services.registry.add_invitations(evaluation.id, [(mac, evaluation.units[0].id)])
            services.registry.spend_code(evaluation.id, mac, bytes(32))


def used(counts: dict[str, object]) -> list[list[int]]:
    """Per team: used codes, then those of its units."""
    teams = counts["evaluations"]
    assert isinstance(teams, list)
    return [[team["used"], *(unit["used"] for unit in team["units"])] for team in teams]


def test_the_status_of_an_open_round_is_of_this_moment_and_in_steps(made: Survey) -> None:
    round_id = made.open()
    assert used(made.json("round", "status", round_id, "--json")) == [[0, 0, 0], [0, 0]]
    come(made, round_id, 0, 4)
    assert used(made.json("round", "status", round_id, "--json")) == [[0, 0, 0], [0, 0]]
    come(made, round_id, 4, 3)
    counts = made.json("round", "status", round_id, "--json")
    assert used(counts) == [[5, 5, 0], [5, 5]]
    assert [team["exact"] for team in counts["evaluations"]] == [False, False]


def test_the_status_by_command_does_not_move_the_offices_pages(made: Survey) -> None:
    round_id = made.open()
    services = made.services
    round_ = services.registry.find_round(round_id)
    assert round_
    before = paced_turnout(round_, services.registry, services.box, services.clock())
    come(made, round_id, 0, 7)
    made("round", "status", round_id)
    assert paced_turnout(round_, services.registry, services.box, services.clock()) == before


def test_after_closing_the_status_is_exact(made: Survey) -> None:
    round_id = made.open()
    come(made, round_id, 0, 7)
    made("round", "close", round_id)
    counts = made.json("round", "status", round_id, "--json")
    assert used(counts) == [[7, 7, 0], [7, 7]]
    assert [team["exact"] for team in counts["evaluations"]] == [True, True]
