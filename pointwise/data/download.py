"""Files fetched from the internet, in one way for all data sets. Importing this needs no torch.

A file appears under its own name only when it is whole and its checksum is right. Until then it is NAME.part, which a
stopped or killed download leaves for the next one to go on with. Of several runs and processes that want the same
files one fetches, and the others wait as long as it gets on; where it does not, because it is paused or hangs, they
fetch for themselves.
"""

from __future__ import annotations

import errno
import hashlib
import http.client
import os
import queue
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pointwise.errors import DataError

BEAT = 0.25  # seconds between two events, at most, whatever the network does: so that a download can be stopped
SILENCE = 20.0  # seconds for which a mirror may be silent
PATIENCE = 15.0  # seconds of waiting for another download that does not get on
RETRIES = 5  # of a mirror that breaks off, as long as each of them brings something
ROUNDS, PAUSE = 2, 2.0  # how often all mirrors are asked, and seconds between
CHUNK = 1 << 16  # bytes
LOCK = "download.lock"
PART = ".part"
BRIEFLY = (408, 425, 429, *range(500, 600))  # what a mirror answers that may send the file a moment later
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
WITHOUT_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP)
NETWORK_ERRORS = (urllib.error.URLError, http.client.HTTPException, ssl.SSLError, TimeoutError, ConnectionError)


@dataclass(frozen=True)
class Download:
    """How far a download is, in bytes."""

    done: int
    total: int
    waiting: bool = False  # for another run or process that fetches the same files


@dataclass(frozen=True)
class RemoteFile:
    """A file that can be fetched: its name, bytes and MD5, and the addresses that it is at, asked in turn."""

    name: str
    size: int
    md5: str
    addresses: tuple[str, ...]


def fetch_files(
    folder: Path,
    files: Sequence[RemoteFile],
    there: Callable[[], bool],
    unpack: Callable[[str], Iterator[object]] | None = None,
) -> Iterator[Download]:
    """Downloads of what is missing in ``folder``, several a second, until ``there``.

    ``unpack`` works on what was fetched, step by step; what it is given is to be in the names of its unfinished files.
    Raises DataError when no mirror sends a whole file, and OSError.
    """
    place = _Place(folder, files)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield from place.enter()
        if there():
            return
        yield from place.fetch()
        for _ in unpack(place.mark) if unpack else ():
            yield Download(place.total, place.total)
    finally:
        place.leave(there)


