"""Python's own libcrypto through ctypes: loading, ownership of C objects, and the raw RSA operation.

Law: every C function has its argument and result types set (an undeclared pointer is cut to 32 bits); every C object
has one Python owner that frees it; contexts belong to one thread; after a fork the child makes its own.
Calls of some microseconds or more release the GIL (CDLL); the short ones keep it (PyDLL), because handing it over
would cost more than the call. Sources: OpenSSL manual pages EVP_PKEY_decrypt(3), RSA_public_encrypt(3).
"""

from __future__ import annotations

import _ssl
import ctypes
import os
import threading
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key

from survey.crypto.arithmetic import RsaPrivateKey, require_below
from survey.errors import InvalidInput

pointer = ctypes.c_void_p
integer = ctypes.c_int
size = ctypes.c_size_t
octets = ctypes.c_char_p
size_out = ctypes.POINTER(ctypes.c_size_t)

_RSA_NO_PADDING = 3

# Through _ssl the loader finds the very libcrypto Python runs on: no search path, no compiler, no second copy.
_quick: Any = ctypes.PyDLL(_ssl.__file__)
_long: Any = ctypes.CDLL(_ssl.__file__)


def bind(name: str, result: Any, *arguments: Any, long: bool = False) -> Any:
    """The C function `name` with its types; long: release the GIL meanwhile. Raises AttributeError when absent."""
    function = getattr(_long if long else _quick, name)
    function.restype = result
    function.argtypes = arguments
    return function


class Owned:
    """A C object and the duty to free it, done when the last reference goes."""

    __slots__ = ("_free", "_pid", "at")

    def __init__(self, at: int | None, free: Callable[[int], None]) -> None:
        if not at:
            raise MemoryError("libcrypto could not make an object.")
        self.at = at
        self._free = free
        self._pid = os.getpid()

    def __del__(self) -> None:
        # After a fork another thread of the parent may have held a lock of this object: the child lets it be.
        if getattr(self, "at", None) and self._pid == os.getpid():
            self._free(self.at)


class PerThread:
    """One value per thread, made at first use; a forked child makes its own."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._local = threading.local()
        _per_thread.append(self._forget) if False else None

    def get(self) -> Any:
        local = self._local
        if getattr(local, "pid", None) != os.getpid():
            local.value = self._make()
            local.pid = os.getpid()
        return local.value
