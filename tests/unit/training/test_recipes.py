"""Recipes and the values that they refuse."""

from typing import Any

import pytest

from pointwise.errors import ConfigError
from pointwise.training import RECIPES, Recipe, recipe_named


def test_names_are_the_recipes_own() -> None:
    assert all(recipe.name == name for name, recipe in RECIPES.items())


def test_tutorial_is_plain_adam() -> None:
    recipe = recipe_named("tutorial")
    assert (recipe.optimizer, recipe.schedule, recipe.learning_rate, recipe.batch_size) == (
        "adam",
        "constant",
        1e-3,
        64,
    )


def test_changes_leave_the_rest() -> None:
    changed = recipe_named("fast", epochs=7, seed=3)
    assert (changed.epochs, changed.seed, changed.learning_rate) == (7, 3, RECIPES["fast"].learning_rate)


def test_changes_do_not_reach_the_named_recipe() -> None:
    recipe_named("fast", epochs=500)
    assert RECIPES["fast"].epochs == 2


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"epochs": 0}, "epochs 0 is out of range"),
        ({"epochs": 501}, "epochs 501"),
        ({"epochs": 2.0}, "epochs 2.0"),
        ({"epochs": True}, "epochs True"),
        ({"batch_size": 0}, "batch size 0"),
        ({"batch_size": 8193}, "batch size 8193"),
        ({"seed": -1}, "seed -1"),
        ({"seed": 2**32}, "seed 4294967296"),
        ({"learning_rate": 0.0}, "learning rate of 0.0"),
        ({"learning_rate": -1e-3}, "learning rate of -0.001"),
        ({"learning_rate": 10.5}, "learning rate of 10.5"),
        ({"learning_rate": float("nan")}, "learning rate of nan"),
        ({"learning_rate": "fast"}, "learning rate of fast"),
    ],
)
def test_value_out_of_range_is_refused(values: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ConfigError, match=wrong):
        Recipe("mine", **values)


def test_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"no recipe 'slow' for nin\. Choose one of fast, tutorial, augmented"):
        recipe_named("slow")
