"""What came of the study: what was measured of every training, and the cells of the table that they make."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pointwise.intervals import Difference, Share, counted_share, share_of_groups

TEST, DRAWINGS, NO_DIGITS = "test", "drawings", "no_digits"  # samples
OF = "drawings: "  # before a source's name: the sample of its drawings
SHARES = ("read", "wrong_but_sure", "unsure")  # what is counted of a sample


@dataclass(frozen=True)
class Raw:
    """What probabilities would say of a sample without a temperature, each 0–1."""

    calibration_error: float
    wrong_but_sure: float
    unsure: float


@dataclass(frozen=True)
class Sample:
    """What one network, with its temperature, makes of one sample.

    Each of SHARES is a number of pictures; of drawings, each drawn several ``times``, a text with a digit for each of
    them: in how many of the times.
    """

    count: int  # of independent things: pictures, or drawings
    times: int
    read: int | str
    wrong_but_sure: int | str  # read wrongly with a probability of SURE or more
    unsure: int | str  # with a probability below SURE
    calibration_error: float  # the expected one, 0–1
    raw: Raw

    def __post_init__(self) -> None:
        if not all(self._fits(getattr(self, name)) for name in SHARES):
            raise ValueError(f"what was counted does not fit a sample of {self.count}")

    def _fits(self, hits: int | str) -> bool:
        if isinstance(hits, str):
            return len(hits) == self.count > 0 and hits.isdigit() and max(map(int, hits)) <= self.times
        return self.times == 1 and 0 <= hits <= self.count > 0

    def shares(self, name: str) -> list[float]:
        """One of SHARES of each drawing, 0–1; of all pictures, where they are no drawings."""
        hits = getattr(self, name)
        return [int(one) / self.times for one in hits] if isinstance(hits, str) else [hits / self.count]

    def share(self, name: str) -> float:
        """One of SHARES of the sample, 0–1."""
        return statistics.mean(self.shares(name))


@dataclass(frozen=True)
class Training:
    """A network that was trained from nothing, and all that was measured of it."""

    network: str
    recipe: str
    seed: int
    parameters: int
    seconds: float  # of the processor, whatever else it did
    threads: int
    torch: str  # its version
    temperature: float  # fitted by the study's one procedure
    no_digits: int  # pictures of no digit, and of how many it is unsure, with its temperature and without
    unsure_of_no_digits: int
    unsure_of_no_digits_raw: int
    samples: Mapping[str, Sample]  # TEST; and where strokes were given, DRAWINGS and those of each source


@dataclass(frozen=True)
class Value:
    """A mean over seeds with its spread; with the 95 % interval of its sample where it is a share of one."""

    mean: float
    std: float  # of the sample, over seeds; 0 for a single one
    low: float | None = None
    high: float | None = None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Low and high, where it has them."""
        return None if self.low is None or self.high is None else (self.low, self.high)


@dataclass(frozen=True)
class Cell:
    """One cell of the table: a network by a recipe, over its seeds."""

    network: str
    recipe: str
    parameters: int
    seeds: int
    seconds: Value
    temperature: Value
    values: Mapping[str, Mapping[str, Value]]  # by sample; then SHARES, calibration_error, and each with "_raw"


@dataclass(frozen=True)
class Parts:
    """The difference between a network by one recipe and another network by another one, and its two parts.

    The part of the network is the difference between the networks by the same recipe, the mean over both recipes; the
    part of the recipe that between the recipes for the same network, the mean over both networks. They add up.
    """

    better: tuple[str, str]  # network and recipe
    worse: tuple[str, str]
    sample: str  # that is read
    read: tuple[float, float]  # the shares of it, 0–1
    total: Difference
    network: Difference
    recipe: Difference


def cells_of(trainings: Sequence[Training]) -> list[Cell]:
    """The cells of all trainings, in their order."""
    kinds = dict.fromkeys((one.network, one.recipe) for one in trainings)
    return [_cell([one for one in trainings if (one.network, one.recipe) == kind]) for kind in kinds]


def _cell(seeds: Sequence[Training]) -> Cell:
    first = seeds[0]
    values = {name: _values([one.samples[name] for one in seeds]) for name in first.samples}
    unsure = [one.unsure_of_no_digits for one in seeds]
    values[NO_DIGITS] = {
        "unsure": _with_interval(
            [one / first.no_digits for one in unsure],
            counted_share(round(statistics.mean(unsure)), first.no_digits),
        ),
        "unsure_raw": _spread([one.unsure_of_no_digits_raw / first.no_digits for one in seeds]),
    }
    seconds, temperature = _spread([one.seconds for one in seeds]), _spread([one.temperature for one in seeds])
    return Cell(first.network, first.recipe, first.parameters, len(seeds), seconds, temperature, values)


def _values(seeds: Sequence[Sample]) -> dict[str, Value]:
    values = {name: _with_interval([one.share(name) for one in seeds], interval_of(seeds, name)) for name in SHARES}
    values["calibration_error"] = _spread([one.calibration_error for one in seeds])
    for name in ("calibration_error", "wrong_but_sure", "unsure"):
        values[f"{name}_raw"] = _spread([getattr(one.raw, name) for one in seeds])
    return values


def interval_of(seeds: Sequence[Sample], name: str) -> Share:
    """One of SHARES of a sample, over networks of several seeds, with the 95 % interval of the sample.

    Several networks do not make the sample any larger: what is drawn anew in a bootstrap is a drawing with all that
    they made of it, and Wilson's interval is that of the pictures as one network reads them.
    """
    first = seeds[0]
    if first.times == 1:
        return counted_share(round(statistics.mean(getattr(one, name) for one in seeds)), first.count)
    hits = np.array([[int(digit) for digit in getattr(one, name)] for one in seeds])  # (seeds, drawings)
    every = np.arange(first.times)[:, None, None] < hits  # (times, seeds, drawings)
    return share_of_groups(every.reshape(-1), np.tile(np.arange(first.count), first.times * len(seeds)))


def _spread(values: Sequence[float]) -> Value:
    return Value(statistics.mean(values), statistics.stdev(values) if len(values) > 1 else 0.0)


def _with_interval(values: Sequence[float], share: Share) -> Value:
    spread = _spread(values)
    return Value(spread.mean, spread.std, min(share.low, spread.mean), max(share.high, spread.mean))
