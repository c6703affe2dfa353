"""Links: what stands in one, what an address brings along, and a sentence for what it cannot bring."""

from __future__ import annotations

import random
import string
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from pointwise.ui.canvas import drawing, short_drawing
from pointwise.ui.canvas.drawing import SQUARE, Drawing, Stroke
from pointwise.ui.feature_maps import channel, channels, colour_mixing, evidence_map, input_maps
from pointwise.ui.links.linked_pages import CHANNEL, INPUT, KINDS, PAGES, POINT
from pointwise.ui.why_1x1 import activations_claim, dense_layer_claims, depthwise_claim, parameter_claims

ONE = Drawing(SQUARE, 1, (Stroke(((0.5, 0.1), (0.5, 0.9)), 0.07),), (None,))


def script() -> None:
    """What app.py does around a page, and the link to it, with nothing on the page."""
    import streamlit as st

    from pointwise.ui.frame import desk, navigation
    from pointwise.ui.links import incoming, share

    page = st.session_state["test.page"]
    navigation.ARRIVED.set(navigation.VISITED.get() != page)
    navigation.VISITED.set(page)
    desk.restore()
    incoming.take(page)
    incoming.say()
    st.session_state["test.link"] = share.link(page)


def visited(page: str, address: Mapping[str, str], app: AppTest | None = None, **session: object) -> AppTest:
    app = app or AppTest.from_function(script, default_timeout=30)
    app.session_state["test.page"] = page
    for name, value in session.items():
        app.session_state[name] = value
    app.query_params.clear()
    for name, text in address.items():
        app.query_params[name] = text
    app.run()
    assert not app.exception
    return app


def said(app: AppTest) -> dict[str, str]:
    """The link to what is on the page."""
    return {name: texts[-1] for name, texts in parse_qs(urlsplit(app.session_state["test.link"]).query).items()}


def problems(app: AppTest) -> str:
    return " ".join(warning.value for warning in app.warning)


def drawn(app: AppTest) -> Drawing:
    return app.session_state[f"drawing.{SQUARE.key}"]


def test_a_link_brings_drawing_steps_and_reader_to_another_visitor() -> None:
    address = {"v": "1", "d": short_drawing.shortened(ONE), "steps": "off", "reader": "bag_of_pixels"}
    app = visited("", address)
    assert drawn(app).strokes == ONE.strokes
    assert app.session_state[drawing.NORMALISED] is False
    assert app.session_state["answer.reader"] == "bag_of_pixels"
    assert said(app) == address
    assert problems(app) == ""


def test_what_was_used_leaves_the_address_so_that_a_reload_keeps_what_was_drawn_since() -> None:
    app = visited("", {"v": "1", "d": short_drawing.shortened(ONE), "hide": "code", "ask": "What is it?"})
    assert set(app.query_params) == {"hide", "ask"}
    assert app.info[0].value == "What is it?"


def test_a_link_never_takes_away_ones_own_drawing() -> None:
    app = visited("", {})
    app.session_state[f"drawing.{SQUARE.key}"] = drawing.first().with_digits(2)
    mine = drawn(app).strokes
    visited("path", {"d": short_drawing.shortened(ONE)}, app)
    assert drawn(app).strokes == ONE.strokes
    app.button(key="links.back").click().run()
    assert drawn(app).strokes == mine
    assert not app.button


def test_the_link_of_feature_maps_holds_layer_channel_and_pixel() -> None:
    address = {"v": "1", "network": "Bag of pixels", "layer": "conv2", "channel": "7", "pixel": "0.25,0.5"}
    app = visited("feature_maps", address)
    assert app.session_state["features.layer.bag_of_pixels"] == "conv2"
    assert app.session_state[CHANNEL] == 6
    assert app.session_state[POINT] == (0.25, 0.5)
    assert problems(app) == ""
    assert {name: said(app)[name] for name in ("layer", "channel", "pixel")} == {
        name: address[name] for name in ("layer", "channel", "pixel")
    }


@pytest.mark.parametrize(
    ("page", "address", "state"),
    [
        ("why_1x1", {"dense": "2,7,7,16,9"}, {"why.dense.Channels out": 9}),
        ("why_1x1", {"size": "14,14,64,32"}, {"why.size.Height": 14}),
        ("why_1x1", {"depthwise": "7,64,32"}, {"why.depthwise.Channels in": 64}),
        ("why_1x1", {"activations": "2,3,4,5", "relu": "on"}, {"why.activations.on": True}),
        (
            "feature_maps",
            {"colours": "luminance", "weights": "0.3,0.6,-0.1"},
            {"colour.kind": "Luminance", "colour.Luminance.0.2": -0.1},
        ),
        ("regression", {"houses": "on"}, {"houses.rows": True}),
        ("path", {"mix": "-1,0.5,0"}, {"path.mix": (-1.0, 0.5, 0.0)}),
    ],
)
def test_sliders_and_numbers_travel_along(page: str, address: dict[str, str], state: dict[str, object]) -> None:
    app = visited(page, address)
    assert problems(app) == ""
    assert {key: app.session_state[key] for key in state} == state
    assert {name: said(app)[name] for name in address} == address


