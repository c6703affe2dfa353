"""python -m pointwise runs: the kept runs in a terminal. Listing, showing and renaming them needs no torch."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.commands import add_command, add_force, add_json, check_outs, says_what_is_there
from pointwise.commands.kept_runs import MOST_BYTES, content_of, everything, facts_of, found, opened
from pointwise.commands.told_runs import SHOWN, done, listed, shown, taken_in
from pointwise.errors import LibraryError, ModelFileError
from pointwise.visible_text import one_line

if TYPE_CHECKING:
    from pointwise.library import RunRecord


def add(commands: Any) -> None:
    """Add the command, its own commands and their arguments to the parser's."""
    about = "the runs that are kept: look at them, give them away, take them in"
    more = "A run is a training, in a terminal or in the app."
    parser = add_command(commands, "runs", about, more, ("list --all", "show 'Run 1'", "export 'Run 1' --out run.zip"))
    inner = parser.add_subparsers(required=True, metavar="WHAT", title="commands")

    def one(name: str, help: str, run: Callable[..., Any], show: Callable[..., Iterator[str]]) -> Any:
        added = add_command(inner, name, help)
        added.set_defaults(run=run, show=show)
        add_json(added)
        return added

    def of_a_run(name: str, help: str, run: Callable[..., Any], show: Callable[..., Iterator[str]] = done) -> Any:
        added = one(name, help, run, show)
        added.add_argument("id", metavar="RUN", help="the run's id, or the beginning of it, or its name")
        return added

    added = one("list", "list the runs that were started in a terminal", list_runs, listed)
    added.add_argument("--all", action="store_true", help="those of the app's visitors too")
    of_a_run("show", "show what is known of a run", show_run, shown)
    of_a_run("stop", "stop a run that goes on or waits, wherever it does; its weights so far are kept", stop)
    of_a_run("rename", "give a run another name", rename).add_argument("name", metavar="NAME")
    of_a_run("note", "write a note to a run", note).add_argument("note", metavar="TEXT")
    of_a_run("pin", "let a run stay when there are too many", pin)
    of_a_run("unpin", "let a run go when there are too many", unpin)
    added = of_a_run("delete", "delete a run; for an hour the app can bring it back", delete)
    added.add_argument("--yes", action="store_true", help="do not ask")
    added = of_a_run("export", "write a run into a .zip file to give away", export)
    added.add_argument("--out", metavar="FILE", type=Path, required=True, help=".zip file to write")
    add_force(added)
    added = one("import", "keep what is in files: runs that were exported, or networks", take_in, taken_in)
    added.add_argument("files", metavar="FILE", type=Path, nargs="+", help=".zip, .safetensors, .pth or .pt")


def list_runs(options: argparse.Namespace) -> dict[str, Any]:
    """JSON: the runs, the latest first."""
    with opened() as library:
        shelf = everything(library) if options.all else library.shelf("")
        return {"runs": [facts_of(record) for record in shelf.runs()], "all": options.all}


def show_run(options: argparse.Namespace) -> dict[str, Any]:
    """JSON: all that is known of a run but its weights."""
    with opened() as library:
        shelf, record = found(library, options.id)
        curves, snapshots = shelf.curves(record.id), shelf.snapshots(record.id)
        return {
            **facts_of(record),
            "note": record.note,
            "job": record.job,
            "card": record.card,
            "history": [point._asdict() for point in curves.history],
            "epochs": [epoch._asdict() for epoch in curves.epochs],
            "snapshots": [snapshot.step for snapshot in snapshots],
        }


def stop(options: argparse.Namespace) -> dict[str, Any]:
    """JSON: the run that was told to stop. Raises LibraryError for one that goes on nowhere."""
    with opened() as library:
        shelf, record = found(library, options.id)
        if not record.active:
            raise LibraryError(
                f"'{record.name}' does not go on: it is {record.state}. Only what goes on or waits can be stopped."
            )
        shelf.ask(record.id, "stop")
        return _did(record, "leaves the queue" if record.state == "queued" else "stops within a second or two")


def rename(options: argparse.Namespace) -> dict[str, Any]:
    """JSON: the run with its new name."""
    with opened() as library:
        shelf, record = found(library, options.id)
        shelf.rename(record.id, options.name)
        return _did(record, f"is called '{shelf.run(record.id).name}' now")


def note(options: argparse.Namespace) -> dict[str, Any]:
    """JSON: the run that was written to."""
    with opened() as library:
        shelf, record = found(library, options.id)
        shelf.annotate(record.id, options.note)
        return _did(record, "has another note now" if options.note.strip() else "has no note any more")


def pin(options: argparse.Namespace, pinned: bool = True) -> dict[str, Any]:
    """JSON: the run that stays from now on."""
    with opened() as library:
        shelf, record = found(library, options.id)
        shelf.pin(record.id, pinned)
        return _did(record, "stays" if pinned else "goes when there are too many")


def unpin(options: argparse.Namespace) -> dict[str, Any]:
    """JSON: the run that stays no more."""
    return pin(options, pinned=False)


def delete(options: argparse.Namespace) -> dict[str, Any]:
    """JSON: the run that was deleted, or not when the answer was no. Raises LibraryError where nobody can be asked."""
    with opened() as library:
        shelf, record = found(library, options.id)
        if not options.yes:
            if not sys.stdin.isatty():
                raise LibraryError(f"'{record.name}' was not deleted: there is nobody to ask. Give --yes.")
            print(
                f"Delete '{one_line(record.name)}' ({record.id[:SHOWN]})? [y/N] ", end="", file=sys.stderr, flush=True
            )
            if sys.stdin.readline().strip().lower() not in ("y", "yes"):
                return _did(record, "was not deleted")
        shelf.delete(record.id)
        return _did(record, "is deleted; for an hour the app can bring it back, on its page 'Your runs'")


def export(options: argparse.Namespace) -> dict[str, Any]:
    """JSON: the run, and the file that was written."""
    from pointwise.library.archive import pack_run
    from pointwise.weights import write_bytes

    check_outs([options.out], replace=options.force)
    with opened() as library:
        shelf, record = found(library, options.id)
        write_bytes(options.out, pack_run(shelf, record.id))
        return {**_did(record, f"is in {options.out}"), "file": str(options.out)}


def take_in(options: argparse.Namespace) -> dict[str, Any]:
    """JSON: the runs that are kept from now on, those of the first file first, and why others cannot be.

    Raises an exception where that is so of all files.
    """
    from pointwise.library.archive import is_archive, unpack
    from pointwise.state_dicts import import_state_dict

    records: list[RunRecord] = []
    taken: list[str] = []
    refused: list[dict[str, str]] = []
    with opened() as library, says_what_is_there(taken, "Taken in by then"):
        shelf = library.shelf("")
        for path in options.files:
            try:
                content = content_of(path)
                if is_archive(content):
                    records += unpack(shelf, content, path.name, most_bytes=MOST_BYTES)
                else:
                    records.append(shelf.add(import_state_dict(content, path.name), path.stem))
            except (LibraryError, ModelFileError) as error:
                if len(options.files) == 1:
                    raise
                refused.append({"file": str(path), "error": str(error)})
                continue
            taken.append(str(path))
    if not taken:
        raise LibraryError(" ".join(one["error"] for one in refused))
    return {"runs": [facts_of(record) for record in records], **({"files": refused} if refused else {})}


def _did(record: RunRecord, done: str) -> dict[str, Any]:
    return {"id": record.id, "name": record.name, "done": done}
