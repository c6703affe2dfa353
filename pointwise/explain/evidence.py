"""Which pixels of a drawing speak for a digit and which against it: terms that add up to the digit's logit exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pointwise.data.digits import normalise
from pointwise.explain.chain import Chain, Maps

GREYS = 256
BASELINES = {"mid-grey": 0.0, "black": -1.0}  # brightness that a dense network's pixels are measured from

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Evidence:
    """A logit as a sum over the pixels of a map or of the picture."""

    terms: Floats  # (h, w): what each pixel adds
    bias: float  # what is added whatever is drawn
    logit: float  # what the network says

    @property
    def total(self) -> float:
        """The sum of all terms and the bias, to be held against ``logit``."""
        return float(self.terms.sum()) + self.bias


@dataclass(frozen=True)
class Curves:
    """Each logit of a network of 1×1 convolutions as a function of one pixel's brightness."""

    brightness: Floats  # (256,), −1…1
    logits: Floats  # (classes, 256)

    def averaged(self, image: NDArray[np.uint8]) -> Floats:
        """The curves averaged over a picture's pixels, (classes,); these are its logits."""
        counts = np.bincount(image.ravel(), minlength=GREYS)
        return self.logits @ counts / image.size


def is_pooled(chain: Chain) -> bool:
    """Whether the last maps are spatial until they are averaged (global average pooling)."""
    return not any(stage.flat for stage in chain.stages)


def is_pointwise(chain: Chain) -> bool:
    """Whether no stage looks at more than one pixel, so that a picture is only a bag of them."""
    return is_pooled(chain) and all(stage.kernel == 1 for stage in chain.stages)


def class_evidence(chain: Chain, image: NDArray[np.uint8], digit: int, baseline: float = 0.0) -> Evidence:
    """A digit's logit, taken apart; image uint8 (H, W).

    With global average pooling a term is a map pixel's share of the average: the last 1×1 convolution's weights times
    its channels, divided by the number of pixels (class activation maps: Zhou et al. 2016, arXiv:1512.04150).
    Otherwise it is how much brighter a picture's pixel is than the ``baseline``, −1 for black to 1 for white, times its
    weight in the affine function that the network is around this drawing: each activation is replaced by the factor by
    which it scales its input here (for ReLU 0 or 1), see ``affine``. The bias is that function's value where every
    pixel is the baseline, so another baseline shifts terms and bias, with the same sum. Pooled networks need none.
    """
    return _evidence(chain, image, (digit,), baseline)[0]


def all_evidence(chain: Chain, image: NDArray[np.uint8], baseline: float = 0.0) -> tuple[Evidence, ...]:
    """Every digit's logit on a picture, uint8 (28, 28), taken apart as by ``class_evidence``."""
    return _evidence(chain, image, range(chain.stages[-1].channels), baseline)


def _evidence(chain: Chain, image: NDArray[np.uint8], digits: Sequence[int], baseline: float) -> tuple[Evidence, ...]:
    trace = chain.run(image)
    logits = [float(trace.logits[digit]) for digit in digits]
    if is_pooled(chain):
        last = trace.maps[-1]
        return tuple(_pooled(chain, last, digit, logit) for digit, logit in zip(digits, logits, strict=True))
    x = normalise(torch.from_numpy(image)[None])[0]
    parts = zip(affines(chain, x, digits), logits, strict=True)
    return tuple(
        Evidence((weights * (x - baseline)).sum(0).double().numpy(), bias + baseline * float(weights.sum()), logit)
        for (weights, bias), logit in parts
    )


def _pooled(chain: Chain, last: Maps, digit: int, logit: float) -> Evidence:
    channel = chain.stages[-1].channel(digit)
    height, width = last.after.shape[1:]
    shares = torch.einsum("c,chw->hw", channel.weights[:, 0, 0].double(), last.inputs.double()) / (height * width)
    return Evidence(shares.numpy(), channel.bias, logit)


def affines(chain: Chain, x: Tensor, digits: Sequence[int]) -> list[tuple[Tensor, float]]:
    """For each digit weights (C, H, W) and bias of the affine function that gives its logit, all factors held as at x.

    An activation a(z) is (a(z) − a(0)) / z · z + a(0): a factor times its input, plus a constant. For ReLU the
    function is the network itself as long as no unit is switched on or off (Montúfar et al. 2014, arXiv:1402.1869).
    """
    with torch.inference_mode(False), torch.enable_grad():
        factors, zero = _factors(chain, x)
        start = x.clone().requires_grad_()
        held = _held(chain, start, factors, zero)
        weights = [torch.autograd.grad(held[digit], start, retain_graph=True)[0] for digit in digits]
        nothing = _held(chain, torch.zeros_like(x), factors, zero).detach()
    return [(row, float(nothing[digit])) for row, digit in zip(weights, digits, strict=True)]


def _factors(chain: Chain, x: Tensor) -> tuple[list[Tensor], float]:
    with torch.no_grad():
        zero = float(chain.act()(torch.zeros(())))
        maps = chain.trace(x).maps
        factors = [torch.where(m.before == 0, 0.0, (m.after - zero) / m.before) for m in maps]
    return factors, zero


def _held(chain: Chain, x: Tensor, factors: list[Tensor], zero: float) -> Tensor:
    """The logits with every activation replaced by its factor."""
    for stage, factor in zip(chain.stages, factors, strict=True):
        x = stage.convolve(x.reshape(-1, 1, 1) if stage.flat else x)
        x = x * factor + zero if stage.activated else x
    return x.mean(dim=(1, 2))


def brightness_curves(chain: Chain) -> Curves:
    """All logits over brightness: the network run on one picture that has every grey once. Needs ``is_pointwise``."""
    if not is_pointwise(chain):
        raise ValueError("Only a network of 1×1 convolutions and an average is a sum over pixels.")
    greys = np.arange(GREYS, dtype=np.uint8)[None]
    last = chain.run(greys).maps[-1]
    return Curves(np.arange(GREYS) / 127.5 - 1, last.after[:, 0].double().numpy())


def tone_curve(chain: Chain, channel: int) -> tuple[Floats, Floats]:
    """Brightness −1…1 and a first-stage channel's values, both (256,). Needs a 1×1 first stage on one channel."""
    first = chain.stages[0]
    if first.kernel != 1 or first.inputs != 1:
        raise ValueError("Only a 1×1 convolution of a grey picture has a tone curve.")
    brightness = np.arange(GREYS) / 127.5 - 1
    used = first.channel(channel)
    values = used.weights.double().item() * torch.from_numpy(brightness) + used.bias
    return brightness, (chain.act()(values) if first.activated else values).numpy()