def test_changed_weights_travel_along() -> None:
    app = visited("feature_maps", {"edits": '[["bag_of_pixels",0,4,[[0,1.5]],1.0,null]]'})
    assert problems(app) == ""
    assert dict(app.session_state["features.edits"]["bag_of_pixels", 0, 4].weights) == {0: 1.5}
    assert '"bag_of_pixels"' in said(app)["edits"]


@pytest.mark.parametrize(
    ("page", "address", "sentence"),
    [
        ("", {"d": "smile"}, "drawing “smile” cannot be shown. It is damaged."),
        ("", {"reader": "gpt"}, "There is nin, "),
        ("", {"volume": "11"}, "knows nothing called “volume”"),
        ("", {"v": "2"}, "a later version"),
        ("", {"hide": "truth"}, "hides “truth”"),
        ("", {"ask": "?" * 300}, "cut after 200 letters"),
        ("regression", {"sqft": "9000"}, "goes from 0 to 6000"),
        ("regression", {"rooms": "many"}, "goes from 0 to 12"),
        ("why_1x1", {"claim": "Magic"}, "There is Dense layer, Parameters"),
        ("feature_maps", {"layer": "conv9"}, "There is conv1, mix1"),
        ("feature_maps", {"layer": "conv1", "channel": "33"}, "goes from 1 to 32"),
        ("feature_maps", {"pixel": "2,nan"}, "two numbers from 0 to 1"),
        ("feature_maps", {"edits": "[[1]]"}, "They are damaged."),
        ("runs", {"d": "0"}, "knows nothing called “d”"),
    ],
)
def test_what_cannot_be_shown_is_said(page: str, address: dict[str, str], sentence: str) -> None:
    assert sentence in problems(visited(page, address))


def test_sentences_are_gone_on_the_next_page() -> None:
    app = visited("", {"volume": "11"})
    assert problems(visited("", {}, app)) != ""
    assert problems(visited("runs", {}, app)) == ""


def test_text_of_a_link_is_text() -> None:
    app = visited("", {"ask": "![x](http://evil.example/x.png) <b>", "![y](http://evil.example)": "1"})
    assert "![" not in problems(app) + app.info[0].value


def test_keys_are_those_of_the_page() -> None:
    assert (channels.CHOSEN.key, channel.POINT.key, input_maps.CHOSEN.key) == (CHANNEL, POINT, INPUT)
    assert tuple(KINDS.values()) == (colour_mixing.OPPONENT, colour_mixing.LUMINANCE, colour_mixing.LEARNED)
    fields = {field.name: field for field in PAGES["why_1x1"]}
    for name, experiment in (
        ("dense", dense_layer_claims.FIELDS),
        ("size", parameter_claims.FIELDS),
        ("depthwise", depthwise_claim.FIELDS),
        ("activations", activations_claim.FIELDS),
    ):
        with pytest.raises(ValueError, match=f"It goes from 1 to {experiment[0][1]}."):
            fields[name].take(",".join(str(most + 1) for _, most, _ in experiment))
    assert evidence_map.DIGIT.key == "features.digit"
    assert channels.layer_key("nin") == "features.layer.nin"


def hostile() -> None:
    """Take one address after the other, each as a new session's first."""
    import streamlit as st

    from pointwise.ui.frame import navigation
    from pointwise.ui.links import incoming, share

    for page, address in st.session_state["test.addresses"]:
        st.query_params.from_dict(address)
        navigation.ARRIVED.set(True)
        incoming.take(page)
        share.link(page)
    incoming.say()


def test_500_hostile_addresses_give_a_page() -> None:
    rng = random.Random(7)
    names = sorted({field.name for fields in PAGES.values() for field in fields} | {"v", "hide", "ask", "x", "<b>"})
    texts = ("", "0", "-1", "1e999", "nan", "None", "[]", "../..", "\x00", "é" * 60, "<script>", "s", "p", "9" * 40)
    addresses = []
    for _ in range(500):
        address = {}
        for name in rng.sample(names, rng.randrange(1, 6)):
            noise = "".join(rng.choice(string.printable) for _ in range(rng.randrange(12)))
            address[name] = rng.choice((*texts, noise, short_drawing.shortened(ONE)[: rng.randrange(60)]))
        addresses.append((rng.choice(list(PAGES)), address))
    app = AppTest.from_function(hostile, default_timeout=60)
    app.session_state["test.addresses"] = addresses
    app.run()
    assert not app.exception
    assert not app.error


def test_the_paths_step_and_mix_travel_and_unknown_ones_are_said() -> None:
    app = visited("path", {"mix": "-0.5,1,0", "step": "maps", "order": "3"})
    assert not problems(app)
    assert (said(app)["mix"], said(app)["order"]) == ("-0.5,1,0", "3")
    app = visited("path", {"mix": "2,0,0", "step": "mops"})
    assert "The link's step “mops” cannot be shown. There is pixel, colours, maps, shape and claims." in problems(app)
    assert "The link's mix of colours “2,0,0” cannot be shown." in problems(app)
