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
from pointwise.models.networks import SeededDropout
from pointwise.training.checkpoints import Checkpoint, Part, TrainingState
from pointwise.training.fast_linear import quick_dense_layers
from pointwise.training.metrics import Examples, Running, loss_of, measure, on_device, scale_of
from pointwise.training.precision import FLOAT32, computing, precision_for
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
    precision: str = FLOAT32  # one of PRECISIONS: what the steps computed in


@dataclass(frozen=True)
class Step:
    """One optimiser step."""

    number: int  # from 1
    total: int
    examples: int  # in this batch
    loss: float  # mean over the batch; on a GPU over the last batch that was looked at, at most LOOK steps ago
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


LOOK = 50  # steps on a GPU between two looks at their losses: each look waits for all that was begun


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
    early.

    With ``recipe.mixed_precision`` the steps compute in what ``precision_for`` says, after a checkpoint in what was
    begun with. On a GPU the pictures lie in its memory, chance is drawn there, by seed and step alone, and no step
    waits for the one before: losses are looked at after the first step, then every LOOK steps, and before anything is
    handed over. Raises ConfigError for a network that normalises batches of one house or a checkpoint of another run,
    and DivergedError when the loss is no longer finite.
    """
    _check_batch_norm(model, recipe, training)
    device = device or pick_device()
    precision = group.of_the_first(precision_for(recipe, model.config, device)) if since is None else since.precision
    alone = group.size == 1 and device.type == "cpu"
    order = torch.Generator().manual_seed(recipe.seed)
    # One generator where there is one process, on the CPU; else the order must not depend on what a step draws.
    chance = order if alone else _generator(device)
    model.to(device).train().requires_grad_(True)
    _draw_on(model, device)
    training, held_out = _near(training, device), _near(held_out, device)
    per_epoch = len(batches(torch.arange(len(training)), recipe.batch_size))
    total = recipe.epochs * per_epoch
    optimizer, schedule = _optimizer(model, recipe, total)
    state = TrainingState(model, recipe, optimizer, schedule, (order, chance), precision)
    done, part = state.restore(since) if since is not None else (0, None)
    forward = computing(group.wrapped(model), precision, device)
    number = done * per_epoch + (part.batches if part else 0)
    look, loss_seen = 1 if device.type == "cpu" else LOOK, math.nan
    with quick_dense_layers(model) if group.size == 1 and precision.startswith(FLOAT32) else nullcontext():
        for epoch in range(done + 1, recipe.epochs + 1):
            running = Running(scale_of(training), part.running if part else None)
            if part is None:
                permutation, begin = torch.randperm(len(training), generator=order), 0
            else:
                permutation, begin = part.permutation, part.batches
                part = None
            permutation = permutation.to(device if hasattr(training, "to") else "cpu")
            for count, batch in enumerate(batches(permutation, recipe.batch_size)[begin:], begin + 1):
                group.begin_step(number + 1, recipe.seed, state.of_a_step)
                indices = group.share(batch)
                inputs, targets = on_device(training.batch(indices), device)
                if recipe.augment:
                    inputs = augment(inputs, chance)
                outputs = forward(inputs)
                loss = loss_of(outputs, targets)
                number += 1
                last = number == epoch * per_epoch
                running.add(outputs.detach(), targets, loss)
                if number % look == 0 or last or math.isnan(loss_seen):
                    loss_seen = _finite(running.read(), number, recipe)
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                optimizer.step()
                if schedule is not None:
                    schedule.step()
                step = Step(number, total, len(batch), loss_seen)
                if wanted.weights(number, total):
                    loss_seen = _finite(running.read(), number, recipe, loss_seen)
                    step = replace(step, loss=loss_seen, weights=_weights(model))
                if last:
                    step = replace(step, epoch=_epoch(model, epoch, running, held_out, device, precision))
                if wanted.checkpoint(last):
                    loss_seen = _finite(running.read(), number, recipe, loss_seen)
                    here = None if last else Part(permutation, count, running.sums())
                    step = replace(step, loss=loss_seen, checkpoint=state.checkpoint(number, epoch, here))
                if (yield step):
                    if not last:
                        loss_seen = _finite(running.read(), number, recipe, loss_seen)
                        here = Part(permutation, count, running.sums())
                        checkpoint = state.checkpoint(number, epoch, here) if wanted.checkpoint(False) else None
                        ended = _epoch(model, epoch, running, held_out, device, precision, complete=False)
                        yield replace(step, loss=loss_seen, weights=None, epoch=ended, checkpoint=checkpoint)
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


def _generator(device: torch.device) -> torch.Generator:
    """A generator that draws on a GPU, else on the CPU."""
    return torch.Generator(device if device.type in ("cuda", "mps") else "cpu")


def _draw_on(model: Network, device: torch.device) -> None:
    """Let dropout draw where the network is."""
    for module in model.modules():
        if isinstance(module, SeededDropout) and module.generator.device.type != _generator(device).device.type:
            module.generator = _generator(device)


def _near(examples: Examples, device: torch.device) -> Examples:
    """The examples in a GPU's memory, where they can be moved there; pictures can, as uint8."""
    move: Callable[[torch.device], Examples] | None = getattr(examples, "to", None)
    return examples if move is None or device.type == "cpu" else move(device)


def _epoch(
    model: Network,
    number: int,
    running: Running,
    held_out: Examples,
    device: torch.device,
    precision: str,
    complete: bool = True,
) -> Epoch:
    metrics = {f"train_{name}": value for name, value in running.metrics().items()}
    metrics |= measure(model, held_out, device)
    return Epoch(number, metrics, _weights(model), complete, precision=precision)


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


def _finite(losses: list[float], number: int, recipe: Recipe, before: float = math.nan) -> float:
    """The last of the losses up to that of step ``number``, ``before`` where there are none; raises DivergedError."""
    for step, loss in enumerate(losses, number - len(losses) + 1):
        if not math.isfinite(loss):
            raise DivergedError(
                f"The loss became {loss} at step {step}. The most likely cause is the learning rate of "
                f"{recipe.learning_rate:g}, which is too large for this model and data: try a tenth of it."
            )
    return losses[-1] if losses else before
