"""Recipes: how each network is trained, by name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from pointwise.errors import ConfigError, check_kind, check_whole, short
from pointwise.models import REGRESSOR

FEW_ROWS = 2_000  # of a table
FEW_PICTURES, SHOWN, MOST_EPOCHS = 5_000, 40_000, 60  # how many pictures few are, are shown in all, and how often each


@dataclass(frozen=True)
class Recipe:
    """How a network is trained; with the data and the configuration it decides the run."""

    name: str
    epochs: int = 10  # 1–500
    batch_size: int = 64  # 1–8192 examples
    learning_rate: float = 1e-3  # above 0, at most 10; the peak of a one-cycle schedule
    optimizer: str = "adam"  # adam, or adamw (decoupled weight decay, fused)
    schedule: str = "constant"  # constant, or one_cycle (Smith & Topin 2017, arXiv:1708.07120)
    weight_decay: float = 0.0  # 0–10
    augment: bool = False  # digits only
    made: int = 0  # MNIST only: digits made of strokes that join it, with as many pictures of no digit (0–100,000)
    mixed_precision: bool = False  # pictures only: as ``precision`` says, bfloat16 where that is quicker
    standardise: bool = False  # prices only: learn (price − mean) / std from features scaled alike
    seed: int = 0  # 0–2³²−1: initial weights, order of the examples, augmentation

    def __post_init__(self) -> None:
        check_whole("epochs", self.epochs, 1, 500, ConfigError)
        check_whole("batch size", self.batch_size, 1, 8192, ConfigError)
        check_whole("number of made digits", self.made, 0, 100_000, ConfigError)
        check_whole("seed", self.seed, 0, 2**32 - 1, ConfigError)
        for value, choices in ((self.optimizer, ("adam", "adamw")), (self.schedule, ("constant", "one_cycle"))):
            if value not in choices:
                raise ConfigError(f"A recipe cannot use '{value}' there. Choose one of {', '.join(choices)}.")
        if not (_is_number(self.learning_rate) and 0 < self.learning_rate <= 10):
            rate = short(self.learning_rate)
            raise ConfigError(f"A learning rate of {rate} is out of range. Choose one above 0 and up to 10.")
        if not (_is_number(self.weight_decay) and 0 <= self.weight_decay <= 10):
            decay = short(self.weight_decay)
            raise ConfigError(f"A weight decay of {decay} is out of range. Choose one from 0 to 10.")
        check_kind("A recipe's name", self.name, str, "Give a text.")
        for what in ("augment", "mixed_precision", "standardise"):
            if not isinstance(getattr(self, what), bool):
                given = short(getattr(self, what))
                raise ConfigError(f"{what} = {given} is neither true nor false. Choose one of the two.")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_FAST = Recipe(
    "fast",
    epochs=2,
    batch_size=128,
    learning_rate=6e-3,
    optimizer="adamw",
    schedule="one_cycle",
    weight_decay=0.01,
    mixed_precision=True,
)
RECIPES: dict[str, Recipe] = {
    "fast": _FAST,
    "tutorial": Recipe("tutorial"),
    "augmented": replace(_FAST, name="augmented", epochs=24, augment=True, made=18_000),
}
PRICE_RECIPES: dict[str, Recipe] = {
    # The seed is the shipped network's: four of twelve seeds end more than 1,500 dollars off in a corner of the range.
    "standardised": Recipe(
        "standardised", epochs=50, batch_size=16, learning_rate=0.06, schedule="one_cycle", standardise=True, seed=2
    ),
    "tutorial": Recipe("tutorial", epochs=50, batch_size=16),
}


def recipes_for(arch: str) -> dict[str, Recipe]:
    """The recipes of a network by name, its default first: PRICE_RECIPES for price_1x1, else RECIPES."""
    return PRICE_RECIPES if arch == REGRESSOR else RECIPES


def recipe_named(name: str, arch: str = "nin", **changes: float) -> Recipe:
    """A named recipe of ``arch`` with some of its fields changed.

    Raises ConfigError for an unknown name or a value out of range.
    """
    recipes = recipes_for(arch)
    if not isinstance(name, str) or name not in recipes:
        raise ConfigError(f"There is no recipe '{name}' for {arch}. Choose one of {', '.join(recipes)}.")
    return _changed(recipes[name], changes)


def _changed(recipe: Recipe, changes: Mapping[str, float]) -> Recipe:
    known = [field.name for field in fields(recipe)]
    unknown = [name for name in changes if name not in known]
    if unknown:
        raise ConfigError(f"A recipe has no '{unknown[0]}'. Choose among {', '.join(known)}.")
    return replace(recipe, **changes)  # type: ignore[arg-type]


def pictures_recipe(pictures: int, **changes: float) -> Recipe:
    """The recipe for so many training pictures of somebody's own, with some of its fields changed.

    It is ``fast``, but few pictures are shown more often, in smaller batches. Raises ConfigError for a value out of
    range.
    """
    few = pictures < FEW_PICTURES
    epochs = min(MOST_EPOCHS, max(_FAST.epochs, math.ceil(SHOWN / max(pictures, 1))))
    recipe = replace(_FAST, name="pictures", epochs=epochs, batch_size=32 if few else _FAST.batch_size)
    return _changed(recipe, changes)


def drawings_recipe(**changes: float) -> Recipe:
    """The recipe for a few drawings of each class, which the training data shows again and again.

    It is ``fast`` with augmentation, longer, in smaller batches. Raises ConfigError for a value out of range.
    """
    return _changed(replace(_FAST, name="drawings", epochs=24, batch_size=64, augment=True), changes)


def table_recipe(rows: int, **changes: float) -> Recipe:
    """The recipe for a table of so many training rows, with some of its fields changed.

    Few rows need strong regularisation and many passes; both shrink as the rows grow. Raises ConfigError for a value
    out of range.
    """
    few = rows < FEW_ROWS
    recipe = Recipe(
        "table",
        epochs=80 if few else 20,
        batch_size=16 if few else 128,
        learning_rate=5e-3 if few else 1e-2,
        optimizer="adamw",
        schedule="one_cycle",
        weight_decay=min(1.0, 350 / rows),
        standardise=True,
    )
    return _changed(recipe, changes)
