"""The claim that depthwise convolutions with 1×1s after them save work: MobileNet's block against full 3×3 kernels.

Howard et al. 2017, arXiv:1704.04861: a 3×3 convolution on each channel alone, then a 1×1 that mixes the channels, each
with batch normalisation and ReLU.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import mean

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pointwise.claims.experiments import Experiment, Mean, Trial, Work, mean_of
from pointwise.claims.parameters import Block, Conv
from pointwise.costs import count
from pointwise.data.catalogue import DATA_SETS, Pictures
from pointwise.data.digits import Digits, joined, normalise
from pointwise.intervals import Share, counted_share
from pointwise.models import count_parameters
from pointwise.models.building import initialise

WIDTH = 12  # channels of the first layer of the networks with full kernels
REPEATS = 5
FEW, HELD_OUT = 5_000, 2_000  # digits of MNIST for each repetition, all of them others
SEEN = 15_000  # examples in a training, however few there are
BATCH, RATE = 64, 2e-2
MOBILENET = (14, 512, 512)  # side of the maps, channels in and out: five of MobileNet's thirteen blocks, table 1
FULL, NARROW, EQUAL = "full", "narrow", "equal"


def blocks(side: int, inputs: int, outputs: int) -> tuple[Block, Block]:
    """A full 3×3 convolution, and MobileNet's pair in its place, on maps of ``side`` × ``side`` pixels."""
    return (
        Block("Full 3×3", (Conv(3, inputs, outputs),), side),
        Block("Depthwise 3×3, then 1×1", (Conv(3, inputs, inputs, inputs), Conv(1, inputs, outputs)), side),
    )


def share_left(outputs: int, kernel: int = 3) -> float:
    """The share of a full convolution's multiply-adds that the pair takes: 1/outputs + 1/kernel²."""
    return 1 / outputs + 1 / kernel**2


