"""Uploaded pictures: photographs are read, everything else is refused."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from pointwise.data.picture_files import PHOTOGRAPHS
from pointwise.data.pictures import WORKING_SIDE, open_colours, open_picture
from pointwise.drawing import draw_strokes, prepare
from pointwise.errors import PictureError

MAX_BYTES = PHOTOGRAPHS.megabytes * 2**20
INK = draw_strokes([[[0.1, 0.1], [0.9, 0.1], [0.4, 0.9]]], side=280)[:, :, 0] / 255.0  # a seven, (280, 280), 0–1


def encoded(grey: np.ndarray, form: str = "PNG", **options: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).save(buffer, form, **options)
    return buffer.getvalue()


def encoded_whole(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def distance(content: bytes) -> float:
    """Between the prepared picture and the prepared drawing, as a share of the drawing's ink."""
    seen, meant = prepare(open_picture(content)).image, prepare(draw_strokes_of(INK)).image
    return float(np.abs(seen.astype(float) - meant).sum() / meant.sum())


def draw_strokes_of(ink: np.ndarray) -> np.ndarray:
    return np.dstack([ink * 255] * 3 + [np.full_like(ink, 255)]).astype(np.uint8)


def photograph(ink: np.ndarray) -> np.ndarray:
    """Dark ink on paper that is bright at one side and dim at the other, with grain and a speck of dust."""
    light = np.linspace(240, 130, ink.shape[1])[None, :] * np.linspace(1, 0.8, ink.shape[0])[:, None]
    grain = np.random.default_rng(0).normal(0, 3, ink.shape)
    photo = light * (1 - 0.8 * ink) + grain
    photo[5:8, 5:8] = 30
    return photo


def shaded(grey: np.ndarray) -> np.ndarray:
    """With a soft-edged shadow over the right half."""
    across = np.arange(grey.shape[1])[None, :] - grey.shape[1] / 2
    return grey * (1 - 0.4 / (1 + np.exp(-across / 12)))


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
@pytest.mark.parametrize("dark", [False, True])
def test_clean_pictures(form: str, dark: bool) -> None:
    grey = (1 - INK) * 255 if dark else INK * 255
    assert distance(encoded(grey, form)) < 0.25


def test_uneven_light_grain_and_dust() -> None:
    assert distance(encoded(photograph(INK), "JPEG", quality=90)) < 0.35


def test_shadow_across_the_digit() -> None:
    assert distance(encoded(shaded(240 - 180 * INK))) < 0.35


def test_chalk_on_an_unevenly_lit_board() -> None:
    assert distance(encoded(shaded(60 + 160 * INK))) < 0.35


def test_large_picture_is_reduced() -> None:
    assert max(open_picture(encoded(np.kron(INK, np.ones((5, 4))) * 255)).shape) == WORKING_SIDE


def test_result_is_a_drawing() -> None:
    rgba = open_picture(encoded(INK * 255))
    assert (rgba.dtype, rgba.shape) == (np.uint8, (280, 280, 4))
    assert (rgba[:, :, 3] == 255).all()


def test_transparent_background() -> None:
    layers = np.dstack([np.zeros((280, 280, 3)), INK * 255]).astype(np.uint8)
    assert distance(encoded(layers)) < 0.25


def test_sixteen_bits_are_read_as_eight() -> None:
    assert distance(encoded_whole(Image.fromarray((INK * 60_000).astype(np.uint16)))) < 0.25
    assert distance(encoded_whole(Image.fromarray(((1 - INK) * 30_000 + 2_000).astype(np.uint16)))) < 0.25


def test_orientation_in_the_file_is_obeyed() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    buffer = io.BytesIO()
    Image.fromarray(np.rot90(INK * 255).astype(np.uint8)).save(buffer, "JPEG", exif=exif)
    assert distance(buffer.getvalue()) < 0.25


@pytest.mark.parametrize("shape", [(1, 900), (900, 1), (2, 2)])
def test_odd_shapes(shape: tuple[int, int]) -> None:
    grey = np.zeros(shape)
    grey[0, 0] = 255
    assert open_picture(encoded(grey)).shape[2] == 4


def png_header(width: int, height: int) -> bytes:
    """A PNG that announces a size and holds no pixel."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    size = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + size + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [8_000, 12_000, 60_000])
def test_too_many_pixels_are_refused_by_the_header(side: int) -> None:
    with pytest.raises(PictureError, match="too many"):
        open_picture(png_header(side, side))


def test_too_many_bytes() -> None:
    with pytest.raises(PictureError, match=r"10\.0 MB, more than 10"):
        open_picture(bytes(MAX_BYTES + 1))


@pytest.mark.parametrize("content", [b"", b"not a picture", b"<svg/>", b"\x89PNG\r\n\x1a\n", png_header(28, 28)])
def test_no_picture(content: bytes) -> None:
    with pytest.raises(PictureError, match="no PNG or JPEG"):
        open_picture(content)


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_truncated_picture(form: str) -> None:
    content = encoded(INK * 255, form)
    with pytest.raises(PictureError, match="damaged"):
        open_picture(content[: len(content) // 2])


def test_other_formats() -> None:
    with pytest.raises(PictureError, match="no PNG or JPEG"):
        open_picture(encoded(INK * 255, "GIF"))


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_one_colour(grey: int) -> None:
    with pytest.raises(PictureError, match="of one colour"):
        open_picture(encoded(np.full((50, 50), grey)))


def test_colours_stay_as_they_are() -> None:
    colours = np.random.default_rng(0).integers(0, 256, (30, 20, 3), np.uint8)
    assert np.array_equal(open_colours(encoded(colours)), colours)


def test_transparent_colours_lie_on_white() -> None:
    red = np.zeros((8, 8, 4), np.uint8)
    red[:, :4] = (255, 0, 0, 255)
    seen = open_colours(encoded(red))
    assert seen[0, 0].tolist() == [255, 0, 0]
    assert seen[0, 7].tolist() == [255, 255, 255]


@pytest.mark.parametrize("content", [b"", b"no picture", b"x" * (MAX_BYTES + 1)])
def test_what_has_no_colours_is_refused(content: bytes) -> None:
    with pytest.raises(PictureError, match="Choose"):
        open_colours(content)
