"""The page /paint without a browser: it opens with an answer, its channels decide, and what is painted is kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pointwise.errors import DataError
from pointwise.segmentation.strokes import Stroke, rasterise
from pointwise.ui.frame import navigation
from pointwise.ui.paint import example_pictures, paintings
from pointwise.ui.paint.example_pictures import EXAMPLES, MOSAIC
from pointwise.ui.paint.paintings import Work

PAGE = str(Path(__file__).parents[2] / "pages" / "paint.py")
WHOLE = "Score on the whole picture"


@pytest.fixture
def app() -> AppTest:
    app = AppTest.from_file(PAGE, default_timeout=60)
    app.session_state[navigation.FRAME.key] = True
    return app


def metrics(app: AppTest) -> dict[str, float]:
    assert not app.exception
    assert not app.error
    return {metric.label: float(metric.value) for metric in app.metric}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_examples_strokes_are_inside_it_and_of_every_class(name: str) -> None:
    picture = example_pictures.picture(name)
    scribbles, numbers = rasterise(example_pictures.painting(name).strokes, picture.shape[:2])
    assert set(np.unique(scribbles)) == set(range(len(EXAMPLES[name].classes) + 1))
    assert len(np.unique(numbers)) == len(example_pictures.painting(name).strokes) + 1
    truth = example_pictures.truth(name)
    if truth is not None:
        assert (truth[scribbles > 0] == scribbles[scribbles > 0]).all()


def test_the_channels_decide_what_a_1x1_network_tells_apart(app: AppTest) -> None:
    app.session_state[paintings.CHOSEN.key] = MOSAIC
    texture = metrics(app.run())[WHOLE]
    app.segmented_control(key=paintings.seen_key(MOSAIC)).set_value("Colour only")
    assert texture > 0.6 > metrics(app.run())[WHOLE]


def test_strokes_of_one_class_are_a_sentence_and_none_is_lost(app: AppTest) -> None:
    painting = example_pictures.painting("coffee")
    ones = tuple(stroke for stroke in painting.strokes if stroke.label == 1)
    app.session_state["paint.work.coffee"] = Work(painting.with_strokes(ones), EXAMPLES["coffee"].classes)
    app.run()
    assert not app.exception
    assert not app.error
    assert not app.metric
    assert "two classes" in app.info[0].value
    assert app.session_state["paint.work.coffee"].painting.strokes == ones


def test_what_is_made_of_a_picture_is_kept_whole() -> None:
    stroke = Stroke("a-1", ((1.5, 2.25), (700.0, -3.0)), 12.0, 2)
    painting = example_pictures.painting("coffee").with_strokes([stroke])
    work = Work(painting, ("<b>Sky</b>", "Two", "Three"), 0.5, "paint-network-coffee")
    assert paintings._load(paintings._dump(work)) == work


@pytest.mark.parametrize("highest", [0, 9])
def test_every_class_of_a_file_has_a_name(highest: int) -> None:
    names = paintings.named(highest, ("Sky",))
    assert len(names) == max(highest, 2)
    assert names[:2] == ("Sky", "Class 2")


def test_more_classes_than_there_can_be_are_a_sentence() -> None:
    with pytest.raises(DataError, match="more than the 9 classes"):
        paintings.named(10, ())
