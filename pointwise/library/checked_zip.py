"""A .zip file from outside, checked before anything in it is looked at: sizes, names, number, depth of JSON."""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

from pointwise.data.zip_entries import RefusedZip, checked_zip, has_too_many
from pointwise.errors import ModelFileError
from pointwise.library.arrival import AGAIN
from pointwise.library.checked_values import within_depth

FORMAT = 1
RUN, ALL = "run.json", "all.json"  # the file that says that it is one run's, or all that an owner keeps
MOST_FILES = 5_000
MOST_TEXT = 16_000_000  # bytes of JSON


def has_too_many_files(content: bytes) -> bool:
    """Whether a .zip file's list is of absurd length."""
    return has_too_many(content, MOST_FILES)


class CheckedZip:
    """An archive from outside whose list of files has been checked."""

    def __init__(self, path: Path, content: bytes, most: int) -> None:
        """Raises ModelFileError."""
        self.path = path
        try:
            self._archive, entries = checked_zip(content, MOST_FILES, most)
        except RefusedZip as refused:
            remedy = "Export single runs, or import it in a terminal." if refused.too_large else AGAIN
            raise self.wrong(refused.wrong, remedy) from None
        names = [entry.filename for entry in entries if not entry.is_dir()]
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
