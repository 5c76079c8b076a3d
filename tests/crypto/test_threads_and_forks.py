"""C objects belong to one thread and one process, and are freed once."""

import os
import subprocess
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

from survey.crypto import arithmetic
from survey.crypto.arithmetic import BASE
from survey.crypto.libcrypto import Owned, PerThread
from tests.crypto.support import token_key


def test_threads_share_one_key_and_all_get_the_same_answers() -> None:
    key = arithmetic.rsa_private_key(token_key())
    points = arithmetic.p256()
    numbers = range(2, 42)

    def work(number: int) -> tuple[bytes, bytes]:
        return key.private_op(number.to_bytes(256, "big")), points.mult(number.to_bytes(32, "big"), BASE)

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(work, numbers))

    assert together == [work(number) for number in numbers]


def test_what_a_thread_made_goes_with_the_thread() -> None:
    class Thing:
        pass

    per_thread = PerThread(Thing)
    made: list[weakref.ref[Thing]] = []
    thread = threading.Thread(target=lambda: made.append(weakref.ref(per_thread.get())))
    thread.start()
    thread.join()

    assert made[0]() is None


def test_an_object_is_freed_exactly_once() -> None:
    freed: list[int] = []
    owned = Owned(4711, freed.append)
    assert freed == []

    del owned

    assert freed == [4711]


def test_an_object_of_the_parent_is_not_freed_by_a_child() -> None:
    freed: list[int] = []
    owned = Owned(4711, freed.append)
    owned._pid = os.getpid() + 1  # as a child sees it after a fork

    del owned

    assert freed == []


_FORKING = """
import os, sys, threading
from survey.crypto import arithmetic
key = arithmetic.rsa_private_key(bytes.fromhex(sys.stdin.read()))
points = arithmetic.p256()
m = (5).to_bytes(256, "big")
expected = key.private_op(m), points.mult(bytes(31) + b"\\7", arithmetic.BASE)
stop = threading.Event()
def busy():
    while not stop.is_set():
        key.private_op(m)
threads = [threading.Thread(target=busy) for _ in range(2)]
for thread in threads: thread.start()
failed = 0
for _ in range(10):
    child = os.fork()
    if child == 0:
        again = key.private_op(m), points.mult(bytes(31) + b"\\7", arithmetic.BASE)
        os._exit(0 if again == expected else 1)
    failed += os.waitpid(child, 0)[1] != 0
stop.set()
for thread in threads: thread.join()
sys.exit(failed)
"""


def test_children_forked_while_threads_sign_give_the_same_answers() -> None:
    run = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", _FORKING],
        input=token_key().hex(),
        text=True,
        timeout=60,
        check=False,
    )

    assert run.returncode == 0
