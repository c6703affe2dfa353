"""The pictures in a folder, or in a .zip file of one: a sub-folder a class, PNG or JPEG. What is wrong is said."""

from __future__ import annotations

import io
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from pointwise.data.picture_files import PHOTOGRAPHS
from pointwise.data.zip_entries import RefusedZip, checked_zip
from pointwise.errors import DataError, PictureError
from pointwise.models.config import MOST_CLASSES
from pointwise.visible_text import one_line

ENDINGS = ".png", ".jpg", ".jpeg"
CLUTTER = "__MACOSX", "Thumbs.db", "desktop.ini"  # beside all that begins with a dot
PARTS = frozenset(("train", "training", "test", "testing", "val", "valid", "validation"))  # of a data set, no classes
LEAST = 3  # pictures of a class, of which one is held out
MOST_PICTURES, MOST_IN_ZIP = 100_000, 20_000
MOST_FOLDER_ENTRIES = 300_000  # files and folders: in a tree of pictures some systems put two beside every picture
MEGABYTES = 50  # of a .zip file
MOST_UNPACKED = 200_000_000  # bytes of one; pictures are packed already
MOST_ENTRIES = 60_000  # of one: folders, and what some systems put beside every picture, are more
MOST_PIXELS = 2_000_000_000  # of all its pictures together, as much as is decoded in half a minute
WRAPPERS = 8  # folders around those of the classes
MOST_NAME, MOST_TITLE, NAMED = 60, 60, 3  # characters, and files that a sentence names


@dataclass(frozen=True)
class Listed:
    """The pictures of a folder, by their class, that nobody has looked at yet."""

    title: str  # what the folder is called
    classes: tuple[str, ...]  # names, sorted
    files: tuple[tuple[str, int], ...]  # each picture's path below the classes' folders, and its class
    read: Callable[[str], bytes] = field(repr=False)  # a picture's content; raises PictureError
    opened: Callable[[str], BinaryIO] = field(repr=False)  # the same to look into; raises OSError
    most_pixels: int | None = None  # of all of them together
    notes: tuple[str, ...] = ()  # sentences on what is left out


def list_folder(path: Path) -> Listed:
    """The pictures of a folder. Raises DataError where they cannot be learned from as they lie there."""
    try:
        if not stat.S_ISDIR(path.stat().st_mode):
            raise DataError(f"{_called(path)} is no folder. Give the folder of pictures.")
        name = one_line(path.name or path.resolve().name or str(path), MOST_TITLE)
        path = _innermost(path)
        beside = [entry.name for entry in os.scandir(path) if entry.is_file()]
        folders = [entry.name for entry in os.scandir(path) if entry.is_dir() and not _is_clutter(entry.name)]
        _check_folders(name, folders, beside)
        found = [file.relative_to(path).as_posix() for file in _files(name, path, folders)]
        files = [file for file in found if file.lower().endswith(ENDINGS) and (path / file).is_file()]
    except FileNotFoundError:
        raise DataError(f"{_called(path)} does not exist. Give the folder of pictures.") from None
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{_called(path)} cannot be read ({reason}). Choose another folder.") from None
    if len(files) > MOST_PICTURES:
        raise DataError(f"{name} holds more than {MOST_PICTURES:,} pictures. Take some out.")

    def read(file: str) -> bytes:
        try:
            with (path / file).open("rb") as opened:
                return opened.read(PHOTOGRAPHS.megabytes * 2**20 + 1)
        except OSError as error:
            raise PictureError(f"{file} cannot be read ({error.strerror}). Choose another file.") from None

    return _listed(name, folders, files, len(found) - len(files), read, lambda file: (path / file).open("rb"))


