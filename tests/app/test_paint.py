"""The page /paint without a browser: it opens with an answer, its channels decide, and what is painted is kept."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pointwise.errors import DataError
from pointwise.segmentation import forest
from pointwise.segmentation.strokes import Stroke, rasterise
from pointwise.ui.frame import navigation
from pointwise.ui.paint import example_pictures, painted_surface, paintings
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


def names(app: AppTest) -> tuple[str, ...]:
    assert not app.exception
    return app.session_state["paint.work.coffee"].classes


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


def test_a_score_says_what_it_rests_on_and_each_stroke_is_held_out_on_demand(app: AppTest) -> None:
    app.session_state[paintings.CHOSEN.key] = "flower"
    metrics(app.run())
    told = [text.value for text in app.caption]
    assert any(text.startswith("Measured on 2 of the 10 strokes: Petals ") for text in told)
    assert any("for want of a second stroke: Heart." in text for text in told)
    app.button(key="paint.each").click()
    assert 0.8 < metrics(app.run())["Each stroke held out once"] <= 1


def test_network_and_forest_are_compared_on_the_same_strokes(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forest, "TREES", 5)
    app.session_state[paintings.CHOSEN.key] = "flower"
    app.session_state["paint.view"] = "Random forest"
    app.run().button(key="paint.forest-fit").click()
    metrics(app.run())
    assert any("Both were measured on the same 9 strokes" in text.value for text in app.markdown)
    assert "score, each stroke held out once" in "".join(block.proto.body for block in app.get("html"))


def test_a_pixel_is_followed_from_its_channels_to_winner_and_runner_up(app: AppTest) -> None:
    app.session_state[painted_surface.PIXEL.key] = "coffee", (288, 156)
    metrics(app.run())
    assert any("which is what the bars above add up to" in text.value for text in app.markdown)
    for layer in ("second", "first"):
        app.button(key="paint.look-into").click()
        metrics(app.run())
        told = next(text.value for text in app.markdown if f"of the {layer} layer is **" in text.value)
        assert "[[" not in told
        sums = next(block.proto.body for block in app.get("html") if "after ReLU" in block.proto.body)
        assert re.findall(r"\*\*([0-9.]+)\*\*", told)[0] in sums
    assert "Red blurred" in sums


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


def test_a_field_of_a_class_that_was_changed_elsewhere_is_another_one(app: AppTest) -> None:
    """For a browser sends what was typed into a closed popover's field again and again."""
    app.run()
    app.text_input[0].set_value("  Table ").run()
    field = app.text_input[0]
    assert (field.value, names(app)[0]) == ("Table", "Table")
    app.button(key="paint.class.coffee.0.delete").click().run()
    assert app.text_input[0].value == names(app)[0] == "Red china"
    assert app.text_input[0].key != field.key


def test_the_choice_of_a_picture_that_was_made_elsewhere_is_another_field(app: AppTest) -> None:
    app.run()
    field = app.selectbox[0]
    field.set_value("tissue").run()
    assert paintings.CHOSEN.key in app.session_state
    assert (app.session_state[paintings.CHOSEN.key], app.selectbox[0].key) == ("tissue", field.key)
    app.session_state[paintings.CHOSEN.key] = "flower"  # as a picture that was uploaded
    app.run()
    assert app.selectbox[0].value == "flower"
    assert app.selectbox[0].key != field.key


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
