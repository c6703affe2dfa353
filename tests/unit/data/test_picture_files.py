"""Pictures of all kinds are read, and those that cannot be are refused in one sentence."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pointwise.data import picture_files
from pointwise.data.picture_files import (
    ALL_KINDS,
    PHOTOGRAPHS,
    read_image,
    read_numbers,
    read_picture,
    read_reduced,
    reduced,
)
from pointwise.errors import PictureError


def encoded(image: Image.Image, kind: str = "PNG", **more: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


FORGET = Path("/proc/self/clear_refs")
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
    with pytest.raises(PictureError, match=r"mine is no PNG, JPEG or TIFF picture, or it is damaged\."):
        read_picture(content, "mine")


def test_too_large_files_are_refused_before_they_are_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    small = encoded(RED)
    monkeypatch.setattr(Image.Image, "load", None)
    with pytest.raises(PictureError, match=r"21\.0 MB, more than 20"):
        read_picture(bytes(21 * 2**20))
    monkeypatch.setattr(picture_files, "MOST_PIXELS", 23)
    with pytest.raises(PictureError, match="6 × 4 pixels"):
        read_picture(small)


def test_a_picture_of_more_pixels_than_pillow_opens_is_refused_as_too_large() -> None:
    header = bytearray(encoded(RED, "BMP"))
    header[18:26] = (60_000).to_bytes(4, "little") * 2
    with pytest.raises(PictureError, match="mine has more than 50 million pixels"):
        read_picture(bytes(header), "mine")


def test_reduced_picture_is_an_average_and_small_ones_stay() -> None:
    picture = np.array([[0, 100], [100, 200]], np.uint8)
    assert reduced(picture, 1).tolist() == [[100]]
    assert reduced(picture, 2) is picture


def steps(mode: str) -> bytes:
    """Fifteen grey steps of seven pixels each, (13, 105)."""
    grey = np.repeat(np.arange(0, 240, 16, dtype=np.uint8), 7)[None].repeat(13, 0)
    if mode in ("F", "I;16"):
        return encoded(Image.fromarray(grey.astype(np.float32 if mode == "F" else np.uint16)), "TIFF")
    return encoded(Image.fromarray(grey).convert(mode), "TIFF" if mode == "CMYK" else "PNG")


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGB", "RGBA", "I;16", "F", "CMYK"])
def test_large_picture_is_reduced_while_it_is_read(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read_picture(steps(mode))
    monkeypatch.setattr(picture_files, "STRIP", 300)  # pixels, which are two or three rows
    assert np.array_equal(read_picture(steps(mode)), whole)
    monkeypatch.setattr(picture_files, "MANY_PIXELS", 100)
    assert read_image(steps(mode), ALL_KINDS, least=15).image.size == (35, 5)
    small, shape = read_reduced(steps(mode), "mine", 15)
    assert shape == whole.shape[:2] == (13, 105)
    assert small.shape == (2, 15, *whole.shape[2:])
    assert np.abs(small.astype(int) - reduced(whole, 15)).max() <= 8


def test_photograph_is_decoded_at_less_and_its_own_shape_is_told() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    content = encoded(Image.new("RGB", (803, 402), (200, 10, 20)), "JPEG", exif=exif)
    image, shape = read_image(content, PHOTOGRAPHS, least=50)
    assert (image.size, shape) == ((51, 101), (803, 402))
    small, shape = read_reduced(content, "mine", 50)
    assert (small.shape, shape) == ((50, 25, 3), (803, 402))


@pytest.mark.skipif(not os.access(FORGET, os.W_OK), reason="the peak of memory is read from /proc")
def test_large_picture_does_not_take_many_times_its_size() -> None:
    content = encoded(Image.new("P", (7_000, 7_000)))
    read_reduced(content, "mine", 1024)  # so that what was free before is not counted
    FORGET.write_text("5")  # the peak so far
    before = resident("VmRSS")
    assert read_reduced(content, "mine", 1024)[1] == (7_000, 7_000)
    assert resident("VmHWM") - before < 150  # 49 of them its pixels


def resident(what: str) -> float:
    """MB of this process's memory."""
    return float(Path("/proc/self/status").read_text().split(f"{what}:")[1].split()[0]) / 1e3


def test_large_pictures_are_decoded_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    class Turn:
        def __enter__(self) -> None:
            seen.append("begins")

        def __exit__(self, *_: object) -> None:
            seen.append("ends")

    monkeypatch.setattr(picture_files, "_large", Turn())
    decode = picture_files._read
    monkeypatch.setattr(picture_files, "_read", lambda *of: seen.append("decodes") or decode(*of))
    read_picture(encoded(RED))
    assert seen == ["decodes"]
    monkeypatch.setattr(picture_files, "MANY_PIXELS", 23)
    read_picture(encoded(RED))
    assert seen[1:] == ["begins", "decodes", "ends"]


def test_numbers_of_classes_are_not_colours() -> None:
    numbers = np.array([[0, 1], [2, 20]], np.uint8)
    palette = Image.fromarray(numbers, "P")
    palette.putpalette(range(60))
    assert np.array_equal(read_numbers(encoded(palette)), numbers)
    with pytest.raises(PictureError, match="mine has RGB colours"):
        read_numbers(encoded(RED), "mine")
