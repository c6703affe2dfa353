"""Page and Python agree: on a drawing's 28×28 pixels, on what a network reads in them, and on a changed channel."""

from __future__ import annotations

import base64
import math
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from pointwise.data.digits import normalise
from pointwise.data.drawn_digits import draw_anywhere
from pointwise.data.pen_strokes import read_strokes
from pointwise.drawing import draw_strokes, prepare
from pointwise.explain import colour
from pointwise.explain.chain import Chain, Channel
from pointwise.explain.price_parts import price_parts, weights_of
from pointwise.export.page_weights import pack
from pointwise.inference import classify_image
from pointwise.models import ACTIVATIONS, ModelConfig, build, default_config
from pointwise.teaching.last_layer import LastLayer
from pointwise.ui.canvas.drawing import SAMPLES
from pointwise.ui.frame import labels, shipped
from pointwise.ui.frame.colours import Scale
from pointwise.weights import SHIPPED, load_model
from tests import lacking
from tests.unit.inpage.conftest import Answers

DATA = Path(os.environ.get("POINTWISE_DATA", Path(__file__).parents[4] / "shared" / "data"))
PENS = DATA / "pen_digits_dev.jsonl"
READERS = ("nin", "mlp_1x1", "bag_of_pixels")


def prepared_by_page(
    node: Answers, drawings: list[np.ndarray], whole: frozenset[int] = frozenset()
) -> list[np.ndarray]:
    """The 28×28 pixels that the page makes of RGBA drawings; of those in ``whole`` without cropping and centring."""
    cases, at = [], 0
    for number, rgba in enumerate(drawings):
        height, width = rgba.shape[:2]
        part = {"file": "drawings", "from": at, "length": rgba.size}
        cases.append([part, height, width, number not in whole])
        at += rgba.size
    images = node("inpage/drawing.js", "prepare", cases, drawings=b"".join(rgba.tobytes() for rgba in drawings))
    return [np.array(image, np.uint8).reshape(28, 28) for image in images]


def largest_step(ours: np.ndarray, theirs: np.ndarray) -> int:
    return int(np.abs(ours.astype(int) - theirs.astype(int)).max())


def read_by_page(node: Answers, reader: str, images: list[np.ndarray]) -> np.ndarray:
    """(N, 10) probabilities."""
    packed = pack(load_model(SHIPPED / f"{reader}.safetensors"))
    assert packed is not None
    cases = [[{"file": "network"}, image.ravel().tolist()] for image in images]
    return np.array(node("inpage/network.js", "classified", cases, network=packed.content))


@pytest.fixture(scope="module")
def samples() -> list[np.ndarray]:
    """The app's ten, somewhere on the canvas, in several sizes and with several pens."""
    chance = np.random.default_rng(1)
    return [draw_anywhere(strokes, chance, 308) for strokes in SAMPLES.values() for _ in range(3)]


def test_the_page_makes_the_taught_network_of_the_one_that_it_has(node: Answers) -> None:
    model = load_model(SHIPPED / "nin.safetensors")
    before = LastLayer.of(model)
    packed = pack(model)
    assert packed is not None
    layer = LastLayer(2 * before.weights, before.biases).to_bytes()
    taught = packed.with_last_layer(layer)
    news = {"id": taught.id, "layer": base64.b64encode(layer).decode()}
    (made,) = node("inpage/network.js", "taught", [[{"file": "network"}, news]], network=packed.content)
    assert bytes(made) == taught.content


def test_page_and_python_make_the_same_picture_of_a_drawing(node: Answers, samples: list[np.ndarray]) -> None:
    whole = tuple(range(0, len(samples), 4))
    for number, (rgba, image) in enumerate(zip(samples, prepared_by_page(node, samples, whole), strict=True)):
        assert largest_step(prepare(rgba, number not in whole).image, image) <= 1


def test_the_pictures_of_unusual_drawings_are_the_same_too(node: Answers) -> None:
    chance = np.random.default_rng(2)
    seven = draw_strokes(SAMPLES[7], 97, 8)
    dark_on_light = np.dstack([255 - seven[:, :, :3], seven[:, :, 3:]])
    on_nothing = np.dstack([np.zeros_like(seven[:, :, :3]), seven[:, :, :1]])
    coloured = seven.copy()
    coloured[:, :, 1] //= 3
    noisy = seven.copy()
    noisy[:, :, :3] = np.clip(noisy[:, :, :3].astype(int) + chance.integers(0, 20, seven.shape)[:, :, :3], 0, 255)
    dot, blank, line = np.zeros_like(seven), np.zeros_like(seven), np.zeros((31, 64, 4), np.uint8)
    for empty in (dot, blank, line):
        empty[:, :, 3] = 255
    dot[4, 90], line[10:13, 2:60] = 255, 255
    faint = seven.copy()
    faint[:, :, :3] //= 30
    drawings = [dark_on_light, on_nothing, coloured, noisy, dot, blank, line, faint, np.full_like(seven, 255)]
    for rgba, image in zip(drawings, prepared_by_page(node, drawings), strict=True):
        assert largest_step(prepare(rgba).image, image) <= 1


