"""The sliding detector against crops, torch's flop counter, and strips whose digits are known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from pointwise.claims import any_size
from pointwise.data.digits import load_bundled, normalise
from pointwise.drawing import SLACK
from pointwise.errors import ConfigError
from pointwise.models import CLASSIFIERS, SHIPPED, ModelConfig, Network, build, default_config
from pointwise.weights import load_model


@pytest.fixture(scope="module")
def mlp() -> Network:
    return load_model(SHIPPED / "mlp_1x1.safetensors")


@pytest.fixture(scope="module")
def nin() -> Network:
    return load_model(SHIPPED / "nin.safetensors")


@pytest.fixture(scope="module")
def examples() -> list[tuple[np.ndarray, list[int]]]:
    return any_size.strips(load_bundled()[1], 40)


def test_sliding_equals_the_cropped_evaluation(mlp: Network, examples: list[tuple[np.ndarray, list[int]]]) -> None:
    for strip, _ in examples[:5]:
        scores = any_size.score_map(mlp, strip)
        assert scores.shape == (10, 2 * SLACK + 1, strip.shape[1] - 27)
        assert np.abs(scores - any_size.cropped_scores(mlp, strip)).max() <= 1e-4


def test_crops_are_the_network_on_those_pixels(mlp: Network, nin: Network) -> None:
    strip = any_size.strips(load_bundled()[1], 1)[0][0]
    for model, stride in ((mlp, 1), (nin, 4)):
        scores = any_size.cropped_scores(model, strip, stride)
        crop = torch.from_numpy(strip[stride : stride + 28, 2 * stride : 2 * stride + 28].copy())
        with torch.inference_mode():
            expected = model(normalise(crop[None]))[0].numpy()
        np.testing.assert_allclose(scores[:, 1, 2], expected, atol=1e-4)


@pytest.mark.parametrize("arch", CLASSIFIERS)
def test_at_one_position_it_is_the_network_itself(arch: str) -> None:
    model = build(default_config(arch), seed=3).eval()
    image = load_bundled()[1].images[0].numpy()
    expected = any_size.cropped_scores(model, image)
    np.testing.assert_allclose(any_size.score_map(model, image), expected, atol=1e-4)


def test_batch_normalisation_is_slid_along() -> None:
    model = build(ModelConfig("mlp_1x1", batch_norm=True))
    with torch.no_grad():
        model(torch.randn(64, 1, 28, 28))  # in training mode: moves the running statistics
    model.eval()
    strip = any_size.strips(load_bundled()[1], 1)[0][0]
    assert np.abs(any_size.score_map(model, strip) - any_size.cropped_scores(model, strip)).max() <= 1e-4


def test_a_network_of_houses_is_refused() -> None:
    with pytest.raises(ConfigError, match="price_1x1 reads no pictures"):
        any_size.sliding(build(default_config("price_1x1")))


@pytest.mark.parametrize("arch", any_size.SLIDERS)
def test_work_is_what_torch_counts(arch: str) -> None:
    model = build(default_config(arch)).eval()
    slid, cropped = any_size.work(model, 36, 60)
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        any_size.sliding(model)(torch.zeros(1, 1, 36, 60))
    assert slid == counter.get_total_flops() // 2
    places = any_size.score_map(model, np.zeros((36, 60), np.uint8))[0].size
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        model(torch.zeros(places, 1, 28, 28))
    assert cropped == counter.get_total_flops() // 2


def test_at_every_pixel_the_mlp_saves_nothing_and_the_nin_does() -> None:
    same, other = any_size.work(build(default_config("mlp_1x1")), 28, 140)
    assert same == other
    shared, cropped = any_size.work(build(default_config("nin")), 28, 140)
    assert cropped > 5 * shared


@pytest.mark.parametrize(("arch", "least"), [("mlp_1x1", 0.35), ("nin", 0.35)])
def test_strips_of_other_peoples_digits_are_read(
    arch: str, least: float, examples: list[tuple[np.ndarray, list[int]]]
) -> None:
    """scikit-learn's digits, enlarged from 8×8: none like them was learned from. Chance reads one in a thousand."""
    assert any_size.share_read(load_model(SHIPPED / f"{arch}.safetensors"), examples) >= least


def test_a_strip_holds_the_digits_that_it_says() -> None:
    digits = load_bundled()[1]
    for strip, labels in any_size.strips(digits, 3, seed=5):
        assert strip.shape[0] == 28 + 2 * SLACK
        assert strip.shape[1] % 4 == 0
        assert len(labels) == 3
        assert strip.any()
    first, again = any_size.strips(digits, 2, seed=1), any_size.strips(digits, 2, seed=1)
    assert all(np.array_equal(a[0], b[0]) for a, b in zip(first, again, strict=True))


def test_an_empty_strip_reads_as_nothing(mlp: Network) -> None:
    empty = np.zeros((36, 56), np.uint8)
    assert any_size.read(empty, any_size.score_map(mlp, empty)) == []


def test_a_reading_says_where_and_how_sure(mlp: Network) -> None:
    image = load_bundled()[1].images[0].numpy()
    strip = np.pad(image, ((SLACK, SLACK), (16, 16)))
    scores = any_size.score_map(mlp, strip)
    (found,) = any_size.read(strip, scores)
    logits = torch.from_numpy(scores[:, found.top, found.left]).softmax(0)
    assert found.probability == pytest.approx(float(logits.max()))
    assert found.digit == int(logits.argmax())
    assert abs(found.left - 16) <= 2
    assert abs(found.top - SLACK) <= 2


@pytest.mark.parametrize("arch", CLASSIFIERS)
def test_which_network_takes_which_size(arch: str) -> None:
    shapes = [one.shape for one in any_size.answers(load_model(SHIPPED / f"{arch}.safetensors"))]
    dense = arch in ("conv_mlp", "mlp_1x1")
    assert shapes == [None, (1, 10), None] if dense else shapes == [(1, 10)] * 3
