"""The part "Your own table": choose a table, look at it, train on it, compare, ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pointwise.ui.frame import labels, sections, startup
from pointwise.ui.frame.sections import Kept

if TYPE_CHECKING:
    from pointwise.data.table import Table

UPLOAD = "tables.upload"
TABLE: Kept[Table | None] = Kept("tables.table", None)  # the table that was read last
PREVIEW = 20  # rows


def show() -> None:
    """The whole part. Raises PointwiseError for a choice that cannot be used."""
    _choose()
    table = TABLE.get()
    if table is None:
        return
    startup.wait()
    from pointwise.ui.regression import table_training  # needs torch: only now that there is a table

    _preview(table)
    ready = table_training.prepared(table)
    table_training.train(table, ready)
    run = table_training.run_on(ready)
    if run is not None:
        table_training.compare(ready, run)
        table_training.ask(ready, run)


def _choose() -> None:
    """The upload, and the sample. A refused file leaves what was there as it is."""
    label = "A CSV or TSV file with a line of column names, up to 10 MB; it stays on this computer"
    sections.upload(label, UPLOAD, _read, _kept)
    st.button(
        "Use the sample table", on_click=_sample, icon=":material/table:", help="442 people with diabetes, scikit-learn"
    )


def _preview(table: Table) -> None:
    """The first rows, what each column holds, and how the file was read."""
    st.subheader(f"{labels.plain(table.name)}: {len(table):,} rows, {len(table.columns)} columns")
    for note in table.notes:
        st.caption(labels.plain(note))
    st.dataframe(
        table.frame.head(PREVIEW), height=220, hide_index=True, alt=f"The first {PREVIEW} rows of {table.name}"
    )
    with st.expander("What each column holds", icon=":material/view_column:"):
        st.dataframe(
            [
                {
                    "column": column.name,
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
            alt=f"What each column of {table.name} holds",
        )


def _read(content: bytes, name: str) -> None:
    from pointwise.data.table import read_table

    TABLE.set(read_table(content, name))


def _kept() -> str:
    table = TABLE.get()
    return f"{table.name} is still there." if table is not None else ""


def _sample() -> None:
    from pointwise.data.table import load_sample

    sections.forget_refusal(UPLOAD)
    TABLE.set(load_sample())
