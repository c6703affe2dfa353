"""What stands in the address of each page: its name there, what it is now, and how a text from an address is used.

A field of Streamlit's own (``bind="query-params"``) is in the address by itself, and is only checked here. The others
are written by a link and taken out of the address once they are used, so that a reload shows what was done since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from pointwise.ui.canvas import drawing, short_drawing
from pointwise.ui.canvas.drawing import Drawing, Sheet
from pointwise.ui.frame import desk
from pointwise.ui.frame.sections import Kept

OWN: Kept[tuple[Drawing, ...]] = Kept(
    "links.own", ()
)  # the visitor's drawings, in place of which a link brought others


@dataclass(frozen=True)
class Field:
    """One thing that a link says of a page."""

    name: str  # in the address
    what: str  # in a sentence
    now: Callable[[], str | None]  # as a text; None leaves it out
    take: Callable[[str], None]  # use a text, or raise ValueError with a sentence on what there is
    stays: bool = False  # in the address after it was used, where Streamlit keeps it up to date


def bound(name: str, what: str, check: Callable[[str], None]) -> Field:
    """A widget that Streamlit binds to the address under ``name``."""
    return Field(name, what, lambda: st.query_params.get(name), check, stays=True)


def one_of(options: Iterable[str]) -> Callable[[str], None]:
    """A check of a text against what there is."""
    every = tuple(options)

    def check(text: str) -> None:
        if text not in every:
            raise ValueError(f"There is {_listed(every)}.")

    return check


def within(low: float, high: float) -> Callable[[str], None]:
    """A check of a text against a range of numbers."""

    def check(text: str) -> None:
        _number(text, low, high)

    return check


def chosen(name: str, what: str, key: str, values: Mapping[str, Any], lasting: bool = False) -> Field:
    """A choice whose value is at ``key`` in the session's state; ``values`` are texts of an address and their values.

    The first of them is what it is at first. A ``lasting`` one is on the visitor's desk as well.
    """
    first = next(iter(values.values()))

    def now() -> str | None:
        value = st.session_state.get(_key(), first)
        return next((text for text, one in values.items() if one == value), None)

    def take(text: str) -> None:
        one_of(values)(text)
        st.session_state[_key()] = values[text]

    def _key() -> str:
        return desk.widget(key, first, tuple(values.values()).__contains__) if lasting else key

    return Field(name, what, now, take)


def number(name: str, what: str, key: str, low: float, high: float) -> Field:
    """A number at ``key`` in the session's state, whole where ``low`` is; left out until it was chosen."""

    def now() -> str | None:
        value = st.session_state.get(key)
        return None if value is None else f"{value:g}"

    def take(text: str) -> None:
        st.session_state[key] = _number(text, low, high)

    return Field(name, what, now, take)


def several(name: str, what: str, keys: Callable[[], Sequence[str]], low: float, high: Callable[[int], float]) -> Field:
    """Numbers at several keys, with commas between them; left out until all were on a page.

    The n-th goes from ``low`` to ``high(n)``; whole where that is.
    """

    def now() -> str | None:
        values = [st.session_state.get(key) for key in keys()]
        return None if not values or None in values else ",".join(f"{value:g}" for value in values)

    def take(text: str) -> None:
        parts = text.split(",")
        if len(parts) != len(keys()):
            raise ValueError(f"It is {len(keys())} numbers.")
        numbers = [_number(part, low, high(n)) for n, part in enumerate(parts)]
        st.session_state.update(zip(keys(), numbers, strict=True))

    return Field(name, what, now, take)


def drawn(name: str, what: str, sheet: Sheet) -> Field:
    """What is drawn on a sheet."""

    def take(text: str) -> None:
        after, before = short_drawing.lengthened(sheet, text), drawing.current(sheet)
        if text == short_drawing.shortened(before):
            return
        if not before.empty and not before.untouched:
            OWN.set((*(one for one in OWN.get() if one.sheet != sheet), before))
        drawing.keep(after)

    return Field(name, what, lambda: short_drawing.shortened(drawing.current(sheet)), take)


def _listed(options: tuple[str, ...]) -> str:
    return f"{', '.join(options[:-1])} and {options[-1]}" if len(options) > 1 else options[0]


def _number(text: str, low: float, high: float) -> float:
    try:
        value = type(low)(text) if len(text) < 20 else None
    except ValueError:
        value = None
    if value is None or not low <= value <= high:
        raise ValueError(f"It goes from {low:g} to {high:g}.")
    return value