def _files(name: str, path: Path, folders: Iterable[str]) -> Iterator[Path]:
    """All that is no folder in the classes' folders, but for clutter.

    Links are followed, and each folder is looked through once. Raises DataError for very many entries.
    """
    begun = [path, *(path / folder for folder in folders)]
    seen, entries = {_identity(os.stat(one)) for one in begun}, 0
    for begin in begun[1:]:
        for folder, inner, files in os.walk(begin, followlinks=True):
            entries += len(inner) + len(files)
            if entries > MOST_FOLDER_ENTRIES:
                raise DataError(
                    f"{name} holds more than {MOST_FOLDER_ENTRIES:,} files and folders. Choose a smaller one."
                )
            kept = []
            for one in inner:
                identity = None if _is_clutter(one) else _identity(os.stat(Path(folder, one)))
                if identity is not None and identity not in seen:
                    seen.add(identity)
                    kept.append(one)
            inner[:] = kept
            yield from (Path(folder, one) for one in files if not _is_clutter(one))


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _called(path: Path) -> str:
    return one_line(path, 2 * MOST_NAME)


def list_zip(content: bytes, name: str) -> Listed:
    """The pictures of a folder in a .zip file. Raises DataError where they cannot be learned from, or not safely."""
    name = one_line(name, MOST_TITLE)
    if len(content) > MEGABYTES * 2**20:
        raise DataError(f"{name} has more than {MEGABYTES} MB. Choose fewer pictures, or smaller ones.")
    try:
        archive, entries = checked_zip(content, MOST_ENTRIES, MOST_UNPACKED)
    except RefusedZip as refused:
        raise DataError(f"{name} {refused.wrong}. Choose a .zip file with one folder for each class.") from None
    paths = {entry.filename: tuple(entry.filename.rstrip("/").split("/")) for entry in entries}
    shown = {one: parts for one, parts in paths.items() if not any(map(_is_clutter, parts))}
    depth = _wrapped([(parts, one.endswith("/")) for one, parts in shown.items()])
    every = {one: parts[depth:] for one, parts in shown.items() if len(parts) > depth}
    files = {"/".join(parts): one for one, parts in every.items() if not one.endswith("/")}
    pictures = [file for file in files if file.lower().endswith(ENDINGS) and "/" in file]
    folders = sorted({parts[0] for one, parts in every.items() if len(parts) > 1 or one.endswith("/")})
    if len(pictures) > MOST_IN_ZIP:
        raise DataError(f"{name} holds {len(pictures):,} pictures, more than {MOST_IN_ZIP:,}. Take some out.")
    _check_folders(name, folders, [file for file in files if "/" not in file])
    others = sum("/" in file for file in files) - len(pictures)
    crowded = [file for file in pictures if archive.getinfo(files[file]).file_size > PHOTOGRAPHS.megabytes * 2**20]
    if crowded:
        raise DataError(f"{named(crowded)} in {name} is more than {PHOTOGRAPHS.megabytes} MB. Make it smaller.")

    def read(file: str) -> bytes:
        try:
            return archive.read(files[file])
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError, zlib.error):
            raise PictureError(f"{file} is damaged. Choose another file.") from None

    title = one_line(name.removesuffix(".zip"), MOST_TITLE) or name
    return _listed(title, folders, pictures, others, read, lambda file: io.BytesIO(read(file)), MOST_PIXELS)


