"""Sizes that tell little: every plaintext is framed and padded to a Padmé bucket before it is encrypted. Plain Python.

Frame = length of the content (8 bytes, big-endian) + content + zeros. Padmé (Nikitin et al., PETS 2019) costs at most
12 % and leaves O(log log size) bits; everything up to 16 KiB looks alike, so a price never shows in a size.
"""

import hashlib
from collections.abc import Iterator
from typing import Protocol

PREFIX = 8
FLOOR = 16 * 1024
LIMIT = 4 * 1024**3  # bytes of one padded part
_BLOCK = 64 * 1024
_AGE_TAG = 16
_AGE_NONCE = 16
# An age header to one X25519 key is 167 bytes; writers may add grease.
_AGE_HEADER = range(150, 2049)


class Readable(Protocol):
    """What streaming reads from."""

    def read(self, size: int = -1, /) -> bytes:
        """The next at most `size` bytes; b"" at the end."""
        ...


class Writable(Protocol):
    """What streaming writes to."""

    def write(self, data: bytes, /) -> int:
        """Take the bytes; how many were taken."""
        ...

    def flush(self) -> None:
        """Pass on what is held back."""
        ...


class BadFrame(ValueError):
    """The plaintext is not a frame of the promised size."""


def bucket(size: int) -> int:
    """The Padmé size, at least FLOOR, that a frame of `size` bytes is padded to."""
    if size <= FLOOR:
        return FLOOR
    exponent = size.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-size // step) * step


def padded_size(content_size: int) -> int:
    """Bytes of the padded frame around `content_size` bytes."""
    return bucket(PREFIX + content_size)


def is_bucket(size: int) -> bool:
    """Whether a frame may have this size."""
    return FLOOR <= size <= LIMIT and bucket(size) == size


def plausible_ciphertext(size: int, padded: int) -> bool:
    """Whether an age file of `size` bytes can hold exactly `padded` bytes. Lets padding be checked without a key."""
    return size - padded - _AGE_NONCE - _AGE_TAG * max(1, -(-padded // _BLOCK)) in _AGE_HEADER


def frame(content: bytes) -> bytes:
    """The padded frame around `content`."""
    return content_prefix(len(content)) + content + bytes(padded_size(len(content)) - PREFIX - len(content))


def unframe(padded: bytes) -> bytes:
    """The content of a padded frame.

    Raises:
        BadFrame: wrong length, or the padding is not zeros.
    """
    size = int.from_bytes(padded[:PREFIX], "big")
    if padded_size(size) != len(padded) or any(padded[PREFIX + size :]):
        raise BadFrame("frame and length disagree")
    return padded[PREFIX : PREFIX + size]


def content_prefix(content_size: int) -> bytes:
    """The first PREFIX bytes of a frame."""
    return content_size.to_bytes(PREFIX, "big")


class FramedSource:
    """Reads as the padded frame around a file, for streaming encryption."""

    def __init__(self, source: Readable, content_size: int) -> None:
        self._pieces = self._walk(source, content_size)
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """The next at most `size` bytes; b"" at the end."""
        while not self._rest:
            if (piece := next(self._pieces, None)) is None:
                return b""
            self._rest = piece
        if size < 0:
            size = len(self._rest)
        given, self._rest = self._rest[:size], self._rest[size:]
        return given

    @staticmethod
    def _walk(source: Readable, content_size: int) -> Iterator[bytes]:
        yield content_prefix(content_size)
        left = content_size
        while left:
            piece = source.read(min(_BLOCK, left))
            if not piece:
                raise BadFrame("the file became shorter while it was read")
            left -= len(piece)
            yield piece
        left = padded_size(content_size) - PREFIX - content_size
        while left:
            yield bytes(min(_BLOCK, left))
            left -= min(_BLOCK, left)


class ContentSink:
    """Takes a padded frame piece by piece and writes only its content; `finish()` judges the whole."""

    def __init__(self, target: Writable, padded: int) -> None:
        self._target, self._padded = target, padded
        self._prefix, self._seen = b"", 0
        self._hash = hashlib.sha256()
        self._clean = True
        self.size = 0

    def write(self, piece: bytes) -> int:
        """Take the next bytes. Never raises: `finish` answers for all."""
        taken = len(piece)
        self._seen += taken
        if len(self._prefix) < PREFIX:
            need = PREFIX - len(self._prefix)
            self._prefix, piece = self._prefix + piece[:need], piece[need:]
            if len(self._prefix) == PREFIX:
                self.size = int.from_bytes(self._prefix, "big")
                self._left = self.size
        if piece and self._seen <= self._padded:
            content, zeros = piece[: self._left], piece[self._left :]
            self._left -= len(content)
            self._hash.update(content)
            self._target.write(content)
            self._clean = self._clean and not any(zeros)
        return taken

    def flush(self) -> None:
        """Pass the flush on."""
        self._target.flush()

    def finish(self) -> str:
        """SHA-256 of the content, hex.

        Raises:
            BadFrame: not exactly the promised frame.
        """
        if self._seen != self._padded or not self._clean or padded_size(self.size) != self._padded:
            raise BadFrame("frame and length disagree")
        return self._hash.hexdigest()
