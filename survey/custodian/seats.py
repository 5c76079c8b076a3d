"""Who is calling: the invitation's secret in the Authorization header gives the round and the custodian's place."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from survey.custodian.needs import Services
from survey.domain.ceremony.invitation import NotInvited, find_seat, read_secret
from survey.domain.lifecycle import get_round
from survey.domain.rounds import Round

_SCHEME = "Bearer "


@dataclass(frozen=True)
class Seat:
    round: Round
    index: int

    @property
    def name(self) -> str:
        return self.round.custodians[self.index - 1].name


def seat_of_request(services: Services) -> Seat:
    """Raises NotInvited."""
    header = request.headers.get("Authorization", "")
    if not header.startswith(_SCHEME):
        raise NotInvited("The invitation is missing: Authorization: Bearer SECRET.")
    round_id, index = find_seat(services.board, read_secret(header.removeprefix(_SCHEME)))
    return Seat(get_round(services.registry, round_id), index)


def note(services: Services, seat: Seat, action: str, result: str = "done") -> None:
    """One line in the staff log: custodians act under their names, unlike those who answer."""
    services.audit.append(
        account=f"custodian:{seat.name}",
        address=request.remote_addr or "-",
        action=action,
        object=seat.round.id,
        result=result,
    )
