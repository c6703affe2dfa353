"""No step on a GPU makes the processor wait: counted on PyTorch's meta device, whose numbers nobody can read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter

from pointwise.data.digits import NO_DIGIT, Digits, load_bundled
from pointwise.errors import DivergedError
from pointwise.models import ModelConfig, build
from pointwise.training import Recipe, Wanted, loop, train
from pointwise.training.processes import ALONE

META = torch.device("meta")
READS = (
    "item",
    "_local_scalar_dense",
    "nonzero",
    "is_nonzero",
    "masked_select",
    "equal",
)  # what they give depends on numbers
EVERY, STEPS = 4, 6  # steps between two looks, and of an epoch
RECIPE = Recipe("toy", epochs=2, batch_size=2, optimizer="adamw", schedule="one_cycle", augment=True)
NIN = ModelConfig("nin", widths=(2, 3, 4))


class OnMeta(torch.Generator):
    """A generator of the meta device, which draws nothing."""

    device = META


class Waits(TorchDispatchMode):
    """Within it, how often a number is asked of the meta device, or a tensor goes to another device or comes from one.

    What comes is zeros, but the second of several losses is ``second``.
    """

    def __init__(self, second: float = 0.0) -> None:
        super().__init__()
        self.count, self._second = 0, second

    def __torch_dispatch__(
        self, operation: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        given = dict(kwargs or {})
        if isinstance(given.get("generator"), OnMeta):
            given["generator"] = None
        name = operation.overloadpacket.__name__
        devices = {tensor.device.type for tensor in tree_iter((args, given)) if isinstance(tensor, Tensor)}
        if name in READS and "meta" in devices:
            self.count += 1
            return 0.0
        target = torch.device(given.get("device") or next(iter(devices), "cpu")).type
        if name in ("_to_copy", "copy_") and len({*devices, target}) > 1:
            self.count += 1
            if target == "cpu":
                numbers = torch.zeros(args[0].shape, dtype=given.get("dtype") or args[0].dtype)
                if numbers.dim() == 1 and 1 < len(numbers) < EVERY:
                    numbers[1] = self._second
                return numbers
        return operation(*args, **given)


@pytest.fixture
def pictures() -> Digits:
    training = load_bundled()[0]
    labels = training.labels[: STEPS * RECIPE.batch_size].clone()
    labels[::5] = NO_DIGIT
    return Digits("few", training.images[: len(labels)], labels)


@pytest.fixture(autouse=True)
def meta_as_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a generator; it has no fused AdamW, and another one's step counts are on the CPU."""
    real = torch.optim.AdamW
    monkeypatch.setattr(torch.optim, "AdamW", lambda parameters, fused, **how: real(parameters, **how))
    monkeypatch.setattr(loop, "_generator", lambda device: OnMeta())
    monkeypatch.setattr(loop, "LOOK", EVERY)


def test_the_counter_counts() -> None:
    x = torch.rand(4, 2, device=META)
    for waiting in (
        lambda: x.sum().item(),
        lambda: bool((x > 0).any()),
        lambda: x.cpu(),
        lambda: torch.rand(3).to(META),
    ):
        with Waits() as waits:
            waiting()
        assert waits.count == 1
    with Waits() as waits:
        (x + 1).mean(dim=1)
    assert waits.count == 0


@pytest.mark.parametrize(
    ("config", "augment"), [(NIN, True), (ModelConfig("mlp_1x1", widths=(4,), dropout=0.4), False)], ids=str
)
def test_no_step_waits_but_where_losses_are_looked_at(config: ModelConfig, augment: bool, pictures: Digits) -> None:
    steps = train(build(config), replace(RECIPE, augment=augment), pictures, pictures, META)
    waited = set()
    while True:
        with Waits() as waits:
            step = next(steps, None)
        if step is None:
            break
        if waits.count:
            waited.add(step.number)
    first, second_epoch = 1, STEPS + 1  # the pictures go to the device, and each epoch's order
    assert waited == {first, EVERY, STEPS, second_epoch, 2 * EVERY, 2 * STEPS}


def test_a_loss_that_is_no_number_is_found_at_the_next_look_and_its_step_said(pictures: Digits) -> None:
    steps = train(build(NIN), replace(RECIPE, augment=False), pictures, pictures, META)
    with Waits(second=float("nan")):
        assert len(list(islice(steps, EVERY - 1))) == EVERY - 1
        with pytest.raises(DivergedError, match="became nan at step 3"):  # the first was looked at by itself
            next(steps)


def test_no_weights_are_handed_over_without_a_look(pictures: Digits) -> None:
    wanted = Wanted(weights=lambda number, total: number == EVERY - 1)
    steps = train(build(NIN), replace(RECIPE, augment=False), pictures, pictures, META, wanted=wanted)
    with Waits(second=float("nan")):
        assert not any(step.weights for step in islice(steps, EVERY - 2))
        with pytest.raises(DivergedError, match="step 3"):
            next(steps)


def test_what_chance_draws_on_a_gpu_depends_on_seed_and_step_alone() -> None:
    """So a checkpoint needs no state of a GPU's generator."""
    there, drawn = OnMeta(), []
    for step in (7, 8, 7):
        ALONE.begin_step(step, 0, [there])
        drawn.append(there.initial_seed())
    assert drawn[0] == drawn[2] != drawn[1]
