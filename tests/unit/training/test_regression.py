"""Recipes for prices, errors in dollars, and last batches of one."""

from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from pointwise.errors import ConfigError
from pointwise.models import ModelConfig, Network, build
from pointwise.training import PRICE_RECIPES, RECIPES, Recipe, measure, recipe_named, recipes_for, train
from pointwise.training.loop import batches

CPU = torch.device("cpu")


@dataclass(frozen=True)
class Toy:
    """y = x₀ − x₁ for n random pairs."""

    n: int
    target_scale: float = 1.0

    def __len__(self) -> int:
        return self.n

    def batch(self, indices: Tensor | slice) -> tuple[Tensor, Tensor]:
        x = torch.rand((self.n, 2), generator=torch.Generator().manual_seed(0))[indices]
        return x[:, :, None, None], x[:, :1] - x[:, 1:]


def price_network(**changes: object) -> Network:
    return build(ModelConfig("price_1x1", input_channels=2, image_size=1, num_classes=1, **changes))


def test_digits_and_prices_have_recipes_of_their_own() -> None:
    assert recipes_for("nin") is RECIPES
    assert recipes_for("price_1x1") is PRICE_RECIPES
    assert recipe_named("tutorial").epochs == 10
    assert recipe_named("tutorial", "price_1x1") == Recipe("tutorial", epochs=50, batch_size=16)
    assert recipe_named("standardised", "price_1x1", seed=7).seed == 7


def test_recipe_of_the_other_task_is_unknown() -> None:
    with pytest.raises(ConfigError, match=r"no recipe 'fast' for price_1x1\. Choose one of standardised, tutorial"):
        recipe_named("fast", "price_1x1")
    with pytest.raises(ConfigError, match="no recipe 'standardised' for nin"):
        recipe_named("standardised")


def test_absolute_error_is_in_the_targets_unit_and_the_rest_in_the_models() -> None:
    model = price_network()
    plain, dollars = measure(model, Toy(40)), measure(model, Toy(40, target_scale=1000.0))
    assert dollars["mae"] == pytest.approx(1000 * plain["mae"])
    assert (dollars["loss"], dollars["r2"]) == (plain["loss"], plain["r2"])


def test_measures_against_their_definitions() -> None:
    model, toy = price_network(), Toy(40)
    inputs, targets = toy.batch(slice(None))
    errors = model(inputs).detach() - targets
    spread = float((targets - targets.mean()).square().sum())
    assert measure(model, toy) == pytest.approx(
        {
            "loss": float(errors.square().mean()),
            "mae": float(errors.abs().mean()),
            "r2": 1 - float(errors.square().sum()) / spread,
        },
        rel=1e-4,
    )


def test_training_error_is_in_the_targets_unit_too() -> None:
    recipe = Recipe("toy", epochs=1, batch_size=8)
    plain, dollars = (
        list(train(price_network(), recipe, Toy(32, scale), Toy(8, scale), CPU))[-1].epoch for scale in (1.0, 100.0)
    )
    assert dollars.metrics["train_mae"] == pytest.approx(100 * plain.metrics["train_mae"])


@pytest.mark.parametrize(
    ("n", "size", "lengths"),
    [(10, 4, [4, 4, 2]), (9, 4, [4, 5]), (8, 4, [4, 4]), (1, 4, [1]), (5, 4, [5]), (3, 1, [1, 1, 1])],
)
def test_one_left_over_joins_the_batch_before(n: int, size: int, lengths: list[int]) -> None:
    parts = batches(torch.arange(n), size)
    assert [len(part) for part in parts] == lengths
    assert torch.cat(parts).tolist() == list(range(n))


def test_batch_normalisation_survives_one_left_over() -> None:
    steps = list(train(price_network(batch_norm=True), Recipe("toy", epochs=2, batch_size=8), Toy(17), Toy(4), CPU))
    assert [step.examples for step in steps] == [8, 9, 8, 9]
    assert [step.total for step in steps] == [4] * 4
    assert steps[-1].epoch is not None


@pytest.mark.parametrize(("size", "rows"), [(1, 10), (8, 1)])
def test_batch_normalisation_of_single_examples_is_refused(size: int, rows: int) -> None:
    work = train(price_network(batch_norm=True), Recipe("toy", epochs=1, batch_size=size), Toy(rows), Toy(4), CPU)
    with pytest.raises(ConfigError, match="batch size of 2 or more"):
        next(work)
