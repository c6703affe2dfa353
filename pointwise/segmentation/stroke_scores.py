"""How well held-out strokes are labelled, when each is held out once, and what chance does to such a score."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pointwise.errors import DataError
from pointwise.models import PAINTER, ModelConfig, build
from pointwise.segmentation.channel_maps import Channels
from pointwise.segmentation.course import Course
from pointwise.segmentation.fitting import COLD
from pointwise.segmentation.forest import grown
from pointwise.segmentation.scribbles import PARTS, Sample, apart, check_scribbles, parts, sample

DRAWS, SHARE = 1000, 90  # of strokes to tell what chance does; the percentage of them that an interval holds
SECONDS = 60.0  # that all trainings together may take
Label = Callable[[NDArray[np.bool_], NDArray[np.bool_]], NDArray[np.int64]]


@dataclass(frozen=True, eq=False)
class StrokeScore:
    """The labels of held-out strokes, before they are smoothed, by what learned from other strokes alone."""

    present: tuple[int, ...]  # classes that have strokes
    labels: NDArray[np.int64]  # (s,) of each stroke, as its place in ``present``
    counts: NDArray[np.int64]  # (s, k): how many of its pixels were given each class that is present

    @property
    def strokes(self) -> int:
        """How many strokes were held out; the only one of a class never is."""
        return len(self.labels)

    @property
    def score(self) -> float:
        """Mean IoU over the classes of the strokes."""
        return float(np.mean(list(self.by_class.values())))

    @cached_property
    def by_class(self) -> dict[int, float]:
        """IoU of each class of the strokes."""
        iou = self._iou(np.ones((1, self.strokes)))[0]
        return {self.present[at]: float(iou[at]) for at in np.unique(self.labels)}

    @cached_property
    def draws(self) -> NDArray[np.float64]:
        """(DRAWS,) scores of as many strokes of each class, drawn from these with replacement, always alike."""
        rng, times = np.random.default_rng(0), np.zeros((DRAWS, self.strokes))
        for at in np.unique(self.labels):
            own = np.flatnonzero(self.labels == at)
            times[:, own] = rng.multinomial(len(own), np.full(len(own), 1 / len(own)), DRAWS)
        return self._iou(times)[:, np.unique(self.labels)].mean(1)

    @property
    def interval(self) -> tuple[float, float]:
        """Between which scores SHARE percent of the draws are."""
        return _interval(self.draws)

    def _iou(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """IoU (d, k) by class, with each stroke counted so many ``times`` (d, s)."""
        is_of = self.labels[:, None] == np.arange(len(self.present))  # (s, k)
        right = times @ np.where(is_of, self.counts, 0)
        either = times @ (is_of * self.counts.sum(1, keepdims=True)) + times @ self.counts - right
        return right / np.maximum(either, 1)


def ahead(one: StrokeScore, other: StrokeScore) -> tuple[float, float]:
    """Between which numbers the score of ``one`` is above that of ``other`` in SHARE percent of the draws.

    Both are of the same strokes.
    """
    return _interval(one.draws - other.draws)


def of_network(
    channels: Channels,
    scribbles: NDArray[Any],
    numbers: NDArray[Any] | None = None,
    *,
    seed: int = 0,
    stopped: Callable[[], bool] = lambda: False,
) -> StrokeScore:
    """The score of networks, each trained as long as a new one is. Raises DataError as ``fit`` and for too few strokes.

    No stroke decides when the training that it is held out from ends.
    """
    chosen = _sample(channels, scribbles, numbers, seed)
    inputs = (channels.at(chosen.rows, chosen.columns) - channels.standard[0]) * channels.standard[1]
    places = np.searchsorted(chosen.present, chosen.labels)
    config = ModelConfig(PAINTER, channels.colours, num_classes=len(chosen.present), channel_sets=channels.sets)
    generator, ends = torch.Generator().manual_seed(seed), time.perf_counter() + SECONDS
    course = Course(inputs, torch.from_numpy(places), generator, ends, stopped)

    def label(kept: NDArray[np.bool_], asked: NDArray[np.bool_]) -> NDArray[np.int64]:
        network = build(config, seed)
        course.run(network, torch.from_numpy(kept), COLD)
        return course.said(network, torch.from_numpy(asked)).numpy()

    return _scored(scribbles.shape, chosen, places, label)


def of_forest(
    channels: Channels,
    scribbles: NDArray[Any],
    numbers: NDArray[Any] | None = None,
    *,
    seed: int = 0,
    threads: int = 2,
) -> StrokeScore:
    """The score of random forests on the same strokes. Raises DataError as ``of_network``."""
    chosen = _sample(channels, scribbles, numbers, seed)
    values, places = channels.at(chosen.rows, chosen.columns).numpy(), np.searchsorted(chosen.present, chosen.labels)

    def label(kept: NDArray[np.bool_], asked: NDArray[np.bool_]) -> NDArray[np.int64]:
        return grown(values[kept], places[kept], seed, threads).predict(values[asked])

    return _scored(scribbles.shape, chosen, places, label)


def without_each_set(
    channels: Channels,
    scribbles: NDArray[Any],
    numbers: NDArray[Any] | None = None,
    *,
    seed: int = 0,
    stopped: Callable[[], bool] = lambda: False,
) -> dict[str, StrokeScore]:
    """The score with "all" channels, and without each set of them. Raises DataError as ``of_network``."""
    some = {name: channels.without(name) for name in channels.sets} if len(channels.sets) > 1 else {}
    return {
        name: of_network(part, scribbles, numbers, seed=seed, stopped=stopped)
        for name, part in {"all": channels, **some}.items()
    }


def _sample(channels: Channels, scribbles: NDArray[Any], numbers: NDArray[Any] | None, seed: int) -> Sample:
    check_scribbles(scribbles, channels.shape)
    return sample(scribbles, numbers, seed)


def _scored(
    shape: tuple[int, ...],
    chosen: Sample,
    places: NDArray[np.int64],
    label: Label,
) -> StrokeScore:
    """The score of what ``label`` says of pixels when it has learned from others, both masks (n,)."""
    part, said = parts(chosen.labels, chosen.numbers), np.full(len(places), -1)
    for number in range(PARTS):
        held = part == number
        asked = apart(shape, chosen.rows, chosen.columns, held)
        if asked.any():
            said[asked] = label(~held, asked)
    asked = said >= 0
    if not asked.any():
        raise DataError("There are too few strokes to keep some back. Paint at least two of a class, apart.")
    of = places * (chosen.numbers.max() + 1) + chosen.numbers
    strokes, first, which = np.unique(of[asked], return_index=True, return_inverse=True)
    counts = np.zeros((len(strokes), len(chosen.present)), np.int64)
    np.add.at(counts, (which, said[asked]), 1)
    return StrokeScore(chosen.present, places[asked][first], counts)


def _interval(draws: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.percentile(draws, [50 - SHARE / 2, 50 + SHARE / 2])
    return float(low), float(high)
