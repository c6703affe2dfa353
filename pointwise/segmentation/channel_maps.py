"""The channels of one picture, computed once and kept while somebody paints on it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pointwise.errors import ConfigError, PictureError
from pointwise.models.config import CHANNEL_SETS as ALL
from pointwise.segmentation import LONGEST, filters


class ChannelSet(NamedTuple):
    """What a set of channels is called, and what it tells of a pixel."""

    title: str
    about: str


CHANNEL_SETS = {
    "colour": ChannelSet("Colour", "the pixel's own brightness, or red, green and blue"),
    "edges": ChannelSet("Edges", "blurred colour, slope, ridges and corners at four scales"),
    "texture": ChannelSet("Texture", "how strongly 41 filters answer within 8 and within 24 pixels"),
}


class Maps(NamedTuple):
    """Channels of one set that share a stride, float32 (C, h, w)."""

    set: str
    stride: int
    values: Tensor


@dataclass(frozen=True, eq=False)
class Channels:
    """What a network may know of every pixel of one picture; those of wide filters at every 2nd to 8th."""

    shape: tuple[int, int]  # of the picture
    colours: int  # 1 or 3
    sets: tuple[str, ...]
    maps: tuple[Maps, ...]
    seconds: Mapping[str, float] = field(default_factory=dict)  # what each set took to compute

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What each channel is, in order."""
        return names(self.colours, self.sets)

    @cached_property
    def set_of(self) -> tuple[str, ...]:
        """The set of each channel, in order."""
        return tuple(each.set for each in self.maps for _ in each.values)

    @property
    def count(self) -> int:
        """How many channels there are."""
        return sum(len(each.values) for each in self.maps)

    @property
    def nbytes(self) -> int:
        """Memory that they take."""
        return sum(each.values.nbytes for each in self.maps)

    @property
    def cost(self) -> dict[str, tuple[int, float]]:
        """How many channels each set has, and the milliseconds that they took, by its name."""
        return {name: (self.set_of.count(name), 1e3 * self.seconds.get(name, 0.0)) for name in self.sets}

    @cached_property
    def standard(self) -> tuple[Tensor, Tensor]:
        """Mean and 1 / standard deviation of each channel over the picture, (C,) each; 1 for a constant channel."""
        means = torch.cat([each.values.mean((1, 2)) for each in self.maps])
        deviations = torch.cat([each.values.std((1, 2), correction=0) for each in self.maps])
        return means, torch.where(deviations > 1e-5, 1 / deviations.clamp(min=1e-5), torch.ones(()))

    def at(self, rows: Any, columns: Any) -> Tensor:
        """Channels (n, C) of n pixels, as the whole network sees them before it standardises."""
        y, x = torch.as_tensor(rows), torch.as_tensor(columns)
        return torch.cat([_interpolated(each, y, x) for each in self.maps], 1)

    def full(self) -> Tensor:
        """All channels at every pixel, float32 (C, H, W): up to 500 MB."""
        return torch.cat([filters.enlarged(each.values[None], each.stride, *self.shape)[0] for each in self.maps])

    def only(self, sets: Sequence[str]) -> Channels:
        """The channels of these sets alone, without computing anything. Raises ConfigError when none is left."""
        kept = tuple(name for name in self.sets if name in sets)
        if not kept:
            raise ConfigError(f"No set of channels is left. Choose among {', '.join(self.sets)}.")
        return replace(self, sets=kept, maps=tuple(each for each in self.maps if each.set in kept))

    def without(self, name: str) -> Channels:
        """The channels of all sets but one. Raises ConfigError when none is left."""
        return self.only([each for each in self.sets if each != name])