def test_a_symmetrical_drawing_is_centred_alike_whatever_the_order_of_summing(node: Answers) -> None:
    """Its centre of mass lies on a whole pixel, where a rounding error would move the picture by one."""
    drawings = []
    for width in range(2, 40):
        rgba = np.zeros((120, 120, 4), np.uint8)
        rgba[:, :, 3] = 255
        rgba[10:110, 60 - width : 60 + width] = 255
        drawings.append(rgba)
    for rgba, image in zip(drawings, prepared_by_page(node, drawings), strict=True):
        assert largest_step(prepare(rgba).image, image) <= 1


@pytest.mark.parametrize("reader", READERS)
def test_page_and_pytorch_read_the_same(node: Answers, samples: list[np.ndarray], reader: str) -> None:
    model, images = load_model(SHIPPED / f"{reader}.safetensors"), [prepare(rgba).image for rgba in samples]
    images.append(np.zeros((28, 28), np.uint8))
    for image, ours in zip(images, read_by_page(node, reader, images), strict=True):
        np.testing.assert_allclose(ours, classify_image(model, image).probabilities, atol=1e-5)


def test_other_peoples_drawings(node: Answers) -> None:
    """All of a file of pen strokes: the same pictures and probabilities, and so the same recognition."""
    if not PENS.is_file():
        lacking(f"no {PENS.name} in the data folder", "POINTWISE_REQUIRE_DATA")
    chance = np.random.default_rng(0)
    drawings = [draw_anywhere(pen.strokes, chance, 308) for pen in read_strokes(PENS)]
    images, model = [prepare(rgba).image for rgba in drawings], load_model(SHIPPED / "nin.safetensors")
    by_page = prepared_by_page(node, drawings)
    assert max(map(largest_step, images, by_page)) <= 1
    expected = np.array([classify_image(model, image).probabilities for image in by_page])
    np.testing.assert_allclose(read_by_page(node, "nin", by_page), expected, atol=1e-5)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("arch", ["nin", "conv_mlp", "mlp_1x1", "bag_of_pixels"])
def test_any_network_that_is_small_enough_is_evaluated(node: Answers, arch: str, activation: str) -> None:
    widths = {"nin": (5, 6, 7), "conv_mlp": (3, 5), "mlp_1x1": (9,), "bag_of_pixels": (6, 5)}[arch]
    config = ModelConfig(arch, widths=widths, activation=activation, batch_norm=arch == "mlp_1x1")
    model = build(config, seed=3)
    with torch.no_grad():
        model(torch.randn(8, 1, 28, 28, generator=torch.Generator().manual_seed(1)))  # gives the norms some statistics
    model.eval().requires_grad_(False)
    model.card = {"temperature": 0.7}
    images = [np.random.default_rng(seed).integers(0, 256, (28, 28), np.uint8) for seed in range(3)]
    packed = pack(model)
    assert packed is not None
    cases = [[{"file": "network"}, image.ravel().tolist()] for image in images]
    ours = np.array(node("inpage/network.js", "classified", cases, network=packed.content))
    expected = [classify_image(model, image).probabilities for image in images]
    np.testing.assert_allclose(ours, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("reader", "stage", "channel"), [("nin", 0, 3), ("nin", 1, 31), ("nin", 2, 5), ("nin", 6, 7), ("mlp_1x1", 0, 40)]
)
def test_a_channel_that_is_being_changed(node: Answers, reader: str, stage: int, channel: int) -> None:
    """Its map before and after the activation, and what the network then reads; another channel is changed already."""
    model, image = load_model(SHIPPED / f"{reader}.safetensors"), prepare(draw_strokes(SAMPLES[4])).image
    chain, packed = Chain.of(model), pack(model)
    assert packed is not None
    other = chain.stages[0].channel(1)
    chain = chain.with_channel(0, 1, Channel(other.weights * -0.5, 0.3))
    used = chain.stages[stage].channel(channel)
    changed = Channel(used.weights * 1.4, used.bias - 0.2)
    trace = chain.with_channel(stage, channel, changed).run(image)
    data = {
        "image": base64.b64encode(image.tobytes()).decode(),
        "stage": stage,
        "channel": channel,
        "changes": [{"stage": 0, "channel": 1, "weights": (other.weights * -0.5).flatten().tolist(), "bias": 0.3}],
    }
    case = [{"file": "network"}, data, changed.weights.flatten().tolist(), changed.bias]
    (ours,) = node("ui/feature_maps/live_channel.js", "changed", [case], network=packed.content)
    maps = trace.maps[stage]
    for kind, expected in (("before", maps.before), ("after", maps.after)):
        scale = max(1.0, float(expected[channel].abs().max()))
        np.testing.assert_allclose(np.array(ours[kind]) / scale, expected[channel].flatten() / scale, atol=1e-5)
    np.testing.assert_allclose(ours["probabilities"], trace.probabilities, atol=1e-5)


