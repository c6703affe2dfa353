"""Large dense layers, trained on the CPU in about half the time: the same three products by quicker routines.

PyTorch multiplies by MKL, which on processors that are not Intel's takes the older instructions; oneDNN, which PyTorch
brings along for its compiler, takes the newest. The gradient of the weights goes into memory that stays: fresh memory
of its size costs as much as the product.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LARGE = 1_000_000  # weights; smaller layers gain nothing


@contextmanager
def quick_dense_layers(model: nn.Module) -> Iterator[None]:
    """Within it, the large dense layers of a model on the CPU compute so; without oneDNN's routine, nothing changes.

    The gradients of their weights are written and not added: there must be one backward pass a step.
    """
    layers = [layer for layer in model.modules() if isinstance(layer, nn.Linear) and _fits(layer.weight)]
    if not layers or not product_works():
        yield
        return
    for layer in layers:
        layer.forward = _Dense(layer)  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        for layer in layers:
            del layer.forward


def _fits(weight: Tensor) -> bool:
    return weight.numel() >= LARGE and weight.device.type == "cpu" and weight.dtype == torch.float32


def product_works() -> bool:
    """Whether this PyTorch has the routine, and it gives a product."""
    try:
        x, weight = torch.ones(2, 3), torch.arange(12.0).reshape(4, 3)
        return torch.equal(product(x, weight), x @ weight.T)
    except (AttributeError, RuntimeError, TypeError):
        return False


def product(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """(N, I) times (O, I) transposed, by oneDNN."""
    return torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")


class _Dense:
    """A dense layer's forward pass."""

    def __init__(self, layer: nn.Linear) -> None:
        self._layer, self._gradient = layer, torch.empty_like(layer.weight)

    def __call__(self, x: Tensor) -> Tensor:
        if not torch.is_grad_enabled() or not self._layer.weight.requires_grad:
            return F.linear(x, self._layer.weight, self._layer.bias)
        return _Products.apply(x, self._layer.weight, self._layer.bias, self._gradient)


class _Products(torch.autograd.Function):
    """x·Wᵀ + b, and its gradients; that of W is put into the given memory and onto W itself."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, gradient: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.gradient = gradient
        return product(x, weight, bias)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (out,) = gradients
        x, weight = ctx.saved_tensors
        weight.grad = torch.mm(out.T, x, out=ctx.gradient)
        return product(out, weight.T), None, out.sum(0), None
