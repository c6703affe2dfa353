"""A table's network that was loaded without its rows, asked on a page."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pointwise.data.table import Columns, Feature, prepare, read_table
from pointwise.inference import predict_row
from pointwise.jobs import TableJob, table_config
from pointwise.models import ModelConfig, build
from pointwise.training import table_recipe
from pointwise.ui.frame.labels import plain
from pointwise.weights import load_model, save_model

NASTY = "**size** $x$ ![](http://a.example/p.png)"


def asked() -> None:
    import streamlit as st

    from pointwise.ui.frame.sections import shown_errors
    from pointwise.ui.training import table_questions
    from pointwise.weights import load_model

    with shown_errors():
        table_questions.ask(load_model(st.session_state["file"]), "asked")


def opened(file: Path) -> AppTest:
    app = AppTest.from_function(asked, default_timeout=60)
    app.session_state["file"] = str(file)
    return app.run()


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [f"{i % 9},{i / 3:.2f},{['Ulm', 'Bonn'][i % 2]},{i % 9 + 5 * (i % 2)}" for i in range(80)]
    prepared = prepare(read_table("\n".join([f"{NASTY},cost,town,price", *rows]).encode(), "a.csv"), "price")
    job = TableJob(table_config(prepared), table_recipe(64, epochs=3), prepared)
    *_, last = job.steps()
    model, path = job.network(last.epoch), tmp_path_factory.mktemp("networks") / "table.safetensors"
    save_model(model, path, model.card)
    return path


def test_sliders_ask_the_loaded_network(network: Path) -> None:
    app = opened(network)
    assert [slider.label for slider in app.slider] == [plain(NASTY), "cost"]
    assert app.selectbox[0].options == ["Ulm", "Bonn"] or app.selectbox[0].options == ["Bonn", "Ulm"]
    app.slider[0].set_value(8)
    app.selectbox[0].set_value("Bonn").run()
    start = Columns.from_card(load_model(network).card).start()
    expected = predict_row(load_model(network), {**start, NASTY: 8, "town": "Bonn"})
    assert app.metric[0].label == "Predicted price"
    assert float(app.metric[0].value.replace(",", "")) == pytest.approx(expected, rel=1e-3)
    assert not app.exception


@pytest.mark.parametrize(("low", "high"), [(-1e29, 1e29), (0.0, 1e-280), (1e15, 1e15 + 1), (-(2.0**60), 2.0**60)])
@pytest.mark.parametrize("whole", [True, False])
def test_any_range_has_a_slider(low: float, high: float, whole: bool, tmp_path: Path) -> None:
    whole = whole and high >= 1
    columns = Columns((Feature("size", "number", low, low, high, whole, low, high - low),))
    save_model(build(ModelConfig("price_1x1", 1, 1, 1)), tmp_path / "a.safetensors", {"columns": columns.as_json()})
    app = opened(tmp_path / "a.safetensors")
    assert (app.slider[0].min, app.slider[0].max, app.slider[0].value) == (low, high, low)
    assert not app.exception


def test_network_without_columns_is_a_sentence(tmp_path: Path) -> None:
    save_model(build(ModelConfig("price_1x1", 2, 1, 1)), tmp_path / "old.safetensors", {"target": "price"})
    app = opened(tmp_path / "old.safetensors")
    assert "does not say which columns" in app.error[0].value
    assert not app.exception
