"""Pictures of all kinds are read, and those that cannot be are refused in one sentence."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pointwise.errors import PictureError
from pointwise.segmentation import apply, picture_files, segment
from pointwise.segmentation.picture_files import enlarged, read_picture, reduced
from pointwise.segmentation.pictures import shrunk
from tests.unit.segmentation.conftest import stripes


def encoded(image: Image.Image, kind: str = "PNG", **more: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


RED = Image.new("RGB", (6, 4), (200, 10, 20))


def test_colours_and_grey_come_as_they_are() -> None:
    assert np.array_equal(read_picture(encoded(RED)), np.full((4, 6, 3), (200, 10, 20)))
    assert np.array_equal(read_picture(encoded(Image.new("L", (6, 4), 7))), np.full((4, 6), 7))


@pytest.mark.parametrize(
    ("mode", "kind"), [("P", "PNG"), ("CMYK", "TIFF"), ("CMYK", "JPEG"), ("1", "PNG"), ("RGB", "JPEG")]
)
def test_other_modes_become_colour_or_grey(mode: str, kind: str) -> None:
    found = read_picture(encoded(RED.convert(mode), kind))
    assert found.shape == ((4, 6) if mode == "1" else (4, 6, 3))
    if mode != "1":
        assert np.abs(found.astype(int).mean((0, 1)) - (200, 10, 20)).max() < 30


def test_transparent_pixels_are_white() -> None:
    clear = Image.new("RGBA", (3, 3), (0, 0, 0, 0))
    assert (read_picture(encoded(clear)) == 255).all()
    assert read_picture(encoded(Image.new("LA", (3, 3), (0, 0)))).tolist() == [[255] * 3] * 3


def test_sixteen_bits_are_stretched() -> None:
    values = np.array([[1000, 2000], [3000, 65000]], np.uint16)
    assert read_picture(encoded(Image.fromarray(values))).tolist() == [[0, 4], [8, 255]]
    constant = Image.fromarray(np.full((2, 2), 900, np.uint16))
    assert read_picture(encoded(constant)).tolist() == [[128, 128], [128, 128]]


def test_first_picture_of_a_moving_one_is_read() -> None:
    gif = encoded(RED, "GIF", save_all=True, append_images=[Image.new("RGB", (6, 4), "blue")])
    assert read_picture(gif)[0, 0, 0] > 150


def test_photographs_are_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert read_picture(encoded(RED, "JPEG", exif=exif)).shape == (6, 4, 3)


@pytest.mark.parametrize("content", [b"", b"no picture", encoded(RED)[:48], encoded(RED, "TIFF")[:40]])
def test_broken_files_are_refused(content: bytes) -> None:
    with pytest.raises(PictureError, match=r"mine is no picture that can be read\. Choose a PNG"):
        read_picture(content, "mine")


def test_too_large_files_are_refused_before_they_are_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    small = encoded(RED)
    monkeypatch.setattr(Image.Image, "load", None)
    with pytest.raises(PictureError, match="21 MB"):
        read_picture(bytes(21 * 2**20))
    monkeypatch.setattr(picture_files, "MOST_PIXELS", 23)
    with pytest.raises(PictureError, match="6 × 4 pixels"):
        read_picture(small)


def test_large_picture_is_labelled_at_its_own_size() -> None:
    picture, truth = stripes(300, 1200)
    wide = np.where(truth == 1, 40, 200).astype(np.uint8)
    scribbles = np.zeros_like(truth)
    scribbles[100:110, 100:400] = 1
    scribbles[100:110, 700:1100] = 2
    found = segment(wide, scribbles, sets=("colour",))
    assert found.labels.shape == picture.shape
    assert (found.labels == truth).mean() > 0.995
    assert found.probabilities.shape == (256, 1024, 2)
    coloured = np.stack([wide] * 3, 2)
    assert (apply(found.network, coloured).labels == found.labels).mean() > 0.995


def test_reduced_picture_is_an_average_and_small_ones_stay() -> None:
    picture = np.array([[0, 100], [100, 200]], np.uint8)
    assert reduced(picture, 1).tolist() == [[100]]
    assert reduced(picture) is picture


def test_labels_are_enlarged_by_their_probabilities(monkeypatch: pytest.MonkeyPatch) -> None:
    share = np.array([[0.9, 0.1]], np.float32)
    probabilities = np.stack([share, 1 - share], 2)
    whole = enlarged(probabilities, (5, 8))
    assert whole.tolist() == [[1, 1, 1, 1, 2, 2, 2, 2]] * 5
    monkeypatch.setattr(picture_files, "ROWS", 2)
    assert np.array_equal(enlarged(probabilities, (5, 8)), whole)


def test_every_stroke_survives_the_reduction() -> None:
    scribbles = np.zeros((100, 200), np.int32)
    scribbles[99, 199], scribbles[0, 7] = 2, 1
    assert shrunk(scribbles, (10, 20))[[9, 0], [19, 0]].tolist() == [2, 1]
