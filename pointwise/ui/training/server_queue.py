"""This server's queue for a place at work, a place in it in words, and what waits there for some seconds of work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import streamlit as st

from pointwise import machine
from pointwise.ui.frame import labels, visitor

if TYPE_CHECKING:
    from pointwise.run_queue import RunQueue, Standing

WAITS = "Others are training here, and everybody gets a turn. Yours begins by itself while you have this app open."
LOOK = 0.5  # seconds between two looks of a short work at its place in the queue


@st.cache_resource(show_spinner=False)
def run_queue() -> RunQueue:
    """This server's places at work, and who waits for one: runs of all visitors, and what else takes seconds."""
    from pointwise.run_queue import RunQueue, budget_from_environment, slots_from_environment

    return RunQueue(slots_from_environment(), budget_from_environment())


def waiting(standing: Standing | None) -> str:
    """A place in the queue in words: "Place 2 of 3 in the queue, about 4 min"."""
    if standing is None:
        return "In the queue"
    return f"Place {standing.place} of {standing.of} in the queue, {labels.wait(standing)}"


@contextmanager
def short_work(doing: str) -> Iterator[None]:
    """A context of a work of some seconds, entered when its turn at work comes; ``doing`` stands on the page.

    Raises BusyError where too much waits already.
    """
    with run_queue().short(visitor.shelf().owner) as turn:
        place = st.empty()
        while not turn.wait(LOOK):
            place.caption(
                f"{doing} waits for its turn. {waiting(turn.standing)}"
            )  # where the page is run again, this ends it
        place.empty()
        with st.spinner(doing):
            yield


@contextmanager
def in_turn(doing: str, long: bool) -> Iterator[None]:
    """A context of a work on somebody's own data; one that takes ``long`` waits as ``short_work`` does."""
    if not long:
        yield
        return
    with short_work(doing):
        try:
            yield
        finally:
            machine.trim()
