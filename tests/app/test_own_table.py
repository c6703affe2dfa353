"""The section "Your own table" as AppTest runs it."""

from __future__ import annotations

from contextlib import AbstractContextManager

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pointwise.errors import BusyError
from pointwise.explain.table_networks import Score
from pointwise.intervals import Difference
from pointwise.jobs import RowsElsewhere
from pointwise.ui.frame import visitor
from pointwise.ui.regression import own_table, table_training
from pointwise.ui.training import server_queue


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


@pytest.mark.parametrize(("kept", "most"), [(True, own_table.MOST_FILES), (False, own_table.MOST_IN_MEMORY)])
def test_the_latest_files_are_kept(kept: bool, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor, "kept", lambda: kept)
    app = opened()
    for number in range(most + 2):
        content = "a,b\n" + "".join(f"{row},{row * number}\n" for row in range(40))
        app.file_uploader[0].upload("own.csv", content.encode(), "text/csv").run()
    shelf = app.session_state[visitor.VISIT.key].shelf
    assert sorted(app.session_state["tables.files"]) == shelf.files()
    assert len(shelf.files()) == most
    assert shelf.file(app.session_state["tables.source"]["key"]) == content.encode()


@pytest.fixture(scope="module")
def large() -> bytes:
    """12,000 rows of 100 columns of 13 texts, which are 12 inputs each, and one of numbers: 2.5 MB."""
    cells = [[*("abcdefghijklm"[(row * 7 + i) % 13] for i in range(100)), str(row)] for row in range(12_000)]
    return "\n".join([",".join([*(f"c{i}" for i in range(100)), "y"]), *map(",".join, cells)]).encode()


def test_of_a_table_too_large_to_learn_from_the_first_columns_are_chosen(large: bytes) -> None:
    app = opened()
    app.file_uploader[0].upload("wide.csv", large, "text/csv").run()
    chosen = app.multiselect[0].value
    assert len(chosen) == 10_000_000 // 12_000 // 12
    assert any(
        caption.value.startswith("The first 69 of 100 columns are chosen: 12,000 rows") for caption in app.caption
    )
    assert not app.error
    app.multiselect[0].set_value([*chosen, "c99"]).run()
    (error,) = app.error
    assert "12,000 rows of 840 inputs are 10,080,000 values, more than 10,000,000." in error.value
    assert "Take out columns until 833 inputs are left" in error.value


def test_a_large_file_is_read_in_its_turn_and_a_small_one_at_once(large: bytes, short_work: list[str]) -> None:
    app = button(opened(), "Use the sample table").click().run()
    assert short_work == []
    app.file_uploader[0].upload("wide.csv", large, "text/csv").run()
    assert short_work == ["Reading the table", "Preparing the table"]
    app.run()
    assert len(short_work) == 2  # it is still there


def test_a_large_file_that_is_refused_is_not_kept_and_the_table_before_it_stays() -> None:
    app = button(opened(), "Use the sample table").click().run()
    app.file_uploader[0].upload("commas.csv", b"a,b\n" + b"," * 1_000_000, "text/csv").run()
    (error,) = app.error
    assert "Line 2 of commas.csv has 1,000,000 characters, more than 131,072." in error.value
    assert "Diabetes is still there." in error.value
    assert app.header[0].value == "Diabetes: 442 rows, 11 columns"
    assert app.session_state[visitor.VISIT.key].shelf.files() == []
    app.run()
    assert len(app.error) == 1


def test_a_large_file_waits_for_a_server_that_has_too_much_to_do(large: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def short_work(doing: str) -> AbstractContextManager[None]:
        raise BusyError("8 runs wait on this server already. Try again later.")

    with monkeypatch.context() as busy:
        busy.setattr(server_queue, "short_work", short_work)
        app = opened()
        app.file_uploader[0].upload("wide.csv", large, "text/csv").run()
        assert [error.value for error in app.error] == ["8 runs wait on this server already. Try again later."]
    app.run()
    assert not app.error
    assert app.header[0].value == "wide.csv: 12,000 rows, 101 columns"


def test_a_choice_without_features_is_a_sentence() -> None:
    app = button(opened(), "Use the sample table").click().run()
    app.multiselect[0].set_value([]).run()
    assert "No column is chosen" in app.error[0].value


def test_a_run_that_waits_is_not_said_to_have_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POINTWISE_RUNS", "1")
    app = button(opened(), "Use the sample table").click().run()
    other = server_queue.run_queue().turn("somebody else")
    other.join()
    button(app, "Train on this table").click().run()
    assert [info.value for info in app.info] == [table_training.QUEUED]
    run = app.session_state["session_run.run"]
    run.stop()
    assert run.join(60)
    app.run()
    assert not app.info


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
    assert isinstance(run.job.data, RowsElsewhere)  # the rows took memory as long as it trained
    app.run()
    assert any("as far as 16 tell" in text.value for text in app.markdown)
    assert [slider.label for slider in app.slider]
    before = next(metric.value for metric in app.metric if metric.label == "Predicted price")
    slider = next(slider for slider in app.slider if slider.label == "size")
    slider.set_value(slider.max).run()
    assert next(metric.value for metric in app.metric if metric.label == "Predicted price") != before
    assert not app.exception


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        (Difference(0.1, 0.02, 0.18), ": better than the best of the simpler methods, gradient boosting"),
        (Difference(-0.1, -0.18, -0.02), ": not as good as the best of"),
        (Difference(0.1, -0.02, 0.22), ": no different, on so few rows, from the best of"),
        (Difference(0.001, 0.0005, 0.0015), ": better than"),  # a small difference that the rows do tell
    ],
)
def test_the_verdict_on_a_table_is_the_interval_s(gap: Difference, said: str) -> None:
    network, *others = (
        Score(name, r2, 1.0, np.zeros(16)) for name, r2 in (("network", 0.6), ("Mean", 0.0), ("Gradient boosting", 0.5))
    )
    far = Difference(0.6, 0.5, 0.7)
    text = table_training.sentence(network, others, [far, gap])
    assert said in text
    assert f"{gap.value:.3f}".replace("-", "−") in text
    assert "So far" in table_training.sentence(network, others, [])
