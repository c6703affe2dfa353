"""The page table, and the guard that keeps a deep link inside the frame.

This module is imported before anything else of the app, and it imports no torch: a page has something to show
before torch is there. It also holds the one choice of thread counts: one thread for every torch operation. A
digit is read faster so (a pool of threads costs more than it computes), and a training leaves the server its cores.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

os.environ.setdefault("OMP_NUM_THREADS", "1")

FRAME = "shell.frame"  # set by app.py
VISITED = "shell.visited"  # the page of the run before this one
ARRIVED = "shell.arrived"
FIRST = "shell.first"  # whether this is the session's first run
FIRST_PAGE = ""  # the address of the page at /
FAVICON = str(Path(__file__).with_name("favicon.png"))  # a picture of 7×7 pixels with one of them lit


@dataclass(frozen=True)
class Entry:
    """A line of the page table."""

    name: str  # pages/<name>.py, and its address; the first is the page at /
    title: str
    icon: str
    help: str


PAGES = (
    Entry("draw", "Draw a digit", ":material/draw:", "Draw a digit and see four 1×1 networks read it."),
    Entry("feature_maps", "Feature maps", ":material/grid_view:", "See every channel of a network on your drawing."),
    Entry("regression", "House prices", ":material/home:", "Move two sliders and see a network's price move."),
    Entry("why_1x1", "Why 1×1", ":material/science:", "Guess what is true about 1×1 convolutions, and measure it."),
)


def start() -> st.Page:
    """Build the navigation and say which page was asked for; called by app.py in every run."""
    page = st.navigation(_pages())
    st.session_state[FRAME] = True
    st.session_state[FIRST] = VISITED not in st.session_state
    st.session_state[ARRIVED] = st.session_state.get(VISITED) != page.url_path
    st.session_state[VISITED] = page.url_path
    return page


def guard() -> None:
    """Go back through app.py when Streamlit ran a page without it, as it does for a server's first deep link."""
    if not st.session_state.get(FRAME):
        st.navigation(_pages(icons=False))
        st.rerun()


def arrived() -> bool:
    """Whether this run shows another page than the run before it."""
    return bool(st.session_state.get(ARRIVED, True))


def _pages(icons: bool = True) -> list[st.Page]:
    """Without icons for a run without app.py: the browser would fetch one from the internet as the page's favicon."""
    return [
        st.Page(
            f"pages/{entry.name}.py",
            title=entry.title,
            icon=entry.icon if icons else None,
            help=entry.help,
            default=entry is PAGES[0],
        )
        for entry in PAGES
    ]
