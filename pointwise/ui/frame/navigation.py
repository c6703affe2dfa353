"""The page table, and the guard that keeps a deep link inside the frame. Imported before torch, with start-up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import streamlit as st

from pointwise.inpage import FOLDER
from pointwise.ui.frame import address, startup
from pointwise.ui.frame.sections import Kept

FRAME = Kept("navigation.frame", False)  # whether app.py has run
VISITED: Kept[str | None] = Kept("navigation.visited", None)  # the address of the page of the run before this one
ARRIVED = Kept("navigation.arrived", True)
FIRST_PAGE = ""  # the address of the page at /
WITH_TRAINING = (FIRST_PAGE, "feature_maps", "regression")  # addresses of pages beside which it is not folded away
DARK = {"#1b2530": "#e8edf2", "#0062a3": "#56b4e9"}  # colours of the name on light, and on dark
FAVICON = str(FOLDER / "favicon.png")  # a picture of 7×7 pixels with one of them lit


@dataclass(frozen=True)
class Entry:
    """A line of the page table."""

    name: str  # pages/<name>.py, and its address; the first is the page at /
    title: str
    icon: str
    help: str


PAGES = (
    Entry("draw", "Draw a digit", ":material/draw:", "Draw a digit and see four 1×1 networks read it."),
    Entry(
        "path", "Start here", ":material/route:", "What a 1×1 convolution is and what it is good for, in five steps."
    ),
    Entry("own_classes", "Your own classes", ":material/category:", "Draw a few of each, and a network reads them."),
    Entry("feature_maps", "Feature maps", ":material/grid_view:", "See every channel of a network on a drawing."),
    Entry("regression", "House prices", ":material/home:", "Move two sliders and see a network's price move."),
    Entry("why_1x1", "Why 1×1", ":material/science:", "Guess what is true about 1×1 convolutions, and measure it."),
    Entry(
        "paint", "Paint", ":material/brush:", "Paint a few pixels of a picture, and a 1×1 network labels the others."
    ),
    Entry("runs", "Your runs", ":material/stacked_line_chart:", "Compare your trainings, and look at them again."),
)


def start() -> st.Page:
    """Build the navigation and say which page was asked for; called by app.py in every run."""
    page = st.navigation(_pages(), position="hidden" if address.bare() else "sidebar")
    FRAME.set(True)
    startup.HELD_BACK.set(startup.FIRST_VISIT if VISITED.get() is None else 0.0)
    ARRIVED.set(VISITED.get() != page.url_path)
    VISITED.set(page.url_path)
    return page


def guard() -> None:
    """Go back through app.py when Streamlit ran a page without it, as it does for a server's first deep link."""
    if not FRAME.get():
        st.navigation(_pages(icons=False))
        st.rerun()


def arrived() -> bool:
    """Whether this run shows another page than the run before it."""
    return ARRIVED.get()


def look() -> None:
    """Put the looks that all pages share on the page."""
    st.html(Path(__file__).with_name("frame.css"))


def name() -> None:
    """Put the app's name above the menu; after the page, as Streamlit imports NumPy for it."""
    st.logo(_wordmark(dark=st.context.theme.type == "dark"), size="large")


def ready() -> None:
    """Put a mark on the page that its first whole run is over, for whoever waits for it."""
    st.html('<span class="pw-ready"></span>')


@cache
def _wordmark(dark: bool) -> str:
    """SVG of the app's name and what it is, in the theme's colours."""
    drawn = Path(__file__).with_name("wordmark.svg").read_text(encoding="utf-8")
    for on_light, on_dark in DARK.items() if dark else ():
        drawn = drawn.replace(on_light, on_dark)
    return drawn


def link(name: str, label: str = "", icon: str = "", **query: str) -> None:
    """A link to pages/``name``.py, in this tab and session, with its own title unless ``label`` says another.

    ``query`` are parameters of its address.
    """
    to = entry(name)
    st.page_link(f"pages/{name}.py", label=label or to.title, icon=icon or to.icon, query_params=query or None)


def entry(name: str) -> Entry:
    """The line of the page table with that name or address. Raises StopIteration where there is none."""
    return next(entry for entry in PAGES if name in (entry.name, "" if entry is PAGES[0] else entry.name))


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
