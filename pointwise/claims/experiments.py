"""Experiments of many trials as a job of a run: each is measured in turn, and its numbers come as an Epoch's."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pointwise.card import EXPERIMENT
from pointwise.errors import DataError
from pointwise.intervals import CONFIDENCE
from pointwise.training import Epoch, Step

Work = Generator[None, None, Mapping[str, float]]  # it yields after each of its steps, and returns its numbers


@dataclass(frozen=True)
class Trial:
    """Something to be measured."""

    steps: int  # of its work, 1 or more
    work: Callable[[], Work]


@dataclass(frozen=True)
class Experiment:
    """Trials by name, carried out one after the other; nothing of them is kept beside their numbers."""

    title: str
    trials: Mapping[str, Trial]

    kind = EXPERIMENT

    def steps(self, **_: Any) -> Generator[Step, bool | None, None]:
        """The steps of all trials, numbered through; the last of each has an Epoch ``of`` its name with its numbers.

        Sending True ends it there.
        """
        number, total = 0, sum(trial.steps for trial in self.trials.values())
        for name, trial in self.trials.items():
            work, end, metrics = trial.work(), number + trial.steps, None
            while metrics is None:
                try:
                    next(work)
                    number = min(number + 1, end - 1)
                    step = Step(number, total, 0, math.nan)
                except StopIteration as over:
                    number, metrics = end, over.value
                    step = Step(number, total, 0, math.nan, Epoch(1, metrics, {}, of=name))
                if (yield step):
                    return

    def without(self, names: Sequence[str]) -> Experiment:
        """The experiment without the trials of those names; with all of them where none would be left."""
        left = {name: trial for name, trial in self.trials.items() if name not in names}
        return Experiment(self.title, left or self.trials)


@dataclass(frozen=True)
class Mean:
    """The mean of repetitions with its 95 % interval by Student's t."""

    value: float
    low: float
    high: float

    @property
    def sign(self) -> int:
        """1 or -1 where the interval lies above or below 0; 0 where it holds 0, and nothing is told from chance."""
        return (self.low > 0) - (self.high < 0)


def mean_of(values: Sequence[float], overlap: float = 0.0) -> Mean:
    """The mean of two or more repetitions and the interval that it has for a normal spread.

    ``overlap`` is 0 for repetitions that share nothing. For folds of one sample it is held-out examples over those
    learned from: they learn from nearly the same, and their spread tells too little (Nadeau and Bengio 2003, Inference
    for the generalization error). Raises DataError for fewer than two.
    """
    from scipy.stats import t

    count = len(values)
    if count < 2:
        raise DataError(f"{count} repetitions have no interval. Measure two or more.")
    mean = statistics.mean(values)
    error = statistics.stdev(values) * math.sqrt(1 / count + overlap)
    reach = error * float(t.ppf((1 + CONFIDENCE) / 2, count - 1))
    return Mean(mean, mean - reach, mean + reach)
