"""Which classes are taken for which, on the page / for the shipped networks and on the page of runs for each run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pointwise.calibration import SURE
from pointwise.card import make_card
from pointwise.confusion import confusion
from pointwise.costs import cost
from pointwise.data.catalogue import Pictures, config_for
from pointwise.data.labelled_pictures import OwnPictures
from pointwise.data.own_drawings import OwnDrawings
from pointwise.explain.chain import Chain
from pointwise.intervals import counted_share
from pointwise.jobs import PictureJob
from pointwise.library import Library, Limits, Shelf
from pointwise.models import ModelConfig, build
from pointwise.runs import Run
from pointwise.teaching.stored_digits import stored_digits
from pointwise.training.recipes import pictures_recipe, recipe_named
from pointwise.ui.draw import mistaken_digits
from pointwise.ui.figures import misread_pictures
from pointwise.ui.frame import labels, shipped, visitor
from pointwise.ui.runs import run_mistakes, runs_table

ROOT = Path(__file__).parents[2]


def texts(app: AppTest) -> str:
    every = [*app.markdown, *app.caption, *app.error]
    return "\n".join([*(one.value for one in every), *(one.proto.body for one in app.get("html"))])


def on_the_draw_page(arch: str) -> AppTest:
    """Opened, and read to the end."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.session_state["mistaken"] = True
    app.session_state["mistaken.network"] = labels.MODELS[arch]
    app.run()
    assert mistaken_digits.begun(shipped.shipped_model(arch)).join(60)
    app.run()
    assert not app.exception
    return app


def test_the_shipped_networks_mistakes_are_counted_shown_and_explained() -> None:
    network, digits = shipped.shipped_model("mlp_1x1"), stored_digits().test
    found = confusion(network, digits)
    app = on_the_draw_page("mlp_1x1")
    said = texts(app)
    assert f"It misreads **{len(found.misread)}** of 2,000 held-out pictures of MNIST, {found.error.said(2)}" in said
    assert f"Of them **{found.surely_wrong}** were read with a probability of {100 * SURE:.0f} % or more" in said
    assert "2,000 of its 10,000 test digits" in said
    most = found.pairs()[0]
    of = int((digits.labels == most.label).sum())
    title = f"{most.label} is read as {most.read}: {most.pictures} of {of}, {counted_share(most.pictures, of)}"
    assert f"**Most often {labels.plain(title)}**" in said
    assert "All mistakes, the surest first" in said
    assert f"Why this {found.labels[0]} was read as {found.read[0]}" in said
    app.session_state["mistaken.mlp_1x1.pair"] = (most.label, most.read)
    app.session_state["mistaken.mlp_1x1.number"] = 1
    said = texts(app.run())
    assert f"{most.label} read as {most.read}: {most.pictures} pictures" in said
    at = found.misread[found.of(most.label, most.read)[1]]
    logits = Chain.of(network).run(digits.images[at].numpy()).logits
    assert f"For {most.read}, as it was read: logit {logits[most.read]:.2f}" in said
    assert f"For {most.label}, what it is: logit {logits[most.label]:.2f}" in said
    parts = re.search(r"the last picture add ([+-]\d+\.\d\d), the constants ([+-]\d+\.\d\d)", said)
    assert parts is not None
    assert sum(map(float, parts.groups())) == pytest.approx(float(logits[most.read] - logits[most.label]), abs=0.011)
    app.button(key="mistaken.mlp_1x1.all").click().run()
    assert "All mistakes, the surest first" in texts(app)


