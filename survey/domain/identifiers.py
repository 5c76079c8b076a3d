"""Random identifiers of rounds, teams, units, questionnaires: safe in an address, and they say nothing about order."""

from __future__ import annotations

from survey.domain.ports import Randomness

ID_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
ID_LEN = 10


def make_id(randomness: Randomness) -> str:
    return "".join(ID_ALPHABET[byte % len(ID_ALPHABET)] for byte in randomness(ID_LEN))
