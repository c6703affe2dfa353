"""Labelled pixels as strokes: which are learned from, and which are kept back to tell how good the network is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from pointwise.errors import DataError
from pointwise.segmentation.strokes import MOST_CLASSES

MOST_PIXELS = 16_384  # that are learned from; of more, as many of each class are drawn
PARTS = 4  # one stroke of so many of a class is kept back
KEPT_BACK = 1  # which of the parts is: the second stroke of a class, its sixth, …
CELL = 8  # px: a held-out pixel counts if no pixel within so many is learned from


@dataclass(frozen=True, eq=False)
class Sample:
    """Labelled pixels, each with its stroke, and what they are for."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    labels: NDArray[np.int64]  # 1…k
    numbers: NDArray[np.int64]  # of the strokes
    held: NDArray[np.bool_]  # kept back
    probe: NDArray[np.bool_]  # kept back and away from all that is learned from

    @property
    def present(self) -> tuple[int, ...]:
        """The classes that have pixels, in order."""
        return tuple(np.unique(self.labels).tolist())


def check_scribbles(scribbles: NDArray[Any], shape: tuple[int, int], classes: int | None = None) -> int:
    """The number of classes. Raises DataError for what is no (H, W) of whole numbers 0…20 with two classes in it."""
    if not np.issubdtype(scribbles.dtype, np.integer) or scribbles.ndim != 2:
        raise DataError(
            f"The scribbles are {scribbles.dtype} of {scribbles.ndim} dimensions. Give one whole number for each pixel."
        )
    if scribbles.shape != shape:
        own, its = (f"{width:,} × {height:,} pixels" for height, width in (scribbles.shape, shape))
        raise DataError(f"The scribbles have {own}, the picture {its}. Give one whole number for each of its pixels.")
    lowest, highest = int(scribbles.min()), int(scribbles.max())
    if lowest < 0 or highest > MOST_CLASSES:
        raise DataError(
            f"The scribbles hold {lowest if lowest < 0 else highest}. Use 0 and classes 1 to {MOST_CLASSES}."
        )
    if highest == 0:
        raise DataError("Nothing is painted yet. Paint a few strokes of at least two classes.")
    if len(np.unique(scribbles[scribbles > 0])) == 1:
        raise DataError("All strokes are of one class. Paint at least one of a second class.")
    if classes is not None and not highest <= classes <= MOST_CLASSES:
        raise DataError(
            f"There are {classes} classes, and strokes of class {highest}. Use {highest} to {MOST_CLASSES}."
        )
    return classes or highest


def connected(scribbles: NDArray[Any]) -> NDArray[np.int64]:
    """Numbers (H, W) from 1 of the connected areas of one class, 0 where nothing is painted."""
    numbers, last = np.zeros(scribbles.shape, np.int64), 0
    for label in np.unique(scribbles[scribbles > 0]):
        areas, count = ndimage.label(scribbles == label, np.ones((3, 3)))
        numbers[areas > 0] = areas[areas > 0] + last
        last += count
    return numbers


def sample(scribbles: NDArray[Any], numbers: NDArray[Any] | None, seed: int = 0) -> Sample:
    """The labelled pixels of ``scribbles`` (H, W), or MOST_PIXELS of them by the seed, each class with its share.

    ``numbers`` (H, W) tells strokes apart; without it each connected area of a class is one.
    """
    if numbers is None or numbers.shape != scribbles.shape:
        numbers = connected(scribbles)
    rows, columns = np.nonzero(scribbles)
    if len(rows) > MOST_PIXELS:
        drawn = _drawn(scribbles[rows, columns], seed)
        rows, columns = rows[drawn], columns[drawn]
    labels, strokes = scribbles[rows, columns].astype(np.int64), numbers[rows, columns].astype(np.int64)
    held = parts(labels, strokes) == KEPT_BACK
    return Sample(rows, columns, labels, strokes, held, apart(scribbles.shape, rows, columns, held))


def _drawn(labels: NDArray[Any], seed: int) -> NDArray[np.int64]:
    generator = np.random.default_rng(seed)
    present = np.unique(labels)
    each = MOST_PIXELS // len(present)
    chosen = [generator.permutation(np.flatnonzero(labels == label))[:each] for label in present]
    return np.sort(np.concatenate(chosen))


def parts(labels: NDArray[np.int64], strokes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which of the PARTS each pixel (N,) is in by its stroke, so that none has all of a class; -1 for its only one."""
    found = np.full(len(labels), -1)
    for label in np.unique(labels):
        numbers, place = np.unique(strokes[labels == label], return_inverse=True)
        if len(numbers) > 1:
            found[labels == label] = place % PARTS
    return found


def apart(shape: tuple[int, ...], rows: NDArray[Any], columns: NDArray[Any], held: NDArray[Any]) -> NDArray[np.bool_]:
    """Which pixels (N,) of a picture of that shape are ``held`` out and far from those that are learned from.

    In their cell of a grid, CELL pixels a side, and in the eight around it, nothing is learned from.
    """
    trained = np.zeros((shape[0] // CELL + 1, shape[1] // CELL + 1), bool)
    trained[rows[~held] // CELL, columns[~held] // CELL] = True
    near = ndimage.maximum_filter(trained, 3)
    return held & ~near[rows // CELL, columns // CELL]
