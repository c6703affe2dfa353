"""What all claims have in common: a guess first, then the experiment, then the verdict with its number."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

SKIP = "I would rather see it"


def guessed(name: str, question: str, options: tuple[str, ...]) -> str | None:
    """Ask before anything is shown; the visitor's answer, or None while there is none."""
    return st.radio(question, [*options, SKIP], index=None, key=f"why.{name}", persist_state="session")


def verdict(text: str, guess: str, right: str) -> None:
    """The verdict, and what became of the guess. Markdown."""
    if guess == right:
        text += " You guessed it."
    elif guess != SKIP:
        text += f" Your guess was: {guess[:1].lower()}{guess[1:]}."
    st.success(text, icon=":material/gavel:")


def small(difference: float) -> str:
    """A difference between two computations of the same."""
    return f"{difference:.1e}" if difference else "exactly 0"


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], numbers: bool = True) -> None:
    """A small table, scrolling by itself where it is too wide; the columns after the first stand right if numbers."""
    top = "".join(f"<th>{html.escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    st.html(
        "<style>.pw-table {border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums}"
        ".pw-table td, .pw-table th {padding: 0.3rem 1.2rem 0.3rem 0; text-align: left; vertical-align: top;"
        " border-bottom: 1px solid rgba(127, 155, 179, 0.3)}"
        ".pw-table.numbers :is(td, th):not(:first-child) {text-align: right}"
        ".pw-table.numbers td:not(:first-child) {white-space: nowrap}</style>"
        f'<div style="overflow-x: auto" tabindex="0" role="region" aria-label="{html.escape(", ".join(head))}">'
        f'<table class="pw-table {"numbers" if numbers else ""}"><thead><tr>{top}</tr></thead><tbody>{body}</tbody>'
        "</table></div>"
    )
