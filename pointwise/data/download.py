"""Files fetched from the internet, in one way for all data sets. Importing this needs no torch.

A file appears under its own name only when it is whole and its checksum is right. Until then it is NAME.part, which a
stopped or killed download leaves for the next one to go on with. Of several runs and processes that want the same
files one fetches, and the others wait as long as it gets on; where it does not, because it is paused or hangs, they
fetch for themselves.
"""

from __future__ import annotations

import errno
import os
import threading
import time
import urllib.error
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pointwise.data import mirrors
from pointwise.data.mirrors import NETWORK_ERRORS, OtherFileError, reason_of, size_of, whole_file
from pointwise.errors import DataError

PATIENCE = 15.0  # seconds of waiting for another download that does not get on
ROUNDS, PAUSE = 2, 2.0  # how often all mirrors are asked, and seconds between
LOCK = "download.lock"
PART = ".part"
BRIEFLY = (408, 425, 429, *range(500, 600))  # what a mirror answers that may send the file a moment later
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
WITHOUT_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP)


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
            time.sleep(mirrors.BEAT)

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
                        for received in whole_file(address, part, file.size, file.md5):
                            if target.is_file():
                                return
                            yield received
                        os.replace(part, target)
                        return
                    except OtherFileError:
                        why = f"{host} sends something else"
                    except NETWORK_ERRORS as error:
                        why = f"{host} {reason_of(error)}"
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
            if self.mark != PART or not size_of(part):
                part.unlink(missing_ok=True)
        raise DataError(
            f"It could not be downloaded: no mirror sent a whole {file.name} ({why}). Check the network connection."
        )


def _pause(part: Path) -> Iterator[int]:
    """Bytes in ``part``, every mirrors.BEAT seconds, for PAUSE."""
    until = time.monotonic() + PAUSE
    while (left := until - time.monotonic()) > 0:
        yield size_of(part)
        time.sleep(min(mirrors.BEAT, left))


def _sizes(folder: Path) -> Iterator[tuple[str, int]]:
    for path in folder.rglob("*"):
        with suppress(OSError):  # it went meanwhile
            yield path.name, path.stat().st_size
