"""The part "Your own table": choose a table, look at it, train on it, compare, ask."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import streamlit as st

from pointwise.errors import BusyError, PointwiseError
from pointwise.ui.frame import glossary, labels, sections, startup, visitor
from pointwise.ui.frame.desk import Lasting
from pointwise.ui.frame.sections import Kept
from pointwise.ui.training import own_tables
from pointwise.ui.training.kept_files import KeptFiles, Source
from pointwise.visible_text import visible

if TYPE_CHECKING:
    from pointwise.data.table import Table

UPLOAD = "tables.upload"
SOURCE: Lasting[Source | None] = Lasting("tables.source", None)  # of the table that is looked at
FILES = KeptFiles(UPLOAD, Lasting("tables.files", []), Kept("tables.new", None), lambda: _kept())
MOST_FILES, MOST_IN_MEMORY = 10, 2  # of a visitor, of up to 10 MB each; and of one whose things are not kept
PREVIEW = 20  # rows
SAMPLE_ROWS = 442  # of load_sample, which takes scikit-learn to read

log = logging.getLogger(__name__)


def show() -> None:
    """The whole part. Raises PointwiseError for a choice that cannot be used."""
    _choose()
    _take_new()
    table, source = _table(), SOURCE.get()
    if table is None or source is None:
        return
    startup.wait()
    from pointwise.ui.regression import table_training  # needs torch: only now that there is a table

    _preview(table)
    ready = table_training.prepared(table, source)
    table_training.train(table, ready, source)
    run = table_training.run_on(ready)
    if run is not None:
        table_training.compare(ready, run, source)
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
        st.markdown(
            f"{SAMPLE_ROWS} people with diabetes: age, body mass, blood values, and how far the illness was a year "
            "later"
        )
    label = (
        f"Or a file of yours, CSV or TSV with a line of column names, up to {sections.MEGABYTES} MB; it stays on "
        "this computer"
    )
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
    """Use a file if it is quickly read, else keep it, to be read in its turn."""
    from pointwise.data.table import read_table

    if len(content) > own_tables.SMALL_FILE:
        FILES.put(content, name)
        return
    table = read_table(content, name)
    source = FILES.put(content, name, read=True)
    _use(source)
    own_tables.put(source, table)


def _take_new() -> None:
    """Read the file that was uploaded last, if it is not read yet, and say what is wrong with it."""
    source = FILES.new.get()
    if source is None:
        return
    with FILES.reading(source):
        own_tables.table(source)
        _use(source)


def _use(source: Source) -> None:
    """Look at a table from now on."""
    FILES.use(source, MOST_FILES if visitor.kept() else MOST_IN_MEMORY)
    SOURCE.set(source)


def _table() -> Table | None:
    """The table that was chosen last, also before a reload; None where there is none, or its file is not kept."""
    source = SOURCE.get()
    if source is None:
        return None
    try:
        return own_tables.table(source)
    except BusyError:
        raise
    except (PointwiseError, KeyError) as error:
        log.warning("A table is not there again: %s", visible(error))
        SOURCE.pop()
        return None


def _kept() -> str:
    source = SOURCE.get()
    if source is None:
        return ""
    return f"{source.get('name', 'Diabetes')} is still there."


def _sample() -> None:
    sections.forget_refusal(UPLOAD)
    FILES.new.pop()
    SOURCE.set({"sample": True})
