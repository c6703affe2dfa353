"""The pixels that a brush labels, by arithmetic that the page repeats digit by digit (ui/paint/stroke_mask.js)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

LEAST = 0.51  # square of the smallest radius: a point then always labels the pixel that it lies in
TOGETHER = 256  # lines between points that are looked at at once


def covered(
    points: NDArray[np.float64], size: float, shape: tuple[int, int]
) -> tuple[tuple[slice, slice], NDArray[np.bool_]]:
    """A part of a picture of ``shape`` (H, W), and which pixels a brush labels that goes along ``points``, (n, 2).

    They are those whose middles are no farther from its way than half its ``size``, in pixels; points are (x, y).
    """
    height, width = shape
    radius = math.sqrt(max(size * size / 4, LEAST))
    low = np.clip(np.floor(points.min(axis=0) - radius), 0, (width, height)).astype(int)
    high = np.clip(np.ceil(points.max(axis=0) + radius), 0, (width, height)).astype(int)
    (x0, y0), (x1, y1) = low, high
    edges = np.zeros((y1 - y0, x1 - x0 + 1), np.int32)  # +1 where a run of pixels begins, -1 after its end
    starts, ends = (points[:-1], points[1:]) if len(points) > 1 else (points, points)
    for first in range(0, len(starts), TOGETHER):
        rows, begin, end = _runs(starts[first : first + TOGETHER], ends[first : first + TOGETHER], radius, (y0, y1))
        begin, end = np.maximum(begin, x0), np.minimum(end, x1)
        full = begin < end
        np.add.at(edges, (rows[full] - y0, begin[full] - x0), 1)
        np.add.at(edges, (rows[full] - y0, end[full] - x0), -1)
    return (slice(y0, y1), slice(x0, x1)), edges.cumsum(axis=1)[:, :-1] > 0


def _runs(
    a: NDArray[np.float64], b: NDArray[np.float64], radius: float, within: tuple[int, int]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """The pixels near straight lines from ``a`` to ``b``, (n, 2) each: their rows, first columns, and columns after.

    On a pixel row the outermost points lie at ``t``, the share of the way from a to b, and ``u`` below the line.
    """
    top = np.clip(np.floor(np.minimum(a, b)[:, 1] - radius), *within).astype(int)
    bottom = np.clip(np.ceil(np.maximum(a, b)[:, 1] + radius), *within).astype(int)
    counts = bottom - top
    line = np.repeat(np.arange(len(a)), counts)
    rows = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + top[line]
    (ax, ay), (dx, dy) = a[line].T, (b - a)[line].T
    level = dy == 0
    slope = np.where(level, 1.0, dy)
    away = rows + 0.5 - ay
    lean = radius * (dx / np.sqrt(np.where(level, 1.0, dx * dx + dy * dy))) * np.sign(dy)
    one, other = (away - radius) / slope, (away + radius) / slope
    least = np.where(level, 0.0, np.clip(np.minimum(one, other), 0, 1))
    most = np.where(level, 1.0, np.clip(np.maximum(one, other), 0, 1))

    def outermost(side: int) -> NDArray[np.float64]:
        flat = np.where(side * dx > 0, 1.0, 0.0)
        t = np.where(level, flat, np.clip((away + side * lean) / slope, least, most))
        u = away - t * dy
        reach = radius * radius - u * u
        return np.where(reach < 0, np.nan, ax + t * dx + side * np.sqrt(np.maximum(reach, 0)))

    left, right = outermost(-1), outermost(1)
    there = ~(np.isnan(left) | np.isnan(right))
    begin, end = np.ceil(left[there] - 0.5).astype(int), np.floor(right[there] - 0.5).astype(int) + 1
    return rows[there], begin, end
