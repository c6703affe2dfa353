"""Runs as files to give to somebody, a .zip of one run or of all that an owner keeps, and back in.

    run.json                      what is known of the run, its curve, and what was measured after each epoch
    weights.safetensors           of its last epoch, as pointwise.weights writes it
    snapshots/000000001.safetensors …
    checkpoint.safetensors        where it can go on
    painting.json, picture.png    of a painting: its strokes and classes, and the picture where it is one's own

In the file of all, runs/001/ holds such a run, all.json the values of the desk, and desk/ the owner's files. What comes
from outside is checked before anything of it is kept, and nothing is ever written under a name that it chooses.
"""

from __future__ import annotations

import io
import json
import re
import secrets
import time
import zipfile
from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.errors import LibraryError
from pointwise.library.arrival import Arrival, checked_desk, checked_run
from pointwise.library.checked_zip import ALL, FORMAT, RUN, CheckedZip, has_too_many_files
from pointwise.library.files import CHECKPOINT, SNAPSHOTS, WEIGHTS, folder_of, snapshot_name
from pointwise.library.home import home
from pointwise.library.kept_paintings import PICTURE, STROKES
from pointwise.library.records import RunRecord, insert_run
from pointwise.library.store import KEY, sentences
from pointwise.visible_text import without_folders

if TYPE_CHECKING:
    from pointwise.library.shelf import Shelf

MOST_BYTES = 100_000_000  # of all that an owner takes away: no more than the app takes in
MOST_UNPACKED = 200_000_000  # of what is packed in a file that is taken in
PARTS = (SNAPSHOTS, CHECKPOINT, PICTURE, WEIGHTS)  # of a run, in the order in which they are left out
FACTS = ("id", "name", "note", "pinned", "state", "error", "step", "total", "examples", "seconds", "made")
SNAPSHOT = re.compile(r"snapshots/(\d{9,12})\.safetensors")


def pack_run(shelf: Shelf, run: str) -> bytes:
    """The content of a .zip of one run. Raises LibraryError."""
    shelf.run(run)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        _pack(archive, shelf, run, "", frozenset())
    return buffer.getvalue()


def pack_all(shelf: Shelf, most_bytes: int = MOST_BYTES) -> bytes:
    """The content of a .zip of all runs that the owner sees, and of the desk with its files. Raises LibraryError.

    What would make it too large is left out, as ``left_out`` says; the archive says it too.
    """
    out, buffer = _left_out(shelf, most_bytes), io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, record in enumerate(reversed(shelf.runs()), 1):
            _pack(archive, shelf, record.id, f"runs/{number:03d}/", out.get(record.id, frozenset()))
        for key in shelf.files():
            if (content := shelf.file(key)) is not None:
                archive.writestr(f"desk/{key}", content, zipfile.ZIP_DEFLATED)
        _add_json(archive, ALL, {"format": FORMAT, "desk": shelf.values(), "left_out": left_out(shelf, most_bytes)})
    return buffer.getvalue()


def left_out(shelf: Shelf, most_bytes: int = MOST_BYTES) -> tuple[str, ...]:
    """What ``pack_all`` leaves out, a sentence a run: snapshots first, then checkpoints, then pictures, then weights,
    the largest of each first. Raises LibraryError.
    """
    words = {SNAPSHOTS: "snapshots", CHECKPOINT: "checkpoint to go on from", PICTURE: "picture", WEIGHTS: "weights"}
    return tuple(
        f"'{shelf.run(run).name}' is in it without its {' and '.join(words[part] for part in words if part in parts)}, "
        "which would make the file too large."
        for run, parts in _left_out(shelf, most_bytes).items()
    )


def is_archive(content: bytes) -> bool:
    """Whether a file's content is what ``pack_run`` or ``pack_all`` made, as far as its list of names shows."""
    if has_too_many_files(content):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any(name.rpartition("/")[2] in (RUN, ALL) for name in archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError):
        return False


def unpack(shelf: Shelf, content: bytes, name: str, most_bytes: int = MOST_UNPACKED) -> list[RunRecord]:
    """The runs of an archive, kept from now on under ids of their own, the latest last.

    A run that was going on arrives as interrupted, and goes on from its checkpoint. Of the desk comes what is not on
    this owner's. ``name`` is what the archive is called in sentences. Raises ModelFileError for one that is damaged,
    not ours or of an absurd size, and LibraryError where there is no room; then nothing of it is kept.
    """
    with CheckedZip(Path(name), content, most_bytes) as archive:
        is_all = archive.has(ALL)
        folders = archive.folders() if is_all else [""]
        arrivals = {folder: _arrival(archive, folder) for folder in folders}
        desk = checked_desk(archive.path, archive.json(ALL).get("desk")) if is_all else {}
        _make_room(shelf, arrivals.values())
        kept: list[str] = []
        try:
            for folder, arrival in arrivals.items():
                kept.append(_keep(shelf, archive, folder, arrival))
            before = (arrival.id for arrival in arrivals.values())
            _lay_out(shelf, archive, _renamed(desk, dict(zip(before, kept, strict=True))))
        except BaseException:
            shelf.library.remove(kept)
            raise
    return [shelf.run(run) for run in kept]


