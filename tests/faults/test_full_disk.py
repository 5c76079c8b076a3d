"""A full disk under load, with real processes: 503 until there is room again, then everybody ends with one receipt.

Where the tests run as root, the disk is a small one of its own that is really filled; everywhere, the server's files
are limited in size while it runs, which fails at the same writes.
"""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.databases import new_cluster
from tests.faults.installation import Installation, Server, wait_until
from tests.faults.people import Crowd, people_of

PEOPLE = 240  # more than are served between the failures
REFUSALS = 12


def _may_mount() -> bool:
    """Whether a file system can be mounted here, asked once and undone at once, in a namespace of its own."""
    command = ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/tmp"]  # noqa: S108 -- seen by nobody else
    return os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0


MAY_MOUNT = _may_mount()


def only_where_disks_can_be_made(test: Callable[..., None]) -> Callable[..., None] | None:
    """Elsewhere the test is not there at all; limited files then stand for it."""
    return test if MAY_MOUNT else None


@contextmanager
def small_disk(size: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="survey-disk-"))
    folder.chmod(0o755)  # PostgreSQL's user must pass
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


def fill(folder: Path) -> Path:
    """Until not one byte more fits."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as stream:
        for piece in (1 << 20, 4096, 1):
            while True:
                try:
                    if stream.write(b"x" * piece) == 0:
                        break
                except OSError:
                    break
    return filler


def limit_file_sizes(pids: list[int], limit: int) -> None:
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


@dataclass(frozen=True)
class Failure:
    """said: what the staff see of it."""

    break_it: Callable[[], object]
    mend_it: Callable[[], object]
    said: str


def test_full_disks_and_files_that_may_not_grow_refuse_until_they_may_again_on_sqlite(tmp_path: Path) -> None:
    """One server through all of it: a disk that is full before the first ballot, one that fills up, limited files."""
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk("8m")) if MAY_MOUNT else tmp_path
        installation = Installation.make(tmp_path, f"sqlite:///{disk / 'survey.db'}", PEOPLE)
        stack.callback(installation.close)
        full = Failure(lambda: fill(disk), (disk / "filler").unlink, "SQLITE_FULL: the disk is full")
        if MAY_MOUNT:
            fill(disk)  # the server starts all the same
        server = installation.serve()
        limited = Failure(
            # Less than what the store writes next, more than the one line that is said about it.
            lambda: limit_file_sizes(server.worker_pids(), 4096),
            lambda: limit_file_sizes(server.worker_pids(), resource.RLIM_INFINITY),
            "SQLITE_",
        )
        through_failures(
            installation, [replace(full, break_it=lambda: None), full, limited] if MAY_MOUNT else [limited]
        )


@only_where_disks_can_be_made
@pytest.mark.postgres
def test_a_full_disk_refuses_until_there_is_room_again_on_postgresql(tmp_path: Path) -> None:
    with small_disk("160m") as disk, new_cluster(disk) as cluster, ExitStack() as stack:
        with cluster.connect() as connection:
            connection.execute("CREATE DATABASE survey TEMPLATE template0")
        installation = Installation.make(tmp_path, cluster.url("survey"), PEOPLE)
        stack.callback(installation.close)
        installation.serve()
        said = "53100: the disk of PostgreSQL is full"
        through_failures(installation, [Failure(lambda: fill(disk), (disk / "filler").unlink, said)])


def through_failures(installation: Installation, failures: list[Failure]) -> None:
    """Load; break; refusals; mend; at the end everybody has one receipt, and the server is the one that was started."""
    server = installation.server
    assert server is not None
    workers = server.worker_pids()
    crowd = Crowd(people_of(installation), server.address)
    try:
        for number, failure in enumerate(failures):
            failure.break_it()
            refused = crowd.outcomes["unanswered"]
            wait_until(lambda before=refused: crowd.outcomes["unanswered"] >= before + REFUSALS, 60, "refusals")
            crowd.require_nothing_unexpected()
            acknowledged = crowd.acknowledged_receipts()
            failure.mend_it()
            crowd.wait_for_more(5)
            assert not crowd.is_done, f"nobody was left for failure {number + 2}"
            assert acknowledged <= set(installation.receipts())
            assert installation.broken_promises() == []
        crowd.finish()
        assert sorted(installation.receipts()) == sorted(crowd.acknowledged_receipts())
        assert installation.used_codes() == len(crowd.people)
        assert installation.broken_promises() == []
        assert server.worker_pids() == workers, "recovered without a restart"
        lines = [line for line in server.said.splitlines() if not line.startswith("Ready:")]
        assert all(line.startswith("store: ") for line in lines), lines
        assert [failure.said for failure in failures if failure.said not in server.said] == []
    finally:
        crowd.stop()


def test_a_file_that_may_only_be_read_is_refused_at_start_by_name(tmp_path: Path) -> None:
    installation = Installation.make(tmp_path, f"sqlite:///{tmp_path / 'survey.db'}", 1)
    installation.services.close()
    (tmp_path / "survey.db").chmod(0o400)
    server = Server(installation.instance, before_exec=_as_a_user_without_privilege_over_files)
    assert server.child.wait(timeout=60) == 1
    assert (
        server.said == f"Error: The database file {tmp_path / 'survey.db'} cannot be opened for reading and writing.\n"
    )
    (tmp_path / "survey.db").chmod(0o600)
    assert installation.broken_promises() == []


def _as_a_user_without_privilege_over_files() -> None:
    """Root ignores permissions; without this capability it has to heed them, as anybody else."""
    pr_capbset_drop, cap_dac_override = 24, 1
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(pr_capbset_drop, cap_dac_override)
