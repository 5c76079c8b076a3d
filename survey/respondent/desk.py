"""What the respondent interface is handed: stores as promises, and the frozen facts of each evaluation.

Law: a frozen evaluation never changes, so it is read once per process; whether it is collecting is asked each time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock

from survey.crypto.tokens import TokenIssuer, TokenVerifier
from survey.domain.manifest import Manifest, get_manifest
from survey.domain.ports import Clock
from survey.domain.ports.ballot_box import BallotBox
from survey.domain.ports.key_files import KeyFiles
from survey.domain.ports.registry import Registry
from survey.domain.rounds import State
from survey.domain.throttle import WrongCodeThrottle
from survey.errors import NotCollecting, NotFound, SettingsError
from survey.respondent.counts import WindowCounts


@dataclass(frozen=True)
class FrozenEvaluation:
    """The unchanging facts of one evaluation, with its keys ready to issue and to verify tokens.

    issuer and code_secret raise SettingsError where they are missing: an evaluation that was frozen had them, and once
    it is closed nobody is told more than that it is closed.
    """

    id: str
    manifest: Manifest
    keys: KeyFiles = field(repr=False)

    @cached_property
    def issuer(self) -> TokenIssuer:
        try:
            return TokenIssuer(self.keys.token_key(self.id))
        except NotFound:
            raise SettingsError("The token key of an evaluation is missing.") from None

    @cached_property
    def code_secret(self) -> bytes:
        try:
            return self.keys.code_secret(self.id)
        except NotFound:
            raise SettingsError("The code secret of an evaluation is missing.") from None

    def forget_keys(self) -> None:
        for name in ("issuer", "code_secret"):
            self.__dict__.pop(name, None)

    @cached_property
    def verifier(self) -> TokenVerifier:
        return TokenVerifier(self.manifest.token_key, self.manifest.challenge)


@dataclass
class Desk:
    """registry, box and keys keep the promises of domain.ports; clock gives aware UTC times."""

    registry: Registry
    box: BallotBox
    keys: KeyFiles
    clock: Clock
    throttle: WrongCodeThrottle = field(init=False)
    counts: WindowCounts = field(init=False)
    _frozen: dict[str, FrozenEvaluation] = field(default_factory=dict, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def __post_init__(self) -> None:
        self.throttle = WrongCodeThrottle(self.clock)
        self.counts = WindowCounts(self.clock)

    def evaluation(self, evaluation_id: str) -> FrozenEvaluation:
        """Raises NotFound when there is no such evaluation or it is not frozen yet."""
        frozen = self._frozen.get(evaluation_id)
        if frozen is None:
            manifest = get_manifest(self.registry, evaluation_id)
            with self._lock:
                frozen = self._frozen.setdefault(evaluation_id, FrozenEvaluation(evaluation_id, manifest, self.keys))
        return frozen

    def require_within_times(self, evaluation: FrozenEvaluation) -> None:
        """Raises NotCollecting before the announced opening time and after the closing time; asks no store."""
        if not evaluation.manifest.is_within_times(self.clock()):
            raise NotCollecting("The evaluation is not open now.")

    def require_open(self, evaluation: FrozenEvaluation) -> None:
        """Raises NotCollecting unless the round is open."""
        if self.registry.find_state_of(evaluation.id) is not State.OPEN:
            evaluation.forget_keys()  # they may be destroyed by now, and are needed by nobody
            raise NotCollecting("The evaluation is not open now.")
