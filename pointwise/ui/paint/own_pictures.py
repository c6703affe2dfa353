"""Pictures of the visitor's own: taken from files, kept as they are painted on, and brought back from a record."""

from __future__ import annotations

import hashlib
import io

import numpy as np
from numpy.typing import NDArray

from pointwise.errors import DataError
from pointwise.segmentation import LONGEST
from pointwise.ui.frame import visitor
from pointwise.ui.paint import paintings
from pointwise.ui.paint.example_pictures import EXAMPLES

MEGABYTES = 20  # as ALL_KINDS accepts
MOST_FILES, MOST_IN_MEMORY = 5, 2  # pictures of a visitor; and of one whose things are not kept


def take(content: bytes, name: str) -> None:
    """Keep a picture's file and paint on it. Raises PointwiseError for one that cannot be used."""
    from pointwise.data.picture_files import read_reduced

    pixels, (height, width) = read_reduced(content, name, LONGEST)
    _keep_picture(hashlib.sha256(content).hexdigest(), _png(pixels), name, height, width)


def own_picture(content: bytes | None, key: str, name: str, height: int, width: int) -> str:
    """The key of a visitor's own picture, brought back from its record where it is not among the pictures any more.

    ``content`` is a PNG file, as the record has it, and ``key`` what it was kept as. Raises DataError where neither is
    there.
    """
    there = visitor.shelf().file(key) if key in paintings.FILES.get() else None
    if there is not None and content in (None, there):
        return key
    if content is None:
        raise DataError("Its picture is not kept any more. Choose the picture again, then open the painting.")
    key = hashlib.sha256(content).hexdigest()
    _keep_picture(key, content, name, height, width)
    return key


def own_content(name: str) -> bytes | None:
    """The PNG file of a visitor's own picture; None of an example, and where it is not kept any more."""
    return None if name in EXAMPLES else visitor.shelf().file(name)


def _keep_picture(key: str, png: bytes, name: str, height: int, width: int) -> None:
    visitor.keep_file(key, png)
    others = {other: known for other, known in paintings.FILES.get().items() if other != key}
    taken = {example.title for example in EXAMPLES.values()} | {known["name"] for known in others.values()}
    called = next(one for one in (name, *(f"{name} ({n})" for n in range(2, 99))) if one not in taken)
    files = {**others, key: {"name": called, "height": height, "width": width}}
    most = MOST_FILES if visitor.kept() else MOST_IN_MEMORY
    for old in list(files)[:-most]:
        visitor.shelf().forget_file(old)
        paintings.forget(old)
        files.pop(old)
    paintings.FILES.set(files)
    paintings.CHOSEN.set(key)


def _png(pixels: NDArray[np.uint8]) -> bytes:
    from PIL import Image

    content = io.BytesIO()
    Image.fromarray(pixels).save(content, format="PNG")
    return content.getvalue()
