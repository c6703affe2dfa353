"""The page /regression as AppTest runs it: the price and its parts, the views, the address, retraining."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pointwise.data.housing import KERAS_ERRORS, make_houses
from pointwise.inference import predict_price
from pointwise.models import Network, build, default_config
from pointwise.ui.frame import navigation, shipped
from pointwise.ui.frame.labels import dollars
from pointwise.ui.regression import house
from pointwise.ui.training import session_run, weights_in_use
from pointwise.weights import load_model

PAGE = str(Path(__file__).parents[2] / "pages" / "regression.py")
PRICES = Path(__file__).parents[2] / "models" / "price_1x1.safetensors"
UseOwn = Callable[[AppTest, Network], str]
VIEWS = ("Tutorial", "Slices", "Accuracy", "Network", "Surface")


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(PAGE, default_timeout=60)
    app.session_state[navigation.FRAME.key] = True  # AppTest runs the page without app.py
    for name, value in address.items():
        app.query_params[name] = value
    return app.run()


def shown(app: AppTest, label: str = "Predicted price") -> str:
    return next(metric.value for metric in app.metric if metric.label == label)


def number(app: AppTest, label: str = "Predicted price") -> int:
    return int(shown(app, label).replace("$", "").replace(",", "").replace("+", ""))


def test_the_sliders_set_the_price() -> None:
    app = opened()
    app.slider(key="sqft").set_value(2_500)
    app.slider(key="rooms").set_value(5.0).run()
    assert number(app) == pytest.approx(300_000, abs=1_500)
    assert shown(app, "True price") == "$300,000"
    assert number(app, "Difference") == number(app) - 300_000
    assert not app.exception


def test_the_true_price_says_its_rule() -> None:
    app = opened(sqft="2510", rooms="5.5")
    truth = next(metric for metric in app.metric if metric.label == "True price")
    assert (truth.value, truth.delta.replace("\\", "")) == ("$306,000", "2,510 × $100 + 5.5 × $10,000")


def test_the_page_says_what_differs_from_the_tutorials_own_code_and_what_that_ends_at() -> None:
    training, test = make_houses()
    mean = float((test.prices - training.prices.mean()).abs().mean())
    (said,) = [text.value for text in opened(view="Tutorial").markdown if "Keras" in text.value]
    for words in ("Glorot", *map(dollars, KERAS_ERRORS), dollars(mean)):
        assert words.replace("$", "\\$") in said
    assert min(KERAS_ERRORS) > 2 * mean


def test_the_tutorials_network_is_beside_it_and_far_off() -> None:
    app = opened(sqft="4000", rooms="8")
    assert number(app, "True price") - number(app, "As a tutorial trains it") > 400_000
    bars = next(html.proto.body for html in app.get("html") if "pw-bars" in html.proto.body)
    off = [int(text.replace(",", "")) for text in re.findall(r"\$([\d,]+)</b>", bars)]
    assert off[0] > off[1] == 126_947 > 100 * off[2]


def test_the_price_is_what_the_library_predicts() -> None:
    app = opened(sqft="3210", rooms="7.3")
    assert shown(app) == dollars(predict_price(load_model(PRICES), 3_210.0, 7.3))


def test_the_address_reproduces_the_house_and_the_view() -> None:
    app = opened(sqft="2500", rooms="5", view="Slices")
    assert (app.slider(key="sqft").value, app.slider(key="rooms").value) == (2_500, 5.0)
    assert app.segmented_control(key="view").value == "Slices"
    assert number(app) == pytest.approx(300_000, abs=1_500)


@pytest.mark.parametrize("address", [{"sqft": "-5"}, {"sqft": "99999"}, {"rooms": "many"}, {"view": "Nothing"}])
def test_a_nonsense_address_is_like_none(address: dict[str, str]) -> None:
    app = opened(**address)
    assert shown(app, "True price") == "$220,000"
    assert not app.exception


def test_exact_numbers_can_be_typed() -> None:
    app = opened()
    app.number_input(key="houses.exact.sqft").set_value(2_347).run()
    app.number_input(key="houses.exact.rooms").set_value(3.25).run()
    assert (app.slider(key="sqft").value, app.slider(key="rooms").value) == (2_347, 3.25)
    assert shown(app, "True price") == "$267,200"


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_drawn_without_a_complaint(view: str) -> None:
    app = opened(view=view)
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("kind", ["Model", "Truth", "Difference"])
@pytest.mark.parametrize("shape", ["Flat", "3-D"])
def test_every_surface_is_drawn(kind: str, shape: str) -> None:
    app = opened(view="Surface", show=kind, **{"as": shape})
    app.checkbox(key="houses.rows").check().run()
    if shape == "Flat":
        app.checkbox(key="houses.folds").check().run()
    assert not app.exception
    assert app.segmented_control(key="show").value == kind


@pytest.mark.parametrize(("sqft", "rooms", "guessing"), [(5_000, 10.0, False), (5_010, 4.0, True), (100, 10.1, True)])
def test_a_house_outside_the_training_range_is_a_guess(sqft: int, rooms: float, guessing: bool) -> None:
    app = opened()
    app.slider(key="sqft").set_value(sqft)
    app.slider(key="rooms").set_value(rooms).run()
    assert any("guessing" in warning.value for warning in app.warning) is guessing


def untrained(activation: str) -> Network:
    model = build(replace(default_config(house.ARCH), activation=activation)).eval().requires_grad_(False)
    model.card = {"scaling": {"mean": 3e5, "std": 1.5e5}}
    return model


@pytest.mark.parametrize("activation", ["tanh", "gelu", "sigmoid"])
def test_a_network_without_folds_says_what_is_shown_instead(activation: str, use_own: UseOwn) -> None:
    app = opened(view="Network")
    use_own(app, untrained(activation))
    app.run()
    assert any(f"With {activation} no channel is ever off" in info.value for info in app.info)
    assert not app.exception


def test_a_retrained_network_stands_beside_the_shipped_one(use_own: UseOwn) -> None:
    own = untrained("relu")
    app = opened()
    shipped_price = shown(app)
    use_own(app, own)
    for view in VIEWS:
        app.segmented_control(key="view").set_value(view).run()
        assert shown(app, "Price by shipped network") == shipped_price
        assert shown(app) == dollars(predict_price(own, 1_800.0, 4.0)) != shipped_price
        assert any(caption.value == "Predicted by Mine" for caption in app.caption)
        assert not app.exception


def test_missing_weights_are_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shipped, "MODELS", tmp_path)
    app = opened()
    (error,) = app.error
    assert error.value.startswith("price_1x1.safetensors does not exist.")
    assert not app.exception


def sidebar() -> None:
    from pointwise.ui.regression import house_training

    house_training.in_sidebar()


def retraining() -> AppTest:
    app = AppTest.from_function(sidebar, default_timeout=60)
    app.session_state["settings.advanced"] = True
    return app.run()


def test_retraining_shows_its_result_against_the_shipped_network() -> None:
    app = retraining()
    app.number_input(key="houses.standardised.epochs").set_value(2).run()
    next(button for button in app.button if button.label == "Retrain").click().run()
    run = app.session_state[session_run.RUN.key]
    assert run.join(60)
    app.run()
    assert any(metric.label.startswith("Mean absolute error") for metric in app.metric)
    assert app.session_state[weights_in_use.CHOICES.key] == {house.ARCH: weights_in_use.Choice(run.name)}
    assert not app.exception


def test_each_recipe_has_its_own_settings() -> None:
    app = retraining()
    assert app.toggle(key="houses.standardised.standardise").value is True
    app.selectbox(key="houses.recipe").select("tutorial").run()
    assert app.toggle(key="houses.tutorial.standardise").value is False
    assert app.number_input(key="houses.tutorial.rate").value == 1e-3