def _left_out(shelf: Shelf, most: int) -> dict[str, frozenset[str]]:
    """What is left out of which run."""
    library, runs = shelf.library, shelf.runs()
    sizes = {
        (record.id, part): library.files.size(f"{folder_of(record.id)}/{part}") for record in runs for part in PARTS
    }
    curves = 60_000 * len(runs)  # packed, at most, as a rule
    total = sum(sizes.values()) + curves + sum(len(shelf.file(key) or b"") for key in shelf.files())
    out: dict[str, set[str]] = {}
    for part in PARTS:
        for record in sorted(runs, key=lambda record: -sizes[record.id, part]):
            if total > most and sizes[record.id, part]:
                out.setdefault(record.id, set()).add(part)
                total -= sizes[record.id, part]
    return {run: frozenset(parts) for run, parts in out.items()}


def _pack(archive: zipfile.ZipFile, shelf: Shelf, run: str, folder: str, out: frozenset[str]) -> None:
    """Add a run. Its facts come last: of one that goes on, they are at least as new as its files."""
    files = shelf.library.files
    names = [STROKES, *(part for part in (PICTURE, WEIGHTS, CHECKPOINT) if part not in out)]
    if SNAPSHOTS not in out:
        names += [f"{SNAPSHOTS}/{name}" for name in files.names(f"{folder_of(run)}/{SNAPSHOTS}")]
    for name in names:
        if (content := files.read(f"{folder_of(run)}/{name}")) is not None:
            archive.writestr(folder + name, content)
    record, curves = shelf.run(run), shelf.curves(run)
    facts = {name: getattr(record, name) for name in FACTS}
    facts["error"] = record.error and without_folders(record.error, [home()])
    epochs = [epoch._asdict() for epoch in curves.epochs]
    facts |= {"job": _without_folders(record.job), "card": record.card, "history": curves.history, "epochs": epochs}
    _add_json(archive, folder + RUN, {"format": FORMAT, **facts, "left_out": sorted(out)})


def _without_folders(job: Mapping[str, Any]) -> dict[str, Any]:
    """A job's description without where this computer's data lie."""
    if "jobs" in job:
        return {**job, "jobs": {name: _without_folders(one) for name, one in job["jobs"].items()}}
    return {**job, "data": {**job["data"], "folder": None}} if "folder" in job.get("data", {}) else dict(job)


def _add_json(archive: zipfile.ZipFile, name: str, value: Any) -> None:
    archive.writestr(name, json.dumps(value, ensure_ascii=False), zipfile.ZIP_DEFLATED)


def _arrival(archive: CheckedZip, folder: str) -> Arrival:
    """A run of the archive, checked."""
    steps = [int(match[1]) for name in archive.under(folder) if (match := SNAPSHOT.fullmatch(name))]
    weights, checkpoint = archive.read(folder + WEIGHTS), archive.read(folder + CHECKPOINT)
    snapshots = {step: partial(archive.read, folder + snapshot_name(step)) for step in steps}
    painted = archive.read(folder + STROKES), archive.read(folder + PICTURE)
    return checked_run(archive.path, archive.json(folder + RUN), weights, checkpoint, snapshots, *painted)


def _make_room(shelf: Shelf, arrivals: Collection[Arrival]) -> None:
    """Make room as for a training where it is one run. Several must fit in beside what is kept. Raises LibraryError."""
    if len(arrivals) > 1:
        free = shelf.library.limits.runs - sum(record.owner == shelf.owner for record in shelf.runs())
        if len(arrivals) > free:
            raise LibraryError(
                f"It holds {len(arrivals)} runs, and there is room for {max(free, 0)} beside those that are kept. "
                "Delete some of these first, or export single runs."
            )
    shelf.library.make_room(shelf.owner, len(arrivals))


def _keep(shelf: Shelf, archive: CheckedZip, folder: str, arrival: Arrival) -> str:
    """Keep a run: first its files, then, at once, all that is known of it. The id that it has here."""
    library, run = shelf.library, secrets.token_hex(8)
    sizes: dict[str, int] = {}
    with library.holding(run):
        try:
            with sentences():
                for name in (*map(snapshot_name, arrival.snapshots), *arrival.files):
                    content = archive.read(folder + name) or b""
                    library.files.write(f"{folder_of(run)}/{name}", content)
                    sizes[name] = len(content)
            here = {"id": run, "owner": shelf.owner, "bytes": sum(sizes.values()), "changed": time.time()}
            snapshots = [(step, sizes[snapshot_name(step)]) for step in arrival.snapshots]
            with library.transaction() as connection:
                insert_run(connection, {**arrival.row, **here}, arrival.epochs, snapshots)
        except BaseException:
            library.files.delete(folder_of(run))
            raise
    return run


def _renamed(value: Any, ids: Mapping[str, str]) -> Any:
    """JSON in which runs have the ids that they have here."""
    if isinstance(value, dict):
        return {ids.get(key, key): _renamed(one, ids) for key, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, ids) for one in value]
    return ids.get(value, value) if isinstance(value, str) else value


def _lay_out(shelf: Shelf, archive: CheckedZip, desk: Mapping[str, Any]) -> None:
    """Put onto the desk what is not there, and keep the files that are not there."""
    known, files = shelf.values(), shelf.files()
    shelf.put({key: value for key, value in desk.items() if key not in known})
    for key in archive.under("desk/"):
        if key not in files and KEY.fullmatch(key) and (content := archive.read(f"desk/{key}")) is not None:
            shelf.keep_file(key, content)
