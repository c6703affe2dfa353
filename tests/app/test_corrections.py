"""*It was a …*: what is said of a drawing teaches the network that reads it, and can be taken back."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pointwise.data.catalogue import DATA_SETS
from pointwise.library import Library
from pointwise.models import ModelConfig, build
from pointwise.teaching.last_layer import FrozenNetwork, Seen
from pointwise.ui.canvas.drawing import SQUARE, Drawing, Stroke
from pointwise.ui.draw import taught_drawings
from pointwise.ui.frame import visitor
from pointwise.ui.training import lessons, weights_in_use
from tests.hands import HANDS

APP = str(Path(__file__).parents[2] / "app.py")
HAND = next(hand for hand in HANDS if hand.name == "mirrored seven")


def drawing(number: int = 1) -> Drawing:
    (stroke,) = HAND.skeleton
    points = tuple((0.2 + int(x) / 170, 0.2 + int(y) / 170) for x, y in (one.split(",") for one in stroke.split()))
    return Drawing(SQUARE, number, (Stroke(points, 0.07),), (None,))


def opened() -> AppTest:
    app = AppTest.from_file(APP, default_timeout=60)
    app.session_state["drawing.board"] = drawing()
    return app.run()


def read(app: AppTest) -> str:
    return next(metric.value for metric in app.metric if metric.label == "Prediction")


def correct(app: AppTest) -> AppTest:
    return app.button(key=f"correcting.{HAND.digit}").click().run()


def texts(app: AppTest) -> str:
    return " ".join([*(one.value for one in app.markdown), *(one.value for one in app.caption)])


def test_one_word_is_enough_and_the_way_back_is_one_click(tmp_path: Path) -> None:
    app = opened()
    before = read(app)
    assert before != str(HAND.digit)
    correct(app)
    assert not app.exception
    assert read(app) == str(HAND.digit)
    assert "taught 1 drawing" in texts(app)
    app.button_group(key="correcting.which").set_value("As shipped").run()
    assert read(app) == before
    app.session_state[lessons.CORRECTIONS.key] = ()
    assert read(app.run()) == before


def test_a_correction_is_taken_back() -> None:
    app = correct(opened())
    (back,) = (one for one in app.button if one.label == "Take back")
    back.click().run()
    assert read(app) != str(HAND.digit)
    assert "taught" not in texts(app)
    assert app.session_state[lessons.CORRECTIONS.key] == ()


def test_the_cost_is_shown_once_the_test_digits_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a click; it also stands beside the network that was taught."""
    looks = iter([False])  # the first time they are still being read

    def reading(frozen: FrozenNetwork) -> Future[Seen]:
        seen: Future[Seen] = Future()
        seen.set_result(frozen.held_out)
        monkeypatch.setattr(seen, "done", lambda: next(looks, True))
        return seen

    monkeypatch.setattr(taught_drawings, "_test_digits", reading)
    monkeypatch.setitem(DATA_SETS, "mnist", replace(DATA_SETS["mnist"], test=2_000))
    app = correct(opened())
    assert not app.exception
    assert [one.label for one in app.metric if "taught" in one.label] == ["With what you taught it"]
    assert "error not measured" not in " ".join(one.body for one in app.get("html"))


def test_an_empty_canvas_teaches_nothing() -> None:
    app = opened()
    app.button(key="board.clear").click().run()
    correct(app)
    assert "Draw a digit first" in " ".join(one.value for one in app.warning)
    assert lessons.CORRECTIONS.key not in app.session_state or not app.session_state[lessons.CORRECTIONS.key]


def test_a_network_that_reads_no_digits_says_that_it_cannot_be_corrected(monkeypatch: pytest.MonkeyPatch) -> None:
    network = build(ModelConfig("nin")).eval()
    network.card = {"data_set": "fashion", "data": "Fashion-MNIST"}
    app = opened()
    monkeypatch.setattr(weights_in_use, "untaught", lambda arch: weights_in_use.Used(network, "clothes"))
    correct(app)
    assert "cannot be corrected" in " ".join(one.value for one in app.warning)
    assert lessons.CORRECTIONS.key not in app.session_state or not app.session_state[lessons.CORRECTIONS.key]


def test_two_visitors_are_not_taught_each_others_drawings_and_each_finds_the_own_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    library = Library(None)
    shelves = {name: library.shelf(name) for name in ("me", "you")}
    arrivals = iter(["me", "you", "me"])
    monkeypatch.setattr(visitor, "_arrive", lambda: visitor.Visit(shelves[next(arrivals)]))
    mine, yours = correct(opened()), opened()
    assert read(mine) == str(HAND.digit)
    assert read(yours) != str(HAND.digit)
    again = opened()
    assert read(again) == str(HAND.digit)
    assert weights_in_use.CHOICES.key in shelves["me"].values()
    assert not shelves["you"].values().get(lessons.CORRECTIONS.key)
    library.close()


def test_corrections_are_there_after_a_server_was_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    killed = Library(tmp_path)
    monkeypatch.setattr(visitor, "_arrive", lambda: visitor.Visit(killed.shelf("me")))
    correct(opened())
    started = Library(tmp_path)
    monkeypatch.setattr(visitor, "_arrive", lambda: visitor.Visit(started.shelf("me")))
    again = opened()
    assert read(again) == str(HAND.digit)
    assert "taught 1 drawing" in texts(again)
    for library in (started, killed):
        library.close()
