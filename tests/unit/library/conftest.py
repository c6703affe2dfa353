"""Libraries on disk and in memory, and small runs that are kept in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pointwise.costs import cost
from pointwise.jobs import PictureJob, Pictures
from pointwise.library import Library, Limits, Shelf
from pointwise.models import ModelConfig
from pointwise.runs import Run
from pointwise.training import recipe_named

ME, OTHER = "a" * 64, "b" * 64  # owners
Train = Callable[..., str]


def job(epochs: int = 3, seed: int = 1, config: ModelConfig | None = None, **changes: Any) -> PictureJob:
    """A training of 4 steps an epoch that takes some hundredths of a second."""
    config = config or ModelConfig("nin", widths=(4, 6, 8))
    recipe = recipe_named("fast", config.arch, epochs=epochs, seed=seed, **{"batch_size": 40, **changes})
    return PictureJob(config, recipe, Pictures("digits", few=160, few_held_out=40))


def begin(shelf: Shelf, what: PictureJob, name: str = "", **options: Any) -> Run:
    """A run that is kept, not started yet; its name is its id."""
    recording = shelf.begin(what.describe(), cost(what.config).parameters, name)
    return Run(what, recording.run, recorder=recording, **options)


def train(shelf: Shelf, what: PictureJob | None = None, name: str = "") -> str:
    """The id of a run that is over."""
    run = begin(shelf, what or job(), name)
    for _ in run.events():
        pass
    return run.name


def interrupted(shelf: Shelf, at: int = 7) -> str:
    """The id of a run that was killed after a checkpoint at a step, as far as the library can tell."""
    run = begin(shelf, job())
    recorder: Any = run._recorder
    recorder.wants_checkpoint = lambda ended: run.progress().step >= at - 1
    events = run.events()
    while next(events).number < at:  # type: ignore[union-attr]
        pass
    recorder.close = lambda progress: recorder._release()
    events.close()
    return run.name


@pytest.fixture(params=["disk", "memory"])
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Library]:
    library = Library(tmp_path / "home" if request.param == "disk" else None, Limits())
    yield library
    library.close()


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[Library]:
    library = Library(tmp_path / "home", Limits())
    yield library
    library.close()


@pytest.fixture
def shelf(library: Library) -> Shelf:
    return library.shelf(ME)