def test_all_of_many_mistakes_can_be_seen() -> None:
    app = on_the_draw_page("bag_of_pixels")
    wrong = len(confusion(shipped.shipped_model("bag_of_pixels"), stored_digits().test).misread)
    shown = misread_pictures.SHOWN
    assert f"1 to {shown} of {wrong:,}" in texts(app)
    app.button(key="mistaken.bag_of_pixels.Less sure ones").click().run()
    assert f"{shown + 1} to {2 * shown} of {wrong:,}" in texts(app)
    app.session_state["mistaken.bag_of_pixels.first"] = 10**9
    last = wrong - wrong % shown
    assert f"{last + 1:,} to {wrong:,} of {wrong:,}" in texts(app.run())


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    library = Library(None, Limits())
    yield library.shelf("me", "")
    library.close()


def views_of(shelf: Shelf, run: str) -> tuple[AppTest, Any]:
    """The page of runs where one is chosen, and what chooses how it is looked at."""
    app = AppTest.from_file(str(ROOT / "pages" / "runs.py"), default_timeout=60)
    app.session_state["navigation.frame"] = True
    app.session_state["navigation.arrived"] = False
    app.session_state[visitor.VISIT.key] = visitor.Visit(shelf)
    app.session_state[runs_table.CHOSEN.key] = (run,)
    app.run()
    (view,) = (one for one in app.segmented_control if one.label == "Look at")
    return app, view


def on_the_page_of_runs(shelf: Shelf, run: str) -> AppTest:
    app, view = views_of(shelf, run)
    view.set_value("Mistakes").run()
    if run_mistakes.GOING.key in app.session_state:  # it is not at its end yet
        assert app.session_state[run_mistakes.GOING.key][1].join(60)
        app.run()
    return app


def test_a_runs_mistakes_are_those_on_its_own_held_out_pictures(shelf: Shelf) -> None:
    network = build(config_for("bag_of_pixels", "digits"))
    network.card = make_card(recipe_named("fast"), "digits", "Bundled digits", {}, 1, 1.0)
    run = shelf.add(network, "Mine").id
    app = on_the_page_of_runs(shelf, run)
    found = confusion(network, Pictures("digits").load_held_out())
    said = texts(app)
    assert not app.exception
    assert f"It misreads **{len(found.misread)}** of 297 held-out pictures of Bundled digits" in said
    assert run_mistakes.GOING.key not in app.session_state
    assert f"Why this {found.labels[0]} was read as {found.read[0]}" in texts(app.run())  # not read again


def trained(shelf: Shelf, own: OwnPictures) -> str:
    """A kept run's id."""
    job = PictureJob(own.config("mlp_1x1"), pictures_recipe(40, epochs=1), own)
    recording = shelf.begin(job.describe(), cost(job.config).parameters)
    for _ in Run(job, recording.run, recorder=recording).events():
        pass
    return recording.run


def test_a_run_on_classes_that_somebody_drew_is_looked_at_on_those_held_out(shelf: Shelf) -> None:
    images = np.random.default_rng(0).integers(0, 256, (20, 28, 28)).astype(np.uint8)
    app = on_the_page_of_runs(shelf, trained(shelf, OwnDrawings(("sun", "moon"), images, [0, 1] * 10)))
    assert not app.exception
    assert "of 4 held-out pictures of Your drawings" in texts(app)


def test_of_a_run_on_a_folder_it_says_where_the_pictures_are(shelf: Shelf) -> None:
    images = np.random.default_rng(0).integers(0, 256, (40, 6, 6)).astype(np.uint8)
    app = on_the_page_of_runs(shelf, trained(shelf, OwnPictures(images, ["sun", "moon"] * 20)))
    assert not app.exception
    assert "where it was begun" in app.error[0].value


def test_a_loaded_network_whose_pictures_are_not_there_offers_no_mistakes(shelf: Shelf) -> None:
    network = build(ModelConfig("bag_of_pixels", num_classes=3))
    network.card = make_card(
        recipe_named("fast"), "own_pictures", "Own pictures", {}, 1, 1.0, classes=["sun", "moon", "star"]
    )
    app, view = views_of(shelf, shelf.add(network, "Own").id)
    assert not app.error
    assert view.options == ["How it was made", "Files"]
