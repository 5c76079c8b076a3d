"""Who may get an account: one person, one account, one role; nobody of an evaluated team.

Law (三员分立): duties that watch each other never meet in one hand. A program knows names, not people: it refuses the
same name written another way and the name of a team's leader; what else is one person, the security administrator
must know.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from survey.domain.ports import Account
from survey.domain.rounds import Round, State
from survey.domain.staff import ROLES
from survey.errors import InvalidInput

NAME_MAX = 60


class GrantRefused(InvalidInput):
    """kind says why: "account-name", "account-role", "account-taken", "account-leader"."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


def plain(name: str) -> str:
    """The same for every way to write a name: width, case and spaces do not make another person."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def check_grant(name: str, role: str, accounts: Iterable[Account], rounds: Iterable[Round]) -> None:
    """Raises GrantRefused."""
    if not name.strip() or not name.isprintable() or len(name) > NAME_MAX:
        raise GrantRefused("account-name", f"The name is not 1 to {NAME_MAX} printable characters.")
    if role not in ROLES:
        raise GrantRefused("account-role", f"The role is not one of {', '.join(ROLES)}.")
    if any(plain(account.name) == plain(name) for account in accounts):
        raise GrantRefused("account-taken", "This name has an account already; one account holds one role.")
    if any(is_leader(name, round_) for round_ in rounds):
        raise GrantRefused("account-leader", "This is the name of a leader of an evaluated team.")


def is_leader(name: str, round_: Round) -> bool:
    """Of a round that is not over."""
    if round_.state in (State.ARCHIVED, State.DESTROYED):
        return False
    leaders = {plain(evaluation.leader) for evaluation in round_.evaluations if evaluation.leader}
    return plain(name) in leaders
