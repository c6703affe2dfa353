"""What the study's table says: how much of a difference is network and how much is recipe; and whether two agree."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pointwise.intervals import CONFIDENCE, QUANTILE, Difference
from pointwise.study.outcomes import DRAWINGS, TEST, Parts, Sample, Training, Value, cells_of

BEST, OTHERS = "nin", ("mlp_1x1", "conv_mlp")
PLAIN, FULL = "tutorial", "augmented"  # recipes
WEIGHTS = ((1, 0, 0, -1), (0.5, 0.5, -0.5, -0.5), (0.5, -0.5, 0.5, -0.5))  # of total, network and recipe
SHOWN_ON = {TEST: "the MNIST test digits", DRAWINGS: "the development drawings"}


def parts_of(trainings: Sequence[Training]) -> list[Parts]:
    """The parts of BEST's difference to each of OTHERS: on drawings, where there are some, and on the test digits.

    Those whose four cells are not all there are left out.
    """
    found = []
    for sample in (DRAWINGS, TEST):
        for other in OTHERS:
            kinds = [(BEST, FULL), (BEST, PLAIN), (other, FULL), (other, PLAIN)]
            four = [
                [
                    one.samples[sample]
                    for one in trainings
                    if (one.network, one.recipe) == kind and sample in one.samples
                ]
                for kind in kinds
            ]
            if all(four):
                read = [statistics.mean(one.share("read") for one in four[which]) for which in (0, 3)]
                estimates = [_estimate(four, weights) for weights in WEIGHTS]
                found.append(Parts(kinds[0], kinds[3], sample, (read[0], read[1]), *estimates))
    return found


def _estimate(cells: Sequence[Sequence[Sample]], weights: Sequence[float]) -> Difference:
    """The weighted sum of what the cells read, the mean over their seeds.

    All networks read the same drawings: its error is that of the mean over them of the sum that each makes. Of test
    digits only the numbers are known: the error is that of independent samples, which is larger.
    """
    shares = np.array([np.mean([one.shares("read") for one in seeds], axis=0) for seeds in cells])  # (cells, n)
    sums = np.asarray(weights) @ shares
    value, count = float(sums.mean()), cells[0][0].count
    if len(sums) > 1:
        variance = float(sums.var(ddof=1)) / count
    else:
        variance = float(np.square(weights) @ (shares * (1 - shares))[:, 0]) / count
    reach = QUANTILE * math.sqrt(variance)
    return Difference(value, value - reach, value + reach)


def sentences(parts: Sequence[Parts], names: Mapping[str, str] | None = None) -> list[str]:
    """A sentence for each: which part of the difference is network, and which is recipe.

    ``names`` are what networks are called, where not as they are. A part whose interval holds zero is not called a
    difference.
    """
    called = names or {}
    found = []
    for one in parts:
        better, worse = (called.get(network, network) for network, _ in (one.better, one.worse))
        shares = [f"{100 * share:.1f} %" for share in one.read]
        found.append(
            f"{better} by the recipe {one.better[1]} reads {shares[0]} of {SHOWN_ON[one.sample]}, {worse} by the "
            f"recipe {one.worse[1]} {shares[1]}. Of the {one.total} between them the network's part, by the same "
            f"recipe, is {_part(one.network)}, and the recipe's, for the same network, {_part(one.recipe)}."
        )
    return found


def _part(estimate: Difference) -> str:
    return str(estimate) if estimate.clear else f"{estimate}, which this sample cannot tell from none"


@dataclass(frozen=True)
class Check:
    """A share that one training anew made of a sample, beside that of a study's cell, the mean over its seeds.

    Each stands with the 95 % interval of its sample; the cell with the spread over its seeds, too.
    """

    network: str
    recipe: str
    sample: str
    share: str
    anew: Value
    there: Value
    seeds: int  # of the study's cell
    same: bool  # whether the study's training of that seed counted the very same

    @property
    def expected(self) -> tuple[float, float] | None:
        """Between what another training is to come out, low and high; None where the cell has no interval.

        It is the interval of the sample, widened by that of one more seed: Student's prediction interval at 95 %
        (Hahn, Meeker 1991, Statistical intervals), mean ± t·s·√(1 + 1/n). One seed tells no spread.
        """
        from scipy.stats import t

        interval = self.there.interval
        if interval is None:
            return None
        quantile = float(t.ppf((1 + CONFIDENCE) / 2, self.seeds - 1)) if self.seeds > 1 else 0.0
        reach, mean = quantile * self.there.std * math.sqrt(1 + 1 / self.seeds), self.there.mean
        low, high = mean - math.hypot(mean - interval[0], reach), mean + math.hypot(interval[1] - mean, reach)
        return max(low, 0.0), min(high, 1.0)

    @property
    def agrees(self) -> bool:
        """Whether the interval of what was measured anew meets what is expected."""
        mine, its = self.anew.interval, self.expected
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
            cell = cells.get(kind)
            its = cell.values.get(sample, {}) if cell is not None else {}
            for name, value in values.items():
                if cell is not None and value.interval is not None and name in its:
                    same = twin is not None and twin.values[sample][name].mean == value.mean
                    found.append(Check(*kind, sample, name, value, its[name], cell.seeds, same))
    return found
