"""The picture that the page sends at pen-up: what is accepted, and until when it stands for the drawing."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pointwise.ui.canvas import drawing, reader
from pointwise.ui.canvas.drawing import PenUp

IMAGE = np.arange(784, dtype=np.uint8).reshape(28, 28)
SENT = {"number": 3, "picture": base64.b64encode(IMAGE.tobytes()).decode(), "normalise": True}


def test_a_picture_is_784_bytes() -> None:
    picture = reader.parsed(SENT)
    assert picture is not None
    assert (picture.number, picture.normalise) == (3, True)
    assert np.array_equal(picture.image, IMAGE)
    assert picture.image.flags.writeable  # PyTorch wants to be able to


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "a picture",
        {},
        {**SENT, "picture": "AAAA"},
        {**SENT, "picture": "no base64!"},
        {**SENT, "picture": None},
        {**SENT, "number": "three"},
        {**SENT, "number": None},
    ],
)
def test_what_is_no_picture_is_ignored(sent: Any) -> None:
    assert reader.parsed(sent) is None


def test_it_stands_until_the_canvas_has_sent_or_was_told_something() -> None:
    board = drawing.sample_board(7)
    pen_up = PenUp(1, IMAGE, True, board.turn, board.received)
    assert pen_up.newer_than(board, normalise=True)
    assert not pen_up.newer_than(board, normalise=False)
    assert not pen_up.newer_than(drawing.cleared(board), normalise=True)
    assert not pen_up.newer_than(drawing.with_sample(board, 3), normalise=True)
    assert not pen_up.newer_than(replace(board, received=b"a png"), normalise=True)
    assert not PenUp(0).newer_than(board, normalise=True)
