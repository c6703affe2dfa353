"""The part "Your own table": choose a table, look at it, train on it, compare, ask."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from pointwise.errors import PointwiseError
from pointwise.ui.frame import glossary, labels, sections, startup, visitor
from pointwise.ui.frame.desk import Lasting
from pointwise.ui.frame.sections import Latest
from pointwise.visible_text import visible

if TYPE_CHECKING:
    from pointwise.data.table import Table

UPLOAD = "tables.upload"
SOURCE: Lasting[Mapping[str, Any] | None] = Lasting(
    "tables.source", None
)  # {"sample": true}, or a kept file's key, name
FILES: Lasting[list[str]] = Lasting("tables.files", [])  # keys of kept files, the latest last
MOST_FILES = 10  # of a visitor, of up to 10 MB each
TABLE: Latest[Table] = Latest("tables.table")  # read from that
PREVIEW = 20  # rows

log = logging.getLogger(__name__)


def show() -> None:
    """The whole part. Raises PointwiseError for a choice that cannot be used."""
    _choose()
    table = _table()
    if table is None:
        return
    startup.wait()
    from pointwise.ui.regression import table_training  # needs torch: only now that there is a table

    _preview(table)
    ready = table_training.prepared(table)
    table_training.train(table, ready, SOURCE.get())
    run = table_training.run_on(ready)
    if run is not None:
        table_training.compare(ready, run)
        table_training.ask(ready, run)


def _choose() -> None:
    """The sample, and the upload. A refused file leaves what was there as it is."""
    glossary.write(
        "**The same network, on a table of your own.** Each row becomes a picture of one pixel, and each column one of "
        "its [[channels|channel]]. Choose the column to predict: the network learns it from the others, and is "
        "compared with simpler methods on rows that it has not seen."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Use the sample table", on_click=_sample, icon=":material/table:")
        st.markdown("442 people with diabetes: age, body mass, blood values, and how far the illness was a year later")
    label = "Or a file of yours, CSV or TSV with a line of column names, up to 10 MB; it stays on this computer"
    sections.upload(label, UPLOAD, _read, _kept)


def _preview(table: Table) -> None:
    """The first rows, what each column holds, and how the file was read."""
    st.header(f"{labels.plain(table.name)}: {len(table):,} rows, {len(table.columns)} columns")
    for note in table.notes:
        st.caption(labels.plain(note))
    called = labels.told_apart(column.name for column in table.columns)
    rows = {
        labels.in_cell(called(name)): [labels.in_cell(cell) if isinstance(cell, str) else cell for cell in cells]
        for name, cells in table.frame.head(PREVIEW).items()
    }
    st.dataframe(rows, height=220, hide_index=True, alt=f"The first {PREVIEW} rows of {visible(table.name)}")
    with st.expander("What each column holds", icon=":material/view_column:"):
        st.dataframe(
            [
                {
                    "column": labels.in_cell(column.name),
                    "kind": column.kind,
                    "different values": column.levels,
                    "missing": column.missing,
                    "smallest": column.minimum,
                    "median": column.median,
                    "largest": column.maximum,
                }
                for column in table.columns
            ],
            hide_index=True,
            alt=f"What each column of {visible(table.name)} holds",
        )


def _read(content: bytes, name: str) -> None:
    from pointwise.data.table import read_table

    table = read_table(content, name)
    source = {"key": hashlib.sha256(content).hexdigest(), "name": name}
    visitor.keep_file(source["key"], content)
    files = [key for key in FILES.get() if key != source["key"]]
    for key in files[: 1 - MOST_FILES]:
        visitor.shelf().forget_file(key)
    FILES.set([*files[1 - MOST_FILES :], source["key"]])
    SOURCE.set(source)
    TABLE.of(source, lambda: table)


def _table() -> Table | None:
    """The table that was chosen last, also before a reload; None where there is none, or its file is not kept."""
    source = SOURCE.get()
    if source is None:
        return None
    try:
        return TABLE.of(source, lambda: _again(source))
    except (PointwiseError, KeyError) as error:
        log.warning("A table is not there again: %s", visible(error))
        SOURCE.pop()
        return None


def _again(source: Mapping[str, Any]) -> Table:
    from pointwise.data.table import load_sample, read_table

    if "sample" in source:
        return load_sample()
    return read_table(visitor.shelf().file(source["key"]) or b"", source["name"])


def _kept() -> str:
    table = _table()
    return f"{table.name} is still there." if table is not None else ""


def _sample() -> None:
    sections.forget_refusal(UPLOAD)
    SOURCE.set({"sample": True})
