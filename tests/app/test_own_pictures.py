"""Pictures of a visitor's own in the sidebar, trained on and asked about, as AppTest runs them."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from pointwise.data.catalogue import OWN
from pointwise.ui.frame import navigation, visitor
from pointwise.ui.runs import run_mistakes
from pointwise.ui.training import picture_zips, session_run
from tests.own_pictures import days, picture, zipped


def sidebar() -> None:
    from pointwise.ui.training import sidebar

    sidebar.digits()


def asked() -> None:
    from pointwise.ui.frame import visitor
    from pointwise.ui.frame.sections import shown_errors
    from pointwise.ui.runs import run_details, run_views

    record = visitor.shelf().runs()[0]
    run_details.head(record)
    with shown_errors():
        run_views.show(record)


def opened() -> AppTest:
    app = AppTest.from_function(sidebar, default_timeout=60).run()
    return app.selectbox(key="sidebar.source").select(OWN).run()


def chosen(app: AppTest, content: bytes, name: str = "sky.zip") -> AppTest:
    return app.file_uploader[0].upload(name, content, "application/zip").run()


def told(app: AppTest) -> str:
    return " ".join(element.value for element in (*app.markdown, *app.caption))


def test_pictures_of_ones_own_are_trained_on_and_their_network_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "link", lambda *_, **__: None)  # to a page that this body has not
    app = chosen(opened(), zipped({f"sky/{name}": one for name, one in days().items()}))
    assert "**sky**: 20 pictures in 2 classes (day, night), each brought to 28×28 in grey; 4 are held out." in told(app)
    app.selectbox(key="sidebar.arch").select("mlp_1x1").run()
    app.button(key="sidebar.retrain.pictures").click().run()
    run = app.session_state[session_run.RUN.key]
    assert run.join(60)
    app.run()
    assert not app.exception
    assert [metric.value for metric in app.metric if metric.label == "Test accuracy"] == ["100.0 %"]
    assert "(51.0–100.0) of 4 held-out pictures." in told(app)
    assert "It knows day, night." in told(app)

    page = AppTest.from_function(asked, default_timeout=60)
    page.session_state[visitor.VISIT.key] = app.session_state[visitor.VISIT.key]
    page.run()
    assert "It tells 2 classes apart: day, night." in told(page)
    assert "No page reads with it" in told(page)
    strip = next(one.proto.html.body if hasattr(one.proto, "html") else str(one.proto) for one in page.get("html"))
    assert strip.count("<figure>") == 4
    page.file_uploader[0].upload("x.png", picture(210, (300, 200), seed=9), "image/png").run()
    assert [metric.value for metric in page.metric if metric.label == "It is"] == ["day"]
    page.file_uploader[0].upload("y.png", b"no picture", "image/png").run()
    assert len(page.error) == 1
    next(one for one in page.segmented_control if one.label == "Look at").set_value("Mistakes").run()
    if run_mistakes.GOING.key in page.session_state:  # it is not at its end yet
        assert page.session_state[run_mistakes.GOING.key][1].join(60)
        page.run()
    assert "It misreads **0** of 4 held-out pictures of sky" in told(page)
    assert not page.exception


def test_a_refused_file_is_one_sentence_and_what_was_there_stays() -> None:
    app = chosen(opened(), zipped(days()))
    chosen(app, b"no zip at all", "bad.zip")
    assert [error.value for error in app.error] == [
        "bad.zip is damaged or no .zip file. Choose a .zip file with one folder for each class. sky.zip is still there."
    ]
    chosen(app, zipped({**days(), "day/b.png": b"broken"}), "worse.zip")
    (error,) = app.error
    assert error.value.startswith("day/b.png is no PNG or JPEG")
    assert "**sky**: 20 pictures" in told(app)
    assert len(app.session_state[visitor.VISIT.key].shelf.files()) == 2  # the file, and its held-out pictures


def test_a_large_file_is_read_in_its_turn_and_once(short_work: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_zips, "SMALL_FILE", 1_000)
    app = chosen(opened(), zipped(days()))
    app.run()
    assert short_work == ["Reading the pictures"]
