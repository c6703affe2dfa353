"""What somebody painted on a picture: strokes, the changes that a page sends, and the pixels that they label.

A page sends each change until it is told that it has arrived, so that no stroke is lost; changes that come twice
change nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pointwise.errors import DataError
from pointwise.segmentation import brush

MOST_CLASSES = 20
MOST_STROKES = 2_000
MOST_POINTS, MOST_POINTS_IN_ALL = 5_000, 100_000  # of a stroke, and of all
SIZES = (1.0, 200.0)  # pixels of the picture
REACH = (-2_000.0, 4_000.0)  # how far a pen goes beyond a picture, in its pixels
MOST_CLIENTS = 50
ID, CLIENT = re.compile(r"[A-Za-z0-9.-]{1,40}"), re.compile(r"[a-z0-9]{1,20}")


@dataclass(frozen=True)
class Stroke:
    """One stroke of the brush, from pen-down to pen-up."""

    id: str
    points: tuple[tuple[float, float], ...]  # (x, y) in pixels, from the picture's upper left corner
    size: float  # the brush's diameter in pixels
    label: int  # the class, from 1, or 0 for the eraser


class Change(NamedTuple):
    """One thing that somebody did: number ``n`` of the page ``client``."""

    client: str
    n: int
    what: str  # paint, undo, clear, restore
    stroke: Stroke | None = None  # that was painted
    id: str = ""  # of the stroke that was taken back


@dataclass(frozen=True)
class Painting:
    """All that is painted on one picture, oldest first, and which changes of which page it holds already."""

    strokes: tuple[Stroke, ...] = ()
    cleared: tuple[Stroke, ...] = ()  # what the last clearing took away
    seen: Mapping[str, int] = field(default_factory=dict)  # by client
    number: int = 0  # of changes of the strokes so far

    def after(self, changes: Iterable[Change]) -> Painting:
        """The painting with ``changes`` that are new to it; itself where none is.

        A stroke for which there is no room is left out: the page does not let anybody begin one.
        """
        painting = self
        for change in changes:
            if change.n > painting.seen.get(change.client, 0):
                painting = painting._changed(change)._with_seen(change)
        return painting

    def with_strokes(self, strokes: Iterable[Stroke]) -> Painting:
        """Other strokes, of a file for instance; those that were here are its ``cleared``."""
        return replace(self, strokes=tuple(strokes), cleared=self.strokes, number=self.number + 1)

    def without_class(self, label: int) -> Painting:
        """The painting once a class is taken off the list: its strokes are gone, and later classes move up."""

        def moved(strokes: tuple[Stroke, ...]) -> tuple[Stroke, ...]:
            left = (stroke for stroke in strokes if stroke.label != label)
            return tuple(replace(one, label=one.label - 1) if one.label > label else one for one in left)

        return replace(self, strokes=moved(self.strokes), cleared=moved(self.cleared), number=self.number + 1)

    @property
    def full(self) -> bool:
        """Whether there is no room for one more stroke."""
        return not _room(self.strokes, MOST_POINTS)

    def to_json(self) -> dict[str, Any]:
        """JSON of all of it, a stroke being [id, label, size, [x, y, x, y, …]]."""
        strokes, cleared = ([_line(stroke) for stroke in some] for some in (self.strokes, self.cleared))
        return {"strokes": strokes, "cleared": cleared, "seen": dict(self.seen), "number": self.number}

    @classmethod
    def from_json(cls, value: Any) -> Painting:
        """The painting that ``to_json`` made JSON of; a list of strokes alone will do. Raises DataError for others."""
        try:
            whole = value if isinstance(value, dict) else {"strokes": value}
            strokes, cleared = (_strokes(whole.get(name, [])) for name in ("strokes", "cleared"))
            seen = {_text(client, CLIENT): _whole(n) for client, n in whole.get("seen", {}).items()}
            return cls(strokes, cleared, _latest(seen), _whole(whole.get("number", 0)))
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
            why = str(error)[:200] if isinstance(error, ValueError) else "they are of another form"
            raise DataError(
                f"These strokes cannot be used: {why}. Choose a file of strokes that was saved here."
            ) from error

    def _changed(self, change: Change) -> Painting:
        known = {stroke.id for stroke in self.strokes}
        if change.what == "paint" and change.stroke is not None:
            if change.stroke.id in known or not _room(self.strokes, len(change.stroke.points)):
                return self
            after = replace(self, strokes=(*self.strokes, change.stroke))
        elif change.what == "undo" and change.id in known:
            after = replace(self, strokes=tuple(one for one in self.strokes if one.id != change.id))
        elif change.what == "clear" and self.strokes:
            after = replace(self, strokes=(), cleared=self.strokes)
        elif change.what == "restore" and self.cleared and not self.strokes:
            after = replace(self, strokes=self.cleared, cleared=())
        else:
            return self
        return replace(after, number=self.number + 1)

    def _with_seen(self, change: Change) -> Painting:
        others = {client: n for client, n in self.seen.items() if client != change.client}
        return replace(self, seen=_latest({**others, change.client: change.n}))


def changes_from_message(message: Any) -> tuple[Change, ...]:
    """The changes in a message of the page, oldest first; raises an exception for anything that is no such message.

    ``{"changes": [[client, n, what, …], …]}`` with id, label, size, [x, y, …] after "paint" and id after "undo".
    """
    lines = message["changes"]
    if not isinstance(lines, (list, tuple)) or len(lines) > 2 * MOST_STROKES:
        raise ValueError("the changes are no list, or too many")
    painted = [line[6] for line in lines if line[2] == "paint"]
    if sum(len(flat) for flat in painted) > 2 * MOST_POINTS_IN_ALL:
        raise ValueError("these are too many points")
    return tuple(_change(*line) for line in lines)


def rasterise(strokes: Sequence[Stroke], shape: tuple[int, int]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The class of each pixel of a picture of ``shape`` (H, W), 1…k or 0 where none is painted, int32 (H, W), and which
    stroke gave it, counted from 1 in ``strokes``, int32 (H, W). A stroke goes over those before it.
    """
    labels, numbers = np.zeros(shape, np.int32), np.zeros(shape, np.int32)
    for number, stroke in enumerate(strokes, 1):
        box, covered = brush.covered(np.array(stroke.points, float), stroke.size, shape)
        labels[box][covered] = stroke.label
        numbers[box][covered] = number if stroke.label else 0
    return labels, numbers


