"""Measures of a network over a set of examples."""

from __future__ import annotations

import math
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from pointwise.calibration import fit_temperature, logits_of
from pointwise.data.digits import NO_DIGIT, normalise
from pointwise.models import Network

MEASURE_BATCH = 500
DOUBT = 0.5


class Examples(Protocol):
    """What train() learns from: digits, houses, or the rows of a table.

    Where the targets are scaled, ``target_scale`` is a float: how many dollars, say, one unit of the output is.
    """

    def __len__(self) -> int: ...
    def batch(self, indices: Tensor | slice) -> tuple[Tensor, Tensor]: ...


def loss_of(outputs: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy for int64 targets (N,), mean squared error for float targets (N, 1).

    Where the target is NO_DIGIT, all classes are meant to be as likely as each other (outlier exposure: Hendrycks,
    Mazeika, Dietterich 2019, arXiv:1812.04606); such an example counts DOUBT times.
    """
    if targets.is_floating_point():
        return F.mse_loss(outputs, targets)
    strange = targets == NO_DIGIT
    if not strange.any():
        return F.cross_entropy(outputs, targets)
    known = F.cross_entropy(outputs[~strange], targets[~strange], reduction="sum")
    doubt = -F.log_softmax(outputs[strange], dim=1).mean(dim=1).sum()
    return (known + DOUBT * doubt) / len(targets)


def measure(model: Network, examples: Examples, device: torch.device | None = None) -> dict[str, float]:
    """Loss and accuracy (classes, 0–1), or loss, mae and r2 (prices), over all examples, in eval mode.

    The loss is in the model's units; mae is in the targets' own, dollars for a house.
    """
    was_training = model.training
    model.eval()
    running = Running(scale_of(examples))
    with torch.inference_mode():
        for start in range(0, len(examples), MEASURE_BATCH):
            inputs, targets = (
                t.to(device or "cpu") for t in examples.batch(slice(start, min(start + MEASURE_BATCH, len(examples))))
            )
            outputs = model(inputs)
            running.add(outputs, targets, loss_of(outputs, targets).item())
    model.train(was_training)
    return running.metrics()


def temperature_for(model: Network) -> float:
    """The temperature of a reader of digits, by one procedure for all of them: that which suits ``made_drawings``."""
    from pointwise.data.drawn_digits import made_drawings

    made = made_drawings()
    return fit_temperature(logits_of(model, normalise(made.images)), made.labels)


def scale_of(examples: Examples) -> float:
    """The targets' own units per unit of the network's output; 1 where nothing is scaled."""
    return float(getattr(examples, "target_scale", 1.0))


class Running:
    """Sums over the batches of an epoch; ``scale`` turns the absolute error into the targets' own unit."""

    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale
        self.n = 0
        self.loss = 0.0
        self.right = self.known = 0
        self.classes = True
        self.absolute = self.square = self.targets = self.squares = 0.0

    def add(self, outputs: Tensor, targets: Tensor, loss: float) -> None:
        n = len(targets)
        self.n += n
        self.loss += loss * n
        self.classes = not targets.is_floating_point()
        if self.classes:
            self.right += int((outputs.argmax(dim=1) == targets).sum())
            self.known += int((targets != NO_DIGIT).sum())
        else:
            error, wide = (outputs - targets).double(), targets.double()
            self.absolute += float(error.abs().sum())
            self.square += float(error.square().sum())
            self.targets += float(wide.sum())
            self.squares += float(wide.square().sum())

    def metrics(self) -> dict[str, float]:
        n = max(self.n, 1)
        if self.classes:
            return {"loss": self.loss / n, "accuracy": self.right / max(self.known, 1)}
        spread = self.squares - self.targets**2 / n
        r2 = 1.0 - self.square / spread if spread > 0 else math.nan
        return {"loss": self.loss / n, "mae": self.absolute / n * self.scale, "r2": r2}
