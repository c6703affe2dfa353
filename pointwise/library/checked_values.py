"""JSON that comes from outside, checked: numbers in their range, objects, and how deep they are nested.

``number``, ``whole`` and ``mapping`` raise ValueError for what is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DEPTH = 20  # of JSON
MOST = 2**53  # of whole numbers


def within_depth(value: Any, depth: int = DEPTH) -> bool:
    """Whether JSON is nested at most so deep."""
    inner: list[Any] = [value]
    while inner and depth >= 0:
        depth -= 1
        inner = [
            one
            for each in inner
            if isinstance(each, (dict, list))
            for one in (each.values() if isinstance(each, dict) else each)
        ]
    return not inner


def number(value: Any, low: float = 0.0, high: float = MOST) -> float:
    """A number from ``low`` to ``high``."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise ValueError(f"{str(value)[:40]} is out of range")
    return value


def whole(value: Any, low: int = 0, high: int = MOST) -> int:
    """A whole number from ``low`` to ``high``."""
    if not isinstance(value, int):
        raise ValueError(f"{str(value)[:40]} is no whole number")
    return int(number(value, low, high))


def mapping(value: Any) -> dict[str, Any]:
    """A JSON object."""
    if not isinstance(value, Mapping):
        raise ValueError(f"{str(value)[:40]} is no JSON object")
    return dict(value)
