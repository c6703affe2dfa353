"""The section "Your own table" as AppTest runs it."""

from __future__ import annotations

import numpy as np
from streamlit.testing.v1 import AppTest

from pointwise.ui.frame import visitor
from pointwise.ui.regression import own_table


def section() -> None:
    from pointwise.ui.frame.sections import shown_errors
    from pointwise.ui.regression import own_table

    with shown_errors():
        own_table.show()


def opened() -> AppTest:
    return AppTest.from_function(section, default_timeout=60).run()


def button(app: AppTest, label: str):
    return next(button for button in app.button if button.label == label)


def test_the_sample_is_one_click_away_and_its_target_is_chosen() -> None:
    app = button(opened(), "Use the sample table").click().run()
    assert app.header[0].value == "Diabetes: 442 rows, 11 columns"
    assert app.selectbox[0].value == "disease progression"
    assert any("353 rows are trained on, 89 are held out." in markdown.value for markdown in app.markdown)


def test_a_refused_file_is_one_sentence_and_the_table_before_it_stays() -> None:
    app = button(opened(), "Use the sample table").click().run()
    app.file_uploader[0].upload("bad.csv", b"\x00\x01\x02", "text/csv").run()
    assert len(app.error) == 1
    assert "Diabetes is still there." in app.error[0].value
    assert app.header[0].value == "Diabetes: 442 rows, 11 columns"


def test_the_latest_ten_files_are_kept() -> None:
    app = opened()
    for number in range(own_table.MOST_FILES + 2):
        content = "a,b\n" + "".join(f"{row},{row * number}\n" for row in range(40))
        app.file_uploader[0].upload("own.csv", content.encode(), "text/csv").run()
    shelf = app.session_state[visitor.VISIT.key].shelf
    assert sorted(app.session_state["tables.files"]) == shelf.files()
    assert len(shelf.files()) == own_table.MOST_FILES
    assert shelf.file(app.session_state["tables.source"]["key"]) == content.encode()


def test_a_choice_without_features_is_a_sentence() -> None:
    app = button(opened(), "Use the sample table").click().run()
    app.multiselect[0].set_value([]).run()
    assert "No column is chosen" in app.error[0].value


def test_training_ends_beside_the_baselines_with_sliders_that_ask_the_network() -> None:
    generator = np.random.default_rng(0)
    x = generator.uniform(size=(80, 2))
    rows = [f"{a:.4f},{b:.4f},{'north' if a > 0.5 else 'south'},{3 * a - b:.4f}" for a, b in x]
    app = opened()
    app.file_uploader[0].upload("own.csv", "\n".join(["size,age,side,price", *rows]).encode(), "text/csv").run()
    button(app, "Train on this table").click().run()
    run = app.session_state["session_run.run"]
    assert run.join(60)
    assert run.progress().state == "done"
    app.run()
    assert [slider.label for slider in app.slider]
    before = next(metric.value for metric in app.metric if metric.label == "Predicted price")
    slider = next(slider for slider in app.slider if slider.label == "size")
    slider.set_value(slider.max).run()
    assert next(metric.value for metric in app.metric if metric.label == "Predicted price") != before
    assert not app.exception
