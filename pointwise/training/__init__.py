"""Training: recipes, the loop as a generator of Steps, and what is measured. Recipes need no PyTorch."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from pointwise.training.recipes import (
    PRICE_RECIPES,
    RECIPES,
    Recipe,
    drawings_recipe,
    pictures_recipe,
    recipe_named,
    recipes_for,
    table_recipe,
)

if TYPE_CHECKING:
    from pointwise.training.loop import Epoch, Step, Wanted, pick_device, train
    from pointwise.training.metrics import Examples, loss_of, measure

__all__ = [
    "PRICE_RECIPES",
    "RECIPES",
    "Epoch",
    "Examples",
    "Recipe",
    "Step",
    "Wanted",
    "drawings_recipe",
    "loss_of",
    "measure",
    "pick_device",
    "pictures_recipe",
    "recipe_named",
    "recipes_for",
    "table_recipe",
    "train",
]
_NEED_TORCH = {
    "loop": ("Epoch", "Step", "Wanted", "pick_device", "train"),
    "metrics": ("Examples", "loss_of", "measure"),
}


def __getattr__(name: str) -> Any:
    for module, names in _NEED_TORCH.items():
        if name in names:
            return getattr(importlib.import_module(f"pointwise.training.{module}"), name)
    raise AttributeError(f"module 'pointwise.training' has no attribute {name!r}")
