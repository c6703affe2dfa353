"""The surface on which one paints over a picture: a component of ours (surface.js).

The page's calls: ``surface`` before anything is computed, so that the strokes are acknowledged at once, and ``answer``
with the labels when there are some. All that travels as bytes does so by unseen places of the same component, so that a
picture goes to the browser once, and the labels of an answer do not wait for anything else.
"""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.inpage import bundled
from pointwise.segmentation import palette
from pointwise.segmentation.strokes import (
    MOST_POINTS,
    MOST_POINTS_IN_ALL,
    MOST_STROKES,
    Change,
    Painting,
    changes_from_message,
)
from pointwise.ui.frame.colours import RISING
from pointwise.ui.frame.page_values import sent, whole
from pointwise.ui.frame.sections import Latest, hidden

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class PaintClass:
    """A class as the surface shows it."""

    name: str
    colour: str  # "#rrggbb"


@dataclass(frozen=True)
class Goto:
    """A command to zoom to a place of the picture; another ``nonce`` is another command."""

    nonce: int
    x: float
    y: float
    across: float  # pixels of the picture that are to be seen around it


@cache
def _component() -> Callable[..., Any]:
    return st.components.v2.component(
        "pointwise_surface",
        css=(FOLDER / "surface.css").read_text(encoding="utf-8"),
        js=bundled(FOLDER / "surface.js"),
    )


def surface(
    key: str,
    picture: NDArray[np.uint8],
    name: str,
    painting: Painting,
    classes: Sequence[PaintClass],
    *,
    on_changes: Callable[[], None],
    on_pixel: Callable[[], None],
    pixel: tuple[int, int] | None = None,
    goto: Goto | None = None,
    height: int = 560,
) -> None:
    """Put a picture, uint8 (H, W) or (H, W, 3), with its strokes on the page, to be painted on.

    ``picture`` is the same object as long as it is the same picture, and ``name`` tells it from others. ``on_changes``
    and ``on_pixel`` are called when ``changes`` and ``pixel`` say something new. ``pixel`` is marked. ``height`` is in
    screen pixels, at most.
    """
    rows, columns = picture.shape[:2]
    _component()(
        key=key,
        data={
            "surface": key,
            "picture": name,
            "width": columns,
            "height": rows,
            "height_on_page": height,
            "classes": tuple((one.name, one.colour) for one in classes),
            "colours": tuple(one.colour for one in classes),
            "plain": palette.PLAIN,
            "stops": RISING,
            "pixel": pixel,
            "goto": None if goto is None else (goto.nonce, goto.x, goto.y, goto.across),
            "most": {"strokes": MOST_STROKES, "points": MOST_POINTS, "points_in_all": MOST_POINTS_IN_ALL},
        },
        on_changes_change=on_changes,
        on_pixel_change=on_pixel,
    )
    head = {"surface": key, "picture": name}
    strokes = Latest[bytes](f"{key}.strokes").of(painting, lambda: json.dumps(painting.to_json()).encode())
    png = Latest[bytes](f"{key}.picture").of(picture, lambda: _png(picture))
    with hidden(f"{key}-hidden"):
        _component()(key=f"{key}.strokes-layer", data=packed({**head, "kind": "strokes"}, strokes))
        _component()(key=f"{key}.picture-layer", data=packed({**head, "kind": "picture"}, png))


def changes(key: str, name: str) -> tuple[Change, ...]:
    """What was done on the surface to the picture ``name``, for ``Painting.after``; nothing where it is nonsense."""

    def read(message: Any) -> tuple[Change, ...]:
        found = changes_from_message(message)
        return found if message["picture"] == name else ()

    return sent(key, "changes", read, "A change of strokes") or ()


def pixel(key: str, name: str, shape: tuple[int, int]) -> tuple[int, int] | None:
    """The pixel (x, y) of the picture ``name``, of ``shape`` (H, W), that was asked about; None for nonsense."""

    def read(message: Any) -> tuple[int, int] | None:
        x, y = whole(0, shape[1] - 1)(message["x"]), whole(0, shape[0] - 1)(message["y"])
        return (x, y) if message["picture"] == name else None

    return sent(key, "pixel", read, "A pixel that was asked about")


def answer(
    key: str,
    name: str,
    number: int,
    labels: NDArray[np.integer] | None,
    uncertainty: NDArray[np.uint8] | None = None,
) -> None:
    """Show ``labels`` (H, W), 1…k, of the picture ``name`` that answer its painting's ``number``.

    None says that nothing can be answered, e.g. with strokes of one class only. ``uncertainty`` is uint8 (H, W), 255
    where it is largest. Both are the same objects as long as nothing is new.
    """
    content, pixels = b"", 0
    if labels is not None:
        content = Latest[bytes](f"{key}.answer").of(labels, lambda: deflated(labels, uncertainty))
        pixels = labels.size
    head = {"surface": key, "picture": name, "kind": "answer", "number": number, "pixels": pixels}
    with hidden(f"{key}-answer-hidden"):
        _component()(key=f"{key}.answer-layer", data=packed(head, content))


def packed(head: dict[str, Any], content: bytes) -> bytes:
    """A layer as surface_layers.js opens it: JSON that says what it is, and its content."""
    said = json.dumps(head).encode()
    return len(said).to_bytes(4, "little") + said + content


def _png(picture: NDArray[np.uint8]) -> bytes:
    from PIL import Image

    content = io.BytesIO()
    Image.fromarray(picture).save(content, format="PNG", compress_level=1)
    return content.getvalue()


def deflated(labels: NDArray[np.integer], uncertainty: NDArray[np.uint8] | None) -> bytes:
    """The content of an answer: a byte for each pixel's label, and one for its uncertainty, compressed."""
    more = b"" if uncertainty is None else uncertainty.tobytes()
    return zlib.compress(labels.astype(np.uint8).tobytes() + more, 1)
