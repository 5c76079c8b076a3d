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
    # Held here because the module's own names are gone when the interpreter shuts down before this object.
    _getpid = staticmethod(os.getpid)

    def __init__(self, at: int | None, free: Callable[[int], None]) -> None:
        if not at:
            raise MemoryError("libcrypto could not make an object.")
        self.at = at
        self._free = free
        self._pid = self._getpid()

    def __del__(self) -> None:
        # After a fork another thread of the parent may have held a lock of this object: the child lets it be.
        if getattr(self, "at", None) and self._pid == self._getpid():
            self._free(self.at)


class PerThread:
    """One value per thread, made at first use; a forked child makes its own."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._local = threading.local()

    def get(self) -> Any:
        local = self._local
        if getattr(local, "pid", None) != os.getpid():
            local.value = self._make()
            local.pid = os.getpid()
        return local.value


_clear_errors = bind("ERR_clear_error", None)
_auto_private_key = bind("d2i_AutoPrivateKey", pointer, pointer, ctypes.POINTER(pointer), ctypes.c_long)
_pkey_free = bind("EVP_PKEY_free", None, pointer)
_context_new = bind("EVP_PKEY_CTX_new", pointer, pointer, pointer)
_context_free = bind("EVP_PKEY_CTX_free", None, pointer)
_decrypt_init = bind("EVP_PKEY_decrypt_init", integer, pointer)
_encrypt_init = bind("EVP_PKEY_encrypt_init", integer, pointer)
_set_padding = bind("EVP_PKEY_CTX_set_rsa_padding", integer, pointer, integer)
_decrypt = bind("EVP_PKEY_decrypt", integer, pointer, octets, size_out, octets, size, long=True)
_encrypt = bind("EVP_PKEY_encrypt", integer, pointer, octets, size_out, octets, size)  # some 15 us: e is small


def refuse(what: str) -> InvalidInput:
    """The refusal to raise; empties the thread's error queue, which Python's ssl module reads too."""
    _clear_errors()
    return InvalidInput(what)


# Held while a key object is made; a forked child starts with a fresh one, whoever held it in the parent.
_making_keys = threading.Lock()


def _fresh_lock() -> None:
    global _making_keys
    _making_keys = threading.Lock()


os.register_at_fork(after_in_child=_fresh_lock)


class _RsaContexts:
    """One thread's contexts for the private and the public operation, and a buffer for results."""

    def __init__(self, pkey: Owned, modulus_len: int) -> None:
        self.private = self._context(pkey, _decrypt_init)
        self.public = self._context(pkey, _encrypt_init)
        self.out = ctypes.create_string_buffer(modulus_len)

    @staticmethod
    def _context(pkey: Owned, start: Any) -> Owned:
        context = Owned(_context_new(pkey.at, None), _context_free)
        if start(context.at) <= 0 or _set_padding(context.at, _RSA_NO_PADDING) <= 0:
            raise refuse("libcrypto does not do the raw RSA operation with this key.")
        return context


class LibcryptoRsaKey:
    """RsaPrivateKey over one shared EVP_PKEY and one pair of contexts per thread.

    libcrypto blinds the base and computes in constant time, so the time taken tells nothing about the key.
    """

    def __init__(self, der: bytes) -> None:
        # Primality tests would cost 35 ms at every start; arithmetic.rsa_private_key tries the key out instead.
        loaded = load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
        if not isinstance(loaded, RSAPrivateKey):
            raise InvalidInput("This private key is not an RSA key.")
        numbers = loaded.public_key().public_numbers()
        self.modulus, self.public_exponent = numbers.n, numbers.e
        self.modulus_len = (loaded.key_size + 7) // 8
        # Kept for children after a fork: they build their own EVP_PKEY, whose locks no lost thread can hold.
        self._der = der
        self._pkey: Owned | None = None
        self._pkey_pid = 0
        self._contexts = PerThread(self._make_contexts)

    def _make_contexts(self) -> _RsaContexts:
        with _making_keys:
            if self._pkey is None or self._pkey_pid != os.getpid():
                data = ctypes.create_string_buffer(self._der, len(self._der))
                at = pointer(ctypes.addressof(data))
                found = _auto_private_key(None, ctypes.byref(at), len(self._der))
                ctypes.memset(data, 0, len(self._der))
                if not found:
                    raise refuse("This private key cannot be read.")
                self._pkey, self._pkey_pid = Owned(found, _pkey_free), os.getpid()
            return _RsaContexts(self._pkey, self.modulus_len)

    def private_op(self, m: bytes) -> bytes:
        require_below(m, self.modulus, self.modulus_len)
        contexts = self._contexts.get()
        return self._run(_decrypt, contexts.private, contexts.out, m)

    def public_op(self, s: bytes) -> bytes:
        require_below(s, self.modulus, self.modulus_len)
        contexts = self._contexts.get()
        return self._run(_encrypt, contexts.public, contexts.out, s)

    def _run(self, operation: Any, context: Owned, out: Any, data: bytes) -> bytes:
        length = size(self.modulus_len)
        done = operation(context.at, out, ctypes.byref(length), data, self.modulus_len)
        if done <= 0 or length.value != self.modulus_len:
            raise refuse("The raw RSA operation was refused.")
        return bytes(out.raw)


class LibcryptoBackend:
    name = "libcrypto"

    def __init__(self) -> None:
        from survey.crypto.libcrypto_points import LibcryptoP256

        self.p256 = LibcryptoP256()

    def rsa_private_key(self, der: bytes) -> RsaPrivateKey:
        return LibcryptoRsaKey(der)
