"""`NativeSender`: `media/native` by ctypes, with the OpenSSL of Python's ssl module.

`pip install` compiles it where there is a C compiler (pyproject.toml, `ext-modules`);
it is no Python module. What it saves: benchmarks/README.md.
"""

from __future__ import annotations

import ctypes
import importlib.util
from collections.abc import Sequence

from media.srtp.gcm import GcmKey
from media.transport.addressee import Addressee, CipherContext
from media.transport.batch import Batch
from media.transport.batch_sender import (
    ROOM_BYTES,
    BatchSender,
    Progress,
    PythonSender,
    Seats,
)

_FUNCTIONS = (
    "EVP_EncryptInit_ex",
    "EVP_EncryptUpdate",
    "EVP_EncryptFinal_ex",
    "EVP_CIPHER_CTX_ctrl",
)
"""Of `struct openssl`, in its order."""

_Pointer = ctypes.c_void_p


class _NativeBatch(ctypes.Structure):
    """`struct batch`."""

    _fields_ = (
        ("plain", ctypes.c_char_p),
        ("packets", ctypes.c_char_p),
        ("runs", ctypes.c_char_p),
        ("size_bytes", ctypes.c_uint32),
        ("packet_count", ctypes.c_uint32),
        ("run_count", ctypes.c_uint32),
    )


class _Stop(ctypes.Structure):
    """`struct stop`."""

    _fields_ = (("run", ctypes.c_uint32), ("error", ctypes.c_int32))
    run: int
    error: int


class _OpenSsl:
    """The library that the ssl module is linked to. Raises OSError, AttributeError."""

    def __init__(self) -> None:
        import _ssl

        library = ctypes.CDLL(_ssl.__file__)
        functions = [getattr(library, name) for name in _FUNCTIONS]
        pointers = [ctypes.cast(one, _Pointer).value for one in functions]
        self.functions = (_Pointer * len(pointers))(*pointers)
        self._init = library.EVP_EncryptInit_ex
        self._init.argtypes = (_Pointer, _Pointer, _Pointer, ctypes.c_char_p, _Pointer)
        self._new = library.EVP_CIPHER_CTX_new
        self._new.restype = _Pointer
        self.free = library.EVP_CIPHER_CTX_free
        self.free.argtypes = (_Pointer,)
        self.free.restype = None
        library.EVP_aes_128_gcm.restype = _Pointer
        self._cipher = library.EVP_aes_128_gcm()

    def new_context(self, key: bytes) -> int:
        """Give a context that encrypts under this key. Raises MemoryError."""
        context: int | None = self._new()
        if not context or self._init(context, self._cipher, None, key, None) != 1:
            self.free(context)
            raise MemoryError("OpenSSL gives no AES-GCM context")
        return context


class _Context:
    __slots__ = ("_openssl", "pointer")

    def __init__(self, openssl: _OpenSsl, key: bytes) -> None:
        self._openssl = openssl
        self.pointer = openssl.new_context(key)

    def __del__(self) -> None:
        if hasattr(self, "pointer"):
            self._openssl.free(self.pointer)


class _NativeSeats:
    def __init__(self, addressees: Sequence[Addressee]) -> None:
        self._keep = tuple(addressees)
        table = (_Pointer * len(addressees))(*[one.pointer for one in addressees])
        self._table = table
        self.pointer = ctypes.addressof(table)

    def __len__(self) -> int:
        return len(self._keep)


class NativeSender:
    """Seals and sends in C; raises OSError or AttributeError where that can not be."""

    name = "native"

    def __init__(self) -> None:
        spec = importlib.util.find_spec("media.native._fan_out")
        if spec is None or spec.origin is None:
            raise OSError("media/native was not compiled")
        self._openssl = _OpenSsl()
        self._stop = _Stop()
        self._memory = ctypes.create_string_buffer(ROOM_BYTES)
        self._fan_out = ctypes.CDLL(spec.origin).hallcast_fan_out
        self._fan_out.argtypes = (
            _Pointer,
            ctypes.c_int,
            _Pointer,
            _Pointer,
            ctypes.c_int,
            _Pointer,
            ctypes.c_size_t,
            _Pointer,
        )

    def open(self, key: GcmKey) -> CipherContext:
        return _Context(self._openssl, key.session_key)

    def seat(self, addressees: Sequence[Addressee]) -> Seats:
        return _NativeSeats(addressees)

    def send(self, fileno: int, batch: Batch, seats: Seats, first: int) -> Progress:
        assert isinstance(seats, _NativeSeats)
        size_bytes = len(batch.plain)
        if size_bytes > len(self._memory):
            self._memory = ctypes.create_string_buffer(size_bytes)
        laid_out = _NativeBatch(
            batch.plain,
            batch.places,
            batch.run_places,
            size_bytes,
            len(batch.packets),
            len(batch.runs),
        )
        served = self._fan_out(
            self._openssl.functions,
            fileno,
            ctypes.byref(laid_out),
            seats.pointer + first * ctypes.sizeof(_Pointer),
            len(seats) - first,
            self._memory,
            len(self._memory),
            ctypes.byref(self._stop),
        )
        return Progress(served, self._stop.run, self._stop.error)


def best_sender() -> BatchSender:
    """Give the native sender, or the one in Python where there is none."""
    try:
        return NativeSender()
    except (AttributeError, ImportError, OSError):
        return PythonSender()
