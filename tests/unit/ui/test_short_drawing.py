"""A drawing as a short text: it comes back as it was, it fits into an address, and what is damaged is refused."""

from __future__ import annotations

import base64
import json
import random
import zlib

import numpy as np
import pytest

from pointwise.ui.canvas.drawing import SQUARE, STRIP, Drawing, Sheet, Stroke, first
from pointwise.ui.canvas.short_drawing import LONGEST, lengthened, shortened

EMPTY = Drawing(SQUARE, 0)


def by_hand(points: int, seed: int = 0) -> Drawing:
    """A pen that wanders, sampled as often as a page does."""
    rng = np.random.default_rng(seed)
    path = 0.5 + 0.02 * np.cumsum(rng.normal(size=(points, 2)), axis=0) / np.sqrt(points / 60)
    line = tuple((float(x), float(y)) for x, y in np.clip(path, 0, 1))
    return Drawing(SQUARE, 1, (Stroke(line, 22 / 308, by_hand=True),), (None,))


@pytest.mark.parametrize("sheet", [SQUARE, STRIP])
def test_samples_come_back_pixel_for_pixel_within_a_rounding(sheet: Sheet) -> None:
    before = first(sheet)
    after = lengthened(sheet, shortened(before))
    assert [len(stroke.points) for stroke in after.strokes] == [len(stroke.points) for stroke in before.strokes]
    assert np.abs(after.rgba.astype(int) - before.rgba).mean() < 0.5


def test_strokes_by_hand_stay_so_and_give_the_network_nearly_the_same() -> None:
    before = by_hand(90)
    after = lengthened(SQUARE, shortened(before))
    assert after.strokes[0].by_hand
    assert np.abs(after.prepared.image.astype(int) - before.prepared.image).mean() < 1


def test_an_empty_sheet_stays_empty() -> None:
    assert lengthened(SQUARE, shortened(EMPTY)).empty


def test_what_is_long_is_sent_as_the_pixels_that_the_network_receives() -> None:
    before = by_hand(3_000)
    text = shortened(before)
    assert text[0] == "p"
    assert len(text) <= LONGEST
    assert np.abs(lengthened(SQUARE, text).prepared.image.astype(int) - before.prepared.image).mean() < 12


def test_an_uploaded_picture_is_sent_as_pixels() -> None:
    picture = np.zeros((90, 90, 4), np.uint8)
    picture[10:80, 40:50] = 255
    before = EMPTY.with_picture(picture)
    after = lengthened(SQUARE, shortened(before))
    assert after.photo is not None
    assert np.abs(after.prepared.image.astype(int) - before.prepared.image).mean() < 12


@pytest.mark.parametrize("seed", range(20))
def test_a_usual_drawing_fits_into_an_address(seed: int) -> None:
    assert shortened(by_hand(150, seed))[0] == "s"


def packed(content: bytes) -> str:
    return "s" + base64.urlsafe_b64encode(zlib.compress(content)).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "s",
        "s!!!!",
        "p" + "A" * 50,
        "s" + "A" * 5_000,
        shortened(by_hand(60))[:-9],
        packed(b"{}"),
        packed(b"[[700]]"),
        packed(b"[[700, 1, 3]]"),
        packed(b"[[700, 1, 3.5, 4]]"),
        packed(b'[[700, 1, "3", 4]]'),
        packed(b"[[700, 1, 1e400, 4]]"),
        packed(b"[[700, 1, 99999999, 4]]"),
        packed(b"[[0, 1, 3, 4]]"),
        packed(b"[" * 50_000),
        packed(b" " * 5_000_000),
        packed(json.dumps([[700, 1, 3, 4]] * 3_000).encode()),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="damaged"):
        lengthened(SQUARE, text)


def test_random_texts_are_refused_or_drawn() -> None:
    rng, good = random.Random(0), shortened(first())
    for _ in range(300):
        letters = list(good)
        for _ in range(rng.randrange(1, 4)):
            letters[rng.randrange(len(letters))] = rng.choice("AZaz09-_=~é")
        try:
            drawing = lengthened(SQUARE, "".join(letters))
        except ValueError:
            continue
        assert drawing.prepared.image.shape == (28, 28)