class _Place:
    """A folder that files are fetched into, where possible by one run at a time."""

    def __init__(self, folder: Path, files: Sequence[RemoteFile]) -> None:
        from filelock import FileLock

        self.folder, self.files = folder, files
        self.total = max(1, sum(file.size for file in files))
        self.mark = f".{os.getpid()}-{threading.get_ident()}{PART}"  # of unfinished files, where others may be at work
        self._lock = FileLock(folder / LOCK, thread_local=False)

    def enter(self) -> Iterator[Download]:
        """Downloads by others, until none of them is at work or gets on."""
        from filelock import Timeout

        seen, since = -1, time.monotonic()
        while time.monotonic() - since < PATIENCE:
            try:
                self._lock.acquire(timeout=0)
                self.mark = PART
                return
            except Timeout:
                pass
            except NotImplementedError:
                return
            except OSError as error:
                if error.errno in WITHOUT_LOCKS:
                    return
                raise
            sizes = dict(_sizes(self.folder))
            if (now := sum(sizes.values())) != seen:
                seen, since = now, time.monotonic()
            done = sum(sizes.get(file.name, sizes.get(f"{file.name}{PART}", 0)) for file in self.files)
            yield Download(min(done, self.total), self.total, waiting=True)
            time.sleep(BEAT)

    def fetch(self) -> Iterator[Download]:
        done = 0
        for file in self.files:
            if not (self.folder / file.name).is_file():
                for received in self._fetch(file):
                    yield Download(done + min(received, file.size), self.total)
            done += file.size
            yield Download(done, self.total)

    def leave(self, there: Callable[[], bool]) -> None:
        """Let others in; once all is there, nothing else is left behind."""
        with suppress(OSError):
            if there():
                for part in self.folder.rglob(f"*{PART}"):
                    part.unlink(missing_ok=True)
                (self.folder / LOCK).unlink(missing_ok=True)
        self._lock.release()

    def _fetch(self, file: RemoteFile) -> Iterator[int]:
        """Bytes so far, until the file is there, whoever fetched it."""
        target, part, why = self.folder / file.name, self.folder / f"{file.name}{self.mark}", ""
        addresses = list(file.addresses)
        try:
            for again in range(ROUNDS):
                yield from _pause(part) if again else ()
                for address in tuple(addresses):
                    host = urlsplit(address).hostname or address
                    try:
                        for received in _whole(address, part, file):
                            if target.is_file():
                                return
                            yield received
                        os.replace(part, target)
                        return
                    except _Other:
                        why = f"{host} sends something else"
                    except NETWORK_ERRORS as error:
                        why = f"{host} {_reason(error)}"
                        if isinstance(error, urllib.error.HTTPError) and error.code not in BRIEFLY:
                            addresses.remove(address)
                if not addresses:
                    break
        except OSError as error:
            if target.is_file():  # another run was quicker
                return
            if error.errno in FULL:
                part.unlink(missing_ok=True)
            raise
        finally:
            if self.mark != PART or not _size(part):
                part.unlink(missing_ok=True)
        raise DataError(
            f"It could not be downloaded: no mirror sent a whole {file.name} ({why}). Check the network connection."
        )


class _Other(Exception):
    """What a mirror sends is not the file."""


def _pause(part: Path) -> Iterator[int]:
    """Bytes in ``part``, every BEAT seconds, for PAUSE."""
    until = time.monotonic() + PAUSE
    while (left := until - time.monotonic()) > 0:
        yield _size(part)
        time.sleep(min(BEAT, left))


def _whole(address: str, part: Path, file: RemoteFile) -> Iterator[int]:
    """Bytes in ``part`` so far, until it is the whole file. Raises NETWORK_ERRORS, or _Other."""
    resumed, tries = _size(part) > 0, 0
    while True:
        before = _size(part)
        try:
            yield from _stream(address, part, file.size)
            if _checksum(part) == file.md5:
                return
            raise _Other
        except _Other:
            part.unlink(missing_ok=True)
            if not resumed:
                raise
            resumed = False  # what was there before may have been the broken part
        except NETWORK_ERRORS:
            tries += 1
            if _size(part) <= before or tries > RETRIES:
                raise


def _stream(address: str, part: Path, size: int) -> Iterator[int]:
    """Bytes in ``part`` so far, at least every BEAT seconds, until there are ``size``."""
    have = _size(part)
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
                raise _Other
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
                    raise _Other
                while not self._closed.is_set() and (piece := answer.read(CHUNK)):
                    self._hand((offset, piece))
                    offset += len(piece)
            self._hand(None)
        except urllib.error.HTTPError as error:
            error.close()
            self._hand(_Other() if error.code == 416 else error)  # there is nothing after that
        except (*NETWORK_ERRORS, _Other) as error:
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


def _reason(error: BaseException) -> str:
    """The end of a sentence that begins with a mirror's name."""
    if isinstance(error, urllib.error.HTTPError):
        return f"answers {error.code}"
    if isinstance(getattr(error, "reason", error), TimeoutError):
        return f"was silent for {SILENCE:.0f} seconds"
    return "cannot be reached" if isinstance(error, urllib.error.URLError) else "broke off"


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _sizes(folder: Path) -> Iterator[tuple[str, int]]:
    for path in folder.rglob("*"):
        with suppress(OSError):  # it went meanwhile
            yield path.name, path.stat().st_size


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