def test_a_channel_of_a_network_too_large_for_the_page_has_its_map_at_least(node: Answers) -> None:
    model, image = load_model(SHIPPED / "conv_mlp.safetensors"), prepare(draw_strokes(SAMPLES[4])).image
    assert pack(model, shipped.MOST_PARAMETERS) is None
    packed = pack(model, stages=1)
    assert packed is not None
    data = {"image": base64.b64encode(image.tobytes()).decode(), "stage": 0, "channel": 2, "changes": []}
    (ours,) = node(
        "ui/feature_maps/live_channel.js", "changed", [[{"file": "network"}, data, [0.7], 0.1]], network=packed.content
    )
    inputs = normalise(torch.from_numpy(image)[None]).flatten()
    np.testing.assert_allclose(ours["before"], inputs * 0.7 + 0.1, atol=1e-6)
    assert ours["probabilities"] is None


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_price_that_follows_a_slider(node: Answers, activation: str) -> None:
    model = build(replace(default_config("price_1x1"), activation=activation, batch_norm=True), seed=3)
    for name, tensor in model.state_dict().items():
        if "norm" in name and tensor.is_floating_point():
            tensor.uniform_(0.5, 2.0, generator=torch.Generator().manual_seed(5))
    model.eval().requires_grad_(False)
    model.card = {"scaling": {"mean": 300_000.0, "std": 150_000.0}}
    houses = [(0.0, 0.0), (2500.0, 5.0), (6000.0, 1.0), (150.0, 12.0)]
    cases = [[weights_of(model), [feet / 5000, rooms / 10]] for feet, rooms in houses]
    for house, answer in zip(houses, node("inpage/price.js", "forward", cases), strict=True):
        assert answer["price"] == pytest.approx(price_parts(model, *house).price, abs=1e-6)


FORMATS = "inpage/formats.js"


def awkward_numbers() -> list[float]:
    """Numbers of every size and sign, halves that either neighbour is equally near to, powers of ten and their
    neighbours."""
    chance = np.random.default_rng(7)
    numbers = [*(chance.normal(size=400) * 10.0 ** chance.integers(-9, 16, 400)).tolist()]
    numbers += [whole + 0.5 for whole in (*range(-6, 7), 99_999, 2**40)] + [
        0.0,
        -0.0,
        0.125,
        0.375,
        2.0625,
        12.25,
        1.125e15,
    ]
    for power in (10.0**exponent for exponent in range(-7, 17)):
        numbers += [power, -power, math.nextafter(power, 0), math.nextafter(power, math.inf), 9.9995 * power]
    return numbers


def test_numbers_are_written_alike(node: Answers) -> None:
    numbers = awkward_numbers()
    assert node(FORMATS, "written", [[value] for value in numbers]) == [labels.number(value) for value in numbers]


@pytest.mark.parametrize("signed", [False, True])
def test_dollars_are_written_alike(node: Answers, signed: bool) -> None:
    numbers = awkward_numbers()
    ours = node(FORMATS, "dollars", [[value, signed] for value in numbers])
    assert ours == [labels.dollars(value, signed) for value in numbers]


def test_probabilities_are_written_alike(node: Answers) -> None:
    shares = [0.0, 1.0, 0.0005, 0.001, 0.999, 0.9995, 0.0025, 0.0125, 0.03125, 0.5, 0.99949999]
    shares += [math.nextafter(share, end) for share in (0.001, 0.999) for end in (0, 1)]
    shares += np.random.default_rng(7).random(400).tolist() + [step / 2000 for step in range(2001)]
    assert node(FORMATS, "percent", [[share] for share in shares]) == [labels.probability(share) for share in shares]


@pytest.mark.parametrize("low", [0.0, -2.5])
def test_values_are_coloured_alike(node: Answers, low: float) -> None:
    scale = Scale(low, 2.5)
    values = np.concatenate([np.linspace(-4, 4, 401), np.random.default_rng(7).normal(size=400)]).astype(np.float32)
    (bytes_,) = node(FORMATS, "coloured", [[values.tolist(), {"low": low, "high": 2.5, "stops": scale.stops.tolist()}]])
    ours = np.array(bytes_).reshape(-1, 4)
    np.testing.assert_array_equal(ours[:, :3], scale.coloured(values))
    assert (ours[:, 3] == 255).all()


@pytest.mark.parametrize("weights", [(0.3, 0.6, 0.1), (-0.5, 1.0, -0.5), (0.0, 0.0, 0.0)])
def test_a_colour_mix_shows_each_part_as_bright_as_ours(node: Answers, weights: tuple[float, float, float]) -> None:
    scene = colour.tree(24)
    parts = np.argmax(np.stack(list(scene.parts.values())), axis=0)
    module = "inpage/colour_mixer.js"
    (values,) = node(module, "mixed", [[{"file": "picture"}, weights]], picture=scene.picture.tobytes())
    (bright,) = node(module, "brightness", [[values, {"file": "parts"}, 4]], parts=parts.astype(np.uint8).tobytes())
    np.testing.assert_allclose(bright, list(colour.brightness(scene, np.array(weights)).values()), atol=1e-9)
