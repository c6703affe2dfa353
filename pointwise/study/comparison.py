"""What the study's table says: how much of a difference is network and how much is recipe; and whether two agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pointwise.intervals import QUANTILE
from pointwise.study.results import DRAWINGS, TEST, Cell, Sample, Training, Value, cells_of

BEST, OTHERS = "nin", ("mlp_1x1", "conv_mlp")
PLAIN, FULL = "tutorial", "augmented"  # recipes
RESAMPLES = 9_999
SHOWN_ON = {TEST: "the MNIST test digits", DRAWINGS: "the drawings"}


class Estimate(NamedTuple):
    """A difference of shares, −1…1, with the 95 % interval of its sample."""

    value: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0

    def __str__(self) -> str:
        value, low, high = (f"{100 * one:.1f}".replace("-", "−") for one in self)
        return f"{value} points ({low} to {high})"


@dataclass(frozen=True)
class Parts:
    """The difference between a network by one recipe and another network by another one, and its two parts.

    The part of the network is the difference between the networks by the same recipe, the mean over both recipes; the
    part of the recipe that between the recipes for the same network, the mean over both networks. They add up.
    """

    first: Cell  # by the recipe FULL
    second: Cell  # by the recipe PLAIN
    sample: str  # that is read
    total: Estimate
    network: Estimate
    recipe: Estimate


def parts_of(trainings: Sequence[Training]) -> list[Parts]:
    """The parts of BEST's difference to each of OTHERS, on drawings where there are some, else on test digits.

    Those whose four cells are not all there are left out.
    """
    cells = {(one.network, one.recipe): one for one in cells_of(trainings)}
    found = []
    for other in OTHERS:
        kinds = [(BEST, FULL), (BEST, PLAIN), (other, FULL), (other, PLAIN)]
        if not all(kind in cells for kind in kinds):
            continue
        four = [[one for one in trainings if (one.network, one.recipe) == kind] for kind in kinds]
        sample = DRAWINGS if all(DRAWINGS in one.samples for one in trainings) else TEST
        weights = {"total": (1, 0, 0, -1), "network": (0.5, 0.5, -0.5, -0.5), "recipe": (0.5, -0.5, 0.5, -0.5)}
        samples = [[one.samples[sample] for one in seeds] for seeds in four]
        estimates = {name: _estimate(samples, weight) for name, weight in weights.items()}
        found.append(Parts(cells[kinds[0]], cells[kinds[3]], sample, **estimates))
    return found


def _estimate(cells: Sequence[Sequence[Sample]], weights: Sequence[float]) -> Estimate:
    """The weighted sum of what the cells read.

    All networks read the same drawings: these are drawn anew, each with what all networks made of it (percentile
    bootstrap). Of test digits only the numbers are known: the interval is that of independent samples, which is wider.
    """
    shares = np.array([np.mean([one.shares("read") for one in seeds], axis=0) for seeds in cells])  # (cells, n)
    sums = np.asarray(weights) @ shares
    if len(sums) == 1:
        variance = sum(
            w**2 * p * (1 - p) / cell[0].count for w, p, cell in zip(weights, shares[:, 0], cells, strict=True)
        )
        low, high = (float(sums[0] + side * QUANTILE * np.sqrt(variance)) for side in (-1, 1))
        return Estimate(float(sums[0]), low, high)
    chance = np.random.default_rng(0)
    drawn = chance.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), RESAMPLES) @ sums / len(sums)
    low, high = np.percentile(drawn, (2.5, 97.5))
    return Estimate(float(sums.mean()), float(low), float(high))


def sentences(parts: Sequence[Parts], names: Mapping[str, str] | None = None) -> list[str]:
    """A sentence for each: which part of the difference is network, and which is recipe.

    ``names`` are what networks are called; as they are where they are not given. What the sample's interval does not
    tell from nothing is called no difference.
    """
    called = names or {}
    found = []
    for one in parts:
        first, second = (called.get(cell.network, cell.network) for cell in (one.first, one.second))
        shares = [100 * cell.values[one.sample]["read"].mean for cell in (one.first, one.second)]
        found.append(
            f"{first} by the recipe {FULL} reads {shares[0]:.1f} % of {SHOWN_ON[one.sample]}, {second} by {PLAIN} "
            f"{shares[1]:.1f} %. Of these {one.total} {_part(one.network)} the network, at the same recipe, and "
            f"{_part(one.recipe)} the recipe, for the same network."
        )
    return found


def _part(estimate: Estimate) -> str:
    return f"{estimate} are" if estimate.clear else f"no difference that this sample shows ({estimate}) is"


@dataclass(frozen=True)
class Check:
    """A share that was measured anew, beside that of a study; each with the 95 % interval of its sample."""

    network: str
    recipe: str
    sample: str
    share: str
    anew: Value
    there: Value
    same: bool  # whether the study's training of that seed counted the very same

    @property
    def agrees(self) -> bool:
        """Whether the two intervals meet."""
        mine, its = self.anew.interval, self.there.interval
        return mine is not None and its is not None and mine[0] <= its[1] and its[0] <= mine[1]


def checks_of(anew: Sequence[Training], there: Sequence[Training]) -> list[Check]:
    """A check of each share of what was trained anew that is in both."""
    cells = {(one.network, one.recipe): one for one in cells_of(there)}
    twins = {(one.network, one.recipe, one.seed): cells_of([one])[0] for one in there}
    found = []
    for one in anew:
        kind = (one.network, one.recipe)
        twin = twins.get((*kind, one.seed))
        for sample, values in cells_of([one])[0].values.items():
            its = cells[kind].values.get(sample, {}) if kind in cells else {}
            for name, value in values.items():
                if value.interval is not None and name in its:
                    same = twin is not None and twin.values[sample][name].mean == value.mean
                    found.append(Check(*kind, sample, name, value, its[name], same))
    return found
