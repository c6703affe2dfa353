"""python -m pointwise runs: the kept runs in a terminal. Listing, showing and renaming them needs no torch."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.commands import add_command, add_force, add_json, check_outs, figures, says_what_is_there
from pointwise.commands.kept_runs import MOST_BYTES, content_of, everything, facts_of, found, opened
from pointwise.errors import LibraryError, ModelFileError
from pointwise.library.records import PAINTING
from pointwise.visible_text import one_line, printable

if TYPE_CHECKING:
    from pointwise.library import RunRecord

MINE = "terminal"  # who made a run, in words
SHOWN = 8  # digits of an id, and of an owner's


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


def listed(result: Mapping[str, Any]) -> Iterator[str]:
    """The runs as a table."""
    runs = result["runs"]
    if not runs:
        yield "No run is kept. Start one with: python -m pointwise train nin"
        if not result["all"]:
            yield "Those that were started in the app are listed with: python -m pointwise runs list --all"
        return
    titles = ["id", "name", "state", "steps", "network", "data", "result", "made"]
    rows = [
        [
            run["id"][:SHOWN],
            one_line(run["name"]) + (" (pinned)" if run["pinned"] else ""),
            _state(run),
            f"{run['step']:,} of {run['total']:,}" if run["total"] else "",
            run["arch"] or run["kind"],
            run["data_set"] or "unknown",
            _result(run["metrics"]),
            _when(run["made"]),
        ]
        for run in runs
    ]
    if result["all"]:
        titles += ["since", "by"]
        rows = [[*row, _when(run["since"]), run["owner"][:SHOWN] or MINE] for row, run in zip(rows, runs, strict=True)]
    widths = [max(len(row[column]) for row in [titles, *rows]) for column in range(len(titles))]
    for row in [titles, *rows]:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


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


def shown(run: Mapping[str, Any]) -> Iterator[str]:
    """What is known of a run, a line a fact."""
    return map(printable, _shown(run))


def _shown(run: Mapping[str, Any]) -> Iterator[str]:
    yield f"{run['name']} ({run['id']}), {run['state']}{', pinned' if run['pinned'] else ''}"
    if run["error"]:
        yield f"  {run['error']}"
    if run["note"]:
        yield from (f"  {line}" for line in run["note"].splitlines())
    if run["total"]:
        steps = f"step {run['step']:,} of {run['total']:,}"
        yield f"  {steps}, {run['examples']:,} examples, {run['seconds']:.0f} s at work"
    for title, facts in (
        ("network", run["job"].get("config")),
        ("recipe", run["job"].get("recipe")),
        ("data", run["job"].get("data")),
    ):
        if facts:
            yield f"  {title}: " + ", ".join(f"{key} {_short(one)}" for key, one in facts.items() if one is not None)
    for key, value in run["card"].items():
        if key not in ("recipe", "metrics", "seed"):
            yield f"  {key}: {_short(value)}"
    if history := run["history"]:
        first, last = history[0], history[-1]
        yield f"  loss {first['loss']:.4f} at step {first['step']:,}, {last['loss']:.4f} at step {last['step']:,}"
    for epoch in run["epochs"][:1] + run["epochs"][1:][-1:]:
        of = f" of '{epoch['of']}'" if epoch["of"] else ""
        unit = "strokes" if run["kind"] == PAINTING else "epoch"
        yield f"  {unit} {epoch['number']}{of}: {figures(epoch['metrics'])}"
    if steps := run["snapshots"]:
        yield f"  {len(steps)} snapshots, of steps {steps[0]:,} to {steps[-1]:,}; {run['bytes'] / 1e6:.1f} MB in all"
    if run["resumable"]:
        after = f"go on after step {run['checkpoint']:,}" if run["checkpoint"] else "be begun"
        yield f"  It can {after}, in the app."


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


def taken_in(result: Mapping[str, Any]) -> Iterator[str]:
    """The runs that came, a line each."""
    for run in result["runs"]:
        yield f"'{run['name']}' is kept as {run['id'][:SHOWN]}."
    if not result["runs"]:
        yield "There was no run in it."


def done(result: Mapping[str, Any]) -> Iterator[str]:
    """What was done to a run."""
    yield f"'{result['name']}' ({result['id'][:SHOWN]}) {result['done']}."


def _state(run: Mapping[str, Any]) -> str:
    standing = run["standing"]
    if run["state"] != "queued" or standing is None:
        return str(run["state"])
    return f"queued, place {standing['place']} of {standing['of']}"


def _when(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def _did(record: RunRecord, done: str) -> dict[str, Any]:
    return {"id": record.id, "name": record.name, "done": done}


def _result(metrics: Mapping[str, float]) -> str:
    for name in ("accuracy", "r2", "mean_iou", "loss"):
        if name in metrics:
            return f"{name} {metrics[name]:.4f}"
    return ""


def _short(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    return text if len(text) <= 200 else f"{text[:199]}…"
