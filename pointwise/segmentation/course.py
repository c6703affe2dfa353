"""Training on labelled pixels: a few rounds of AdamW over the channels of single pixels."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from pointwise.errors import DivergedError
from pointwise.models import Network
from pointwise.segmentation.labelling import mean_iou

FEWEST_STEPS = 6  # of a round, however few pixels there are
BATCH, RATE, DECAY, DROPPED = 512, 1e-2, 1e-2, 0.3  # of AdamW with one cycle; the share of channels hidden in a step
NEVER = -1000.0  # the logit of a class without strokes


@dataclass
class Course:
    """Labelled pixels, and the training on them."""

    inputs: Tensor  # (n, C), standardised
    targets: Tensor  # (n,)
    generator: torch.Generator
    ends: float  # on the clock of time.perf_counter
    stopped: Callable[[], bool]
    rounds: int = 0

    def said(self, network: Network, asked: Tensor) -> Tensor:
        """The best class, from 0, of the pixels that are ``asked`` for (n,), by a network that was trained."""
        with torch.no_grad():
            return Learned(network).logits(self.inputs[asked]).argmax(1)

    def run(self, network: Network, kept: Tensor | None, rounds: int, probe: Tensor | None = None) -> Tensor:
        """Train on the pixels that are ``kept``; predictions of those of ``probe`` after the last round.

        With a probe the network is left as it was after the round that labels the probe best. Its predictions are not
        that round's, for a number that was the best of several is too good.
        """
        inputs, targets = (self.inputs, self.targets) if kept is None else (self.inputs[kept], self.targets[kept])
        weights, hidden = _balance(targets, network.config.num_classes)
        learned = Learned(network)
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
                    answer = said.argmax(1)
                    now = mean_iou(answer.numpy() + 1, truth.numpy() + 1), -F.cross_entropy(said, truth).item()
                    if now >= best:
                        best, state = now, learned.values.detach().clone()
                if time.perf_counter() > self.ends or self.stopped():
                    break
        learned.give(network, learned.values if probe is None else state)
        return answer


class Learned:
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
