"""A respondent over HTTP: what the page does on a phone, in Python (2-protocol, sections 2.2 and 2.3).

Law: a request that got no answer, or 503, is sent again with exactly the same bytes; so a lost answer costs nobody
the vote and gives nobody two.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import urllib3

from survey.crypto.sealing import ENC_LEN, ballot_info, pad, receipt, seal
from survey.crypto.tokens import REQUEST_MEDIA_TYPE, RESPONSE_MEDIA_TYPE, begin_token
from survey.crypto.wire import b64url_encode
from survey.domain.manifest import Manifest
from survey.domain.ports import Randomness
from survey.domain.results.answers import encode_answers
from survey.errors import InvalidSpec, SurveyError

BALLOT_MEDIA_TYPE = "application/octet-stream"
ATTEMPTS = 8
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0  # seconds between attempts
TIMEOUT = urllib3.Timeout(connect=10, read=60)
AT_FIRST = urllib3.Timeout(connect=10, read=10)


@dataclass(frozen=True)
class Slip:
    """What a person reads from paper: the evaluation, the code, and the manifest's fingerprint."""

    evaluation_id: str
    unit: str
    code: str = field(repr=False)
    fingerprint: str

    @classmethod
    def of_url(cls, url: str, unit: str = "") -> Slip:
        """From {public_url}/e/{evaluation}#c=CODE&m=FINGERPRINT; raises InvalidSpec."""
        try:
            parts = urlsplit(url)
        except ValueError:  # brackets of an IPv6 address that is none
            raise InvalidSpec("A slip's url has no host.") from None
        values = dict(pair.split("=", 1) for pair in parts.fragment.split("&") if "=" in pair)
        folder, _, evaluation_id = parts.path.rpartition("/")
        if not folder.endswith("/e") or not evaluation_id or set(values) != {"c", "m"}:
            raise InvalidSpec("A slip's url has the form https://HOST/e/EVALUATION#c=CODE&m=FINGERPRINT.")
        return cls(evaluation_id, unit, values["c"], values["m"])


@dataclass(frozen=True)
class Answered:
    """One respondent's answers: item code -> option code, question code -> text."""

    answers: Mapping[str, str]
    texts: Mapping[str, str]


class JourneyFailed(SurveyError):
    """The respondent ended without a receipt. step: where; problem: the problem type, or what stood in its place."""

    kind = "journey-failed"

    def __init__(self, step: str, problem: str) -> None:
        super().__init__(f"A respondent ended without a receipt: {problem} ({step}).")
        self.step = step
        self.problem = problem


class NobodyThere(SurveyError):
    """No server where one was expected."""

    status = 503
    kind = "nobody-there"


class Client:
    """One phone. Keeps its connection; not shared between threads."""

    def __init__(
        self, url: str, randomness: Randomness, *, trust: str | None = None, pause: Callable[[float], None] = time.sleep
    ) -> None:
        """url: scheme and host, no trailing slash; trust: a file of certificates to trust instead of the system's."""
        self.url = url
        self._randomness = randomness
        self._pause = pause
        # Retries are made below, where it is known that they are safe; redirects lead away from what the slip says.
        self._pool = urllib3.PoolManager(num_pools=1, maxsize=1, retries=False, timeout=TIMEOUT, ca_certs=trust)

    def close(self) -> None:
        """Give the connection back."""
        self._pool.clear()

    def require_server(self) -> None:
        """Ask once, whatever is answered; raises NobodyThere when nothing is."""
        try:
            self._pool.request("GET", f"{self.url}/", redirect=False, timeout=AT_FIRST)
        except urllib3.exceptions.HTTPError as error:
            reason = type(error).__name__
            raise NobodyThere(f"No server answers at {self.url} ({reason}); start it first: survey serve.") from None

    def manifest(self, slip: Slip) -> Manifest:
        """The manifest, refused when it is not the one whose fingerprint is printed on the slip."""
        body = self._ask("manifest", "GET", slip, "manifest", expected=(200,)).data
        manifest = Manifest(body)
        if manifest.fingerprint != slip.fingerprint:
            raise JourneyFailed("manifest", "another manifest than the slip names")
        return manifest

    def answer(self, slip: Slip, answers_for: Callable[[Manifest], Answered]) -> bytes:
        """The whole journey: manifest, token, sealed ballot. Returns the receipt (32 bytes); raises JourneyFailed."""
        manifest = self.manifest(slip)
        pending = begin_token(manifest.challenge, manifest.token_key, self._randomness)
        response = self._ask(
            "token-request",
            "POST",
            slip,
            "token-request",
            body=pending.request,
            headers={"Authorization": f"Bearer {slip.code}", "Content-Type": REQUEST_MEDIA_TYPE},
            expected=(200,),
            media_type=RESPONSE_MEDIA_TYPE,
        )
        try:
            token = pending.finish(response.data).encode()
        except SurveyError:
            raise JourneyFailed("token-request", "a token that does not verify") from None
        answered = answers_for(manifest)
        plaintext = pad(encode_answers(answered.answers, answered.texts), manifest.plaintext_length)
        sealed = seal(manifest.opening_key, ballot_info(manifest.digest, token), plaintext)
        response = self._ask(
            "ballot",
            "POST",
            slip,
            "ballots",
            body=sealed,
            headers={
                "Authorization": f'PrivateToken token="{b64url_encode(token)}"',
                "Content-Type": BALLOT_MEDIA_TYPE,
            },
            expected=(201, 200),
        )
        own = receipt(sealed[:ENC_LEN], sealed[ENC_LEN:])
        if _json(response.data).get("receipt") != own.hex():
            raise JourneyFailed("ballot", "a receipt for another ballot")
        return own

    def _ask(
        self,
        step: str,
        method: str,
        slip: Slip,
        path: str,
        *,
        expected: tuple[int, ...],
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
    ) -> urllib3.BaseHTTPResponse:
        address = f"{self.url}/e/{slip.evaluation_id}/{path}"
        problem = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                self._pause(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1)))
            try:
                response = self._pool.request(method, address, body=body, headers=headers, redirect=False)
            except urllib3.exceptions.HTTPError as error:
                problem = f"network ({type(error).__name__})"
                continue
            if response.status in expected:
                if media_type and response.headers.get("Content-Type") != media_type:
                    raise JourneyFailed(step, "an answer of the wrong media type")
                return response
            problem = str(_json(response.data).get("type") or f"status {response.status}")
            if response.status != 503:
                break
        raise JourneyFailed(step, problem)


def _json(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
