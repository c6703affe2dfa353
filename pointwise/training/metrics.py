"""Measures of a network over a set of examples."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from pointwise.calibration import fit_temperature, logits_of
from pointwise.data.digits import NO_DIGIT, normalise
from pointwise.models import Network

MEASURE_BATCH = 500
DOUBT = 0.5
SUMS = ("right", "known", "absolute", "square", "targets", "squares")  # of Running


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
    if targets.device.type == "cpu" and not strange.any():  # on a GPU the question would take longer than the answer
        return F.cross_entropy(outputs, targets)
    likely = F.log_softmax(outputs, dim=1)
    known = F.nll_loss(likely, targets, ignore_index=NO_DIGIT, reduction="sum")
    doubt = -(likely.mean(dim=1) * strange).sum()
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
            part = examples.batch(slice(start, min(start + MEASURE_BATCH, len(examples))))
            inputs, targets = on_device(part, device or torch.device("cpu"))
            outputs = model(inputs)
            running.add(outputs, targets, loss_of(outputs, targets))
    model.train(was_training)
    return running.metrics()


def on_device(batch: tuple[Tensor, Tensor], device: torch.device) -> tuple[Tensor, Tensor]:
    """A batch in a device's memory; on the way to a GPU nothing waits until it is there."""
    ahead = device.type != "cpu"
    inputs, targets = batch
    return inputs.to(device, non_blocking=ahead), targets.to(device, non_blocking=ahead)


def temperature_for(model: Network) -> float:
    """The temperature of a reader of digits, by one procedure for all of them: that which suits ``made_drawings``."""
    from pointwise.data.drawn_digits import made_drawings

    made = made_drawings()
    return fit_temperature(logits_of(model, normalise(made.images)), made.labels)


def scale_of(examples: Examples) -> float:
    """The targets' own units per unit of the network's output; 1 where nothing is scaled."""
    return float(getattr(examples, "target_scale", 1.0))


class Running:
    """Sums over the batches of an epoch; ``scale`` turns the absolute error into the targets' own unit.

    They stay where the network is until they are asked for, so that no batch waits for the one before.
    """

    def __init__(self, scale: float = 1.0, sums: Mapping[str, Any] | None = None) -> None:
        self.scale = scale
        self._sums: dict[str, Any] = {"n": 0, "loss": 0.0, "classes": True, **dict.fromkeys(SUMS, 0), **(sums or {})}
        self._unread: list[tuple[Tensor, int]] = []

    def add(self, outputs: Tensor, targets: Tensor, loss: Tensor) -> None:
        """Add a batch whose mean loss is ``loss``, a tensor of one value."""
        self._unread.append((loss.detach(), len(targets)))
        self._sums["classes"] = not targets.is_floating_point()
        if self._sums["classes"]:
            more = {"right": (outputs.argmax(dim=1) == targets).sum(), "known": (targets != NO_DIGIT).sum()}
        else:
            error, wide = (outputs - targets).double(), targets.double()
            more = {"absolute": error.abs().sum(), "square": error.square().sum()}
            more |= {"targets": wide.sum(), "squares": wide.square().sum()}
        for name, value in more.items():
            self._sums[name] = self._sums[name] + value

    def read(self) -> list[float]:
        """The losses of the batches that were added since the last time. On a GPU it waits for them."""
        if not self._unread:
            return []
        losses = torch.stack([loss for loss, _ in self._unread]).tolist()
        for value, (_, n) in zip(losses, self._unread, strict=True):
            self._sums["n"] += n
            self._sums["loss"] += value * n
        self._unread.clear()
        return losses

    def sums(self) -> dict[str, Any]:
        """JSON that makes a Running with the same sums."""
        self.read()
        return {name: one.item() if isinstance(one, Tensor) else one for name, one in self._sums.items()}

    def metrics(self) -> dict[str, float]:
        """Means over all examples, by name, as ``measure`` has them."""
        its = self.sums()
        n = max(its["n"], 1)
        if its["classes"]:
            return {"loss": its["loss"] / n, "accuracy": its["right"] / max(its["known"], 1)}
        spread = its["squares"] - its["targets"] ** 2 / n
        r2 = 1.0 - its["square"] / spread if spread > 0 else math.nan
        return {"loss": its["loss"] / n, "mae": its["absolute"] / n * self.scale, "r2": r2}
