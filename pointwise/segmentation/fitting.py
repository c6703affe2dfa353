"""From channels and a few brush strokes to a network, in a fraction of a second, again after each stroke."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from pointwise.card import STROKES
from pointwise.errors import DivergedError
from pointwise.models import PAINTER, ModelConfig, Network, build
from pointwise.segmentation.channel_maps import Channels
from pointwise.segmentation.labelling import iou_by_class, mean_iou
from pointwise.segmentation.scribbles import Sample, check_scribbles, sample

SMOOTHING = 4.0  # px, of networks that know textures
COLD, REFIT, WARM = 8, 4, 2  # rounds: of a new network, of one then fitted to all strokes, of one that goes on
FEWEST_STEPS = 6  # of a round, however few pixels there are
BATCH, RATE, DECAY, DROPPED = 512, 1e-2, 1e-2, 0.3  # of AdamW with one cycle; the share of channels hidden in a step
NEVER = -1000.0  # the logit of a class without strokes


class HeldOut(NamedTuple):
    """How well strokes are labelled by a network that saw none of their pixels, nor their neighbours."""

    score: float  # mean IoU over the classes that have such strokes, before labels are smoothed
    by_class: dict[int, float]
    strokes: int
    pixels: int


@dataclass(frozen=True, eq=False)
class Fitted:
    """A network fitted to all strokes, and what is needed to go on with it after the next one."""

    network: Network
    held_out: HeldOut | None  # None: too few strokes
    epochs: int  # rounds over the strokes
    seconds: float
    warm: bool  # it went on from an earlier one
    present: tuple[int, ...] = ()  # classes that have strokes
    judge: Network | None = None  # the network that was fitted to some of the strokes alone, for the score
    seen: NDArray[np.bool_] | None = None  # pixels that the judge was ever trained on

    @property
    def classes(self) -> int:
        """How many classes the network tells apart."""
        return self.network.config.num_classes


def fit(
    channels: Channels,
    scribbles: NDArray[Any],
    numbers: NDArray[Any] | None = None,
    *,
    classes: int | None = None,
    before: Fitted | None = None,
    seed: int = 0,
    smoothing: float | None = None,
    seconds: float = 10.0,
    stopped: Callable[[], bool] = lambda: False,
) -> Fitted:
    """A network that labels pixels as the strokes do.

    ``scribbles`` are (H, W): 0 unlabelled, 1…k; ``numbers`` tell the strokes apart, 0 where there is none (else
    connected areas of one class are strokes). A class without strokes never wins. ``before`` is the last answer, from
    which this one goes on where channels, settings and classes are the same. After ``seconds``, or once ``stopped``
    says so, it is handed over as it is. Raises DataError for strokes that nothing can be learned from.
    """
    begun = time.perf_counter()
    count = check_scribbles(scribbles, channels.shape, classes)
    chosen = sample(scribbles, numbers, seed)
    smooth = (SMOOTHING if "texture" in channels.sets else 0.0) if smoothing is None else float(smoothing)
    config = ModelConfig(PAINTER, channels.colours, num_classes=count, channel_sets=channels.sets, smoothing=smooth)
    going_on = before if before and (before.network.config, before.present) == (config, chosen.present) else None
    standard = _standard(going_on.network) if going_on else channels.standard
    inputs = (channels.at(chosen.rows, chosen.columns) - standard[0]) * standard[1]
    course = _Course(
        inputs, torch.from_numpy(chosen.labels - 1), torch.Generator().manual_seed(seed), begun + seconds, stopped
    )
    judge, held_out = None, None
    seen = going_on.seen if going_on else None
    old = going_on.network if going_on else None
    if chosen.probe.any():
        goes_on = (
            going_on
            and going_on.judge
            and not (seen is not None and seen[chosen.rows, chosen.columns][chosen.held].any())
        )
        judge = _copied(going_on.judge if going_on and goes_on else None, config, standard, seed)
        held_out = _judged(judge, course, chosen, WARM if goes_on else COLD)
        seen = seen.copy() if goes_on and seen is not None else np.zeros(channels.shape, bool)
        seen[chosen.rows[~chosen.held], chosen.columns[~chosen.held]] = True
        old = old or judge
    network = _copied(old, config, standard, seed)
    course.run(network, None, WARM if going_on else REFIT if judge else COLD)
    _silence(network, chosen.present)
    network.card = {"data_set": STROKES, "data": f"{len(chosen.labels)} painted pixels", "seed": seed}
    taken = time.perf_counter() - begun
    return Fitted(network, held_out, course.rounds, taken, going_on is not None, chosen.present, judge, seen)


def _standard(network: Any) -> tuple[Tensor, Tensor]:
    return network.mean.flatten(), network.scale.flatten()


def _copied(old: Network | None, config: ModelConfig, standard: tuple[Tensor, Tensor], seed: int) -> Network:
    """A network to be trained: a new one, or one with the weights of another."""
    network: Any = build(config, seed)
    if old is not None:
        network.load_state_dict(old.state_dict())
        return network
    network.mean.copy_(standard[0][:, None, None])
    network.scale.copy_(standard[1][:, None, None])
    return network


def _silence(network: Any, present: tuple[int, ...]) -> None:
    """Let classes without strokes never win."""
    absent = [n for n in range(network.config.num_classes) if n + 1 not in present]
    with torch.no_grad():
        network.conv3.weight[absent] = 0.0
        network.conv3.bias[absent] = NEVER
    network.eval().requires_grad_(False)


def _judged(judge: Network, course: _Course, chosen: Sample, rounds: int) -> HeldOut | None:
    """The score of held-out strokes by a network that is trained on the others."""
    kept, probe = torch.from_numpy(~chosen.held), torch.from_numpy(chosen.probe)
    labels = course.run(judge, kept, rounds, probe)
    _silence(judge, tuple(np.unique(chosen.labels[~chosen.held]).tolist()))
    truth = chosen.labels[chosen.probe]
    by_class = iou_by_class(labels.numpy() + 1, truth)
    strokes = len(np.unique(chosen.numbers[chosen.probe]))
    return HeldOut(float(np.mean(list(by_class.values()))), by_class, strokes, len(truth))


@dataclass
class _Course:
    """Labelled pixels, and the training on them."""

    inputs: Tensor  # (n, C), standardised
    targets: Tensor  # (n,)
    generator: torch.Generator
    ends: float  # on the clock of time.perf_counter
    stopped: Callable[[], bool]
    rounds: int = 0

    def run(self, network: Network, kept: Tensor | None, rounds: int, probe: Tensor | None = None) -> Tensor:
        """Train on the pixels that are ``kept``; predictions of those of ``probe`` at its best round."""
        inputs, targets = (self.inputs, self.targets) if kept is None else (self.inputs[kept], self.targets[kept])
        weights, hidden = _balance(targets, network.config.num_classes)
        learned = _Learned(network)
        steps = max(FEWEST_STEPS, math.ceil(len(targets) / BATCH))
        masks = torch.rand(4 * BATCH, inputs.shape[1], generator=self.generator) >= DROPPED
        masks = masks / (1 - DROPPED)
        begins = torch.randint(3 * BATCH, (rounds * steps,), generator=self.generator).tolist()
        best, answer, state = (-1.0, 0.0), torch.empty(0, dtype=torch.int64), learned.values
        for number in range(rounds * steps):
            if number % steps == 0:
                order = _order(len(targets), steps * BATCH, self.generator)
            rows = order[(number % steps) * BATCH : (number % steps + 1) * BATCH]
            x = inputs.index_select(0, rows) * masks[begins[number] : begins[number] + len(rows)]
            logits = learned.logits(x) + hidden
            loss = F.cross_entropy(logits, targets.index_select(0, rows), weight=weights)
            learned.step(loss, RATE * _cycle((number + 1) / (rounds * steps + 1)))
            if number % steps == steps - 1:
                self.rounds += 1
                if not math.isfinite(loss.item()):
                    raise DivergedError("The network's loss is no finite number. Paint other strokes.")
                if probe is not None:
                    with torch.no_grad():
                        said, truth = learned.logits(self.inputs[probe]) + hidden, self.targets[probe]
                    guess = said.argmax(1)
                    now = mean_iou(guess.numpy() + 1, truth.numpy() + 1), -F.cross_entropy(said, truth).item()
                    if now >= best:
                        best, answer, state = now, guess, learned.values.detach().clone()
                if time.perf_counter() > self.ends or self.stopped():
                    break
        learned.give(network, learned.values if probe is None else state)
        return answer


class _Learned:
    """A network's weights and biases as one vector, and AdamW (Loshchilov, Hutter 2019) on it.

    torch.optim imports 900 modules for its first step, which would keep the first stroke waiting for seconds.
    """

    def __init__(self, network: Any) -> None:
        self.shapes = [tuple(p.shape) for layer in _layers(network) for p in (layer.weight[..., 0, 0], layer.bias)]
        flat = [p.detach().flatten() for layer in _layers(network) for p in (layer.weight, layer.bias)]
        self.activation = network.activation
        self.values = torch.cat(flat).requires_grad_(True)
        self.mean, self.square, self.steps = torch.zeros_like(self.values), torch.zeros_like(self.values), 0

    def _parts(self, values: Tensor) -> list[Tensor]:
        sizes = [math.prod(shape) for shape in self.shapes]
        return [part.reshape(shape) for part, shape in zip(values.split(sizes), self.shapes, strict=True)]

    def logits(self, x: Tensor) -> Tensor:
        """Logits (n, k) of channels (n, C): 1×1 convolutions of single pixels."""
        w1, b1, w2, b2, w3, b3 = self._parts(self.values)
        x = self.activation(torch.addmm(b1, x, w1.T))
        x = self.activation(torch.addmm(b2, x, w2.T))
        return torch.addmm(b3, x, w3.T)

    def step(self, loss: Tensor, rate: float) -> None:
        (slope,) = torch.autograd.grad(loss, self.values)
        self.steps += 1
        self.mean.lerp_(slope, 0.1)
        self.square.mul_(0.999).addcmul_(slope, slope, value=0.001)
        with torch.no_grad():
            deviation = (self.square / (1 - 0.999**self.steps)).sqrt_().add_(1e-8)
            self.values.mul_(1 - rate * DECAY).addcdiv_(self.mean, deviation, value=-rate / (1 - 0.9**self.steps))

    def give(self, network: Any, values: Tensor) -> None:
        """Write the values into the network."""
        parts = iter(self._parts(values.detach()))
        with torch.no_grad():
            for layer in _layers(network):
                layer.weight.copy_(next(parts)[..., None, None])
                layer.bias.copy_(next(parts))


def _layers(network: Any) -> tuple[Any, ...]:
    return network.conv1, network.conv2, network.conv3


def _order(count: int, asked: int, generator: torch.Generator) -> Tensor:
    """All pixels in random order; few of them come more than once."""
    often = math.ceil(asked / count) if count < FEWEST_STEPS * BATCH else 1
    return torch.cat([torch.randperm(count, generator=generator) for _ in range(often)])[:asked]


def _balance(targets: Tensor, classes: int) -> tuple[Tensor, Tensor]:
    """Weights (k,) with which each class counts alike, and what is added to logits so that an absent one never wins."""
    counts = torch.bincount(targets, minlength=classes).float()
    present = counts > 0
    weights = torch.where(present, len(targets) / counts.clamp(min=1) / present.sum(), torch.zeros(()))
    return weights, torch.where(present, 0.0, NEVER)


def _cycle(share: float) -> float:
    """The learning rate's factor after that share of the steps: up in the first third, then down to nothing."""
    up = 0.3
    if share < up:
        return 0.5 - 0.46 * math.cos(math.pi * share / up)
    return 0.5 + 0.5 * math.cos(math.pi * (share - up) / (1 - up))
