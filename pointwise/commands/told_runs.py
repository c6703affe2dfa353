"""The results of python -m pointwise runs as text, a line at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from pointwise.card import PAINTING
from pointwise.commands import figures
from pointwise.visible_text import one_line, printable

MINE = "terminal"  # who made a run, in words
SHOWN = 8  # digits of an id, and of an owner's


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


def _result(metrics: Mapping[str, float]) -> str:
    for name in ("accuracy", "r2", "mean_iou", "loss"):
        if name in metrics:
            return f"{name} {metrics[name]:.4f}"
    return ""


def _short(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    return text if len(text) <= 200 else f"{text[:199]}…"