def _listed(
    title: str,
    folders: Iterable[str],
    files: Iterable[str],
    others: int,
    read: Callable[[str], bytes],
    opened: Callable[[str], BinaryIO],
    most_pixels: int | None = None,
) -> Listed:
    """The pictures in the order of their classes and names. Raises DataError for too few, or for names alike."""
    names = {folder: one_line(folder, MOST_NAME) for folder in sorted(folders)}
    of: dict[str, list[str]] = {folder: [] for folder in names}
    for file in sorted(files):
        of[file.partition("/")[0]].append(file)
    _check_parts(title, of)
    few = [folder for folder, its in of.items() if len(its) < LEAST]
    if few:
        count = len(of[few[0]])
        what = f"{'one picture' if count == 1 else f'{count} pictures'}" if count else "no PNG or JPEG picture"
        more = f", as have {len(few) - 1} others" if len(few) > 2 else ", as has one other" if len(few) == 2 else ""
        raise DataError(
            f"The folder {names[few[0]]} in {title} has {what}{more}. Give each class at least {LEAST}, or take its "
            "folder out."
        )
    if len(set(names.values())) < len(names):
        raise DataError(f"Two folders in {title} have names that look alike. Rename one of them.")
    classes = sorted(names, key=names.__getitem__)
    left_out = f"{'one file is' if others == 1 else f'{others:,} files are'} no PNG or JPEG and left out."
    every = tuple((file, number) for number, folder in enumerate(classes) for file in of[folder])
    notes = (f"{left_out[0].upper()}{left_out[1:]}",) if others else ()
    return Listed(title, tuple(names[one] for one in classes), every, read, opened, most_pixels, notes)


def _check_folders(name: str, folders: Sequence[str], beside: Iterable[str]) -> None:
    """Raise DataError where there are no classes, or pictures beside them."""
    loose = sorted(file for file in beside if file.lower().endswith(ENDINGS) and not _is_clutter(file))
    sort = "Put the pictures of each class into a folder of their own, named after it."
    if not folders:
        raise DataError(f"{name} holds {'pictures, but no folders' if loose else 'no pictures'}. {sort}")
    if loose:
        raise DataError(f"{name} holds pictures beside its folders, such as {short(loose[0])}. {sort}")
    if len(folders) == 1:
        raise DataError(f"{name} holds one class, {short(folders[0])}. Give two or more folders, one for each class.")
    if len(folders) > MOST_CLASSES:
        raise DataError(f"{name} holds {len(folders):,} folders, more than {MOST_CLASSES:,} classes. Take some out.")


def _check_parts(title: str, of: dict[str, list[str]]) -> None:
    """Raise DataError where the folders are the parts of a data set, which hold the classes' folders."""
    deep = all(file.count("/") > 1 for files in of.values() for file in files)
    if deep and {folder.lower() for folder in of} <= PARTS:
        parts = " and ".join(sorted(of))
        raise DataError(f"The folders in {title} are {parts}, the parts of a data set, no classes. Give one.")


def _innermost(path: Path) -> Path:
    """The folder that holds the classes: where there is nothing in one but a folder of folders, that one."""
    for _ in range(WRAPPERS):
        inside = [entry for entry in os.scandir(path) if not _is_clutter(entry.name)]
        if len(inside) != 1 or not inside[0].is_dir():
            break
        below = [entry for entry in os.scandir(inside[0].path) if not _is_clutter(entry.name)]
        if not below or not all(entry.is_dir() for entry in below):
            break
        path = Path(inside[0].path)
    return path


def _wrapped(every: Sequence[tuple[tuple[str, ...], bool]]) -> int:
    """How many folders stand around those of the classes, as where a desktop has packed one folder."""
    for depth in range(WRAPPERS):
        rest = [(parts[depth:], is_folder) for parts, is_folder in every if len(parts) > depth]
        below = [(parts, is_folder) for parts, is_folder in rest if len(parts) > 1]
        tops = {parts[0] for parts, _ in rest}
        files = any(len(parts) == 1 and not is_folder for parts, is_folder in rest)
        inner = any(len(parts) == 2 and not is_folder for parts, is_folder in below)
        if len(tops) != 1 or files or inner or not any(len(parts) > 2 for parts, _ in below):
            return depth
    return WRAPPERS


def _is_clutter(name: str) -> bool:
    return name.startswith(".") or name in CLUTTER


def named(files: Sequence[str]) -> str:
    names = ", ".join(map(short, files[:NAMED]))
    return f"{names} and {len(files) - NAMED:,} more" if len(files) > NAMED else names


def short(name: str) -> str:
    return one_line(name, 2 * MOST_NAME)
