"""The page of runs as AppTest runs it: runs to train for it, how it is opened, and what is read off it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from pointwise.costs import cost
from pointwise.data.catalogue import config_for
from pointwise.data.housing import HouseOptions
from pointwise.jobs import Comparison, HouseJob, Job, PictureJob, Pictures
from pointwise.library import Shelf
from pointwise.models import default_config
from pointwise.runs import Run
from pointwise.training.recipes import recipe_named
from pointwise.ui.frame import visitor
from pointwise.ui.runs import runs_table

FEW = HouseOptions(rows=40)
PAGE = Path(__file__).parents[1] / "pages" / "runs.py"
MARKUP = "<img src=x onerror=alert(1)> ![m](http://evil.example/x) $x$ :red[x] **b**"


def houses(seed: int = 0, epochs: int = 3) -> HouseJob:
    """A training on 40 houses."""
    recipe = recipe_named("standardised", "price_1x1", epochs=epochs, seed=seed)
    return HouseJob(default_config("price_1x1"), recipe, FEW)


def digits(epochs: int = 1) -> PictureJob:
    """A training on 128 digits."""
    recipe = recipe_named("fast", epochs=epochs)
    return PictureJob(config_for("bag_of_pixels", "digits"), recipe, Pictures("digits", few=128))


def train(shelf: Shelf, job: Job | Comparison, name: str = "", end: int | None = None, how: str = "stop") -> str:
    """A kept run's id; it is told to stop or park after the step ``end``."""
    parameters = None if isinstance(job, Comparison) else cost(job.config).parameters
    recording = shelf.begin(job.describe(), parameters, name)
    recording.resumable = parameters is not None
    run = Run(job, recording.run, recorder=recording)
    for event in run.events():
        if getattr(event, "number", 0) == end:
            getattr(run, how)()
    return recording.run


def opened(shelf: Shelf, *chosen: str) -> AppTest:
    """The page of a visitor with that shelf, runs chosen by their ids."""
    app = AppTest.from_file(str(PAGE), default_timeout=60)
    app.session_state["navigation.frame"] = True
    app.session_state["navigation.arrived"] = False
    app.session_state[visitor.VISIT.key] = visitor.Visit(shelf)
    if chosen:
        app.session_state[runs_table.CHOSEN.key] = chosen
    return app.run()


def button(app: AppTest, label: str) -> Any:
    """The first button with that label."""
    return next(button for button in app.button if button.label == label)


def words(app: AppTest) -> str:
    """All text on the page, with its markup."""
    every = [*app.markdown, *app.caption, *app.info, *app.error, *app.success, *app.warning]
    return "\n".join([text.value for text in every] + [element.proto.body for element in app.get("html")])


def table(app: AppTest) -> Any:
    """The rows of the page's table."""
    return app.dataframe[0].value


def load(app: AppTest, name: str, content: bytes) -> AppTest:
    """The page once a file was given to it."""
    return app.file_uploader[0].upload(name, content, "application/octet-stream").run()
