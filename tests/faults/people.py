"""Respondents who keep what a phone keeps, send the same bytes until they are acknowledged, and note every answer."""

from __future__ import annotations

import secrets
import threading
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

import urllib3

from survey.crypto.sealing import ENC_LEN, ballot_info, pad, receipt, seal
from survey.crypto.tokens import PendingToken, begin_token
from survey.crypto.wire import b64url_encode
from survey.domain.invitations import Code
from survey.domain.manifest import Manifest
from survey.domain.results.answers import encode_answers
from tests.faults.installation import Installation

TOKEN_REQUEST = "application/private-token-request"
BALLOT = "application/octet-stream"
PATIENCE = 0.05  # seconds between two tries of one client
ANSWERS = {"D1-1": "A", "D1-2": "B", "O-1": "A"}


class Unexpected(AssertionError):
    """An answer that is neither the right one nor 503: never allowed, whatever is broken."""


@dataclass
class Person:
    """What a phone writes down before each request: the blinded request, then token and sealed answers."""

    evaluation_id: str
    code: Code
    manifest: Manifest
    pending: PendingToken = field(init=False)
    token: bytes | None = None
    sealed: bytes | None = None
    receipt: bytes | None = None  # acknowledged

    def __post_init__(self) -> None:
        self.pending = begin_token(self.manifest.challenge, self.manifest.token_key, secrets.token_bytes)

    @property
    def expected_receipt(self) -> bytes:
        assert self.sealed is not None
        return receipt(self.sealed[:ENC_LEN], self.sealed[ENC_LEN:])

    def step(self, pool: urllib3.PoolManager, address: str) -> bool:
        """Send the next request once. True when it was acknowledged; False when there was no answer, or 503."""
        if self.token is None:
            response = self.post(pool, address, "token-request", self.pending.request)
            if response is None or response.status == 503:
                return False
            if response.status != 200:
                raise Unexpected(f"token request: {response.status} {response.data!r}")
            self.take_token(response.data)
            return True
        assert self.sealed is not None
        response = self.post(pool, address, "ballots", self.sealed)
        if response is None or response.status == 503:
            return False
        if response.status not in (200, 201) or response.json() != {"receipt": self.expected_receipt.hex()}:
            raise Unexpected(f"ballot: {response.status} {response.data!r}")
        self.receipt = self.expected_receipt
        return True

    def take_token(self, blind_sig: bytes) -> None:
        self.token = self.pending.finish(blind_sig).encode()
        plaintext = pad(encode_answers(ANSWERS, {}), self.manifest.plaintext_length)
        self.sealed = seal(self.manifest.opening_key, ballot_info(self.manifest.digest, self.token), plaintext)

    def headers(self, what: str) -> dict[str, str]:
        if what == "token-request":
            return {"Authorization": f"Bearer {self.code}", "Content-Type": TOKEN_REQUEST}
        return {"Authorization": f'PrivateToken token="{b64url_encode(self.token or b"")}"', "Content-Type": BALLOT}

    def post(self, pool: urllib3.PoolManager, address: str, what: str, body: bytes) -> urllib3.BaseHTTPResponse | None:
        """None when there was no whole answer."""
        url = f"{address}/e/{self.evaluation_id}/{what}"
        try:
            return pool.request("POST", url, body=body, headers=self.headers(what), redirect=False)
        except urllib3.exceptions.HTTPError:
            return None


def people_of(installation: Installation, which: slice = slice(None)) -> list[Person]:
    """One for every slip, or for some of them."""
    manifest = installation.world.manifest(installation.evaluation)
    slips = installation.world.slips_of(installation.evaluation)[which]
    return [Person(installation.evaluation.id, slip.code, manifest) for slip in slips]


def make_pool(timeout: float = 30.0) -> urllib3.PoolManager:
    return urllib3.PoolManager(num_pools=1, maxsize=1, retries=False, timeout=timeout)


class Crowd:
    """Clients that work until everybody has a receipt, whatever happens to the server meanwhile.

    The address may change (a server started anew); every acknowledgement is counted the moment it is read.
    """

    def __init__(self, people: list[Person], address: str, clients: int = 6) -> None:
        self.people = people
        self.address = address
        self.outcomes: Counter[str] = Counter()
        self.unexpected: list[BaseException] = []
        self._waiting = deque(people)
        self._acknowledged = 0
        self._changed = threading.Condition()
        self._enough = threading.Event()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(clients)]
        for thread in self._threads:
            thread.start()

    def wait_for_more(self, number: int, within: float = 60.0) -> None:
        """Until `number` more requests are acknowledged, or nobody is left."""
        with self._changed:
            target = self._acknowledged + number
            came = self._changed.wait_for(
                lambda: self._acknowledged >= target or self.is_done or bool(self.unexpected), within
            )
        self.require_nothing_unexpected()
        assert came, f"no {number} acknowledgements within {within:.0f} s: {dict(self.outcomes)}"

    @property
    def is_done(self) -> bool:
        return all(person.receipt is not None for person in self.people)

    def acknowledged_receipts(self) -> set[bytes]:
        """A copy made now: whoever is in it has read the receipt already."""
        return {person.receipt for person in self.people if person.receipt is not None}

    def finish(self, within: float = 120.0) -> None:
        for thread in self._threads:
            thread.join(within)
        self.require_nothing_unexpected()
        assert self.is_done, f"somebody has no receipt: {dict(self.outcomes)}"

    def stop(self) -> None:
        self._enough.set()
        for thread in self._threads:
            thread.join(60)

    def require_nothing_unexpected(self) -> None:
        if self.unexpected:
            raise self.unexpected[0]

    def _work(self) -> None:
        with make_pool() as pool:
            while not self._enough.is_set() and not self.unexpected:
                try:
                    person = self._waiting.popleft()
                except IndexError:
                    return
                try:
                    self._serve(person, pool)
                except Exception as error:
                    with self._changed:
                        self.unexpected.append(error)
                        self._changed.notify_all()
                    return

    def _serve(self, person: Person, pool: Any) -> None:
        while person.receipt is None and not self._enough.is_set():
            is_acknowledged = person.step(pool, self.address)
            with self._changed:
                self.outcomes["acknowledged" if is_acknowledged else "unanswered"] += 1
                self._acknowledged += is_acknowledged
                self._changed.notify_all()
            if not is_acknowledged:
                self._enough.wait(PATIENCE)
