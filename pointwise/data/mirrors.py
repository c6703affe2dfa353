"""A file as a mirror sends it, from where it broke off, while who takes it is never kept waiting."""

from __future__ import annotations

import hashlib
import http.client
import queue
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

BEAT = 0.25  # seconds between two events, at most, whatever the network does: so that a download can be stopped
SILENCE = 20.0  # seconds for which a mirror may be silent
RETRIES = 5  # of a mirror that breaks off, as long as each of them brings something
CHUNK = 1 << 16  # bytes
NETWORK_ERRORS = (urllib.error.URLError, http.client.HTTPException, ssl.SSLError, TimeoutError, ConnectionError)


class OtherFileError(Exception):
    """What a mirror sends is not the file."""


def whole_file(address: str, part: Path, size: int, md5: str) -> Iterator[int]:
    """Bytes in ``part`` so far, until it is the whole file. Raises NETWORK_ERRORS, or OtherFileError."""
    resumed, tries = size_of(part) > 0, 0
    while True:
        before = size_of(part)
        try:
            yield from _stream(address, part, size)
            if _checksum(part) == md5:
                return
            raise OtherFileError
        except OtherFileError:
            part.unlink(missing_ok=True)
            if not resumed:
                raise
            resumed = False  # what was there before may have been the broken part
        except NETWORK_ERRORS:
            tries += 1
            if size_of(part) <= before or tries > RETRIES:
                raise


def _stream(address: str, part: Path, size: int) -> Iterator[int]:
    """Bytes in ``part`` so far, at least every BEAT seconds, until there are ``size``."""
    have = size_of(part)
    if have >= size:
        return
    with closing(_Reader(address, have, size)) as reader, part.open("ab") as file:
        for offset, piece in reader.pieces():
            if piece and offset != have:  # it is sent from its beginning
                file.truncate(offset)
                have = offset
            file.write(piece)
            have += len(piece)
            if have > size:
                raise OtherFileError
            yield have
    if have < size:
        raise ConnectionError("it broke off")


class _Reader:
    """A thread that asks for a file, so that who takes what it is sent never has to wait for the network."""

    def __init__(self, address: str, after: int, size: int) -> None:
        self._address, self._after, self._size = address, after, size
        self._sent: queue.Queue[tuple[int, bytes] | BaseException | None] = queue.Queue(maxsize=16)
        self._closed = threading.Event()
        threading.Thread(target=self._read, name="pointwise-download", daemon=True).start()

    def close(self) -> None:
        """Take no more. The thread ends once it hears from the mirror, or has waited for SILENCE."""
        self._closed.set()

    def pieces(self) -> Iterator[tuple[int, bytes]]:
        """Pieces of the file with their offsets; an empty one after each BEAT without any. Raises what went wrong."""
        while True:
            try:
                sent = self._sent.get(timeout=BEAT)
            except queue.Empty:
                yield 0, b""
                continue
            if sent is None:
                return
            if isinstance(sent, BaseException):
                raise sent
            yield sent

    def _read(self) -> None:
        asked = urllib.request.Request(self._address, headers={"User-Agent": "pointwise"})
        if self._after:
            asked.add_header("Range", f"bytes={self._after}-")
        try:
            with urllib.request.urlopen(asked, timeout=SILENCE) as answer:
                resumes = answer.headers.get("Content-Range", "").startswith(f"bytes {self._after}-")
                offset = self._after if resumes else 0
                if answer.headers.get("Content-Length", str(self._size - offset)) != str(self._size - offset):
                    raise OtherFileError
                while not self._closed.is_set() and (piece := answer.read(CHUNK)):
                    self._hand((offset, piece))
                    offset += len(piece)
            self._hand(None)
        except urllib.error.HTTPError as error:
            error.close()
            self._hand(OtherFileError() if error.code == 416 else error)  # there is nothing after that
        except (*NETWORK_ERRORS, OtherFileError) as error:
            self._hand(error)
        except Exception as error:
            self._hand(urllib.error.URLError(str(error)))

    def _hand(self, one: tuple[int, bytes] | BaseException | None) -> None:
        while not self._closed.is_set():
            try:
                self._sent.put(one, timeout=BEAT)
                return
            except queue.Full:
                pass


def reason_of(error: BaseException) -> str:
    """The end of a sentence that begins with a mirror's name."""
    if isinstance(error, urllib.error.HTTPError):
        return f"answers {error.code}"
    if isinstance(getattr(error, "reason", error), TimeoutError):
        return f"was silent for {SILENCE:.0f} seconds"
    return "cannot be reached" if isinstance(error, urllib.error.URLError) else "broke off"


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
