"""Several digits in one picture: cut into pieces of ink, each read by itself at a digit's size.

A piece is one or several neighbouring strokes, or a part of one: connected ink, cut where a column holds less of it
than the columns beside it. It is brought to 28×28 as a drawing of one digit is, without its neighbours, and the network
says how likely its best digit is. Which pieces make the best row is found by dynamic programming (as in LeCun et al.
1998, Gradient-based learning applied to document recognition).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray

from pointwise.calibration import probabilities_of, temperature_of
from pointwise.data.digits import normalise
from pointwise.drawing import FAINTEST, SIDE, Ink, prepare_ink
from pointwise.models import Network

WIDEST = 26  # columns of a digit of several strokes; one of 20 rows is seldom wider
NARROW = 12  # columns of connected ink that is not cut any more
EDGE = 4  # columns that are left on both sides of a cut
MOST = 600  # pieces: of a scribble there are more, and it is no row of digits
BLANK = 1.0  # what each empty column inside a piece costs, in nats: two ones side by side are no zero
CUT = 0.5  # what a cut through a full column of ink costs


@dataclass(frozen=True)
class Found:
    """A digit in a reading, and where its 28×28 pixels are."""

    left: int
    top: int
    digit: int
    probability: float  # 0–1


@dataclass(frozen=True)
class Part:
    """Connected ink, or what lies between two cuts of it."""

    ink: Ink  # (H, W) of the whole picture, 0 elsewhere
    start: int  # its columns
    end: int
    cut_left: float  # the ink of the column that its sides were cut through, 0 where nothing was
    cut_right: float


@dataclass(frozen=True)
class Piece:
    """Neighbouring parts, numbers ``first`` to ``last`` − 1, taken for one digit."""

    first: int
    last: int
    ink: Ink
    price: float  # in nats


def read_pieces(model: Network, picture: NDArray[np.uint8]) -> list[Found] | None:
    """The digits of a picture, uint8 (H, W), from left to right; None for ink in so many pieces that it is no row of
    them.
    """
    ink = picture / 255
    parts = _parts(np.where(ink < FAINTEST, 0.0, ink))
    pieces = _pieces(parts)
    if len(pieces) > MOST:
        return None
    if not pieces:
        return []
    images = torch.from_numpy(np.stack([prepare_ink(piece.ink).image for piece in pieces]))
    probabilities, digits = probabilities_of(model, normalise(images), temperature_of(model.card)).max(1)
    values = [math.log(p) - piece.price for p, piece in zip(probabilities.tolist(), pieces, strict=True)]
    return [
        Found(*_corner(pieces[number].ink), int(digits[number]), float(probabilities[number]))
        for number in _best_row(len(parts), pieces, values)
    ]


def _parts(ink: Ink) -> list[Part]:
    """From left to right."""
    from scipy.ndimage import find_objects, label

    labels, _ = label(ink > 0, np.ones((3, 3)))
    parts = []
    for number, (_, across) in enumerate(find_objects(labels), 1):
        own = np.where(labels == number, ink, 0.0)
        columns, start, end = own.sum(axis=0), across.start, across.stop
        valleys = []
        if end - start > NARROW:
            inside = range(start + EDGE, end - EDGE + 1)
            valleys = [c for c in inside if columns[c - 1] > columns[c] <= columns[c + 1]]
        edges = [(start, 0.0), *((c, float(columns[c])) for c in valleys), (end, 0.0)]
        for (left, before), (right, after) in pairwise(edges):
            part = np.zeros_like(own)
            part[:, left:right] = own[:, left:right]
            parts.append(Part(part, left, right, before, after))
    return sorted(parts, key=lambda part: part.start + part.end)


def _pieces(parts: Sequence[Part]) -> list[Piece]:
    pieces: list[Piece] = []
    for first, part in enumerate(parts):
        ink, start, end = np.zeros_like(part.ink), part.start, part.end
        for last, other in enumerate(parts[first:], first + 1):
            ink, start, end = ink + other.ink, min(start, other.start), max(end, other.end)
            if (end - start > WIDEST and last > first + 1) or len(pieces) > MOST:
                break
            empty = int((ink[:, start:end].sum(axis=0) == 0).sum())
            cut = (part.cut_left + other.cut_right) / 2
            pieces.append(Piece(first, last, ink, BLANK * empty + CUT * cut))
    return pieces


def _best_row(parts: int, pieces: Sequence[Piece], values: Sequence[float]) -> list[int]:
    """Numbers of the pieces that hold every part once and have the largest sum of ``values``."""
    best, last = [0.0] + [-math.inf] * parts, [0] * (parts + 1)
    for number in sorted(range(len(pieces)), key=lambda one: pieces[one].last):
        piece = pieces[number]
        if best[piece.first] + values[number] > best[piece.last]:
            best[piece.last], last[piece.last] = best[piece.first] + values[number], number
    row, end = [], parts
    while end > 0:
        row.append(last[end])
        end = pieces[last[end]].first
    return row[::-1]


def _corner(ink: Ink) -> tuple[int, int]:
    """Left and top of the 28×28 pixels that are centred on the mass of the ink, inside the picture."""
    places = (ink.sum(axis=0), ink.sum(axis=1))
    centres = [float(mass @ (np.arange(len(mass)) + 0.5) / mass.sum()) for mass in places]
    left, top = (
        min(max(math.floor(centre - SIDE / 2), 0), len(mass) - SIDE)
        for centre, mass in zip(centres, places, strict=True)
    )
    return left, top
