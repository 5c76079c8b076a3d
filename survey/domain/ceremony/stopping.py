"""Why an attempt ended without a key: a stable word, and which custodian it is about.

Law: pages make their own sentence from the word, in the reader's language; nobody reads an English sentence of ours
who did not ask for English. Stored as "REASON INDEX".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey.crypto.dkg_messages import KeyMakingFault
from survey.errors import InvalidInput

# The first two are reasons of a KeyMakingFault; a complaint proves them. The third is a person's word.
WORDS_DIFFER = "words-differ"
_SENTENCES: Mapping[str, str] = {
    "wrong-sub-share": "dealt a wrong sub-share.",
    "false-complaint": "complained about a correct sub-share.",
    WORDS_DIFFER: "said that the check words differ.",
}


@dataclass(frozen=True)
class Stop:
    reason: str
    index: int

    @classmethod
    def of_fault(cls, fault: KeyMakingFault) -> Stop:
        return cls(fault.reason, fault.index)

    def encode(self) -> str:
        return f"{self.reason} {self.index}"

    @classmethod
    def decode(cls, text: str) -> Stop:
        reason, _space, index = text.partition(" ")
        return cls(reason, int(index))

    @property
    def document(self) -> dict[str, Any]:
        """As it stands in the notice board."""
        return {"reason": self.reason, "index": self.index}

    @classmethod
    def read(cls, document: Any) -> Stop | None:
        """Raises InvalidInput."""
        if document is None:
            return None
        try:
            stop = cls(document["reason"], document["index"])
        except (KeyError, TypeError):
            stop = cls("", 0)
        if stop.reason not in _SENTENCES or type(stop.index) is not int:
            raise InvalidInput("The notice board was stopped for no reason that this program knows.")
        return stop

    def sentence(self, names: Sequence[str]) -> str:
        """In English, for the command line and the log."""
        name = names[self.index - 1] if 1 <= self.index <= len(names) else "?"
        return f"Custodian {self.index} ({name}) {_SENTENCES[self.reason]}"
