"""The channels of a pixel, computed from the picture alone: colour, edges at four scales, and the energy of textures.

Plain functions of tensors, so that an exported network takes the picture itself. A map of stride s holds the values at
every s-th row and column; in between they are interpolated, which loses nothing where the blur is wide.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def gaussian(size: int, sigma: float, stride: int, rows: int) -> Tensor:
    """The matrix (rows, size) that blurs ``size`` values and keeps every stride-th; each row sums to 1."""
    distance = torch.arange(rows).float()[:, None] * stride - torch.arange(size).float()[None]
    weights = torch.exp(torch.clamp(distance**2 / (-2.0 * sigma**2), min=-40.0))
    return weights / weights.sum(1, keepdim=True)


def reduced(height: int, width: int, stride: int) -> tuple[int, int]:
    """Height and width of what is left of maps when every stride-th row and column is kept."""
    return (height + stride - 1) // stride, (width + stride - 1) // stride


def blurred(x: Tensor, sigma: float, stride: int = 1, size: tuple[int, int] | None = None) -> Tensor:
    """Maps (N, C, H, W) after a Gaussian of ``sigma`` samples, of which every stride-th is kept: ``size`` of them."""
    if sigma == 0:
        return x
    height, width = reduced(x.shape[-2], x.shape[-1], stride) if size is None else size
    down, across = gaussian(x.shape[-2], sigma, stride, height), gaussian(x.shape[-1], sigma, stride, width)
    return down @ (x @ across.transpose(-2, -1))


def enlarged(x: Tensor, stride: int, height: int, width: int) -> Tensor:
    """Maps (…, h, w) of a stride, interpolated to every pixel of a picture: (…, height, width)."""
    if stride == 1:
        return x
    for dim, size in ((-2, height), (-1, width)):
        at = torch.arange(size)
        low = at // stride
        high = torch.clamp(low + 1, max=(size - 1) // stride)
        share = (at % stride).to(x.dtype) / stride
        share = share[:, None] if dim == -2 else share
        x = x.index_select(dim, low) * (1 - share) + x.index_select(dim, high) * share
    return x


def slopes(x: Tensor) -> tuple[Tensor, Tensor]:
    """Central differences along the rows and along the columns, (N, C, H, W) each."""
    p = F.pad(x, (1, 1, 1, 1), mode="replicate")
    return (p[..., 1:-1, 2:] - p[..., 1:-1, :-2]) / 2, (p[..., 2:, 1:-1] - p[..., :-2, 1:-1]) / 2


def eigenvalues(a: Tensor, b: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """The larger and the smaller eigenvalue of the symmetric matrices [[a, b], [b, c]], of maps of one shape."""
    middle, spread = (a + c) / 2, torch.sqrt(((a - c) / 2) ** 2 + b**2 + 1e-12)
    return middle + spread, middle - spread


def edges(picture: Tensor, sigma: float, stride: int) -> Tensor:
    """Blurred colours, gradient, the Hessian's eigenvalues and the structure tensor's: (N, C + 5, h, w)."""
    smooth = blurred(picture, sigma, stride)
    dx, dy = slopes(smooth.mean(1, keepdim=True))
    dxx, dxy = slopes(dx)
    _, dyy = slopes(dy)
    gradient = torch.log1p(100 * torch.sqrt(dx**2 + dy**2 + 1e-12))
    scale = (sigma / stride) ** 2
    bright, dark = eigenvalues(dxx * scale, dxy * scale, dyy * scale)
    products = blurred(torch.cat([dx * dx, dx * dy, dy * dy], 1), sigma / stride)
    along, across = eigenvalues(products[:, :1], products[:, 1:2], products[:, 2:])
    tensor = torch.log(torch.relu(torch.cat([along, across], 1)) + 1e-5)
    return torch.cat([smooth, gradient, bright, dark, tensor], 1)


def responses(smooth: Tensor) -> Tensor:
    """First derivatives in four directions, second ones, and bright and dark spots apart: (N, 9, h, w)."""
    dx, dy = slopes(smooth)
    dxx, dxy = slopes(dx)
    _, dyy = slopes(dy)
    spot, half = dxx + dyy, 0.5**0.5
    parts = [dx, dy, (dx + dy) * half, (dx - dy) * half, dxx, dyy, dxy, torch.relu(-spot), torch.relu(spot)]
    return torch.cat(parts, 1)


def texture(picture: Tensor) -> list[tuple[int, Tensor]]:
    """How strongly 41 filters answer within 8 and within 24 pixels, as logarithms, with brightness and contrast."""
    grey = picture.mean(1, keepdim=True)
    height, width = picture.shape[-2:]
    half, fourth, eighth = (reduced(height, width, stride) for stride in (2, 4, 8))
    a, b = blurred(grey, 0.7), blurred(grey, 1.4)
    fine = torch.cat([grey - a, a - b, responses(a), responses(b)], 1)
    c, d, e = (blurred(grey, sigma, 2, half) for sigma in (2.8, 5.6, 8.0))
    second = b.index_select(-2, torch.arange(half[0]) * 2).index_select(-1, torch.arange(half[1]) * 2)
    coarse = torch.cat([second - c, c - d, d - e, responses(c), responses(d)], 1)
    light = torch.cat([grey, grey**2], 1)
    near = [blurred(fine**2, 8.0, 4, fourth), blurred(coarse**2, 4.0, 2, fourth), blurred(light, 8.0, 4, fourth)]
    far = [blurred(maps, 5.66, 2, eighth) for maps in near]
    maps = []
    for stride, energies in ((4, near), (8, far)):
        energy = torch.cat(energies, 1)
        mean, square = energy[:, -2:-1], energy[:, -1:]
        contrast = torch.log(torch.relu(square - mean**2) + 1e-4)
        maps.append((stride, torch.cat([torch.log(energy[:, :-2] + 1e-6), mean, contrast], 1)))
    return maps


def bank(picture: Tensor, channel_sets: tuple[str, ...]) -> list[tuple[int, Tensor]]:
    """The channels of pictures (N, 1 or 3, H, W) in 0…1 as maps with their strides, in the order of their sets."""
    maps = []
    if "colour" in channel_sets:
        maps.append((1, picture))
    if "edges" in channel_sets:
        maps += [(stride, edges(picture, sigma, stride)) for sigma, stride in ((1, 1), (2, 1), (4, 2), (8, 4))]
    if "texture" in channel_sets:
        maps += texture(picture)
    return maps
