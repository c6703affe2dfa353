"""The figure of one pixel: the page's maps are Python's, and what is printed adds up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pointwise.explain.chain import Chain, pixel_at
from pointwise.models import ACTIVATIONS
from pointwise.ui.figures import one_pixel, one_pixel_data
from pointwise.ui.figures.one_pixel_data import Channel, Mixing
from pointwise.ui.frame import shipped
from tests.unit.explain.toys import IMAGE, network
from tests.unit.inpage.conftest import Answers

SUMS = "inpage/pixel_sums.js"
PLACES = (0, 27, 300, 411, 783)


def by_page(node: Answers, data: dict[str, Any]) -> tuple[np.ndarray, np.ndarray | None]:
    """The maps (k, h, w) that the page computes, and that of the 3×3 kernel."""
    (ready,) = node(SUMS, "prepared", [[data]])
    shape = data["rows"], data["columns"]
    edge = ready["edge"]
    return np.array(ready["maps"]).reshape(-1, *shape), None if edge is None else np.array(edge).reshape(shape)


def test_the_maps_of_a_drawing_are_the_shipped_networks(node: Answers) -> None:
    maps, edge = by_page(node, one_pixel_data.of_drawing(IMAGE))
    trace = Chain.of(shipped.shipped_model("bag_of_pixels")).run(IMAGE)
    assert maps == pytest.approx(trace.maps[0].after.numpy()[one_pixel_data.TELLING], abs=1e-5)
    assert edge == pytest.approx(one_pixel_data.relief(trace.maps[0].inputs[0].numpy()))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_maps_of_a_layer_are_the_networks(node: Answers, activation: str) -> None:
    chain = Chain.of(network("nin", activation))
    trace = chain.run(IMAGE)
    maps, edge = by_page(node, one_pixel_data.of_layer(chain, trace, 1, 3))
    assert maps == pytest.approx(trace.maps[1].after.numpy()[3:4], abs=1e-5)
    assert edge is None


def ledgers(node: Answers, data: dict[str, Any], map_: int = 0) -> list[dict[str, Any]]:
    (ready,) = node(SUMS, "prepared", [[data]])
    return node(SUMS, "ledger", [[ready["mixing"], map_, data["shown"][map_], at] for at in PLACES])


def adds_up(said: dict[str, Any]) -> bool:
    products = np.multiply(said["inputs"], said["weights"])
    by_hand = (np.sign(products) * ((abs(products) + 50) // 100)).tolist()
    return said["products"] == by_hand and sum(by_hand) + (said["rest"] or 0) + said["bias"] == said["sum"]


@pytest.mark.parametrize("map_", range(4))
def test_what_is_printed_of_a_drawing_can_be_checked_and_is_nearly_the_networks(node: Answers, map_: int) -> None:
    chain = Chain.of(shipped.shipped_model("bag_of_pixels"))
    trace = chain.run(IMAGE)
    for at, said in zip(PLACES, ledgers(node, one_pixel_data.of_drawing(IMAGE), map_), strict=True):
        pixel = pixel_at(chain, trace.maps[0], 0, one_pixel_data.TELLING[map_], *divmod(at, 28))
        assert adds_up(said)
        assert said["value"] == max(said["sum"], 0)
        assert said["value"] == pytest.approx(100 * pixel.after, abs=2)


def test_what_is_printed_of_many_channels_adds_up_to_what_the_calculator_says(node: Answers) -> None:
    chain = Chain.of(network("bag_of_pixels"))
    trace = chain.run(IMAGE)
    data = one_pixel_data.of_layer(chain, trace, 1, 4)
    shown = data["shown"][0]
    assert len(shown) == one_pixel_data.MOST_LINES
    for at, said in zip(PLACES, ledgers(node, data), strict=True):
        pixel = pixel_at(chain, trace.maps[1], 1, 4, *divmod(at, 28))
        products = pixel.products.ravel()
        assert adds_up(said)
        assert (said["sum"], said["value"]) == (round(100 * pixel.before), round(100 * pixel.after))
        assert said["products"] == pytest.approx(100 * products[shown], abs=1.5)
        assert said["rest"] == pytest.approx(100 * (products.sum() - products[shown].sum()), abs=3)


def test_the_sums_are_said_in_words(node: Answers) -> None:
    scale = {"low": 0, "high": 1, "stops": [[0, 0, 0], [255, 255, 255]]}
    values = {"red": 1.0, "green": 0.2}
    inputs = [Channel(np.full((28, 28), value, np.float32), name, scale) for name, value in values.items()]
    maps = np.full((1, 28, 28), 0.8)
    mixing = Mixing(inputs, np.array([[1.0, -1.0]]), np.zeros(1), None, ["Red against green"], maps)
    data = one_pixel_data._data(mixing, np.zeros((28, 28, 3), np.uint8), {}, kernel_on=0)
    (ready,) = node(SUMS, "prepared", [[data]])
    (found,) = node(SUMS, "sums", [[data, ready, 0, 30]])
    (said,) = node(SUMS, "sentences", [[data, found, 0, 30]])
    assert said == [
        "Row 2, column 3. 1×1, Red against green: 1.00 times 1.00 plus 0.20 times −1.00 is 0.80.",
        "3×3: the nine products sum to 0.00.",
    ]


@pytest.mark.parametrize("image", [np.zeros((28, 28), np.uint8), IMAGE])
def test_it_begins_at_an_edge_or_in_the_middle(image: np.ndarray) -> None:
    data = one_pixel_data.of_drawing(image)
    row, _ = divmod(data["start"], 28)
    assert 11 <= row <= 16
    if not image.any():
        assert data["start"] == 14 * 28 + 14


@pytest.mark.parametrize(("arch", "shown"), [("nin", 6), ("mlp_1x1", 0), ("bag_of_pixels", 3), ("conv_mlp", 1)])
def test_a_layer_is_shown_where_a_1x1_kernel_moves_over_a_picture(arch: str, shown: int) -> None:
    chain = Chain.of(network(arch))
    trace = chain.run(IMAGE)
    stages = [n for n in range(len(chain.stages)) if one_pixel.shows(chain, trace, n)]
    assert len(stages) == {"nin": 4}.get(arch, shown)
    for stage in stages:
        one_pixel_data.of_layer(chain, trace, stage)


def test_the_four_maps_of_a_layer_are_unlike_one_another() -> None:
    chain = Chain.of(shipped.shipped_model("bag_of_pixels"))
    trace = chain.run(IMAGE)
    names = one_pixel_data.of_layer(chain, trace, 1)["names"]
    maps = trace.maps[1].after.numpy()[[int(name.split()[1]) - 1 for name in names]]
    alike = np.corrcoef(maps.reshape(4, -1))
    assert len(set(names)) == 4
    assert alike[np.triu_indices(4, 1)].min() < 0
