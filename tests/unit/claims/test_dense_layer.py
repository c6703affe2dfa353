"""A dense layer in four forms against autograd and built modules, and its times."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from pointwise.claims import dense_layer
from pointwise.data.digits import load_bundled
from pointwise.errors import ConfigError
from pointwise.explain.chain import Chain, Channel
from pointwise.models import SHIPPED
from pointwise.weights import load_model


@pytest.mark.parametrize("shape", [(1, 1, 1, 5, 7), (2, 6, 4, 3, 8), (1, 28, 28, 64, 10)])
def test_all_forms_of_a_dense_layer_agree(shape: tuple[int, ...]) -> None:
    first, *others = dense_layer.compare(*shape)
    assert (first.outputs, first.gradients) == (0.0, 0.0)
    for other in others:
        assert other.outputs < 1e-4
        assert other.gradients < 1e-4
        assert other.parameters == first.parameters == shape[3] * shape[4] + shape[4]


def test_each_form_is_the_module_of_that_name() -> None:
    conv = nn.Conv2d(5, 7, 1).requires_grad_(False)
    x, weight = torch.randn(2, 5, 3, 4), conv.weight[:, :, 0, 0]
    for form in dense_layer.FORMS.values():
        torch.testing.assert_close(form(x, weight, conv.bias), conv(x), rtol=1e-5, atol=1e-5)


def test_a_difference_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(dense_layer.FORMS, "matmul", lambda x, w, b: dense_layer.by_matmul(x, w, b) * 1.01)
    assert dense_layer.compare(1, 4, 4, 3, 2)[-1].outputs > 1e-3


@pytest.mark.parametrize("shape", [(0, 1, 1, 1, 1), (1, 4000, 4000, 3, 3)])
def test_sizes_that_cannot_be_compared_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ConfigError, match="Choose sizes"):
        dense_layer.compare(*shape)


def test_the_code_shown_is_the_code_that_ran() -> None:
    for name, form in dense_layer.FORMS.items():
        assert dense_layer.source_of(name).startswith(f"def {form.__name__}(")


def test_every_form_is_timed_in_turns() -> None:
    result = dense_layer.form_times((1, 4, 4, 8, 8), repeats=2)
    assert set(result.milliseconds) == {*dense_layer.FORMS, dense_layer.CHANNELS_LAST}
    assert all(ms > 0 for ms in result.milliseconds.values())
    assert result.ratio("Conv2d 1×1") == 1.0
    assert result.product > 0


def test_a_pixel_of_a_picture_goes_through_both_layers_alike() -> None:
    picture = np.arange(36, dtype=np.uint8).reshape(3, 4, 3)
    weights = np.array([[1.0, -1.0, 0.0], [0.5, 0.25, 2.0]])
    at = dense_layer.at_pixel(picture, weights, row=2, column=1)
    assert at.maps.shape == (2, 3, 4)
    np.testing.assert_allclose(at.inputs, picture[2, 1] / 255, rtol=1e-6)
    np.testing.assert_allclose(at.by_dense, weights @ (picture[2, 1] / 255), atol=1e-6)
    np.testing.assert_allclose(at.by_convolution, at.by_dense, atol=1e-6)


def test_network_in_network_slides_an_mlp_over_the_image() -> None:
    chain = Chain.of(load_model(SHIPPED / "nin.safetensors"))
    image = load_bundled()[1].images[0].numpy()
    assert dense_layer.slid_mlp_difference(chain, image) < 1e-4
    moved = chain.with_channel(1, 0, Channel(chain.stages[1].weights[0] + 1, 0.0))
    assert dense_layer.slid_mlp_difference(moved, image) > 1e-2  # the MLP is of the unchanged weights


def test_the_heads_count_as_built_ones_do() -> None:
    average, full = nn.Conv2d(96, 10, 1), nn.Linear(96 * 7 * 7, 10)
    expected = tuple(sum(p.numel() for p in module.parameters()) for module in (average, full))
    assert dense_layer.head_parameters(96, 7, 10) == expected
    last = Chain.of(load_model(SHIPPED / "nin.safetensors")).run(load_bundled()[1].images[0].numpy()).maps[-1]
    assert last.inputs.shape == (96, 7, 7)  # what the summary counts with
