"""A light augmentation of digits, a whole batch at a time, drawn from an explicit generator."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

ROTATION = math.radians(12)
SCALE = 0.12  # each axis by itself
SHEAR = 0.2
SHIFT = 0.08  # of half the picture, about one pixel
ELASTIC = 0.05  # of half the picture, before smoothing over a 4×4 grid
THICKEN, THIN = 0.35, 0.25  # the share of digits drawn with a thicker or thinner pen
DARKEN = 1.0  # how much stronger the ink may get: a pen on a screen has no grey strokes


def augment(x: Tensor, generator: torch.Generator) -> Tensor:
    """Turn, stretch, slant, shift, bend and redraw with another pen: float32 (n, 1, H, W) in −1…1, in and out."""
    return _warp(_pen(x, generator), generator).contiguous()


def _uniform(shape: tuple[int, ...], generator: torch.Generator, device: torch.device) -> Tensor:
    return (torch.rand(shape, generator=generator) * 2 - 1).to(device)


def _pen(x: Tensor, generator: torch.Generator) -> Tensor:
    """Dilate or erode some of the digits by up to one pixel on each side, in any degree in between."""
    n = len(x)
    draw = torch.rand(n, generator=generator).to(x.device)
    degree = torch.rand((n, 1, 1, 1), generator=generator).to(x.device)
    thick = F.max_pool2d(x, 3, stride=1, padding=1)
    thin = -F.max_pool2d(-x, 2, stride=1, padding=1)[:, :, :-1, :-1]
    x = torch.where((draw < THICKEN)[:, None, None, None], x + degree * (thick - x), x)
    x = torch.where((draw > 1 - THIN)[:, None, None, None], x + degree * (thin - x), x)
    gain = 1 + DARKEN * torch.rand((n, 1, 1, 1), generator=generator).to(x.device)
    return ((x + 1) * gain - 1).clamp_(max=1.0)


def _warp(x: Tensor, generator: torch.Generator) -> Tensor:
    n, device = len(x), x.device
    angle = _uniform((n,), generator, device) * ROTATION
    scale = 1 + _uniform((n, 2), generator, device) * SCALE
    shear = _uniform((n,), generator, device) * SHEAR
    shift = _uniform((n, 2), generator, device) * SHIFT
    cos, sin = angle.cos(), angle.sin()
    row1 = torch.stack([scale[:, 0] * cos, scale[:, 0] * (shear * cos - sin), shift[:, 0]], dim=1)
    row2 = torch.stack([scale[:, 1] * sin, scale[:, 1] * (shear * sin + cos), shift[:, 1]], dim=1)
    grid = F.affine_grid(torch.stack([row1, row2], dim=1), list(x.shape), align_corners=False)
    bend = _uniform((n, 2, 4, 4), generator, device) * ELASTIC
    bend = F.interpolate(bend, size=x.shape[-2:], mode="bicubic", align_corners=True)
    return F.grid_sample(x + 1, grid + bend.permute(0, 2, 3, 1), align_corners=False) - 1
