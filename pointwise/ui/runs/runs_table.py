"""The table of this visitor's runs, and which of its rows are chosen."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from pointwise.card import COMPARISON, PAINTING
from pointwise.library import RunRecord
from pointwise.library.kept_paintings import SCORE
from pointwise.ui.frame import labels, navigation, visitor
from pointwise.ui.frame.sections import Kept, shown_errors
from pointwise.ui.runs import run_facts
from pointwise.visible_text import visible

KEY, PART = "runs.table", "runs.chosen"  # the table, and the fragment that shows what is chosen in it
CHOSEN: Kept[tuple[str, ...] | None] = Kept("runs.ids", None)  # ids; None until somebody chose: the latest
SHOWN: Kept[tuple[str, ...]] = Kept("runs.rows", ())  # ids in the order of the rows, as they were last sent
SEEN: Kept[object] = Kept("runs.seen", None)  # what the whole page was last drawn with
PAINTED = Kept("runs.painted", False)  # whether this session has seen a table
PAINT = 0.6  # seconds that the browser takes to fetch the table's code and to paint it
POLL, LOOK = 1.0, 3.0  # seconds between two looks at runs that go on, and for runs of the command line
EMPTY = """Nothing is here yet. Open **Retrain a network** in the sidebar and start one: the run appears here with its
curve, its weights and snapshots of the way there. What you paint on the page **Paint** appears here, too."""
TERMINAL = """A training in a terminal of this computer appears here live, too:

```
python -m pointwise train nin --data-set digits
```
"""
METRICS = (("accuracy", "Accuracy", 100), ("r2", "R²", 1), (SCORE, "Score of strokes", 1))  # title, and factor
HELP = {
    "Accuracy": "Share of the test pictures that are read correctly, after the latest epoch; it chooses nothing",
    "Score of strokes": "Of a painting: mean intersection over union on strokes held out; 1 is perfect",
    "R²": "On held-out houses or rows; 1 is perfect, 0 is no better than their mean",
    "Made in": "In this app, or by the command line on this computer",
    "Pinned": "Stays whatever the limits at the foot of this page say",
}


def show() -> None:
    """The table, or how to make the first run; it follows what changes, also by the command line."""
    visitor.shelf().library.deferred.flush()  # what somebody paints is kept some seconds later
    records = visitor.shelf().runs()
    SEEN.set(_signature(records))
    pace = POLL if any(record.active for record in records) else LOOK if visitor.shelf().others else None
    st.fragment(run_every=pace)(shown_errors()(_table))()
    if records and navigation.arrived() and not PAINTED.get():
        PAINTED.set(True)
        time.sleep(PAINT)  # else the browser fetches the chart's code before it paints the table


def chosen() -> list[RunRecord]:
    """The chosen runs in the order of the table, at first the latest."""
    return _chosen(visitor.shelf().runs())


def _chosen(records: list[RunRecord]) -> list[RunRecord]:
    ids = CHOSEN.get()
    return records[:1] if ids is None else [record for record in records if record.id in ids]


def choose(*ids: str) -> None:
    """Let these be chosen from the next run of the page on."""
    CHOSEN.set(ids)


def _signature(records: Sequence[RunRecord]) -> object:
    """Changes when more of the page than the table and the curves is to be drawn again."""
    return [(r.id, r.name, r.note, r.pinned, r.state, bool(r.bytes), bool(r.metrics)) for r in records]


def _table() -> None:
    records = visitor.shelf().runs()
    if SEEN.get() != _signature(records):
        st.rerun()
    if not records:
        st.info(EMPTY, icon=":material/model_training:")
        if visitor.shelf().others:
            st.markdown(TERMINAL)
        return
    ids = tuple(record.id for record in records)
    SHOWN.set(ids)
    rows = [ids.index(record.id) for record in _chosen(records)]
    known = st.session_state.get(KEY)
    if known is None or sorted(known["selection"]["rows"]) != rows:
        st.session_state[KEY] = {"selection": {"rows": rows, "columns": [], "cells": []}}
    columns = _columns(records)
    st.dataframe(
        columns,
        key=KEY,
        hide_index=True,
        on_select=_choose,
        selection_mode="multi-row",
        placeholder=run_facts.NOTHING,
        column_config={name: config for name, config in _config().items() if name in columns},
        alt=f"{len(records)} runs, the latest first: {_spoken(records[0])}",
    )
    st.markdown("Tick a row at its left to look at a run, two to see what differs, up to eight to compare curves.")


def _choose() -> None:
    shown = SHOWN.get()
    choose(*(shown[row] for row in st.session_state[KEY]["selection"]["rows"] if row < len(shown)))
    st.rerun(PART)


def _columns(records: Sequence[RunRecord]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {
        "Name": [labels.in_cell(record.name) for record in records],
        "State": [labels.in_cell(run_facts.state(record)) for record in records],
    }
    for metric, title, unit in METRICS:
        values = [None if record.kind == COMPARISON else record.metrics.get(metric) for record in records]
        if any(value is not None for value in values):
            columns[title] = [None if value is None else unit * value for value in values]
    columns |= {
        "Model": [labels.in_cell(run_facts.model(record)) for record in records],
        "Data": [labels.in_cell(run_facts.data(record)) for record in records],
    }
    if any(record.kind != PAINTING for record in records):
        columns["Recipe"] = [labels.in_cell(record.recipe.get("name", "")) for record in records]
        columns["Seed"] = [_whole(record.recipe.get("seed")) for record in records]
    columns |= {
        "When": [datetime.fromtimestamp(record.made, UTC) for record in records],
    }
    if any(record.owner == "" for record in records):
        columns["Made in"] = ["the terminal" if record.owner == "" else "the app" for record in records]
    return {**columns, "Pinned": [record.pinned for record in records]}


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _config() -> dict[str, Any]:
    column = st.column_config
    return {
        "Name": column.TextColumn(pinned=True, width=150),
        "State": column.TextColumn(width=195),
        "Accuracy": column.NumberColumn(format="%.2f %%", help=HELP["Accuracy"]),
        "Score of strokes": column.NumberColumn(format="%.2f", help=HELP["Score of strokes"]),
        "R²": column.NumberColumn(format="%.4f", help=HELP["R²"]),
        "Seed": column.NumberColumn(format="%d"),
        "When": column.DatetimeColumn(format="D MMM YYYY, HH:mm", timezone=st.context.timezone),
        "Made in": column.TextColumn(help=HELP["Made in"]),
        "Pinned": column.CheckboxColumn(help=HELP["Pinned"]),
    }


def _spoken(record: RunRecord) -> str:
    words = f"{record.name}, {run_facts.model(record)} on {run_facts.data(record)}, {run_facts.state(record)}"
    return visible(words)
