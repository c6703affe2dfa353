"""The page /feature_maps as AppTest runs it: every layer of every network, changes of one session, evidence, colour."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from streamlit.testing.v1 import AppTest

from pointwise.models import ARCHITECTURES, CLASSIFIERS, ModelConfig, Network, build
from pointwise.ui.canvas import drawing
from pointwise.ui.feature_maps import channels, evidence_map
from pointwise.ui.feature_maps.subject import Edit
from pointwise.ui.frame import navigation, shipped
from pointwise.ui.frame.labels import MODELS

UseOwn = Callable[[AppTest, Network], str]
PAGE = str(Path(__file__).parents[2] / "pages" / "feature_maps.py")
VIEWS = ("Channels", "Evidence", "Ten curves", "Colour")
OPENING = {"nin": "7", "conv_mlp": "9", "mlp_1x1": "7", "bag_of_pixels": "3"}  # what each reads in the first drawing


def opened(arch: str = "nin", view: str = "Channels", **session: object) -> AppTest:
    app = AppTest.from_file(PAGE, default_timeout=60)
    app.session_state[navigation.FRAME.key] = True  # AppTest runs the page without app.py
    for name, value in session.items():
        app.session_state[name.replace("__", ".")] = value
    app.query_params["network"] = MODELS[arch]
    app.query_params["maps"] = view
    return app.run()


def read(app: AppTest, label: str = "Prediction") -> tuple[str, str]:
    return next((metric.value, metric.delta) for metric in app.metric if metric.label == label)


def slider(app: AppTest, label: str):
    return next(slider for slider in app.slider if slider.label == label)


def sound(app: AppTest) -> bool:
    return not app.exception and not app.error


@pytest.mark.parametrize("arch", CLASSIFIERS)
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_of_every_network_is_drawn(arch: str, view: str) -> None:
    app = opened(arch, view)
    assert sound(app)
    if view != "Colour":
        assert read(app)[0] == OPENING[arch]


@pytest.mark.parametrize("arch", CLASSIFIERS)
def test_every_layer_is_drawn_before_and_after_its_activation(arch: str) -> None:
    app = opened(arch)
    for layer in ARCHITECTURES[arch].layers:
        app.session_state[channels.layer_key(arch)] = layer.name
        for which in (channels.BEFORE, channels.AFTER):
            app.session_state["features.which"] = which
            app.run()
            assert sound(app)
            assert any(text.value.startswith(f"**{layer.name}** is a ") for text in app.markdown)


def test_the_figure_of_one_pixel_stands_on_layers_of_1x1_convolutions_over_maps() -> None:
    shown = "How one value is made"
    for layer, there in (("mix1", True), ("conv2", False)):
        app = opened(**{channels.layer_key("nin"): layer, channels.FIGURE: True})
        assert any(one.label.startswith(shown) for one in app.expander) == there
        assert sound(app)


def test_layer_channel_input_and_pixel_are_plain_values_of_the_session() -> None:
    app = opened(
        **{"features.layer.nin": "mix2", "features.channel": 11, "features.input": 3, "features.point": [0.5, 0.99]}
    )
    assert any(text.value.startswith("Channel 12 at row 4, column 7 is **") for text in app.markdown)
    assert slider(app, "Weight").key == "features.weight.nin.3.11.3"


def test_a_map_leads_back_to_those_it_is_made_of() -> None:
    app = opened(**{"features.layer.nin": "mix1", "features.channel": 13, "features.input": 20})
    app.button(key="features.back").click().run()
    assert app.session_state["features.layer.nin"] == "conv1"
    assert app.session_state["features.channel"] == 20
    assert any(text.value.startswith("**Channel 21 of 32, and what goes into it") for text in app.markdown)


@pytest.mark.parametrize(
    "state",
    [
        {"features.layer.nin": "none"},
        {"features.channel": 9_999},
        {"features.channel": -1},
        {"features.input": 9_999},
        {"features.point": [7.0, -7.0]},
        {"features.digit": 12, "maps": "Evidence"},
    ],
)
def test_values_out_of_range_are_a_page_too(state: dict[str, object]) -> None:
    assert sound(opened(view=str(state.pop("maps", "Channels")), **state))


def test_a_changed_weight_changes_the_answer_and_reset_restores_it_exactly() -> None:
    app = opened("bag_of_pixels", features__channel=4)
    before, weight = read(app), slider(app, "Weight").value
    slider(app, "Weight").set_value(-1.0).run()
    assert read(app) != before
    assert read(app, "Without your changes") == before
    slider(app, "Bias").set_value(0.9).run()
    app.button(key="reset").click().run()
    assert read(app) == before
    assert slider(app, "Weight").value == weight
    assert not any(metric.label == "Without your changes" for metric in app.metric)


@pytest.mark.parametrize(("arch", "layer"), [("nin", "conv1"), ("conv_mlp", "fc1"), ("mlp_1x1", "conv1")])
def test_very_many_weights_are_scaled_together(arch: str, layer: str) -> None:
    app = opened(arch, **{channels.layer_key(arch): layer})
    slider(app, "All weights times").set_value(-2.0).run()
    assert sound(app)
    assert read(app, "Without your changes")[0] == OPENING[arch]


def test_one_session_changes_nothing_for_another_or_in_the_shared_network() -> None:
    first, second = opened("bag_of_pixels"), opened("bag_of_pixels")
    shared = {name: tensor.clone() for name, tensor in shipped.shipped_model("bag_of_pixels").state_dict().items()}
    before = read(second)
    slider(first, "Weight").set_value(1.0).run()
    slider(first, "Bias").set_value(-1.0).run()
    second.run()
    assert read(second) == before
    assert "features.edits" not in second.session_state
    after = shipped.shipped_model("bag_of_pixels").state_dict()
    assert all(torch.equal(tensor, after[name]) for name, tensor in shared.items())


def test_changes_wait_while_another_network_is_looked_at() -> None:
    app = opened("bag_of_pixels")
    slider(app, "Weight").set_value(1.0).run()
    changed = read(app)
    app.selectbox(key="network").select("nin").run()
    assert not any(metric.label == "Without your changes" for metric in app.metric)
    app.selectbox(key="network").select("bag_of_pixels").run()
    assert read(app) == changed


@pytest.mark.parametrize("arch", CLASSIFIERS)
def test_the_evidence_adds_up_on_the_page(arch: str) -> None:
    app = opened(arch, "Evidence")
    (text,) = [text.value for text in app.markdown if "they differ by" in text.value]
    logit, difference = text.split("**")[1], text.split("they differ by ")[1].rstrip(".")
    assert float(difference) <= 1e-4 * max(1.0, abs(float(logit)))
    (total,) = [
        formula.value.strip("$\n").rsplit("= ", 1)[1] for formula in app.latex if "sum of the map" in formula.value
    ]
    assert float(total) == pytest.approx(float(logit), rel=1e-4, abs=2e-4)


def test_a_dense_networks_evidence_names_its_baseline_and_another_gives_another_map() -> None:
    app = opened("mlp_1x1", "Evidence")

    def told() -> tuple[str, str]:
        (about,) = [text.value for text in app.markdown if "than the baseline" in text.value]
        (formula,) = [formula.value for formula in app.latex if "sum of the map" in formula.value]
        return about, formula

    about, formula = told()
    assert "**mid-grey**" in about
    app.segmented_control(key="features.baseline").set_value("black").run()
    assert "**black**" in told()[0]
    assert told()[1] != formula
    assert not app.exception


def test_rubbed_out_ink_changes_the_answer_until_it_is_given_back() -> None:
    app = opened("nin", "Evidence")
    drawing = app.session_state[evidence_map.SHOWN.key]
    app.session_state[evidence_map.ERASED.key] = (drawing, tuple(range(28 * 14)))  # the upper half of the 7
    app.run()
    assert read(app, "With the ink rubbed out") != read(app)
    app.button(key="features.restore").click().run()
    assert not any(metric.label == "With the ink rubbed out" for metric in app.metric)


def test_what_was_rubbed_out_of_one_drawing_stays_in_another() -> None:
    app = opened("nin", "Evidence", **{"features.erased": ("another drawing", (1, 2, 3))})
    assert not any(metric.label == "With the ink rubbed out" for metric in app.metric)


def test_the_ten_curves_average_to_the_logits() -> None:
    app = opened("bag_of_pixels", "Ten curves")
    (text,) = [text.value for text in app.markdown if "largest difference" in text.value]
    assert float(text.split("**")[1]) <= 1e-4


def test_another_network_has_no_ten_curves_and_a_button_that_chooses_the_one_that_has() -> None:
    app = opened("nin", "Ten curves")
    app.button(key="bag").click().run()
    assert app.selectbox(key="network").value == "bag_of_pixels"
    assert any("largest difference" in text.value for text in app.markdown)


@pytest.mark.parametrize("address", [{"network": "none"}, {"maps": "nothing"}, {"network": "", "maps": "1"}])
def test_a_nonsense_address_is_like_none(address: dict[str, str]) -> None:
    app = AppTest.from_file(PAGE, default_timeout=60)
    app.session_state[navigation.FRAME.key] = True
    for name, text in address.items():
        app.query_params[name] = text
    app.run()
    assert sound(app)
    assert read(app)[0] == "7"


def test_an_empty_canvas_asks_for_a_drawing() -> None:
    app = opened(**{"drawing.board": drawing.first().cleared()})
    assert any("Draw a digit on the first page" in info.value for info in app.info)
    app.button(key="board.sample.4").click().run()
    assert read(app)[0] == "4"


def test_colours_are_mixed_and_go_back() -> None:
    app = opened(view="Colour")
    assert len(app.slider) == 9
    app.slider(key="colour.Opponent colours.0.2").set_value(1.5).run()
    assert app.slider(key="colour.Opponent colours.0.2").value == 1.5
    next(button for button in app.button if button.label == "Back to these weights").click().run()
    assert app.slider(key="colour.Opponent colours.0.2").value == 0.0
    app.session_state["colour.kind"] = "Luminance"
    app.run()
    assert len(app.slider) == 3
    assert sound(app)


def test_a_missing_model_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shipped, "MODELS", tmp_path)
    app = opened()
    assert any("nin.safetensors does not exist" in error.value for error in app.error)
    assert not app.exception


def untrained(*widths: int) -> Network:
    network = build(ModelConfig("bag_of_pixels", widths=widths)).eval().requires_grad_(False)
    network.card = {"data_set": "digits"}
    return network


def test_a_runs_weights_are_looked_at_when_they_are_chosen(use_own: UseOwn) -> None:
    app = opened("bag_of_pixels")
    assert any(caption.value == "By shipped weights" for caption in app.caption)
    use_own(app, untrained(32, 32))
    app.run()
    assert any(caption.value == "By Mine" for caption in app.caption)
    next(box for box in app.selectbox if box.label == "Weights").set_value("").run()
    assert any(caption.value == "By shipped weights" for caption in app.caption)


def test_changes_of_what_a_narrower_network_lacks_wait(use_own: UseOwn) -> None:
    edit = {("bag_of_pixels", 1, 3): Edit({31: 0.5}), ("bag_of_pixels", 1, 30): Edit({0: 0.5}, bias=1.0)}
    app = opened("bag_of_pixels", **{"features.edits": edit})
    assert any(button.label == "Reset 2 channels" for button in app.button)
    use_own(app, untrained(4, 4))
    app.run()
    assert sound(app)
    assert any(button.label == "Reset 1 channel" for button in app.button)


def test_a_drawing_without_ink_is_no_digit() -> None:
    app = opened("nin", "Evidence")
    app.session_state[evidence_map.ERASED.key] = (
        app.session_state[evidence_map.SHOWN.key],
        tuple(range(28 * 28)),
    )
    app.run()
    assert read(app, "With the ink rubbed out") == ("–", "Draw a digit")