def _interpolated(maps: Maps, y: Tensor, x: Tensor) -> Tensor:
    """Values (n, C) of n pixels."""
    (count, height, width), stride = maps.values.shape, maps.stride
    flat = maps.values.reshape(count, height * width)
    if stride == 1:
        return flat.index_select(1, y * width + x).T
    low_y, low_x, share_y, share_x = y // stride, x // stride, y % stride / stride, x % stride / stride
    high_y, high_x = (low_y + 1).clamp(max=height - 1), (low_x + 1).clamp(max=width - 1)
    left = torch.lerp(
        flat.index_select(1, low_y * width + low_x), flat.index_select(1, high_y * width + low_x), share_y
    )
    right = torch.lerp(
        flat.index_select(1, low_y * width + high_x), flat.index_select(1, high_y * width + high_x), share_y
    )
    return torch.lerp(left, right, share_x).T


def check_picture(picture: NDArray[np.uint8]) -> None:
    """Raise PictureError for what is no uint8 (H, W) or (H, W, 3) of at most LONGEST pixels a side."""
    shape = picture.shape
    if (
        picture.dtype != np.uint8
        or not (picture.ndim == 2 or (picture.ndim == 3 and shape[2] == 3))
        or not picture.size
    ):
        raise PictureError(f"A picture is uint8 (H, W) or (H, W, 3), not {picture.dtype} {shape}. Read it as such.")
    if max(shape[:2]) > LONGEST:
        raise PictureError(f"A picture of {shape[1]} × {shape[0]} pixels is too large. Reduce it to {LONGEST} a side.")


def compute(picture: NDArray[np.uint8], sets: Sequence[str] = ALL) -> Channels:
    """The channels of a picture, uint8 (H, W) or (H, W, 3).

    Raises PictureError for another array or a larger picture, ConfigError for an unknown set.
    """
    check_picture(picture)
    unknown = [name for name in sets if name not in ALL]
    if unknown or not sets:
        raise ConfigError(
            f"The channel sets {', '.join(sets) or '(none)'} are no choice. Choose among {', '.join(ALL)}."
        )
    x = as_tensor(picture)
    chosen = tuple(name for name in ALL if name in sets)
    found, seconds = [], {}
    with torch.no_grad():
        for name in chosen:
            begun = time.perf_counter()
            found += [Maps(name, stride, maps[0].contiguous()) for stride, maps in filters.bank(x, (name,))]
            seconds[name] = time.perf_counter() - begun
    return Channels((picture.shape[0], picture.shape[1]), x.shape[1], chosen, tuple(found), seconds)


def as_tensor(picture: NDArray[np.uint8]) -> Tensor:
    """A picture as the network takes it: float32 (1, 1 or 3, H, W) in 0…1."""
    planes = picture[None] if picture.ndim == 2 else picture.transpose(2, 0, 1)
    return torch.from_numpy(np.ascontiguousarray(planes)).float()[None] / 255


def names(colours: int, sets: Sequence[str]) -> tuple[str, ...]:
    """What each channel of a picture with so many colours is called, in order."""
    own = ("Brightness",) if colours == 1 else ("Red", "Green", "Blue")
    found: list[str] = []
    if "colour" in sets:
        found += own
    if "edges" in sets:
        kinds = ("Slope", "Dark ridge or spot", "Bright ridge or spot", "Structure along", "Structure across")
        for sigma in (1, 2, 4, 8):
            found += [f"{kind}, σ {sigma} px" for kind in (*(f"{one} blurred" for one in own), *kinds)]
    if "texture" in sets:
        turned = ("slope →", "slope ↓", "slope ↘", "slope ↗", "bend →", "bend ↓", "twist", "bright spots", "dark spots")
        bands = [
            *("detail below 0.7 px", "detail 0.7–1.4 px"),
            *(f"{kind}, σ {sigma} px" for sigma in ("0.7", "1.4") for kind in turned),
            *("detail 1.4–2.8 px", "detail 2.8–5.6 px", "detail 5.6–8 px"),
            *(f"{kind}, σ {sigma} px" for sigma in ("2.8", "5.6") for kind in turned),
            *("brightness", "contrast"),
        ]
        found += [f"Texture within {window} px: {band}" for window in (8, 24) for band in bands]
    return tuple(found)
