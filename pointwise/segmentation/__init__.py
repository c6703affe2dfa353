"""A 1×1 network learns from a few brush strokes to label every pixel of a picture. Importing it needs no PyTorch."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pointwise.segmentation.pictures import Segmentation, apply, segment

LONGEST = 1024  # pixels: pictures are reduced to it, so that channels stay below 200 MB

__all__ = ["LONGEST", "Segmentation", "apply", "segment"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(importlib.import_module("pointwise.segmentation.pictures"), name)
    raise AttributeError(f"module 'pointwise.segmentation' has no attribute {name!r}")
