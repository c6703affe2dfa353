"""Which table: an uploaded file, or the sample. A refused file leaves what was there as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pointwise.errors import DataError

if TYPE_CHECKING:
    from pointwise.data.table import Table

TABLE = "tables.table"
UPLOAD = "tables.upload"
REFUSED = "tables.refused"
PREVIEW = 20  # rows


def choose() -> Table | None:
    """The upload and the sample; the table that was read last."""
    st.file_uploader(
        "A CSV or TSV file with a line of column names, up to 10 MB; it stays on this computer",
        key=UPLOAD,
        on_change=_open,
        max_upload_size=10,
    )
    st.button(
        "Use the sample table", on_click=_sample, icon=":material/table:", help="442 people with diabetes, scikit-learn"
    )
    if st.session_state.get(REFUSED):
        st.error(st.session_state[REFUSED], icon=":material/error:")
    return st.session_state.get(TABLE)


def preview(table: Table) -> None:
    """The first rows, what each column holds, and how the file was read."""
    st.subheader(f"{table.name}: {len(table):,} rows, {len(table.columns)} columns")
    for note in table.notes:
        st.caption(note)
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


def _open() -> None:
    from pointwise.data.table import read_table

    st.session_state[REFUSED] = None
    file = st.session_state[UPLOAD]
    if file is None:
        return
    try:
        st.session_state[TABLE] = read_table(file.getvalue(), file.name)
    except DataError as error:
        before = st.session_state.get(TABLE)
        kept = f" {before.name} is still there." if before is not None else ""
        st.session_state[REFUSED] = f"{error}{kept}"


def _sample() -> None:
    from pointwise.data.table import load_sample

    st.session_state[REFUSED] = None
    st.session_state[TABLE] = load_sample()
