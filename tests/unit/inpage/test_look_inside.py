"""What a page shows of a network's inside is what pointwise.explain says: a pixel's sum, the evidence for a digit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pointwise.drawing import draw_strokes, prepare
from pointwise.explain.chain import Chain, pixel_at
from pointwise.explain.evidence import all_evidence
from pointwise.export.page_weights import pack
from pointwise.inference import classify_image
from pointwise.models import SHIPPED, ModelConfig, Network, build
from pointwise.ui.canvas.drawing import SAMPLES
from pointwise.ui.frame.colours import Scale
from pointwise.weights import load_model
from tests.unit.inpage.conftest import Answers

MODULE = "inpage/look_inside.js"


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return prepare(draw_strokes(SAMPLES[4])).image


def tiny(arch: str) -> Network:
    widths = {"nin": (5, 6, 7), "conv_mlp": (3, 5), "mlp_1x1": (9,)}[arch]
    return build(ModelConfig(arch, widths=widths, activation="gelu"), seed=3).eval().requires_grad_(False)


@pytest.mark.parametrize("arch", ["nin", "conv_mlp", "mlp_1x1"])
def test_the_sum_of_a_pixel(node: Answers, image: np.ndarray, arch: str) -> None:
    """At a corner, where kernels hang over the edge, and in the middle; products in any order."""
    model = tiny(arch)
    chain, packed = Chain.of(model), pack(model)
    assert packed is not None
    trace, cases, expected = chain.run(image), [], []
    for number, maps in enumerate(trace.maps):
        height, width = maps.after.shape[1:]
        for y, x in {(0, 0), (height // 2, width // 2)}:
            cases.append([{"file": "network"}, image.ravel().tolist(), number, 2, y * width + x])
            expected.append(pixel_at(chain, maps, number, 2, y, x))
    for ours, pixel in zip(node(MODULE, "summed", cases, network=packed.content), expected, strict=True):
        products = [term["weight"] * term["input"] for term in ours["terms"]]
        np.testing.assert_allclose(sorted(products), np.sort(pixel.products.ravel()), atol=1e-5)
        np.testing.assert_allclose((ours["before"], ours["after"]), (pixel.before, pixel.after), atol=1e-5)


@pytest.mark.parametrize("arch", ["nin", "conv_mlp", "mlp_1x1"])
def test_the_evidence_for_each_digit(node: Answers, image: np.ndarray, arch: str) -> None:
    model = tiny(arch)
    packed = pack(model)
    assert packed is not None
    (ours,) = node(MODULE, "evidence", [[{"file": "network"}, image.ravel().tolist()]], network=packed.content)
    for one, theirs in zip(ours, all_evidence(Chain.of(model), image), strict=True):
        np.testing.assert_allclose(one["terms"], theirs.terms.ravel(), atol=1e-5)
        np.testing.assert_allclose((one["bias"], one["logit"]), (theirs.bias, theirs.logit), atol=1e-4)


def test_windows_that_only_look_alike_are_told_apart(node: Answers) -> None:
    """Two pairs of brightnesses whose places have one sum of the kind that windows are compared by first."""
    image = np.zeros((28, 28), np.uint8)
    image[0], image[1] = np.arange(100, 128), np.arange(130, 158)
    image[10, 12:14], image[20, 12:14] = (105, 142), (106, 111)  # 31 × 5 + 40 = 31 × 6 + 9
    model = load_model(SHIPPED / "nin.safetensors")
    packed = pack(model)
    assert packed is not None
    case = [{"file": "network"}, image.ravel().tolist()]
    (ours,) = node("inpage/network.js", "classified", [case], network=packed.content)
    np.testing.assert_allclose(ours, classify_image(model, image).probabilities, atol=1e-5)


def test_weights_of_half_precision_are_read_exactly(node: Answers, image: np.ndarray) -> None:
    model = tiny("nin")
    packed = pack(model, halves=True)
    assert packed is not None
    (ours,) = node(
        "inpage/network.js", "classified", [[{"file": "network"}, image.ravel().tolist()]], network=packed.content
    )
    chain = Chain.of(model)
    stages = [
        replace(one, weights=one.weights.half().float(), biases=one.biases.half().float()) for one in chain.stages
    ]
    rounded = replace(chain, stages=tuple(stages))
    np.testing.assert_allclose(ours, rounded.run(image).probabilities, atol=1e-6)
    assert np.abs(chain.run(image).probabilities - ours).max() > 1e-5


def test_a_scale_is_made_alike(node: Answers) -> None:
    cases = [
        (values, around) for values in ([0.0, 2.5, 1.0], [-3.0, 1.0], [0.0, 0.0], [-0.5]) for around in (False, True)
    ]
    scales = node("inpage/formats.js", "scaleOf", [list(case) for case in cases])
    for (values, around), ours in zip(cases, scales, strict=True):
        theirs = (Scale.around if around else Scale.of)(np.array(values))
        assert ours == {"low": theirs.low, "high": theirs.high, "stops": theirs.stops.tolist()}
