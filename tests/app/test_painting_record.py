"""What somebody paints is one run: it begins with the first own stroke, and is opened, linked and brought back."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from pointwise.library import Library, Limits, RunRecord, Shelf
from pointwise.library.archive import pack_run, unpack
from pointwise.library.kept_paintings import KeptPainting, begin_painting, painting_of
from pointwise.models import PAINTER, ModelConfig, build
from pointwise.segmentation.strokes import Painting, Stroke
from pointwise.ui.canvas import short_drawing
from pointwise.ui.frame import navigation, visitor
from pointwise.ui.paint import example_pictures, painting_link, paintings
from pointwise.ui.paint.example_pictures import EXAMPLES
from pointwise.ui.paint.paintings import Work

PAGE = str(Path(__file__).parents[2] / "pages" / "paint.py")
COFFEE = "paint.work.coffee"
MINE = Stroke("a-1", ((20.0, 300.0), (40.25, 315.0), (60.0, 330.0)), 8.0, 1)
GIVEN = example_pictures.painting("coffee").strokes
BACK = "Back to the strokes before"


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    library = Library(None, Limits())
    yield library.shelf("me")
    library.close()


def visited(app: AppTest, shelf: Shelf, **session: object) -> AppTest:
    app.session_state[visitor.VISIT.key] = visitor.Visit(shelf)
    for name, value in {navigation.FRAME.key: True, **session}.items():
        app.session_state[name] = value
    app.run()
    assert not app.exception
    return app


def page(shelf: Shelf, **session: object) -> AppTest:
    return visited(AppTest.from_file(PAGE, default_timeout=60), shelf, **session)


def script() -> None:
    """What app.py and the page of paintings do before anything is computed, and the link to what is there."""
    import streamlit as st

    from pointwise.ui.frame import desk, navigation
    from pointwise.ui.links import incoming, share
    from pointwise.ui.paint import painting_record, paintings, take_home

    navigation.ARRIVED.set(st.session_state.get("test.arrives", True))
    desk.restore()
    incoming.take("paint")
    incoming.say()
    painting_record.look()
    name = paintings.chosen()
    painting_record.keep(name, paintings.work(name), paintings.seen_now(name), None)
    take_home.back(name)
    desk.save()
    st.session_state["test.link"] = share.link("paint")
    st.markdown(share._what_it_holds("paint"))


def arrived(shelf: Shelf, query: str = "", app: AppTest | None = None, **session: object) -> AppTest:
    app = app or AppTest.from_function(script, default_timeout=30)
    app.query_params.clear()
    for name, texts in parse_qs(query).items():
        app.query_params[name] = texts[-1]
    return visited(app, shelf, **session)


def link(app: AppTest) -> str:
    return urlsplit(app.session_state["test.link"]).query


def painted(*strokes: Stroke) -> Work:
    return Work(example_pictures.painting("coffee").with_strokes((*GIVEN, *strokes)), EXAMPLES["coffee"].classes)


def kept(shelf: Shelf, number: int = 0) -> tuple[RunRecord, KeptPainting]:
    shelf.library.deferred.flush()
    record = shelf.runs()[number]
    return record, painting_of(shelf, record.id)


def words(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.warning, *app.markdown, *app.caption])


def test_the_first_own_stroke_begins_one_run_that_follows_the_others(shelf: Shelf) -> None:
    app = page(shelf)
    assert shelf.runs() == []
    app.session_state[COFFEE] = painted(MINE)
    app.run()
    first, _ = kept(shelf)
    more = replace(MINE, id="a-2", label=2, points=((300.0, 350.0), (330.0, 360.0)))
    work = app.session_state[COFFEE]
    app.session_state[COFFEE] = replace(work, painting=work.painting.with_strokes((*work.painting.strokes, more)))
    app.run()
    assert not app.exception
    (record, painting) = kept(shelf)
    assert [record.id] == [run.id for run in shelf.runs()] == [first.id]
    assert record.name == "Coffee"
    assert painting.painting.strokes == (*GIVEN, MINE, more)
    assert shelf.network(record.id).config.channel_sets == paintings.SETS[EXAMPLES["coffee"].seen] == painting.sets
    assert [epoch.step for epoch in shelf.curves(record.id).epochs] == [len(GIVEN) + 1, len(GIVEN) + 2]
    score = next(metric for metric in app.metric if metric.label == "Score on strokes held out")
    assert float(score.value) == pytest.approx(record.metrics["mean_iou"], abs=0.005)


def test_a_run_opens_the_painting_and_what_was_there_stays_a_run(shelf: Shelf) -> None:
    arrived(shelf, **{COFFEE: painted(MINE)})
    run, _ = kept(shelf)
    app = arrived(shelf, f"run={run.id}", **{COFFEE: painted(replace(MINE, id="b-1", size=20.0))})
    assert app.session_state[COFFEE].painting.strokes[-1] == MINE
    assert app.session_state[COFFEE].run == run.id
    other, painting = kept(shelf)
    assert other.id != run.id
    assert painting.painting.strokes[-1].id == "b-1"
    next(button for button in app.button if button.label == BACK).click().run()
    assert app.session_state[COFFEE].painting.strokes[-1].id == "b-1"
    assert app.session_state[COFFEE].run == other.id
    assert len(shelf.runs()) == 2


def test_a_painting_from_a_file_brings_its_picture_along(shelf: Shelf) -> None:
    content = io.BytesIO()
    Image.fromarray(np.arange(80, dtype=np.uint8).reshape(8, 10)).save(content, format="PNG")
    own = KeptPainting("f" * 64, "cells.png", 80, 100, ("Cell", "Rest"), Painting((MINE,)), 0.25, 1, ("colour",))
    run = begin_painting(shelf, own, content.getvalue())
    other = shelf.library.shelf("other")
    (there,) = unpack(other, pack_run(shelf, run), "cells.zip")
    app = arrived(other, f"run={there.id}")
    name = app.session_state[paintings.CHOSEN.key]
    assert app.session_state[paintings.FILES.key][name] == {"name": "cells.png", "height": 80, "width": 100}
    work = app.session_state[f"paint.work.{name[:16]}"]
    assert (work.painting.strokes, work.classes, work.micrometres) == ((MINE,), ("Cell", "Rest"), 0.25)
    assert app.session_state[paintings.seen_key(name)] == "Colour only"
    assert [record.id for record in other.runs()] == [there.id]


@pytest.mark.parametrize("what", ["a painting", "digits", "nothing"])
def test_what_cannot_be_opened_is_a_sentence(shelf: Shelf, what: str) -> None:
    run = "0" * 16
    if what == "a painting":
        run = begin_painting(shelf, KeptPainting("f" * 64, "cat.png", 8, 8, ("A", "B"), Painting((MINE,))))
    elif what == "digits":
        run = shelf.add(build(ModelConfig("bag_of_pixels")), "Digits").id
    app = arrived(shelf, f"run={run}")
    said = {"a painting": "picture is not kept any more", "digits": "labels no pixels", "nothing": "There is no run"}
    assert said[what] in words(app)
    assert "picture=coffee" in link(app)


def test_a_network_that_was_loaded_labels_a_picture_of_its_colours(shelf: Shelf) -> None:
    run = shelf.add(build(ModelConfig(PAINTER, 1, num_classes=2, channel_sets=("colour",))), "Mine").id
    app = arrived(shelf, f"run={run}")
    assert app.session_state[paintings.CHOSEN.key] == "mosaic"
    work = app.session_state["paint.work.mosaic"]
    assert work.network
    assert work.painting.strokes == ()
    next(button for button in app.button if button.label == BACK).click().run()
    assert app.session_state["paint.work.mosaic"].painting.strokes == example_pictures.painting("mosaic").strokes


def test_a_deleted_painting_is_gone_from_the_page_with_a_way_back(shelf: Shelf) -> None:
    app = arrived(shelf, **{COFFEE: painted(MINE)})
    run = shelf.runs()[0].id
    shelf.delete(run)
    app.run()
    assert app.session_state[COFFEE].painting.strokes == GIVEN
    assert shelf.runs() == []
    app.session_state["test.arrives"] = False
    next(button for button in app.button if button.label == BACK).click().run()
    assert app.session_state[COFFEE].painting.strokes == (*GIVEN, MINE)
    assert [record.id != run for record in shelf.runs()] == [True]


def test_a_link_brings_strokes_and_never_takes_away_ones_own(shelf: Shelf) -> None:
    query = link(arrived(shelf, **{COFFEE: replace(painted(MINE), classes=("One", "Two", "Three", "<b>"))}))
    other = shelf.library.shelf("other")
    theirs = replace(MINE, id="b-1", label=3)
    app = arrived(other, query, **{COFFEE: painted(theirs)})
    work = app.session_state[COFFEE]
    (stroke,) = work.painting.strokes[len(GIVEN) :]
    assert work.painting.strokes[: len(GIVEN)] == GIVEN
    assert (stroke.label, stroke.size, stroke.points) == (1, 8.0, ((20.0, 300.0), (60.0, 330.0)))
    assert work.classes == ("One", "Two", "Three", "<b>")
    assert work.run == ""
    assert link(app) == query
    record, painting = kept(other)
    assert painting.painting.strokes[-1] == theirs
    next(button for button in app.button if button.label == BACK).click().run()
    assert app.session_state[COFFEE].run == record.id
    assert app.session_state[COFFEE].painting.strokes[-1] == theirs


def test_too_many_strokes_are_a_sentence_and_no_link(shelf: Shelf) -> None:
    rng = np.random.default_rng(0)
    many = [
        replace(MINE, id=f"a-{n}", points=tuple(map(tuple, rng.uniform(0, 400, (40, 2)).round(2).tolist())))
        for n in range(60)
    ]
    app = arrived(shelf, **{COFFEE: painted(*many)})
    assert "too long for a link" in words(app)
    assert set(parse_qs(link(app))) == {"v", "picture", "sees"}


def test_no_room_among_the_runs_is_said_and_the_strokes_stay() -> None:
    library = Library(None, Limits(runs=1))
    shelf = library.shelf("me")
    shelf.pin(shelf.add(build(ModelConfig("bag_of_pixels")), "Pinned").id)
    app = page(shelf, **{COFFEE: painted(MINE)})
    assert "This painting is not among your runs. All of the 1 runs that are kept are pinned or going on." in words(app)
    assert app.session_state[COFFEE].painting.strokes == (*GIVEN, MINE)
    library.close()


NAMES = list(EXAMPLES["coffee"].classes)
DAMAGED = {
    "of another picture": ["retina", NAMES, [0]],
    "no list": {},
    "no such stroke": ["coffee", NAMES, [99]],
    "a stroke twice": ["coffee", NAMES, [0, 0]],
    "too few classes": ["coffee", ["One"], [0]],
    "no point": ["coffee", NAMES, [[1]]],
    "half a point": ["coffee", NAMES, [[1, 80, 1]]],
    "no such class": ["coffee", NAMES, [[9, 80, 1, 1]]],
    "too large": ["coffee", NAMES, [[1, 80, 1, 2**70]]],
    "no whole number": ["coffee", NAMES, [[1, 80, 1.5, 1]]],
}


@pytest.mark.parametrize("text", [*map(json.dumps, DAMAGED.values()), "", "["], ids=[*DAMAGED, "empty", "cut"])
def test_a_damaged_link_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="They are damaged"):
        painting_link.lengthened("coffee", short_drawing.packed(text))


@pytest.mark.parametrize("text", ["", "%", "a" * 5_000])
def test_a_link_of_other_letters_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="They are damaged"):
        painting_link.lengthened("coffee", text)
