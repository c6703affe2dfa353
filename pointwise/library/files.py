"""The library's files: in a folder, or, for who is not to be kept, in memory; and what those of a run are called."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Protocol

PART = ".part"  # of files that are being written
RUNS = "runs"  # the folder of the runs' folders
WEIGHTS, CHECKPOINT = "weights.safetensors", "checkpoint.safetensors"  # in a run's folder
SNAPSHOTS = "snapshots"  # a folder in it


def folder_of(run: str) -> str:
    """The name of a run's folder among the library's files."""
    return f"{RUNS}/{run}"


def snapshot_name(step: int) -> str:
    """The name of a snapshot's file in its run's folder."""
    return f"{SNAPSHOTS}/{step:09d}.safetensors"


class Files(Protocol):
    """Contents by name; names are relative paths with slashes. All but ``read`` may raise OSError."""

    def write(self, name: str, content: bytes) -> None:
        """Keep a whole content or, when something comes between, what was there before."""

    def read(self, name: str) -> bytes | None:
        """The content; None where there is none."""

    def delete(self, name: str) -> None:
        """Take a file or a folder away, if it is there."""

    def size(self, name: str) -> int:
        """Bytes of a file or of all files in a folder."""

    def names(self, folder: str) -> list[str]:
        """What lies in a folder, files and folders, sorted; nothing where there is no such folder."""

    def tidy(self, folder: str) -> None:
        """Take away what a kill has left in a folder that nobody writes into at the moment."""


class Folder:
    """Files below a folder that only their owner may look into."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, name: str, content: bytes) -> None:
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=target.parent, suffix=PART)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            _replace(temporary, target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def read(self, name: str) -> bytes | None:
        try:
            return (self.root / name).read_bytes()
        except OSError:
            return None

    def delete(self, name: str) -> None:
        target = self.root / name
        if target.is_dir():
            shutil.rmtree(target, ignore_errors=True)
        else:
            target.unlink(missing_ok=True)

    def size(self, name: str) -> int:
        target = self.root / name
        every = [target] if target.is_file() else target.rglob("*")
        return sum(_size(path) for path in every)

    def names(self, folder: str) -> list[str]:
        try:
            return sorted(path.name for path in (self.root / folder).iterdir() if path.suffix != PART)
        except OSError:
            return []

    def tidy(self, folder: str) -> None:
        for path in (self.root / folder).rglob(f"*{PART}"):
            path.unlink(missing_ok=True)


def _replace(temporary: str, target: Path) -> None:
    """Put a file in another's place; on Windows that has to wait while somebody reads the other."""
    for pause in (0.01, 0.05, 0.2):
        try:
            return os.replace(temporary, target)
        except PermissionError:
            time.sleep(pause)
    return os.replace(temporary, target)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:  # it went meanwhile
        return 0


class InMemoryFiles:
    """Files that are gone with the session."""

    def __init__(self) -> None:
        self._contents: dict[str, bytes] = {}

    def write(self, name: str, content: bytes) -> None:
        self._contents[name] = content

    def read(self, name: str) -> bytes | None:
        return self._contents.get(name)

    def delete(self, name: str) -> None:
        for key in [key for key in self._contents if key == name or key.startswith(f"{name}/")]:
            self._contents.pop(key, None)

    def size(self, name: str) -> int:
        every = list(self._contents.items())
        return sum(len(content) for key, content in every if key == name or key.startswith(f"{name}/"))

    def names(self, folder: str) -> list[str]:
        under = [key.removeprefix(f"{folder}/") for key in list(self._contents) if key.startswith(f"{folder}/")]
        return sorted({name.partition("/")[0] for name in under})

    def tidy(self, folder: str) -> None:
        pass  # a write is whole
