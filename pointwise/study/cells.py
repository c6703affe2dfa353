"""What is trained: the cells of the table, a classifier by a recipe each, and their jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pointwise.jobs import PictureJob, Pictures
from pointwise.models import default_config
from pointwise.training import Recipe, recipe_named

RECIPES = ("tutorial", "fast", "augmented")
SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Cell:
    """A classifier, by its name, and the recipe that trains it."""

    network: str
    recipe: Recipe

    @property
    def name(self) -> str:
        """Network and recipe, for a line of progress."""
        return f"{self.network}, {self.recipe.name}"


def _row(network: str, *recipes: str) -> list[Cell]:
    return [Cell(network, recipe_named(name, network)) for name in recipes]


# What takes least time first, so that whole rows are there early: of the last cell each training takes most of an hour.
CELLS = (
    *_row("mlp_1x1", "fast", "tutorial", "augmented"),
    *_row("nin", "fast", "tutorial", "augmented"),
    *_row("conv_mlp", "fast", "tutorial"),
    *_row("bag_of_pixels", "fast", "tutorial", "augmented"),
    *_row("conv_mlp", "augmented"),
)
QUICK = (
    *_row("mlp_1x1", "fast", "tutorial"),
    *_row("nin", "fast", "tutorial"),
    *_row("bag_of_pixels", "fast"),
    *_row("conv_mlp", "fast"),
)


def study_jobs(cells: Sequence[Cell], seeds: Sequence[int], pictures: Pictures) -> dict[str, PictureJob]:
    """A job for each cell and seed, cell after cell, by the name that a line of progress gives it."""
    return {
        f"{cell.name}, seed {seed}": PictureJob(default_config(cell.network), replace(cell.recipe, seed=seed), pictures)
        for cell in cells
        for seed in seeds
    }
