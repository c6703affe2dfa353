"""What the diagram of the price network says are the numbers of price_parts.py, rounded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pointwise.explain.price_parts import Matrices, Parts, price_parts, weights_of
from pointwise.models import build, default_config
from pointwise.ui.frame.labels import dollars
from pointwise.ui.regression.live_price import NAMES
from pointwise.weights import SHIPPED, load_model
from tests.unit.inpage.conftest import Answers

MODULE = "inpage/network_words.js"
MODEL = load_model(SHIPPED / "price_1x1.safetensors")
HOUSE = (1_800.0, 4.0)
ABOUT = {"names": NAMES, "unit": (5_000, 10)}


def said(node: Answers, parts: Parts, weights: dict[str, Any], items: list[dict[str, int] | None]) -> list[str]:
    layers = [[HOUSE[0] / 5_000, HOUSE[1] / 10], parts.first.values.tolist(), parts.second.values.tolist()]
    shown = {"layers": layers, "price": parts.price, "house": HOUSE}
    return node(MODULE, "sentence", [[weights, ABOUT, shown, item] for item in items])


def number(value: float) -> str:
    return f"{value:.3g}"


@pytest.fixture
def parts() -> Parts:
    return price_parts(MODEL, *HOUSE)


def test_each_channels_sum_and_what_its_activation_makes_of_it(node: Answers, parts: Parts) -> None:
    for column, layer in ((1, parts.first), (2, parts.second)):
        items = [{"column": column, "i": i} for i in range(len(layer.values))]
        texts = said(node, parts, weights_of(MODEL), items)
        for i, (text, before) in enumerate(zip(texts, layer.before, strict=True)):
            assert text.startswith(f"Channel {i + 1} of layer {column}: ")
            assert f" = {number(before)}. That is {'' if before > 0 else 'not '}above 0" in text


def test_what_a_channel_adds_to_the_price_and_what_they_add_together(node: Answers, parts: Parts) -> None:
    items = [{"column": 2, "i": i} for i in range(len(parts.contributions))]
    *texts, price = said(node, parts, weights_of(MODEL), [*items, {"column": 3, "i": 0}])
    for text, added in zip(texts, parts.contributions, strict=True):
        assert (f"adds {dollars(added, signed=True)} to the price" in text) is bool(added)
    assert dollars(parts.base) in price
    assert dollars(parts.price) in price


def test_a_line_is_a_weight_times_a_channel(node: Answers, parts: Parts) -> None:
    items = [{"column": 0, "i": 2, "j": 1}, {"column": 1, "i": 3, "j": 10}, {"column": 2, "i": 0, "j": 0}]
    first, second, last = said(node, parts, weights_of(MODEL), items)
    w1, w2 = float(Matrices.of(MODEL).w1[2, 1]), float(Matrices.of(MODEL).w2[3, 10])
    assert f"weight {number(w1)} × {number(0.4)} (rooms) = {number(w1 * 0.4)}" in first
    value = parts.first.values[10]
    assert f"weight {number(w2)} × {number(value)} (channel 11 of layer 1) = {number(w2 * value)}" in second
    assert f"adds {dollars(parts.contributions[0], signed=True)} to the price" in last


def test_without_relu_no_channel_is_off(node: Answers) -> None:
    model = build(replace(default_config("price_1x1"), activation="tanh")).eval()
    model.card = {"scaling": {"mean": 300_000.0, "std": 150_000.0}}
    parts = price_parts(model, *HOUSE)
    channel, network = said(node, parts, weights_of(model), [{"column": 1, "i": 0}, None])
    assert channel.endswith(f"and tanh makes it {number(parts.first.values[0])}.")
    assert "With tanh no channel is ever off" in network
