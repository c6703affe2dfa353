"""What an owner has beside runs: values on the desk, and contents of files."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pointwise.errors import LibraryError
from pointwise.library.store import KEY, Library, sentences


@dataclass(frozen=True)
class KeptValues:
    """The values on one owner's desk, and the contents of the owner's files."""

    library: Library
    owner: str

    def values(self) -> dict[str, Any]:
        """The JSON values on the owner's desk, by key. Raises LibraryError."""
        rows = self.library.rows("SELECT key, value FROM desks WHERE owner = ?", self.owner)
        return {row["key"]: json.loads(row["value"]) for row in rows}

    def put(self, values: Mapping[str, Any]) -> None:
        """Put JSON values onto the desk; None takes one away. Raises LibraryError."""
        now = time.time()
        with self.library.transaction() as connection:
            for key, value in values.items():
                if value is None:
                    connection.execute("DELETE FROM desks WHERE owner = ? AND key = ?", (self.owner, key))
                else:
                    entry = (self.owner, key, json.dumps(value), now)
                    connection.execute(
                        "INSERT OR REPLACE INTO desks (owner, key, value, changed) VALUES (?, ?, ?, ?)", entry
                    )

    def keep_file(self, key: str, content: bytes) -> None:
        """Keep a content of the owner's, such as a table's file; a key is a file's name. Raises LibraryError."""
        if not KEY.fullmatch(key):
            raise LibraryError(f"Nothing can be kept as '{key[:40]}'. Choose a plain name.")
        with sentences():
            self.library.files.write(f"{self._folder}/{key}", content)

    def file(self, key: str) -> bytes | None:
        """A content of the owner's."""
        return self.library.files.read(f"{self._folder}/{key}")

    def forget_file(self, key: str) -> None:
        """Throw one of them away, if it is there. Raises LibraryError."""
        if KEY.fullmatch(key):
            with sentences():
                self.library.files.delete(f"{self._folder}/{key}")

    def files(self) -> list[str]:
        """The keys of the owner's contents, sorted."""
        return self.library.files.names(self._folder)

    @property
    def _folder(self) -> str:
        return f"visitors/{self.owner or 'command-line'}"
