"""What a run's network makes of pictures that it did not learn from: a few held-out ones, and one of the visitor's."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.answers import ClassReading, classify_pictures, read_class
from pointwise.card import class_names, measured_share
from pointwise.data.picture_files import ALL_KINDS
from pointwise.library import RunRecord
from pointwise.models import Network
from pointwise.ui.frame import glossary, html, labels, sections
from pointwise.ui.frame.sections import Kept
from pointwise.ui.training import picture_zips
from pointwise.visible_text import visible

ASKED: Kept[tuple[str, bytes, str] | None] = Kept("runs.asked_picture", None)  # key, content and name of a file
UPLOAD = "runs.ask_picture"
NAMED = 5  # classes with their probabilities
SIDE = 200  # pixels of the picture as the network receives it


def ask(record: RunRecord, network: Network) -> None:
    """The network's classes, how good it is, some held-out pictures, and a field for another one.

    Raises PictureError for a file that cannot be read, ConfigError for a network that is prepared in an unknown way.
    """
    names, config = class_names(network.card, network.config), network.config
    kind = "in colour" if config.input_channels == 3 else "in grey"
    share = measured_share(network)
    reads = "" if share is None else f" It read {share} of {share.count:,} held-out pictures rightly."
    st.markdown(
        f"It tells {len(names)} classes apart: {picture_zips.in_words(names)}. A picture is brought to "
        f"{config.image_size}×{config.image_size} pixels {kind}.{reads}"
    )
    if share is not None:
        st.caption(f"In brackets: the {glossary.INTERVAL}.")
    shown = picture_zips.shown_of(record)
    if shown is not None:
        _held_out(network, names, shown)
    sections.upload(
        f"Ask it about a picture: PNG, JPEG, TIFF, WebP, BMP or GIF, up to {ALL_KINDS.megabytes} MB",
        UPLOAD,
        lambda content, name: _take(record.id, network, content, name),
        lambda: "",
        ALL_KINDS.megabytes,
    )
    asked = ASKED.get()
    if asked is not None and asked[0] == record.id:
        _answer(read_class(asked[1], network), asked[2])


def _held_out(network: Network, names: tuple[str, ...], shown: picture_zips.Shown) -> None:
    """Some pictures that were held out, each with what was read in it."""
    likely = classify_pictures(network, shown.pixels)
    steps = []
    for pixels, label, shares in zip(shown.pixels, shown.labels, likely, strict=True):
        is_read, is_it = visible(names[int(shares.argmax())]), visible(names[int(label)])
        right = f"{is_read}, {labels.probability(float(shares.max()))}"
        caption = right if is_read == is_it else f"{right}; it is {is_it}"
        steps.append((_upright(pixels), caption, f"A picture of {is_it}, read as {is_read}", 1.0))
    st.markdown("Some of the pictures that were held out, and what it reads in them:")
    st.html(html.strip(steps))


def _take(run: str, network: Network, content: bytes, name: str) -> None:
    ASKED.pop()
    read_class(content, network)  # a file that is none is refused where it was chosen
    ASKED.set((run, content, name))


def _answer(reading: ClassReading, name: str) -> None:
    left, right = st.columns([1, 2])
    with left:
        st.html(html.framed(_upright(reading.square), SIDE, f"{visible(name)} as the network receives it"))
        st.caption("As the network receives it")
    with right:
        st.metric("It is", labels.plain(reading.name), border=False)
        rows = [(one, labels.probability(share)) for one, share in list(reading.probabilities.items())[:NAMED]]
        st.html(html.table(["class", "probability"], rows, label=f"How likely each class is for {visible(name)}"))
        st.caption(
            "It knows its own classes alone: a picture of anything else is read as one of them, too. The probabilities "
            "are its own, and nothing was measured of how far they can be trusted."
        )


def _upright(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Grey (h, w), or coloured (h, w, 3)."""
    return pixels if pixels.ndim == 2 else np.ascontiguousarray(np.moveaxis(pixels, 0, 2))
