"""The quick routine for large dense layers against autograd, and where it leaves a layer alone."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from pointwise.training import fast_linear


def test_quick_dense_layers_have_autograds_gradients() -> None:
    layer, x = nn.Linear(4000, 300), torch.randn(5, 4000, requires_grad=True)
    probe = torch.randn(5, 300)
    expected = torch.autograd.grad((layer(x) * probe).sum(), [x, layer.weight, layer.bias])
    with fast_linear.quick_dense_layers(layer):
        assert "forward" in vars(layer)
        (layer(x) * probe).sum().backward()
    assert "forward" not in vars(layer)
    for got, right in zip((x.grad, layer.weight.grad, layer.bias.grad), expected, strict=True):
        torch.testing.assert_close(got, right, rtol=1e-4, atol=1e-4)


def test_small_layers_and_a_missing_routine_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    with fast_linear.quick_dense_layers(small := nn.Linear(10, 10)):
        assert "forward" not in vars(small)
    monkeypatch.setattr(fast_linear, "product", lambda *_: (_ for _ in ()).throw(RuntimeError("no such routine")))
    with fast_linear.quick_dense_layers(large := nn.Linear(4000, 300)):
        assert "forward" not in vars(large)


def test_a_layer_comes_back_after_a_failure() -> None:
    with pytest.raises(ZeroDivisionError), fast_linear.quick_dense_layers(layer := nn.Linear(4000, 300)):
        raise ZeroDivisionError
    assert "forward" not in vars(layer)
