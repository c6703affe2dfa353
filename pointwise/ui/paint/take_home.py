"""A painting as files to keep: labels, probabilities, strokes and the network; and strokes and networks back."""

from __future__ import annotations

import functools
import io
import json
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.errors import DataError
from pointwise.segmentation import palette
from pointwise.segmentation.pictures import enlarged
from pointwise.segmentation.strokes import Painting
from pointwise.ui.frame import address, sections, visitor
from pointwise.ui.paint import paintings
from pointwise.ui.paint.paintings import MOST_NAME, Work
from pointwise.visible_text import one_line

if TYPE_CHECKING:
    from pointwise.ui.paint.pixel_labels import Answer

PART = "paint"  # the fragment that is run where the strokes have changed
BACK, MEGABYTES = "paint.back", 10


def show(name: str, work: Work, answer: Answer) -> None:
    """All files, and a field for those that come back."""
    from pointwise.ui.training import downloads

    shape = paintings.whole_shape(name)
    painted = paintings.picture(name).shape[:2]  # here: what is made for a download knows no session
    whole = functools.partial(_labels, answer, shape)
    files = (
        ("Labels in colour (PNG)", "labels-colour.png", "image/png", lambda: _coloured(whole())),
        ("Labels (PNG)", "labels.png", "image/png", lambda: _file(whole(), "PNG")),
        ("Labels (TIFF)", "labels.tif", "image/tiff", lambda: _file(whole(), "TIFF")),
        ("Probabilities (.npy)", "probabilities.npy", "application/octet-stream", lambda: _numbers(answer)),
        ("Strokes (JSON)", "strokes.json", "application/json", lambda: paintings.strokes_file(work, painted)),
    )
    downloads.row({f"paint.file.{file}": (label, file, made, mime) for label, file, mime, made in files})
    height, width = shape
    st.caption(
        f"Labels have the size of the picture, {width:,} × {height:,} pixels, and the numbers of the classes, from 1. "
        "Probabilities have the size that is painted on, and an axis of classes."
    )
    if not address.hides("code"):
        st.markdown("**The network**, from the picture alone to the probabilities of each pixel")
        downloads.buttons(answer.fitted.network, "paint")


def load(name: str) -> None:
    """A field for strokes, or a network, that were kept as a file."""
    sections.upload(
        f"Strokes (JSON) or a network (safetensors) that were saved here, up to {MEGABYTES} MB; they take the place "
        "of the strokes on this picture",
        BACK,
        functools.partial(_take, name),
        lambda: "Your strokes are still there.",
        MEGABYTES,
    )


def back(name: str) -> None:
    """A button that brings back what a file, or a deleted class, took the place of."""
    before = paintings.BEFORE.get()
    if before is not None and before[0] == name:
        st.button(
            "Back to the strokes before", icon=":material/undo:", on_click=paintings.take_back, key="paint.former"
        )


def _take(name: str, content: bytes, file: str) -> None:
    if file.lower().endswith(".safetensors"):
        take_network(name, content, file)
    else:
        _take_strokes(name, content, file)
    st.rerun(PART)


def _take_strokes(name: str, content: bytes, file: str) -> None:
    try:
        raw = json.loads(content)
        called = tuple(one_line(str(one), MOST_NAME) for one in raw["classes"])
        painting = Painting.from_json(raw["strokes"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise DataError(f"{file} holds no strokes. Choose a file of strokes that was saved here.") from error
    highest = max((stroke.label for stroke in painting.strokes), default=0)
    paintings.put(name, painting, paintings.named(highest, called))


def take_network(name: str, content: bytes, file: str) -> None:
    """Let a network that was painted elsewhere label a picture. Raises PointwiseError for one that cannot."""
    from pointwise.weights import load_model

    config = load_model(content, file).config
    if not config.architecture.labels_pixels or config.channel_sets not in paintings.SETS.values():
        raise DataError(f"{file} holds no network that labels pixels. Choose one that was saved on this page.")
    colours = paintings.colours_of(paintings.picture(name))
    if config.input_channels != colours:
        kinds = {1: "grey", 3: "colour"}
        wrong = f"{file} reads {kinds[config.input_channels]} pictures, and this one is {kinds[colours]}."
        raise DataError(f"{wrong} Choose another picture first.")
    key = paintings.network_key(name)
    classes = paintings.named(config.num_classes, paintings.work(name).classes[: config.num_classes])
    visitor.keep_file(key, content)
    paintings.put(name, Painting(), classes, key)
    paintings.see(name, config.channel_sets)


def _labels(answer: Answer, shape: tuple[int, int]) -> NDArray[np.uint8]:
    own = answer.labelled.labels
    return own if own.shape == shape else enlarged(answer.labelled.probabilities, shape)


def _coloured(found: NDArray[np.uint8]) -> bytes:
    from PIL import Image

    image, content = Image.fromarray(found), io.BytesIO()
    image.putpalette(palette.rgb().tobytes())  # a byte a pixel, which large pictures have many of
    image.save(content, format="PNG")
    return content.getvalue()


def _file(found: NDArray[np.uint8], form: str) -> bytes:
    from PIL import Image

    content = io.BytesIO()
    Image.fromarray(found).save(content, format=form, **({"compression": "tiff_lzw"} if form == "TIFF" else {}))
    return content.getvalue()


def _numbers(answer: Answer) -> bytes:
    content = io.BytesIO()
    np.save(content, answer.labelled.probabilities)
    return content.getvalue()
