"""The claim that 1×1 convolutions are easier to regularise: they and dense layers, on few digits, in every way.

Which digits each network reads stands on the card of its last epoch, so that two are compared digit by digit.
"""

from __future__ import annotations

import functools
import statistics
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pointwise.intervals import Difference, differences_together
from pointwise.jobs import Comparison, PictureJob, Pictures
from pointwise.models import ModelConfig
from pointwise.training import Epoch, Recipe

if TYPE_CHECKING:
    from pointwise.data.digits import Digits
    from pointwise.jobs.job import Work
    from pointwise.training import Wanted

FEW = 500  # digits to learn from
HELD_OUT = 2000  # at most
RECIPE = Recipe("few", epochs=30, batch_size=50)
SEEDS = (0, 1, 2)
POINTWISE, DENSE = "mlp_1x1", "dense_mlp"
NEITHER = "neither"
VARIANTS: dict[str, dict[str, Any]] = {
    NEITHER: {},
    "batch normalisation": {"batch_norm": True},
    "dropout": {"dropout": 0.5},
    "both": {"batch_norm": True, "dropout": 0.5},
}
WAYS = tuple(name for name in VARIANTS if name != NEITHER)
READ = "read"  # on a card


class Arm(NamedTuple):
    """Networks that differ in nothing but their seeds."""

    arch: str
    variant: str

    def named(self, seed: int) -> str:
        """The name of one of its trainings."""
        return f"{self.arch}, {self.variant}, seed {seed}"

    @property
    def config(self) -> ModelConfig:
        """The configuration of its networks."""
        return ModelConfig(self.arch, **VARIANTS[self.variant])


ARMS = tuple(Arm(arch, variant) for arch in (POINTWISE, DENSE) for variant in VARIANTS)


@dataclass(frozen=True)
class FewDigits(Comparison):
    """A comparison of classifiers that notes on the card of each one's last epoch which held-out digits it reads."""

    def steps(self, *, wanted: Wanted | None = None) -> Work:
        from pointwise.training import Step

        held_out = functools.cache(lambda: next(iter(self.jobs.values())).data.load_held_out())
        with closing(super().steps(wanted=wanted)) as work:
            stop = None
            while True:
                try:
                    event = work.send(stop)
                except StopIteration:
                    return
                if isinstance(event, Step) and event.epoch is not None and event.number > event.total - len(self.jobs):
                    event = replace(event, epoch=self._noted(event.epoch, held_out()))
                stop = yield event

    def _noted(self, epoch: Epoch, digits: Digits) -> Epoch:
        from pointwise.calibration import logits_of

        inputs, labels = digits.batch(slice(None))
        read = (logits_of(self.network(epoch), inputs).argmax(dim=1) == labels).numpy()
        return replace(epoch, card={**epoch.card, READ: np.packbits(read).tobytes().hex()})


def comparison(data_set: str) -> FewDigits:
    """A network of each arm and seed for FEW digits of a data set; those of one seed begin with the same weights."""
    few = Pictures(data_set, few=FEW, few_held_out=HELD_OUT)
    jobs = {arm.named(seed): PictureJob(arm.config, replace(RECIPE, seed=seed), few) for seed in SEEDS for arm in ARMS}
    return FewDigits("Ways to regularise", jobs)


def curve(trainings: Mapping[str, Sequence[Epoch]], arm: Arm, metric: str) -> list[float]:
    """A metric after each epoch that all of an arm's networks have behind them, the mean over the seeds."""
    of_seeds = [[epoch.metrics[metric] for epoch in trainings[arm.named(seed)]] for seed in SEEDS]
    return [statistics.mean(values) for values in zip(*of_seeds, strict=False)]


@dataclass(frozen=True)
class Outcome:
    """How the networks of one arm ended."""

    accuracies: tuple[float, ...]  # on held-out digits, 0–1, one a seed
    read: NDArray[np.float64]  # (digits,): the share of the seeds whose network reads it

    @property
    def accuracy(self) -> float:
        """The mean over the seeds."""
        return statistics.mean(self.accuracies)

    @property
    def spread(self) -> float:
        """The standard deviation over the seeds."""
        return statistics.stdev(self.accuracies)


def outcomes_of(trainings: Mapping[str, Sequence[Epoch]], held_out: int) -> dict[Arm, Outcome]:
    """What came of every arm on so many held-out digits; {} as long as one is not done."""
    ends = {name: epochs[-1] for name, epochs in trainings.items() if epochs and READ in epochs[-1].card}
    if len(ends) < len(ARMS) * len(SEEDS):
        return {}
    return {arm: _outcome([ends[arm.named(seed)] for seed in SEEDS], held_out) for arm in ARMS}


def _outcome(ends: Sequence[Epoch], held_out: int) -> Outcome:
    read = np.mean([_bits(str(end.card[READ]), held_out) for end in ends], axis=0)
    return Outcome(tuple(end.metrics["accuracy"] for end in ends), read)


def _bits(written: str, count: int) -> NDArray[np.uint8]:
    return np.unpackbits(np.frombuffer(bytes.fromhex(written), np.uint8), count=count)


@dataclass(frozen=True)
class Gain:
    """A difference of accuracies: its interval, and what it is for each seed."""

    over_digits: Difference
    of_seeds: tuple[float, ...]

    @property
    def sign(self) -> int:
        """1 or -1 where the interval leaves zero out and every seed is on the same side of it, else 0."""
        sides = {int(np.sign(one)) for one in self.of_seeds}
        return sides.pop() if self.over_digits.clear and len(sides) == 1 else 0

    def __str__(self) -> str:
        return str(self.over_digits)


def gains(outcomes: Mapping[Arm, Outcome]) -> dict[Arm, Gain]:
    """What each way to regularise adds to the accuracy without any, of both kinds of network.

    All intervals hold together, as the best of them is what people look at.
    """
    arms = [arm for arm in ARMS if arm.variant != NEITHER]
    return dict(zip(arms, _gains(outcomes, [{arm: 1, Arm(arm.arch, NEITHER): -1} for arm in arms]), strict=True))


def gaps(outcomes: Mapping[Arm, Outcome]) -> dict[str, Gain]:
    """By how much each way adds more to 1×1 convolutions than to dense layers; all intervals hold together."""
    sums = [
        {Arm(POINTWISE, way): 1, Arm(POINTWISE, NEITHER): -1, Arm(DENSE, way): -1, Arm(DENSE, NEITHER): 1}
        for way in WAYS
    ]
    return dict(zip(WAYS, _gains(outcomes, sums), strict=True))


def _gains(outcomes: Mapping[Arm, Outcome], sums: Sequence[Mapping[Arm, int]]) -> list[Gain]:
    """Sums of arms, each with its sign, over the digits and for each seed."""
    of_digits = differences_together(
        [np.sum([sign * outcomes[arm].read for arm, sign in each.items()], axis=0) for each in sums]
    )
    of_seeds = [
        tuple(
            float(sum(sign * outcomes[arm].accuracies[number] for arm, sign in each.items()))
            for number in range(len(SEEDS))
        )
        for each in sums
    ]
    return [Gain(*both) for both in zip(of_digits, of_seeds, strict=True)]


def apart(outcomes: Mapping[Arm, Outcome]) -> float:
    """The share of the answers, right or wrong, that differ between the two kinds of network: the most of any way."""
    pairs = [(outcomes[Arm(POINTWISE, variant)], outcomes[Arm(DENSE, variant)]) for variant in VARIANTS]
    return max(float(np.abs(one.read - other.read).mean()) for one, other in pairs)
