"""The foot of the page: how much is kept and until when, everything as one file, and the way to be forgotten."""

from __future__ import annotations

import functools

import streamlit as st

from pointwise.library import Room, Shelf
from pointwise.ui.frame import labels, visitor
from pointwise.ui.frame.sections import shown_errors
from pointwise.ui.training import lessons

NEARLY = 50_000_000  # bytes of runs; from there on a file of all may become too large


def show() -> None:
    """Sentences on what is kept, *Take all with me*, and *Delete all my things*."""
    shelf = visitor.shelf()
    room = shelf.room()
    st.header("What is kept")
    for warning in room.warnings:
        st.warning(labels.said(warning), icon=":material/inventory_2:")
    if visitor.kept():
        others = len(shelf.runs()) - room.runs
        more = f" Runs of the command line are counted apart: {others}." if others else ""
        st.caption(_sentence(room) + more)
    elif notice := visitor.notice():
        st.caption(labels.said(notice))
    with st.container(horizontal=True):
        if shelf.runs() or lessons.CORRECTIONS.get():
            st.download_button(
                "Take all with me",
                functools.partial(_packed, shelf),
                file_name="pointwise.zip",
                mime="application/zip",
                icon=":material/luggage:",
                on_click="ignore",
                key="runs.take_all",
                help="One .zip of all your runs and corrections, which another browser loads on this page",
            )
        forget = st.button("Delete all my things", icon=":material/delete_forever:", key="runs.forget")
    if sum(record.bytes for record in shelf.runs()) > NEARLY:
        _left_out(shelf)
    if forget:
        _confirm(shelf, room)


def _left_out(shelf: Shelf) -> None:
    """What is too much for one file."""
    from pointwise.library import archive

    if sentences := archive.left_out(shelf):
        st.caption("A file of all would become too large. " + " ".join(map(labels.said, sentences)))


def _packed(shelf: Shelf) -> bytes:
    from pointwise.library import archive

    return archive.pack_all(shelf)


def _sentence(room: Room) -> str:
    limits = room.limits
    return (
        f"{room.runs} of {limits.runs} runs and {room.bytes / 1e6:,.0f} MB of {limits.gigabytes:g} GB, on the computer "
        f"where this app runs, for {limits.days:g} days after their last change. Beyond that the oldest go first; "
        "those that are pinned stay."
    )


@st.dialog("Delete all my things?")
def _confirm(shelf: Shelf, room: Room) -> None:
    """Deletes only after one more press, and then reloads the page, so that the session begins anew."""
    said = st.container()
    with st.container(horizontal=True):
        forget = st.button("Delete all", type="primary", icon=":material/delete_forever:", key="runs.forget_all")
        if st.button("Keep everything", key="runs.keep_all"):
            st.rerun()
    with said, shown_errors():
        if forget:
            shelf.forget()
            st.markdown("All is deleted. Reload this page to begin anew.")
            st.html("<script>location.reload()</script>", unsafe_allow_javascript=True)
            return
        runs = (
            "one run, with its curve, snapshots and weights"
            if room.runs == 1
            else (f"{room.runs} runs, with their curves, snapshots and weights")
        )
        more = " Runs of the command line stay." if shelf.others else ""
        st.markdown(
            f"Gone for good: {runs}, also what is pinned or was deleted before; your drawings, corrections, "
            f"paintings, guesses, tables and settings. A run of yours that goes on is stopped.{more}"
        )
