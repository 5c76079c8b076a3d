"""The rounds that an account has to do with: all but those that it is kept out of (回避).

Law: every list of rounds for staff comes from here, so that nobody finds a round in a list whose pages refuse them.
What must hold among all rounds (no name twice, no grant that a round forbids) asks the registry itself.
"""

from __future__ import annotations

from flask_login import current_user

from survey.domain.grants import is_kept_out
from survey.domain.rounds import Round
from survey.office.needs import Services


def own_rounds(services: Services) -> list[Round]:
    """In the registry's order; two questions to the store, however many rounds there are."""
    recused = services.recusals.all_names()
    return [
        round_
        for round_ in services.registry.list_rounds()
        if not is_kept_out(current_user.name, round_, recused.get(round_.id, ()))
    ]
