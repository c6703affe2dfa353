"""train(): a generator of Steps. It prints nothing, knows no threads and calls nobody back."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from pointwise.data.digits import augment
from pointwise.errors import ConfigError, DivergedError
from pointwise.models import Network
from pointwise.training.checkpoints import Checkpoint, Part, TrainingState
from pointwise.training.fast_linear import quick_dense_layers
from pointwise.training.metrics import Examples, Running, loss_of, measure, scale_of
from pointwise.training.processes import ALONE, Group
from pointwise.training.recipes import Recipe


@dataclass(frozen=True)
class Epoch:
    """What was measured at the end of an epoch, with a copy of the weights as they are then."""

    number: int  # from 1
    metrics: Mapping[str, float]  # train_loss, train_accuracy, loss, accuracy (held out, 0–1); or …mae, …r2
    weights: Mapping[str, Tensor] = field(repr=False)  # cloned, on the CPU
    complete: bool = True  # False when the epoch was ended early
    of: str = ""  # which training it belongs to, where several go on in turns
    card: Mapping[str, Any] = field(default_factory=dict, repr=False)  # of the network with these weights, from a job


@dataclass(frozen=True)
class Step:
    """One optimiser step."""

    number: int  # from 1
    total: int
    examples: int  # in this batch
    loss: float  # mean over the batch
    epoch: Epoch | None = None  # set on the last step of an epoch
    weights: Mapping[str, Tensor] | None = field(default=None, repr=False)  # when they are wanted: cloned, on the CPU
    checkpoint: Checkpoint | None = field(default=None, repr=False)  # when it is wanted: to go on from after this step


def _never(*_: object) -> bool:
    return False


@dataclass(frozen=True)
class Wanted:
    """What a training hands over beside its steps: functions that are asked after every step."""

    weights: Callable[[int, int], bool] = _never  # given the step's number and how many there will be
    checkpoint: Callable[[bool], bool] = _never  # given whether the step is the last of its epoch


NOTHING = Wanted()


def pick_device() -> torch.device:
    """CUDA where there is one, else Apple's MPS, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def train(
    model: Network,
    recipe: Recipe,
    training: Examples,
    held_out: Examples,
    device: torch.device | None = None,
    *,
    group: Group = ALONE,
    since: Checkpoint | None = None,
    wanted: Wanted = NOTHING,
) -> Generator[Step, bool | None, None]:
    """The Steps of training ``model`` in place, one after every step of the optimiser.

    Sending True instead of None ends the training there: the weights so far are measured and yielded in one last
    Step. The same seed gives the same run on the same machine with as many threads. Cross-entropy for classes (int64
    targets), mean squared error for prices (float targets).

    In a ``group`` of processes each takes its share of every batch, and the gradients are averaged; the run is the same
    for as many processes. ``since`` goes on after a checkpoint's step as if nothing had come between, where more than
    two processes train but for the rounding of gradients that are added up in another order. A Step carries
    the weights and a Checkpoint when they are ``wanted``; the latter is asked for once more when the training is ended
    early. Raises ConfigError for a network that normalises batches of one house or a checkpoint of another run, and
    DivergedError when the loss is no longer finite.
    """
    _check_batch_norm(model, recipe, training)
    device = device or pick_device()
    order = torch.Generator().manual_seed(recipe.seed)
    # One generator where there is one process; in a group the shares differ in size, and the order must not.
    chance = order if group.size == 1 else torch.Generator()
    model.to(device).train().requires_grad_(True)
    per_epoch = len(batches(torch.arange(len(training)), recipe.batch_size))
    total = recipe.epochs * per_epoch
    optimizer, schedule = _optimizer(model, recipe, total)
    state = TrainingState(model, recipe, optimizer, schedule, (order, chance))
    done, part = state.restore(since) if since is not None else (0, None)
    forward = group.wrapped(model)
    number = done * per_epoch + (part.batches if part else 0)
    with quick_dense_layers(model) if group.size == 1 else nullcontext():
        for epoch in range(done + 1, recipe.epochs + 1):
            running = Running(scale_of(training))
            if part is None:
                permutation, begin = torch.randperm(len(training), generator=order), 0
            else:
                permutation, begin = part.permutation, part.batches
                vars(running).update(part.running)
                part = None
            for count, batch in enumerate(batches(permutation, recipe.batch_size)[begin:], begin + 1):
                group.begin_step(number + 1, recipe.seed, state.of_a_step)
                indices = group.share(batch)
                inputs, targets = (t.to(device) for t in training.batch(indices))
                if recipe.augment:
                    inputs = augment(inputs, chance)
                outputs = forward(inputs)
                loss = loss_of(outputs, targets)
                number += 1
                value = _finite(loss.item(), number, recipe)
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                optimizer.step()
                if schedule is not None:
                    schedule.step()
                running.add(outputs.detach(), targets, value)
                last = number == epoch * per_epoch
                step = Step(number, total, len(batch), value)
                if wanted.weights(number, total):
                    step = replace(step, weights=_weights(model))
                if last:
                    step = replace(step, epoch=_epoch(model, epoch, running, held_out, device))
                here = Part(permutation, count, vars(running))
                if wanted.checkpoint(last):
                    step = replace(step, checkpoint=state.checkpoint(number, epoch, None if last else here))
                if (yield step):
                    if not last:
                        checkpoint = state.checkpoint(number, epoch, here) if wanted.checkpoint(False) else None
                        ended = _epoch(model, epoch, running, held_out, device, complete=False)
                        yield replace(step, weights=None, epoch=ended, checkpoint=checkpoint)
                    return


def batches(order: Tensor, size: int) -> list[Tensor]:
    """``order`` (N,) cut into batches of ``size``. One left over joins the batch before: a single house has no spread
    for batch normalisation to divide by.
    """
    parts = list(order.split(size))
    if size > 1 and len(parts) > 1 and len(parts[-1]) == 1:
        parts[-2:] = [torch.cat(parts[-2:])]
    return parts


def _check_batch_norm(model: Network, recipe: Recipe, training: Examples) -> None:
    if model.config.batch_norm and min(recipe.batch_size, len(training)) < 2:
        raise ConfigError(
            "Batch normalisation cannot work on batches of one. Choose a batch size of 2 or more, or switch it off."
        )


def _epoch(
    model: Network, number: int, running: Running, held_out: Examples, device: torch.device, complete: bool = True
) -> Epoch:
    metrics = {f"train_{name}": value for name, value in running.metrics().items()}
    metrics |= measure(model, held_out, device)
    return Epoch(number, metrics, _weights(model), complete)


def _weights(model: Network) -> dict[str, Tensor]:
    return {name: t.detach().to("cpu", copy=True) for name, t in model.state_dict().items()}


def _optimizer(
    model: Network, recipe: Recipe, total: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler | None]:
    rate = recipe.learning_rate
    optimizer: torch.optim.Optimizer
    if recipe.optimizer == "adamw":
        optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=recipe.weight_decay, fused=True)
    else:
        optimizer = torch.optim.Adam(model.parameters(), lr=rate, weight_decay=recipe.weight_decay, fused=True)
    if recipe.schedule == "one_cycle":
        return optimizer, torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=rate, total_steps=total + 1)
    return optimizer, None


def _finite(loss: float, number: int, recipe: Recipe) -> float:
    if math.isfinite(loss):
        return loss
    raise DivergedError(
        f"The loss became {loss} at step {number}. The most likely cause is the learning rate of "
        f"{recipe.learning_rate:g}, which is too large for this model and data: try a tenth of it."
    )
