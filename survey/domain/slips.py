"""Slips: invitation codes drawn, brought onto paper, and registered: from then on they buy a token.

Law: there are never more valid codes than the manifest announces, and none that is on no paper; neither a file nor a
sheet of slips shows an order of making.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from survey.domain.invitations import Code, code_mac, make_code
from survey.domain.manifest import get_manifest
from survey.domain.ports import Randomness
from survey.domain.ports.key_files import KeyFiles
from survey.domain.ports.registry import Registry
from survey.domain.rounds import Round, State


@dataclass(frozen=True)
class PrintedCode:
    """What stands on one slip; exists in memory and on paper only."""

    evaluation_id: str
    team: str
    unit_id: str
    unit: str
    code: Code
    fingerprint: str

    def url(self, public_url: str) -> str:
        return f"{public_url}/e/{self.evaluation_id}#c={self.code}&m={self.fingerprint}"


@dataclass(frozen=True)
class DrawnCodes:
    """Fresh codes that buy nothing yet: between draw_codes and register_codes the slips are brought onto paper."""

    slips: list[PrintedCode]  # shuffled
    used: Mapping[str, int]  # unit id -> codes used when they were drawn


def draw_codes(round_: Round, *, registry: Registry, randomness: Randomness) -> DrawnCodes:
    """Draw as many codes as the manifests announce, less those already used. Changes nothing in the store.

    Shuffled, so that neither the file nor the sheets show an order of making.
    """
    round_.require(State.FROZEN, State.PRINTED, State.OPEN)
    slips: list[PrintedCode] = []
    used: dict[str, int] = {}
    for evaluation in round_.evaluations:
        used.update((unit.unit_id, unit.used) for unit in registry.turnout(evaluation.id))
        fingerprint = get_manifest(registry, evaluation.id).fingerprint
        slips.extend(
            PrintedCode(evaluation.id, evaluation.team, unit.id, unit.name, make_code(randomness), fingerprint)
            for unit in evaluation.units
            for _ in range(unit.codes_to_print(round_.spare_percent) - used.get(unit.id, 0))
        )
    secrets.SystemRandom().shuffle(slips)
    return DrawnCodes(slips, used)


def register_codes(
    round_: Round, drawn: DrawnCodes, *, registry: Registry, keys: KeyFiles
) -> tuple[Round, list[PrintedCode]]:
    """Void every unused code and make the drawn ones valid. Returns the round and the slips that are valid now.

    Called when the slips are safely written: were it the other way round, a full disk would leave people with void
    slips and the office with none. A reprint while the round is open may meet people who used a code since drawing;
    then as many slips of their unit stay invalid and are missing from what is returned, for there must never be more
    codes than the manifest announces.
    """
    valid: list[PrintedCode] = []
    for evaluation in round_.evaluations:
        secret = keys.make_code_secret(evaluation.id)
        # Voiding first: from here nobody can use an old code, so the count of used ones below stays true.
        registry.void_unused(evaluation.id)
        surplus = {
            unit.unit_id: unit.used - drawn.used.get(unit.unit_id, 0) for unit in registry.turnout(evaluation.id)
        }
        macs: list[tuple[bytes, str]] = []
        for slip in drawn.slips:
            if slip.evaluation_id != evaluation.id:
                continue
            if surplus.get(slip.unit_id, 0) > 0:
                surplus[slip.unit_id] -= 1
                continue
            macs.append((code_mac(slip.code, secret), slip.unit_id))
            valid.append(slip)
        registry.add_invitations(evaluation.id, macs)
    if round_.state is State.FROZEN:
        round_ = round_.moved_to(State.PRINTED)
        registry.save_round(round_, expected=State.FROZEN)
    secrets.SystemRandom().shuffle(valid)
    return round_, valid


def print_codes(
    round_: Round, *, registry: Registry, keys: KeyFiles, randomness: Randomness
) -> tuple[Round, list[PrintedCode]]:
    """Draw and register at once: the codes of a frozen round, or a reprint (unused codes are voided and replaced)."""
    return register_codes(
        round_, draw_codes(round_, registry=registry, randomness=randomness), registry=registry, keys=keys
    )
