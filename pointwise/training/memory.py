"""The memory that a training takes, known before it begins: two steps are made on PyTorch's meta device, without data.

It agrees within a few per cent with what PyTorch asks its allocator for. What a process then has in memory is up to a
tenth more: its allocator and its routines keep some of what was freed.
"""

from __future__ import annotations

import logging
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter

from pointwise.data.digits import augment
from pointwise.models import ModelConfig, Network, skeleton
from pointwise.training.metrics import MEASURE_BATCH
from pointwise.training.precision import BFLOAT16, FLOAT32, LAST, precision_for
from pointwise.training.recipes import Recipe

MOMENTS = 2  # of Adam and AdamW, each as large as the parameters
CHECKPOINT = 1 + MOMENTS  # copies of the weights in a checkpoint
HELD = 2 + CHECKPOINT  # the latest epoch's weights, the latest snapshot, a checkpoint while the next step is made
FILE = 2 * CHECKPOINT  # safetensors puts a file together once, and copies it
BESIDE = 40_000_000  # bytes: the thread, PyTorch's routines, and what the allocator keeps of what was freed
FEW = 64
META = torch.device("meta")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Memory:
    """Bytes that a training takes, by what takes them: the first three all the time, and one of the others."""

    network: int  # weights, their gradients, and the optimiser's moments
    copies: int  # of the weights: the latest epoch's, a snapshot, a checkpoint
    data: int  # the examples
    loading: int  # while the examples are read: another copy of them
    step: int  # a batch, its activations and their gradients
    measuring: int  # the largest batch that is measured, in eval mode
    file: int  # while a checkpoint is written

    @property
    def total(self) -> int:
        """All of it, at the fullest moment."""
        return self.fixed + max(self.loading, self.step, self.measuring, self.file)

    @property
    def fixed(self) -> int:
        """What is there all the time."""
        return self.network + self.copies + self.data + BESIDE


def memory_of(config: ModelConfig, recipe: Recipe, data: int, loading: int = 0) -> Memory:
    """What a training takes on one device; ``data`` and ``loading`` are the bytes of its examples.

    Raises ConfigError for a network that is too large to be built.
    """
    passes = _passes(config, recipe.batch_size, precision_for(recipe, config, torch.device("cpu")))
    step = passes.step
    if recipe.augment:
        picture = (config.input_channels, config.image_size)
        step = max(step, int(recipe.batch_size * _augmenting(*picture)))  # before the activations are there
    return Memory(
        network=passes.state + (1 + MOMENTS) * passes.parameters,
        copies=HELD * passes.state,
        data=data,
        loading=loading,
        step=step,
        measuring=passes.measuring,
        file=FILE * passes.state,
    )


def together(memories: Sequence[Memory], data: int, loading: int = 0) -> Memory:
    """What trainings take that go on in turns, on examples of so many bytes: a step of one at a time."""
    return Memory(
        network=sum(one.network for one in memories),
        copies=sum(one.copies for one in memories),
        data=data,
        loading=loading,
        step=max(one.step for one in memories),
        measuring=max(one.measuring for one in memories),
        file=max(one.file for one in memories),
    )


@dataclass(frozen=True)
class _Passes:
    """Bytes of one network and batch size."""

    parameters: int
    state: int  # the parameters, and batch normalisation's statistics
    step: int = 0
    measuring: int = 0


@lru_cache(maxsize=512)
def _passes(config: ModelConfig, batch_size: int, precision: str) -> _Passes:
    model = skeleton(config)
    parameters = sum(_size(parameter) for parameter in model.parameters())
    state = sum(_size(tensor) for tensor in model.state_dict().values())
    try:
        measuring = _measuring(model, config)
        step = _step(model, config, batch_size, precision)
        if precision.startswith(FLOAT32):
            step -= parameters  # gradients are the network's; in bfloat16 they stand for its copies of the weights
        return _Passes(parameters, state, step, measuring)
    except (RuntimeError, NotImplementedError) as error:  # a network of somebody's own that needs its numbers
        log.warning("It is not known what a step of %s takes: %s", config.arch, error)
        return _Passes(parameters, state)


def _step(model: Network, config: ModelConfig, batch_size: int, precision: str) -> int:
    """Bytes that a step takes at its fullest moment, with the gradients of the weights."""
    model.train().requires_grad_(True)
    numbers = torch.bfloat16 if precision.startswith(BFLOAT16) else torch.float32
    model.to(numbers)
    with Allocations(not precision.endswith(LAST)) as allocations:
        for _ in range(2):  # the second begins with what the first has left
            inputs, targets = _batch(config, batch_size)
            outputs = model(inputs.to(numbers)).float()
            loss = F.cross_entropy(outputs, targets) if config.architecture.classifies else F.mse_loss(outputs, targets)
            model.zero_grad(set_to_none=True)
            loss.backward()
    return allocations.peak


@lru_cache(maxsize=16)
def _augmenting(channels: int, side: int) -> float:
    """Bytes for each picture of a batch while it is turned and bent, however many there are."""
    with Allocations() as allocations:
        augment(torch.empty(FEW, channels, side, side, device=META), torch.Generator())
    return allocations.peak / FEW


def _measuring(model: Network, config: ModelConfig) -> int:
    model.eval()
    with Allocations() as allocations, torch.inference_mode():
        inputs, _ = _batch(config, MEASURE_BATCH)
        model(inputs)
    return allocations.peak


def _batch(config: ModelConfig, size: int) -> tuple[Tensor, Tensor]:
    inputs = torch.empty(size, config.input_channels, config.image_size, config.image_size, device=META)
    if config.architecture.classifies:
        return inputs, torch.empty(size, dtype=torch.int64, device=META)
    return inputs, torch.empty(size, 1, device=META)


class Allocations(TorchDispatchMode):
    """Within it, the bytes of all tensors that are made: ``now``, and at the ``peak``.

    A ``copying`` convolution is taken to copy what it is given, to bring it into an order of its own, as PyTorch's on a
    CPU do unless the channels come last already.
    """

    def __init__(self, copying: bool = True) -> None:
        super().__init__()
        self._copying = copying
        self.now = self.peak = 0
        self._storages: dict[int, weakref.ref[Any]] = {}

    def __torch_dispatch__(
        self, operation: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        given = dict(kwargs or {})
        if given.get("generator") is not None:  # a dropout's, or an augmentation's: numbers are drawn on the CPU
            given |= {"generator": None, "device": META}
        for tensor in _tensors(args):
            self._know(tensor.untyped_storage(), 0)  # a weight that was there before, and whose views are not new
        made = operation(*args, **given)
        for tensor in _tensors(made):
            self._know(tensor.untyped_storage(), tensor.untyped_storage().nbytes())
        copies = sum(map(_size, _tensors(args))) if self._copying and "convolution" in operation.name() else 0
        self.peak = max(self.peak, self.now + copies)
        return made

    def _know(self, storage: Any, size: int) -> None:
        key = storage._cdata
        if key in self._storages:
            return

        def gone(_: object) -> None:
            del self._storages[key]
            self.now -= size

        self._storages[key] = weakref.ref(storage, gone)
        self.now += size


def _tensors(values: Any) -> list[Tensor]:
    return [value for value in tree_iter(values) if isinstance(value, Tensor)]


def _size(tensor: Tensor) -> int:
    return tensor.numel() * tensor.element_size()
