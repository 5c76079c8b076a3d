"""Who may get an account, and who is kept out of a round: one person, one account, one role; none of an evaluated team.

Law (三员分立, 回避): duties that watch each other never meet in one hand, and nobody of an evaluated team has a role in
that round. A program knows names, not people: it refuses the same name written another way, the name of a team's
leader and the names that the office keeps out of a round; what else is one person, the security administrator must
know.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from survey.domain.ports.staff import Account
from survey.domain.rounds import Round, State
from survey.domain.staff import ROLES
from survey.errors import InvalidInput

NAME_MAX = 60


class GrantRefused(InvalidInput):
    """kind says why: "account-" and name, role, taken, leader or recused; "custodian-recused"."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


def plain(name: str) -> str:
    """The same for every way to write a name: width, case and spaces do not make another person."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def check_grant(
    name: str,
    role: str,
    accounts: Iterable[Account],
    rounds: Iterable[Round],
    recused: Mapping[str, Iterable[str]],
) -> None:
    """Raises GrantRefused. recused: round id -> names kept out of it."""
    if not name.strip() or not name.isprintable() or len(name) > NAME_MAX:
        raise GrantRefused("account-name", f"The name is not 1 to {NAME_MAX} printable characters.")
    if role not in ROLES:
        raise GrantRefused("account-role", f"The role is not one of {', '.join(ROLES)}.")
    if any(plain(account.name) == plain(name) for account in accounts):
        raise GrantRefused("account-taken", f"There already is an account {name}; one person has one account.")
    for round_ in rounds:
        if is_over(round_):
            continue
        if is_leader(name, round_):
            raise GrantRefused("account-leader", "This is the name of a leader of an evaluated team.")
        if is_among(name, recused.get(round_.id, ())):
            raise GrantRefused("account-recused", f"This name is kept out of round {round_.id}.")


def check_custodians(round_: Round, recused: Iterable[str]) -> None:
    """Raises GrantRefused when a key holder of the round is somebody of an evaluated team."""
    recused = tuple(recused)
    for custodian in round_.custodians:
        if is_kept_out(custodian.name, round_, recused):
            raise GrantRefused(
                "custodian-recused", f"{custodian.name} is kept out of round {round_.id}, but a custodian."
            )


def is_over(round_: Round) -> bool:
    return round_.state in (State.ARCHIVED, State.DESTROYED)


def is_kept_out(name: str, round_: Round, recused: Iterable[str]) -> bool:
    """Whether the account of this name has no role in the round, however it came to its account."""
    return is_leader(name, round_) or is_among(name, recused)


def is_leader(name: str, round_: Round) -> bool:
    return is_among(name, (evaluation.leader for evaluation in round_.evaluations if evaluation.leader))


def is_among(name: str, names: Iterable[str]) -> bool:
    return plain(name) in {plain(other) for other in names}
