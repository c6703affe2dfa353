"""Training: recipes, the loop as a generator of Steps, and what is measured."""

from pointwise.training.loop import Epoch, Step, pick_device, train
from pointwise.training.metrics import Examples, loss_of, measure
from pointwise.training.recipes import PRICE_RECIPES, RECIPES, Recipe, recipe_named, recipes_for, table_recipe

__all__ = [
    "PRICE_RECIPES",
    "RECIPES",
    "Epoch",
    "Examples",
    "Recipe",
    "Step",
    "loss_of",
    "measure",
    "pick_device",
    "recipe_named",
    "recipes_for",
    "table_recipe",
    "train",
]