def _room(strokes: Sequence[Stroke], points: int) -> bool:
    used = sum(len(stroke.points) for stroke in strokes)
    return len(strokes) < MOST_STROKES and used + points <= MOST_POINTS_IN_ALL


def _line(stroke: Stroke) -> list[Any]:
    return [stroke.id, stroke.label, stroke.size, [part for point in stroke.points for part in point]]


def _strokes(lines: Any) -> tuple[Stroke, ...]:
    if not isinstance(lines, list) or len(lines) > MOST_STROKES:
        raise ValueError(f"they are no list of at most {MOST_STROKES:,}")
    if sum(len(line[3]) for line in lines) > 2 * MOST_POINTS_IN_ALL:
        raise ValueError(f"they have more than {MOST_POINTS_IN_ALL:,} points")
    strokes = tuple(_stroke(*line) for line in lines)
    if len({stroke.id for stroke in strokes}) < len(strokes):
        raise ValueError("two have one name")
    return strokes


def _stroke(name: Any, label: Any, size: Any, flat: Any) -> Stroke:
    if not isinstance(flat, (list, tuple)) or len(flat) % 2 or not 2 <= len(flat) <= 2 * MOST_POINTS:
        raise ValueError(f"a stroke has not 1 to {MOST_POINTS:,} points")
    if _whole(label) > MOST_CLASSES:
        raise ValueError(f"there are {MOST_CLASSES} classes at most")
    xs, ys = ([round(_number(part, *REACH), 2) for part in flat[start::2]] for start in (0, 1))
    return Stroke(_text(name, ID), tuple(zip(xs, ys, strict=True)), _number(size, *SIZES), int(label))


def _change(client: Any, n: Any, what: Any, *more: Any) -> Change:
    known = Change(_text(client, CLIENT), _whole(n), str(what))
    if what == "paint":
        return known._replace(stroke=_stroke(*more))
    if what == "undo":
        (name,) = more
        return known._replace(id=_text(name, ID))
    if what not in ("clear", "restore") or more:
        raise ValueError("this is no change")
    return known


def _latest(seen: dict[str, int]) -> dict[str, int]:
    return dict(list(seen.items())[-MOST_CLIENTS:])


def _number(value: Any, low: float, high: float) -> float:
    """A number, which is brought into the range; raises ValueError for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"{str(value)[:20]} is no number")
    return float(min(max(value, low), high))


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise ValueError(f"{str(value)[:20]} is no whole number from 0")
    return value


def _text(value: Any, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(f"{str(value)[:20]!r} is no name")
    return value