@functools.lru_cache(maxsize=64)
def counted(block: Block) -> tuple[int, int]:
    """Parameters and multiply-adds of a block that was built with PyTorch, by ``costs.count``."""
    modules = nn.Sequential(
        *(
            nn.Conv2d(conv.inputs, conv.outputs, conv.kernel, 1, conv.kernel // 2, groups=conv.groups, bias=False)
            for conv in block.convolutions
        )
    )
    rows = count(modules, torch.zeros(1, block.convolutions[0].inputs, block.side, block.side))
    return sum(row.parameters for row in rows), sum(row.multiply_adds for row in rows)


class SmallNet(nn.Sequential):
    """A classifier of digits: a full 3×3 first, two blocks, the average, a dense layer. (N, 1, 28, 28) to (N, 10)."""

    def __init__(self, width: int, depthwise: bool) -> None:
        block = _pair if depthwise else _unit
        super().__init__(
            *_unit(1, width, 2),
            *block(width, 2 * width, 2),
            *block(2 * width, 2 * width, 1),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(2 * width, 10),
        )


def _unit(inputs: int, outputs: int, stride: int, kernel: int = 3, groups: int = 1) -> list[nn.Module]:
    conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
    return [conv, nn.BatchNorm2d(outputs), nn.ReLU()]


def _pair(inputs: int, outputs: int, stride: int) -> list[nn.Module]:
    return [*_unit(inputs, inputs, stride, groups=inputs), *_unit(inputs, outputs, 1, kernel=1)]


@dataclass(frozen=True)
class Arm:
    """One of the networks that are compared."""

    width: int
    depthwise: bool

    def build(self, seed: int) -> SmallNet:
        """A network with PyTorch's default initialisation, drawn from a generator of its own."""
        network = SmallNet(self.width, self.depthwise)
        initialise(network, torch.Generator().manual_seed(seed))
        return network

    @functools.cached_property
    def size(self) -> tuple[int, int]:
        """Parameters, and multiply-adds for one digit."""
        network = self.build(0).eval()
        rows = count(network, torch.zeros(1, 1, 28, 28))
        return count_parameters(network), sum(row.multiply_adds for row in rows)


@functools.cache
def arms() -> dict[str, Arm]:
    """FULL kernels; depthwise ones with as many channels, NARROW; and with so many that parameters are EQUAL."""
    full = Arm(WIDTH, False)
    wide = min((Arm(width, True) for width in range(WIDTH, 6 * WIDTH)), key=lambda arm: abs(arm.size[0] - full.size[0]))
    return {FULL: full, NARROW: Arm(WIDTH, True), EQUAL: wide}


def key_of(arm: str, repeat: int) -> str:
    """The name of a trial of ``contest``."""
    return f"{arm}, {repeat}"


def contest(source: str) -> Experiment:
    """Each arm REPEATS times on digits of a data set: "mnist", or "digits", the bundled ones.

    The numbers of a trial are right, how many held-out digits were read, of how many, and the seconds of the training.
    """
    steps = _epochs(source) * -(-sizes(source)[0] // BATCH)
    return Experiment(
        "Full and depthwise convolutions",
        {
            key_of(name, repeat): Trial(steps + 1, functools.partial(_trained, source, name, repeat))
            for repeat in range(REPEATS)
            for name in arms()
        },
    )


def overlap(source: str) -> float:
    """What ``mean_of`` is to know of the repetitions: those of MNIST share no digit, the others are folds."""
    learned, held_out = sizes(source)
    return 0.0 if source == "mnist" else held_out / learned


def sizes(source: str) -> tuple[int, int]:
    """Digits to learn from, and held out, in a repetition; of the bundled ones a fold may have one less."""
    if source == "mnist":
        return FEW, HELD_OUT
    every = DATA_SETS[source].training + DATA_SETS[source].test
    return every - every // REPEATS, every // REPEATS


def _epochs(source: str) -> int:
    return max(1, round(SEEN / sizes(source)[0]))


@functools.lru_cache(maxsize=1)
def _folds(source: str) -> list[tuple[Digits, Digits]]:
    """What each repetition learns from and is measured on."""
    training, held_out = Pictures(source).load()
    if source == "mnist":
        order = torch.randperm(len(training), generator=torch.Generator().manual_seed(0)).split(FEW)
        tests = torch.randperm(len(held_out), generator=torch.Generator().manual_seed(0)).split(HELD_OUT)
        return [(_of(training, order[number]), _of(held_out, tests[number])) for number in range(REPEATS)]
    every = joined(training, held_out)
    parts = torch.randperm(len(every), generator=torch.Generator().manual_seed(0)).tensor_split(REPEATS)
    return [
        (_of(every, torch.cat([*parts[:number], *parts[number + 1 :]])), _of(every, parts[number]))
        for number in range(REPEATS)
    ]


def _of(digits: Digits, chosen: Tensor) -> Digits:
    return Digits(digits.name, digits.images[chosen], digits.labels[chosen])


def _trained(source: str, name: str, repeat: int) -> Work:
    """One network, trained by AdamW with a rate that rises and falls once."""
    training, held_out = _folds(source)[repeat]
    network = arms()[name].build(repeat).train()
    x, labels = training.batch(slice(None))
    order, epochs = torch.Generator().manual_seed(repeat), _epochs(source)
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE)
    batches = [part for _ in range(epochs) for part in torch.randperm(len(x), generator=order).split(BATCH)]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=len(batches) + 1)
    seconds = 0.0
    for batch in batches:
        began = time.perf_counter()
        optimizer.zero_grad()
        F.cross_entropy(network(x[batch]), labels[batch]).backward()
        optimizer.step()
        schedule.step()
        seconds += time.perf_counter() - began
        yield
    return {"right": _right(network.eval(), held_out), "of": len(held_out), "seconds": seconds}


def _right(network: SmallNet, digits: Digits) -> int:
    with torch.inference_mode():
        read = [network(normalise(part)).argmax(1) for part in digits.images.split(500)]
    return int((torch.cat(read) == digits.labels).sum())


@dataclass(frozen=True)
class Outcome:
    """An arm's repetitions."""

    read: Share  # of all held-out digits
    ahead: Mean | None  # of the accuracies above FULL's, repetition by repetition, 0–1; None of FULL itself
    seconds: float  # mean of a training


def outcomes(numbers: Mapping[str, Mapping[str, float]], source: str) -> dict[str, Outcome]:
    """All arms by the trials' numbers; {} until all are measured."""
    names = {arm: [key_of(arm, repeat) for repeat in range(REPEATS)] for arm in arms()}
    if not all(name in numbers for every in names.values() for name in every):
        return {}
    shares = {arm: [numbers[name]["right"] / numbers[name]["of"] for name in every] for arm, every in names.items()}
    found = {}
    for arm, every in names.items():
        right, of = (round(sum(numbers[name][what] for name in every)) for what in ("right", "of"))
        apart = [one - other for one, other in zip(shares[arm], shares[FULL], strict=True)]
        ahead = None if arm == FULL else mean_of(apart, overlap(source))
        found[arm] = Outcome(counted_share(right, of), ahead, mean(numbers[name]["seconds"] for name in every))
    return found
