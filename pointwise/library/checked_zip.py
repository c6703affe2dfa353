"""A .zip file from outside, checked before anything in it is looked at: sizes, names, number, depth of JSON."""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

from pointwise.errors import ModelFileError
from pointwise.library.arrival import AGAIN
from pointwise.library.checked_values import within_depth

FORMAT = 1
RUN, ALL = "run.json", "all.json"  # the file that says that it is one run's, or all that an owner keeps
MOST_FILES = 5_000
MOST_TEXT = 16_000_000  # bytes of JSON
ENTRY = b"PK\x01\x02"  # begins each entry of a .zip file's list


def has_too_many_files(content: bytes) -> bool:
    """Whether a .zip file's list is of absurd length; ZipFile would make an object of each entry."""
    return content.count(ENTRY) > MOST_FILES


class CheckedZip:
    """An archive from outside whose list of files has been checked."""

    def __init__(self, path: Path, content: bytes, most: int) -> None:
        """Raises ModelFileError."""
        self.path = path
        try:
            if has_too_many_files(content):  # before ZipFile makes objects of them
                raise self.wrong("holds too many files")
            self._archive = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError):
            raise self.wrong("is damaged or no .zip file") from None
        every = [entry for entry in self._archive.infolist() if not entry.is_dir()]
        names = [entry.filename for entry in every]
        if any("\\" in name or ":" in name or name.startswith("/") or ".." in name.split("/") for name in names):
            raise self.wrong("holds names that lead out of it")
        if len(every) > MOST_FILES or len(set(names)) < len(names):
            raise self.wrong("holds too many files" if len(every) > MOST_FILES else "holds two files of one name")
        if sum(entry.file_size for entry in every) > most:
            raise self.wrong(f"holds more than {most / 1e6:,.0f} MB", "Export single runs, or import it in a terminal.")
        if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in every):
            raise self.wrong("is packed in an unusual way")
        # Whoever unpacks a file and packs the folder again puts the folder's name before all names.
        tops = [name.removesuffix(kind) for kind in (ALL, RUN) for name in names if _is_top(name, kind)]
        if not tops:
            raise self.wrong("holds no run of Pointwise", "Choose a .zip file that Pointwise exported.")
        self._names = {name.removeprefix(tops[0]): name for name in names if name.startswith(tops[0])}

    def __enter__(self) -> CheckedZip:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def wrong(self, what: str, remedy: str = AGAIN) -> ModelFileError:
        """The error to raise."""
        return ModelFileError(self.path, what, remedy)

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return name in self._names

    def folders(self) -> list[str]:
        """The folders of runs, with a slash at the end, sorted."""
        return sorted(name.removesuffix(RUN) for name in self._names if re.fullmatch(r"runs/\d{1,6}/run\.json", name))

    def under(self, folder: str) -> list[str]:
        """The names of files anywhere in a folder, without the folder's, sorted."""
        return sorted(name.removeprefix(folder) for name in self._names if name.startswith(folder))

    def read(self, name: str) -> bytes | None:
        """A file's content; None where there is no such file. Raises ModelFileError."""
        if name not in self._names:
            return None
        try:
            return self._archive.read(self._names[name])
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError, zlib.error):
            raise self.wrong("is damaged") from None

    def json(self, name: str) -> Any:
        """The JSON in a file. Raises ModelFileError."""
        content = self.read(name) or b""
        try:
            if len(content) > MOST_TEXT:
                raise ValueError
            value = json.loads(content)
        except (ValueError, RecursionError):
            raise self.wrong(f"holds a {name} that cannot be read") from None
        if not isinstance(value, dict) or not within_depth(value):
            raise self.wrong(f"holds a {name} that cannot be used")
        if value.get("format") != FORMAT:
            raise self.wrong("was made by another version of Pointwise", "Load it there, or update Pointwise here.")
        return value


def _is_top(name: str, kind: str) -> bool:
    return name == kind or (name.endswith(f"/{kind}") and name.count("/") == 1 and not name.startswith("__MACOSX"))
