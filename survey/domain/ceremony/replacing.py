"""The office's side of replacing a lost custodian: everybody is invited to share the same key anew.

Law: the opening key stays; verification keys change when everybody has confirmed, and not before. How the key is
shared anew: crypto.replacement.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from survey.crypto.replacement import Replacement
from survey.domain.ceremony.agreed import Agreed, encode_replacement
from survey.domain.ceremony.invitation import Invitation
from survey.domain.ceremony.office import REPLACEABLE, invite
from survey.domain.drafts.spec import NAME_MAX
from survey.domain.grants import GrantRefused, is_kept_out
from survey.domain.ports import Randomness
from survey.domain.ports.notice_board import NoticeBoard
from survey.domain.rounds import Round
from survey.errors import InvalidInput, NotFound


def replace_custodian(
    round_: Round,
    index: int,
    name: str,
    *,
    board: NoticeBoard,
    randomness: Randomness,
    url: str,
    recused: Iterable[str] = (),
) -> list[Invitation]:
    """Begin to replace the custodian with this index by `name`, and invite everybody anew; the key stays.

    All others must take part with their shares. Raises WrongState once the round is closed or an attempt to replace
    somebody is under way, InvalidInput for a name that is there already, GrantRefused for somebody of an evaluated
    team or among the recused.
    """
    round_.require(*REPLACEABLE)
    key = round_.get_opening_key()
    names = [custodian.name for custodian in round_.custodians]
    if not 1 <= index <= len(names):
        raise NotFound(f"Round {round_.id} has no custodian {index}.")
    if len(name) > NAME_MAX or not name.isprintable():
        raise InvalidInput(f"Expected: a name of 1 to {NAME_MAX} printable characters.")
    if is_kept_out(name, round_, recused):
        raise GrantRefused("custodian-recused", f"{name} is kept out of round {round_.id}.")
    names[index - 1] = name
    replacement = Replacement(
        index,
        round_.threshold,
        round_.id.encode("ascii"),
        key.public_key,
        tuple(custodian.verification_key or b"" for custodian in round_.custodians),
    )
    agreed = Agreed(round_.id, round_.name, tuple(names), round_.threshold, replacement=replacement)
    agreed.key_making  # noqa: B018  # refuses a name that is there twice, or empty
    attempt = board.find_attempt(round_.id)
    if attempt is None:  # a key made with --all-here
        board.save_invitations(round_.id, {})
        attempt = board.find_attempt(round_.id)
    assert attempt is not None  # noqa: S101  # save_invitations begins the first attempt
    facts = {"custodians": names, "replaces": encode_replacement(replacement)}
    board.begin_replacement(round_.id, attempt.number, json.dumps(facts, ensure_ascii=False))
    return invite(round_, board=board, randomness=randomness, url=url)
