"""Runs that were deleted, for as long as they can be brought back."""

from __future__ import annotations

import time
from collections.abc import Sequence

import streamlit as st

from pointwise.errors import LibraryError
from pointwise.library import RunRecord
from pointwise.library.store import BIN
from pointwise.ui.frame import labels, navigation, visitor
from pointwise.ui.frame.sections import Kept
from pointwise.ui.runs.runs_table import CHOSEN, choose

LATEST: Kept[tuple[str, ...]] = Kept("runs.deleted", ())  # the runs that were deleted just now, for Undo


def delete(*records: RunRecord) -> None:
    """Put runs away; for a button's on_click."""
    gone = []
    for record in records:
        try:
            visitor.shelf().delete(record.id)
            gone.append(record.id)
        except LibraryError:  # somebody else was quicker
            continue
    LATEST.set(tuple(gone))
    CHOSEN.pop()
    st.rerun()


def undo() -> None:
    """A line about what was deleted just now, with the way back."""
    if navigation.arrived():
        LATEST.pop()
    with st.container():  # also where there is nothing to say, so that what follows stays the same elements
        gone = [record for record in _deleted() if record.id in LATEST.get()]
        if gone:
            _undo(gone)


def _undo(gone: Sequence[RunRecord]) -> None:
    words = f"'{labels.plain(gone[0].name)}' was" if len(gone) == 1 else f"{len(gone)} runs were"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{words} deleted.", width="content")
        st.button("Undo", icon=":material/undo:", key="runs.undo", on_click=_restore, args=tuple(r.id for r in gone))


def show() -> None:
    """All that can be brought back."""
    deleted = _deleted()
    if not deleted:
        return
    with st.expander(f"Deleted runs ({len(deleted)})", icon=":material/delete:", key="runs.bin"):
        for record in deleted:
            left = max(1, round((record.changed + BIN - time.time()) / 60))
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"{labels.plain(record.name)}, for another {left} min", width="stretch")
                st.button("Bring back", key=f"runs.back.{record.id}", on_click=_restore, args=(record.id,))


def _deleted() -> list[RunRecord]:
    return [record for record in visitor.shelf().runs(deleted=True) if time.time() - record.changed < BIN]


def _restore(*runs: str) -> None:
    for run in runs:
        try:
            visitor.shelf().restore(run)
        except LibraryError:  # the hour is over
            continue
    LATEST.pop()
    choose(*runs)
    st.rerun()
