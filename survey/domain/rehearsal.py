"""Rehearsal (演练): a copy of a draft that goes the whole way, with slips and answers that count for nothing.

It is a round like any other, so every page, file and command works on it and none had to learn a second way. Law: its
name and the title of its questionnaire say so in both languages, and with them every page, slip and document; its
opening key is made here and nobody has to come for it; a draft is not frozen while its rehearsal is left; clearing
leaves nothing of it but the lines of the staff log.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from survey.domain.abandoning import Stores, erase
from survey.domain.ceremony.all_here import with_key_made_here
from survey.domain.custody.boxes import BoxesFile, boxes_chunks
from survey.domain.custody.shares import ShareFile, write_partial
from survey.domain.drafts.draft import draft_of, make_round
from survey.domain.drafts.spec import NAME_MAX
from survey.domain.ports import Randomness
from survey.domain.ports.ballot_box import BallotBox
from survey.domain.ports.partial_files import PartialStore
from survey.domain.ports.registry import Registry
from survey.domain.ports.staff import Recusals
from survey.domain.questionnaire import Questionnaire
from survey.domain.rounds import Rehearsal, Round, State
from survey.errors import WrongState

MARK = {"zh": "【演练】", "en": "Rehearsal: "}
_INTRO = {
    "zh": "这是演练：您的答案不计入任何结果，演练结束就全部删除。演练的钥匙就放在这台服务器上，请随便选。",
    "en": "This is a rehearsal: your answers count for nothing and are deleted when it is over. Its key lies on this"
    " server, so choose anything.",
}
_TITLE_MAX = 100  # characters; see domain.questionnaire


def find_rehearsal(registry: Registry, round_id: str) -> Round | None:
    """The rehearsal of this draft, where there is one."""
    rehearsals = (one for one in registry.list_rounds() if one.rehearsal and one.rehearsal.of == round_id)
    return next(rehearsals, None)


def rehearse(round_: Round, *, registry: Registry, recusals: Recusals, randomness: Randomness) -> Round:
    """Make the rehearsal of a draft, its key included; whoever is kept out of the round is kept out of it too.

    Raises WrongState when there is one already.
    """
    round_.require(State.DRAFT)
    if round_.rehearsal is not None:
        raise WrongState(f"Round {round_.id} is a rehearsal itself.", why="is-rehearsal")
    if other := find_rehearsal(registry, round_.id):
        raise WrongState(
            f"Round {round_.id} has a rehearsal already ({other.id}); clear it first.", why="has-rehearsal"
        )
    draft = replace(draft_of(round_), name=marked(round_.name), questionnaire=_marked(round_.questionnaire))
    keyed, shares = with_key_made_here(make_round(draft, randomness), randomness)
    rehearsal = replace(keyed, rehearsal=Rehearsal(round_.id, tuple(share.secret for share in shares)))
    recusals.save(rehearsal.id, recusals.names(round_.id))
    registry.add_round(rehearsal)
    return rehearsal


def marked(name: str, language: str = "zh", most: int = NAME_MAX) -> str:
    """With the mark in front; a name that would be too long loses its end."""
    whole = MARK[language] + name
    return whole if len(whole) <= most else whole[: most - 1] + "…"


def _marked(questionnaire: Questionnaire) -> dict[str, Any]:
    document = dict(questionnaire.document)
    document["title"] = {language: marked(title, language, _TITLE_MAX) for language, title in document["title"].items()}
    intro = document.get("intro", {})
    document["intro"] = {
        language: f"{_INTRO[language]}\n{intro[language]}" if language in intro else _INTRO[language]
        for language in document["title"]
    }
    return document


def make_parts_here(round_: Round, *, box: BallotBox, partials: PartialStore, randomness: Randomness) -> None:
    """Do at the opening what as many custodians as it takes would do, each with the share that lies here."""
    round_.require(State.CLOSED)
    if round_.rehearsal is None:
        raise WrongState(f"Round {round_.id} is no rehearsal; its custodians open it.", why="no-rehearsal")
    with tempfile.TemporaryDirectory() as folder:
        list_ = Path(folder, "boxes")
        with list_.open("wb") as stream:
            stream.writelines(boxes_chunks(round_, box))
        boxes = BoxesFile.read(list_)
        given = partials.files(round_.id)
        for share in _shares(round_):
            if share.index in given:
                continue  # from an attempt that was interrupted
            part = Path(folder, "part")
            with part.open("wb") as stream:
                write_partial(share, boxes, stream, randomness)
            with part.open("rb") as stream:
                partials.keep(partials.receive(round_.id, stream), round_.id, share.index)


def _shares(round_: Round) -> Iterator[ShareFile]:
    key, rehearsal = round_.get_opening_key(), round_.rehearsal
    if rehearsal is not None:
        for custodian, secret in zip(round_.custodians[: round_.threshold], rehearsal.shares, strict=False):
            own = custodian.verification_key or b""
            yield ShareFile(round_.id, custodian.name, custodian.index, secret, key.public_key, own)


def clear(round_: Round, stores: Stores) -> None:
    """Erase a rehearsal in whatever state it is: slips, ballots, keys, results, the round itself. May be repeated."""
    if round_.rehearsal is None:
        raise WrongState(f"Round {round_.id} is no rehearsal; it is never erased.", why="no-rehearsal")
    erase(round_, stores)
