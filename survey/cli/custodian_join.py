"""`survey custodian join`: one custodian's part in making the key, over HTTP or with files.

Law: everything is in the draft, locked under the passphrase and on disk, before it is sent; the same command again
goes on where the last one stopped. The program waits at most as long as it is told.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import click
import urllib3

from survey.cli.files import require_new, write_secret
from survey.crypto.passphrase import SALT_LEN, Lock, check_passphrase, lock_of
from survey.crypto.wire import b64url_encode
from survey.domain.ceremony.agreed import DONE
from survey.domain.ceremony.board import Board, read_board
from survey.domain.ceremony.check_words import check_words
from survey.domain.ceremony.invitation import Invitation
from survey.domain.ceremony.key_holder import BoardChanged, Draft, KeyHolder
from survey.domain.ceremony.messages import Message
from survey.domain.custody.shares import encode_locked_share
from survey.errors import InvalidInput, StoreUnavailable, SurveyError, WrongState

DRAFT_AAD = b"survey/share-draft/v1\x00"
POLL_SECONDS = 2.0
TIMEOUT = urllib3.Timeout(connect=10, read=60)


class Refused(SurveyError):
    """The server refused; the sentence is its own."""

    kind = "refused-by-server"


class Way(Protocol):
    """How messages travel."""

    def board(self) -> Any: ...

    def post(self, message: Message) -> bool:
        """Send; True when the board can be read again at once."""

    def object(self) -> None:
        """Say that the check words differ, which ends the attempt for everybody."""


class HttpWay:
    def __init__(self, invitation: Invitation, trust: str | None = None) -> None:
        self._url = f"{invitation.url}/custodian"
        self._headers = {"Authorization": f"Bearer {b64url_encode(invitation.secret)}", "Accept-Language": "en"}
        self._pool = urllib3.PoolManager(num_pools=1, retries=False, timeout=TIMEOUT, ca_certs=trust)

    def board(self) -> Any:
        return self._ask("GET", "board")["board"]

    def post(self, message: Message) -> bool:
        self._ask("POST", "messages", message.encode())
        return True

    def object(self) -> None:
        self._ask("POST", "objection", b"")

    def _ask(self, method: str, path: str, body: bytes | None = None) -> Any:
        try:
            response = self._pool.request(
                method, f"{self._url}/{path}", body=body, headers=self._headers, redirect=False
            )
        except urllib3.exceptions.HTTPError as error:
            raise StoreUnavailable(
                f"{self._url} does not answer ({type(error).__name__}). Nothing is lost; run the same command again."
            ) from None
        try:
            document = json.loads(response.data)
        except ValueError:
            document = {}
        if response.status != 200:
            raise Refused(str(document.get("detail") or f"{self._url} answered with status {response.status}."))
        return document


@dataclass(frozen=True)
class FileWay:
    """The office carries the board to the custodian and the message back."""

    board_file: Path
    message_file: Path

    def board(self) -> Any:
        try:
            return json.loads(self.board_file.read_bytes())
        except ValueError:
            raise InvalidInput(f"{self.board_file} is not a notice board (no JSON).") from None

    def post(self, message: Message) -> bool:
        write_secret(self.message_file, message.encode())
        click.echo(f"Wrote {self.message_file}; give it to the office, and come back with the next notice board.")
        return False

    def object(self) -> None:
        """Without network the office is told in person; the command says so."""


@dataclass
class Joining:
    """One custodian's files and how they are reached. draft: beside the share, until the share is there."""

    invitation: Invitation
    share_file: Path
    lock: Lock
    draft: Draft

    @classmethod
    def begin(
        cls,
        invitation: Invitation,
        share_file: Path,
        ask: Callable[[bool], str],
        log_n: int,
        old_secret: bytes | None = None,
    ) -> Joining:
        """ask(is_new): the passphrase. Takes up the draft where there is one. old_secret: where a custodian is
        replaced, the share of the key as it is (everybody but the newcomer).
        """
        require_new(share_file)
        file = draft_file(share_file)
        if file.exists():
            locked = file.read_bytes()
            lock = lock_of(ask(False), locked)
            draft = Draft.parse(lock.unlock(locked, DRAFT_AAD))
            if (draft.agreed_digest, draft.index) != (invitation.agreed.digest, invitation.index):
                raise InvalidInput(f"{file} is the draft of another round or another custodian.")
            return cls(invitation, share_file, lock, draft)
        replacement = invitation.replacement
        if replacement is not None:
            replacement.constant_term(invitation.index, old_secret)  # refuses a share that does not belong here
        passphrase = ask(True)
        check_passphrase(passphrase)
        lock = Lock.of(passphrase, secrets.token_bytes(SALT_LEN), log_n)
        draft = Draft.new(invitation.agreed.digest, invitation.index, secrets.token_bytes, old_secret)
        joining = cls(invitation, share_file, lock, draft)
        joining.save()
        return joining

    def save(self) -> None:
        """Replace the draft on disk, whole or not at all."""
        target = draft_file(self.share_file)
        descriptor, name = tempfile.mkstemp(prefix=".draft.", dir=target.parent)  # 0600
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(self.lock.lock(self.draft.encode(), DRAFT_AAD, secrets.token_bytes))
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def step(self, way: Way, agree: Callable[[Board], bool]) -> Board | None:
        """Read the board, say what is to be said. The board when others are awaited or all is done; None: go on."""
        agreed, messages, stopped = read_board(way.board())
        if agreed.digest != self.invitation.agreed.digest:
            raise BoardChanged("The notice board names another round, other custodians or another threshold.")
        if stopped is not None:
            why = stopped.sentence(agreed.custodians)
            raise WrongState(f"This attempt was stopped: {why} Wait for the office, then run the same command again.")
        board = Board.read(agreed, messages)
        holder = KeyHolder(self.draft, secrets.token_bytes)
        is_new = board.phase != DONE and board.said_by(holder.index, board.phase) is None
        if is_new and board.phase == "confirm" and board.fault is None and not agree(board):
            way.object()
            raise WrongState("Not confirmed. Tell the other custodians and the office; the ceremony must begin again.")
        message = holder.next_message(board)
        if message is None:
            if board.phase == DONE:
                self._finish(holder, board)
            return board
        self.save()
        return None if way.post(message) else board

    def _finish(self, holder: KeyHolder, board: Board) -> None:
        share = holder.share(board)
        name = self.invitation.custodian
        write_secret(
            self.share_file, encode_locked_share(board.agreed.round_id, name, share, self.lock, secrets.token_bytes)
        )
        draft_file(self.share_file).unlink()


def draft_file(share_file: Path) -> Path:
    return share_file.with_name(f"{share_file.name}.draft")


def join(
    joining: Joining,
    way: Way,
    *,
    agree: Callable[[Board], bool],
    wait: float,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> Board:
    """Go as far as the others allow, for at most `wait` seconds; the board where it stopped."""
    until = clock() + wait
    while True:
        board = joining.step(way, agree)
        if board is None:
            continue
        if board.phase == DONE or clock() >= until or isinstance(way, FileWay):
            return board
        pause(POLL_SECONDS)


def ask_to_agree(board: Board) -> bool:
    """Show the check words and ask; the one step that a dishonest notice board cannot take for people."""
    zh, en = check_words(board.seen("confirm"))
    click.echo("Check words. Read them to the other custodians over the telephone; they must be the same everywhere:")
    click.echo(f"  {' '.join(zh)}\n  {' '.join(en)}")
    return click.confirm("Do all custodians see these words?", default=False)
