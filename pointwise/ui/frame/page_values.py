"""What a component of ours sends from the page, parsed into a type: anything else is ignored, with a line in the log.

Whoever speaks to the server can send any JSON in a component's name: NaN, a number of a thousand digits, a text of
megabytes. A callback therefore asks ``sent`` for a value, and says how it is read.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

T = TypeVar("T")
LONGEST = 200  # letters of a line in the log

log = logging.getLogger(__name__)


def sent(key: str, name: str, read: Callable[[Any], T], what: str = "A message of the page") -> T | None:
    """The value ``name`` of the component ``key``, as ``read`` makes it; None where that raises any exception.

    ``what`` stands in the log's line about such a one.
    """
    try:
        return read(raw(key, name))
    except Exception as error:  # it may be anything; Pillow, for one, raises many kinds for damaged pictures
        why = " ".join(str(error)[: 10 * LONGEST].split())[:LONGEST] or type(error).__name__
        log.warning("%s was ignored: %s", what, why)
        return None


def raw(key: str, name: str) -> Any:
    """What the component ``key`` has sent as ``name``, whatever it is."""
    return st.session_state[key].get(name)


def whole(low: int, high: int) -> Callable[[Any], int]:
    """Reads a whole number from ``low`` to ``high``; raises ValueError for anything else."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"{_short(value)} is no whole number from {low:,} to {high:,}")
        return value

    return read


def number(low: float, high: float) -> Callable[[Any], float]:
    """Reads a number from ``low`` to ``high``; raises ValueError for anything else."""

    def read(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise ValueError(f"{_short(value)} is no number from {low:,g} to {high:,g}")
        return float(value)

    return read


def several(one: Callable[[Any], T], least: int, most: int) -> Callable[[Any], tuple[T, ...]]:
    """Reads a list of so many of ``one``; raises ValueError for anything else, before it looks at any."""

    def read(value: Any) -> tuple[T, ...]:
        if not isinstance(value, (list, tuple)) or not least <= len(value) <= most:
            raise ValueError(f"{_short(value)} is no list of {least} to {most}")
        return tuple(one(part) for part in value)

    return read


def _short(value: Any) -> str:
    """A value in a few letters, without writing out a long one."""
    if isinstance(value, (float, bool)) or value is None or (isinstance(value, int) and abs(value) < 10**18):
        return str(value)
    return f"'{value[:20]}'" if isinstance(value, str) else f"a {type(value).__name__}"
