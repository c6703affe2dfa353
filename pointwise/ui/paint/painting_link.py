"""A painting on an example as a short text for an address: its classes and its strokes, those of the example by number.

Points are rounded to a pixel, and those left out that lie within half a pixel of the line between their neighbours.
"""

from __future__ import annotations

import json
import zlib
from itertools import chain, pairwise
from typing import Any

import numpy as np

from pointwise.errors import DataError
from pointwise.segmentation.strokes import MOST_STROKES, Painting, Stroke
from pointwise.ui.canvas.short_drawing import packed, unpacked
from pointwise.ui.frame.sections import Latest
from pointwise.ui.paint import example_pictures, painting_record, paintings
from pointwise.ui.paint.example_pictures import EXAMPLES
from pointwise.ui.paint.paintings import Work

LONGEST, MOST = 4_000, 500  # characters, and strokes
TOLERANCE = 0.5  # pixels
SIZES = 10  # steps of a brush's size to a pixel


def picture_now() -> str | None:
    """The name of the example that is painted on; None of a picture of the visitor's own, which is in no link."""
    name = paintings.chosen()
    return name if name in EXAMPLES else None


def take_picture(name: str) -> None:
    """Paint on an example. Raises ValueError for what is none."""
    if name not in EXAMPLES:
        raise ValueError(f"There is {', '.join(EXAMPLES)}.")
    paintings.choose(name)


def strokes_now() -> str | None:
    """The text of what is painted; None of a picture of the visitor's own, and where it is too long."""
    text = _text()
    return text if text and len(text) <= LONGEST else None


def is_too_long() -> bool:
    """Whether what is painted is too long for an address."""
    return paintings.chosen() in EXAMPLES and strokes_now() is None


def take_strokes(text: str) -> None:
    """Put the painting of a link onto the chosen example. Raises ValueError for what is none.

    What the visitor has painted there stays in a record of its own, and can be had back.
    """
    name = paintings.chosen()
    if name not in EXAMPLES or text == _text():
        return
    painting, classes = lengthened(name, text)
    painting_record.bring(name, painting, classes)


def seen_now() -> str | None:
    """What the network sees of each pixel, by its sets; None of a picture of the visitor's own."""
    name = paintings.chosen()
    return "-".join(paintings.SETS[paintings.seen_now(name)]) if name in EXAMPLES else None


def take_seen(text: str) -> None:
    """Let the network see that. Raises ValueError for what is no choice."""
    sets = tuple(text.split("-"))
    if sets not in paintings.SETS.values():
        raise ValueError(f"There is {', '.join('-'.join(one) for one in paintings.SETS.values())}.")
    paintings.see(paintings.chosen(), sets)


def shortened(name: str, work: Work) -> str:
    """Letters, digits, ``-`` and ``_`` that ``lengthened`` makes the painting of again; "" of far too many strokes."""
    known = {stroke: number for number, stroke in enumerate(example_pictures.painting(name).strokes)}
    if len(work.painting.strokes) > MOST:
        return ""
    strokes = [known.get(stroke, _line(stroke)) for stroke in work.painting.strokes]
    return packed(json.dumps([name, list(work.classes), strokes], separators=(",", ":"), ensure_ascii=False))


def lengthened(name: str, text: str) -> tuple[Painting, tuple[str, ...]]:
    """The painting and its classes' names. Raises ValueError for anything that is none."""
    try:
        of, names, lines = json.loads(unpacked(text, LONGEST))
        if of != name or not isinstance(lines, list) or len(lines) > MOST_STROKES or not isinstance(names, list):
            raise ValueError
        given = example_pictures.painting(name).strokes
        strokes = [_stroke(number, line, given) for number, line in enumerate(lines)]
        painting = Painting.from_json(strokes)
        if max((stroke.label for stroke in painting.strokes), default=0) > len(names):
            raise ValueError
        return painting, paintings.classes_from(names)
    except (ValueError, TypeError, IndexError, OverflowError, RecursionError, DataError, zlib.error) as error:
        raise ValueError("They are damaged, or of another picture.") from error


def what_it_holds() -> str:
    """What a link to the page holds, in sentences."""
    if paintings.chosen() not in EXAMPLES:
        return (
            "The link opens this page. A picture of your own is not in it: it stays on this computer. Take the "
            "painting along as a file, on the page Your runs."
        )
    if is_too_long():
        return (
            f"The link opens this page with this picture. Your strokes are too long for a link of {LONGEST:,} "
            "characters: give them away as a file, which this page takes back under *Take it home*."
        )
    return (
        "Whoever opens it sees this picture with these classes and strokes. What somebody has painted on it before is "
        "not lost: a button brings it back, and it stays among their runs."
    )


def _text() -> str | None:
    name = paintings.chosen()
    if name not in EXAMPLES:
        return None
    work = paintings.work(name)
    return Latest[str]("paint.link").of(work, lambda: shortened(name, work))


def _line(stroke: Stroke) -> list[int]:
    """Class, the brush's size, the first point, and the way to each next one."""
    from skimage.measure import approximate_polygon

    kept = approximate_polygon(np.array(stroke.points), TOLERANCE) if len(stroke.points) > 2 else stroke.points
    points = [(round(float(x)), round(float(y))) for x, y in kept]
    steps = [(x - x0, y - y0) for (x0, y0), (x, y) in pairwise(points)]
    return [stroke.label, round(SIZES * stroke.size), *chain.from_iterable((points[0], *steps))]


def _stroke(number: int, line: Any, given: tuple[Stroke, ...]) -> list[Any]:
    """A stroke as ``Painting.to_json`` writes it."""
    if isinstance(line, int):
        known = given[line] if 0 <= line < len(given) else None
        if known is None:
            raise ValueError
        return [known.id, known.label, known.size, [part for point in known.points for part in point]]
    label, size, *numbers = line
    if len(numbers) % 2 or not all(type(one) is int for one in line):
        raise ValueError
    points = np.cumsum(np.array(numbers, np.int64).reshape(-1, 2), axis=0)
    return [f"link-{number}", label, size / SIZES, points.ravel().tolist()]
