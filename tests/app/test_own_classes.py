"""The page of one's own classes: names, drawings, what is learned, and where it is read by name."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from pointwise.data.catalogue import NONE
from pointwise.library import Library
from pointwise.models import Network
from pointwise.teaching.class_fitting import learn
from pointwise.teaching.last_layer import FrozenNetwork
from pointwise.teaching.own_classes import OwnClasses
from pointwise.ui.canvas.drawing import EXAMPLES, SQUARE, Drawing, Sheet, Stroke
from pointwise.ui.frame import visitor
from pointwise.ui.own_classes import learning, lesson
from pointwise.ui.own_classes.lesson import WHOLE
from pointwise.ui.training import weights_in_use
from pointwise.ui.training.weights_in_use import CHOICES, Choice
from pointwise.weights import load_model
from tests.doodles import doodle

APP = Path(__file__).parents[2]
HOSTILE = "**b** $x$ ![](http://a.b)"
SHAPES = {"one": ((0.5, 0.1), (0.5, 0.9)), "cup": ((0.2, 0.2), (0.25, 0.8), (0.75, 0.8), (0.8, 0.2))}


def classes(*names: str) -> OwnClasses:
    """Suns and houses, three of each, under these names."""
    made = OwnClasses().with_names(", ".join(names))
    for number, shown in enumerate(("sun", "house")[: len(names)]):
        for one in range(3):
            made = made.with_drawing(number, doodle(shown, one))
    return made


def drawn(shape: str, number: int, sheet: Sheet = EXAMPLES) -> Drawing:
    points = tuple((x + 0.01 * number, y - 0.008 * number) for x, y in SHAPES[shape])
    return Drawing(sheet, 2 * number + 1, (Stroke(points, 0.07),), (None,))


def opened(known: OwnClasses | None = None) -> AppTest:
    app = AppTest.from_file(str(APP / "pages" / "own_classes.py"), default_timeout=60)
    app.session_state["navigation.frame"] = True
    if known is not None:
        app.session_state[lesson.CLASSES.key] = known
    return app.run()


def texts(app: AppTest) -> str:
    return " ".join(one.value for kind in (app.markdown, app.caption, app.warning, app.error) for one in kind)


def read(app: AppTest) -> str:
    return next(metric.value for metric in app.metric if metric.label == "Prediction")


def add(app: AppTest, typed: str) -> AppTest:
    app.text_input(key="classes.new").set_value(typed)
    return next(one for one in app.button if one.label == "Add").click().run()


def test_a_stroke_begun_before_the_board_was_cleared_is_kept_too() -> None:
    app = add(opened(), "one, cup")
    blank = io.BytesIO()
    sheet = Image.new("RGBA", (28, 28), (11, 15, 20, 255))
    sheet.putpixel((20, 9), (12, 15, 20, 255))  # what is left of it there cannot be seen
    sheet.save(blank, "PNG")
    app.session_state["drawing.examples"] = replace(drawn("one", 0), looks=(blank.getvalue(),))
    app.button(key="classes.keep.0").click().run()
    assert "Nothing is drawn" not in texts(app)
    assert "Draw **one**: 2 of 3" in texts(app)


def test_named_drawn_and_learned_it_reads_by_name() -> None:
    app = add(opened(), "one, cup")
    assert app.button(key="classes.train").disabled
    number = 0
    for shape in SHAPES:
        for _ in range(3):
            app.session_state["drawing.examples"] = drawn(shape, number)
            assert f"Draw **{shape}**" in texts(app)  # the same one is asked for until there are three
            app.button(key=f"classes.keep.{list(SHAPES).index(shape)}").click().run()
            assert app.session_state["drawing.examples"].empty
            number += 1
    app.button(key="classes.train").click().run()
    assert not app.exception
    for shape in SHAPES:
        app.session_state["drawing.examples"] = drawn(shape, 9)
        assert read(app.run()) == shape
    assert "of 6 drawings, each by a layer that had not seen it" in texts(app)
    app.button(key="classes.keep.0").click().run()
    assert "train again" in texts(app)


def test_without_none_of_these_everything_is_one_of_the_classes() -> None:
    app = opened(classes("sun", "house"))
    for checked in (True, False):
        app.button(key="classes.train").click().run()
        app.session_state["drawing.examples"] = drawn("one", 1)  # as a digit is
        assert (read(app.run()) == NONE) == checked
        box = next(one for one in app.checkbox if "none of these" in one.label)
        assert box.value == checked
        if checked:
            box.uncheck().run()
            assert "train again" in texts(app)
    assert not app.exception


@pytest.mark.parametrize(("typed", "sentence"), [("", "needs a name"), ("Sun", "already"), ("a, a", "already")])
def test_names_that_are_none_or_there_already_are_refused_in_a_sentence(typed: str, sentence: str) -> None:
    app = add(opened(classes("sun", "house")), typed)
    assert sentence in texts(app)
    assert app.session_state[lesson.CLASSES.key].names == ("sun", "house")


def test_an_empty_board_is_no_example() -> None:
    app = opened(classes("sun", "house"))
    app.button(key="classes.keep.0").click().run()
    assert "Nothing is drawn" in texts(app)
    assert app.session_state[lesson.CLASSES.key].count == 6


def test_a_class_that_was_taken_away_can_be_put_back() -> None:
    app = opened(classes("sun", "house"))
    app.button(key="classes.away.0").click().run()
    assert app.session_state[lesson.CLASSES.key].names == ("house",)
    app.button(key="classes.put_back").click().run()
    assert app.session_state[lesson.CLASSES.key] == classes("sun", "house")


def test_a_strangers_name_is_text_wherever_it_is_read() -> None:
    app = opened(classes(HOSTILE, "<b>house</b>"))
    app.button(key="classes.train").click().run()
    app.session_state["drawing.examples"] = drawn("cup", 1)
    app.run()
    assert not app.exception
    shown = [*texts(app).split("\n"), *(one.label for one in app.button), read(app)]
    assert not [one for one in shown if "![](" in one or "$x$" in one]
    assert not [one.body for one in app.get("html") if "<b>house" in one.body]


def test_the_whole_network_is_a_run_with_its_drawings(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    monkeypatch.setattr(learning.session_run, "start", lambda job: started.append(job))
    app = opened(classes("sun", "house"))
    app.button(key="classes.train_whole").click().run()
    assert not app.exception
    (job,) = started
    assert job.data.classes == ("sun", "house", NONE)
    assert job.recipe.augment
    assert job.stands_in_for == "nin"


def test_names_are_asked_for_where_they_are_typed_until_there_are_two_and_then_training_is() -> None:
    app = add(opened(), "moon")
    assert "Name one class more" in texts(app)
    assert "Draw **moon**" in texts(add(app, "star"))
    app = opened(classes("sun", "house"))
    assert "train the last layer" in texts(app)
    app.button(key="classes.train").click().run()
    assert "or try what it reads" in texts(app)


def test_a_refused_drawing_is_said_as_long_as_it_is_on_the_board() -> None:
    app = opened(classes("sun", "house"))
    app.button(key="classes.keep.0").click().run()
    assert "Nothing is drawn" in texts(app)
    app.session_state["drawing.examples"] = drawn("one", 4)
    assert "Nothing is drawn" not in texts(app.run())


def test_a_whole_network_that_was_stopped_in_its_first_epoch_does_not_read_in_place_of_the_last_layer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = opened(classes("sun", "house"))
    app.button(key="classes.train").click().run()
    shelf = app.session_state[visitor.VISIT.key].shelf
    job = {"kind": "pictures", "config": {"arch": "nin"}, "data": {"name": "own"}, "recipe": {"epochs": 24}}
    begun = shelf.begin(job, 90_000)
    for state, said in (("training", "it is learning"), ("interrupted", "it was stopped before")):
        monkeypatch.setattr(shelf.library, "alive", lambda run: True)
        shelf.library.change("UPDATE runs SET state = ? WHERE id = ?", state, begun.run)
        app.session_state[lesson.RUNS[WHOLE].key] = (begun.run, "")
        app.session_state[lesson.READS.key] = WHOLE
        app.session_state["drawing.examples"] = drawn("one", 4)
        app.run()
        assert not app.exception
        assert said in texts(app)
        assert read(app)
    begun._release()


def test_another_session_finds_classes_and_network_and_another_visitor_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library = Library(None)
    shelves = {name: library.shelf(name) for name in ("me", "you")}
    arrivals = iter(["me", "you", "me"])
    monkeypatch.setattr(visitor, "_arrive", lambda: visitor.Visit(shelves[next(arrivals)]))
    mine = add(opened(), "moon")
    mine.session_state[lesson.CLASSES.key] = classes("sun", "house")
    mine.run()
    mine.button(key="classes.train").click().run()
    assert [one.name for one in shelves["me"].runs()] == ["sun, house"]
    yours = opened()
    assert "First name your classes" in texts(yours)
    again = opened()
    assert "each by a layer that had not seen it" in texts(again)
    library.close()


@pytest.fixture(scope="module")
def network() -> Network:
    return learn(FrozenNetwork(load_model("nin")), classes("sun", "house")).network


def on(page: str, network: Network, **state: object) -> AppTest:
    """A page that reads with a network for classes of its own."""
    app = AppTest.from_file(str(APP / ("app.py" if page == "draw" else f"pages/{page}.py")), default_timeout=60)
    app.session_state["navigation.frame"] = True
    app.session_state["drawing.board"] = drawn("cup", 1, SQUARE)
    for key, value in state.items():
        app.session_state[key] = value
    app.run()
    run = app.session_state[visitor.VISIT.key].shelf.add(network, "Mine").id
    app.session_state[CHOICES.key] = {"nin": Choice(run)}
    return app.run()


def test_the_first_page_reads_with_it_and_says_the_names(network: Network) -> None:
    app = on("draw", network)
    assert not app.exception
    assert read(app) in ("sun", "house", NONE)
    assert "probability of each class" in " ".join(one.body for one in app.get("html"))
    assert not [one for one in app.button if "It was a" in one.label]  # a digit it is not


@pytest.mark.parametrize("view", ["Evidence", "Channels"])
def test_the_feature_maps_say_the_names(network: Network, view: str) -> None:
    app = on("feature_maps", network, **{"maps": view, "features.layer.nin": "classifier"})
    assert not app.exception
    assert not app.error
    assert read(app) in ("sun", "house", NONE)
    assert ("The evidence for" if view == "Evidence" else "a class's") in texts(app)
    assert weights_in_use.CHOICES.key in app.session_state
