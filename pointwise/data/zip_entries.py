"""The list of files of a .zip from outside, checked before any of them is looked at: number, names, size, kinds."""

from __future__ import annotations

import io
import re
import stat
import zipfile

ENTRY = b"PK\x01\x02"  # begins each entry of a .zip file's list


class RefusedZip(Exception):
    """An archive that is not read: what is wrong with it, as words that follow its name."""

    def __init__(self, wrong: str, too_large: bool = False) -> None:
        super().__init__(wrong)
        self.wrong, self.too_large = wrong, too_large


def has_too_many(content: bytes, most: int) -> bool:
    """Whether a .zip file's list is longer than that; ZipFile would make an object of each entry."""
    return content.count(ENTRY) > most


def checked_zip(content: bytes, most_files: int, most_bytes: int) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]:
    """An archive and its entries, folders included. Raises RefusedZip.

    It is refused for too many files or bytes, names that lead out of it, two files of one name, links, a password, and
    unusual packing.
    """
    if has_too_many(content, most_files):
        raise RefusedZip("holds too many files")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, EOFError):
        raise RefusedZip("is damaged or no .zip file") from None
    entries = archive.infolist()
    files = [entry for entry in entries if not entry.is_dir()]
    names = [entry.filename for entry in files]
    if any(_leads_out(entry.filename) for entry in entries):
        raise RefusedZip("holds names that lead out of it")
    if any(stat.S_ISLNK(entry.external_attr >> 16) for entry in entries):
        raise RefusedZip("holds links instead of files")
    if len(set(names)) < len(names):
        raise RefusedZip("holds two files of one name")
    if any(entry.flag_bits & 1 for entry in files):
        raise RefusedZip("is locked with a password")
    if sum(entry.file_size for entry in files) > most_bytes:
        raise RefusedZip(f"holds more than {most_bytes / 1e6:,.0f} MB", too_large=True)
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in files):
        raise RefusedZip("is packed in an unusual way")
    return archive, entries


def _leads_out(name: str) -> bool:
    drive = re.match(r"[A-Za-z]:", name)
    return "\\" in name or name.startswith("/") or ".." in name.split("/") or drive is not None
