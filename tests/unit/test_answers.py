"""Answers to what people bring: pictures of any kind, and houses in any form, with the shipped networks."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from pointwise import load_model, predict_price, predict_prices, read_digit
from pointwise.drawing import draw_strokes
from pointwise.errors import ConfigError, DataError, ModelFileError, PictureError

SEVEN = draw_strokes([[[0.1, 0.1], [0.9, 0.1], [0.4, 0.9]]], side=280)  # uint8 (280, 280, 4), white on black
INK = SEVEN[:, :, 0]


def file_of(picture: Any, form: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    (picture if isinstance(picture, Image.Image) else Image.fromarray(picture)).save(buffer, form, **options)
    return buffer.getvalue()


def photograph(side: int = 1600) -> Image.Image:
    """Dark ink on paper that is bright in one corner and in the shade in another, with grain, as a phone sees it."""
    ink = np.asarray(Image.fromarray(INK).resize((side // 2, side // 2))) / 255.0
    ink = np.pad(ink, side // 4)
    light = np.linspace(235, 120, side)[None, :] * np.linspace(1, 0.75, side)[:, None]
    grain = np.random.default_rng(0).normal(0, 8, ink.shape)
    paper = np.clip(light * (1 - 0.6 * ink) + grain, 0, 255)
    return Image.fromarray(np.dstack([paper, paper * 0.97, paper * 0.9]).astype(np.uint8))


def turned() -> bytes:
    """The file of a photograph that its EXIF tag turns upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return file_of(photograph().transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif)


PICTURES: dict[str, Callable[[], Any]] = {
    "a photograph's content": turned,
    "Pillow's photograph": photograph,
    "Pillow's file, not decoded": lambda: Image.open(io.BytesIO(turned())),
    "RGB": lambda: np.asarray(photograph(400)),
    "RGBA": lambda: SEVEN,
    "RGBA on a clear sheet": lambda: np.dstack([np.zeros((280, 280, 3), np.uint8), INK]),
    "grey and opacity": lambda: np.dstack([255 - INK, np.full_like(INK, 255)]),
    "grey, light on dark": lambda: INK,
    "grey, dark on light": lambda: 255 - INK,
    "0 to 1": lambda: INK / 255.0,
    "-1 to 1, as a network's input": lambda: torch.from_numpy(INK / 127.5 - 1)[None].float(),
    "0 to 16, and tiny": lambda: np.asarray(Image.fromarray(INK).resize((20, 20))) / 16.0,
    "16 bits": lambda: INK.astype(np.uint16) * 256,
    "channels first": lambda: np.stack([INK] * 3),
    "black or white": lambda: INK > 127,
    "zeros and ones": lambda: (INK > 127).astype(np.uint8),
    "lists": lambda: (INK[::5, ::5] > 127).tolist(),
    "a palette": lambda: Image.fromarray(SEVEN[:, :, :3]).quantize(4),
    "a GIF": lambda: file_of(INK, "GIF"),
}


@pytest.mark.parametrize("kind", PICTURES)
def test_a_digit_is_read_from_a_picture_of_any_kind(kind: str) -> None:
    reading = read_digit(PICTURES[kind]())
    assert (reading.digit, reading.sure) == (7, True)


def test_a_picture_is_read_from_its_path_by_any_model(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(turned())
    assert read_digit(tmp_path / "photo.jpg", "mlp_1x1").digit == 7
    assert read_digit(str(tmp_path / "photo.jpg"), load_model("nin")).digit == 7


@pytest.mark.parametrize("blank", [np.zeros((50, 50), np.uint8), np.full((50, 50, 3), 0.7), Image.new("L", (9, 9))])
def test_a_blank_picture_shows_no_digit(blank: Any) -> None:
    assert read_digit(blank).digit is None


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        ("nowhere.png", "nowhere.png cannot be read"),
        ("", "cannot be read"),
        (b"letter", "no PNG, JPEG or TIFF"),
        (None, "not NoneType"),
        ({"a": 1}, "not dict"),
        ([[1, 2], [3]], "not list"),
        (np.zeros((10, 28, 28)), r"not of shape \(10, 28, 28\)"),
        (np.zeros((0, 5)), "not of shape"),
        (np.full((9, 9), np.nan), "no finite numbers"),
        (Image.open(io.BytesIO(file_of(INK)[:300])), "damaged"),
    ],
)
def test_what_is_no_picture_is_refused(picture: Any, words: str) -> None:
    with pytest.raises(PictureError, match=words):
        read_digit(picture)


@pytest.mark.parametrize("model", [None, 5, "price_1x1"])
def test_what_reads_no_digits_is_refused(model: Any) -> None:
    with pytest.raises(ConfigError):
        read_digit(INK, model)


def test_a_model_that_is_not_there_is_refused() -> None:
    with pytest.raises(ModelFileError, match="does not exist"):
        read_digit(INK, "nix.safetensors")


FEET, ROOMS = [2500.0, 900.0, 6000.0], [4.0, 2.0, 11.0]
HOUSES: dict[str, tuple[Any, ...]] = {
    "two lists": (FEET, ROOMS),
    "two arrays": (np.array(FEET), np.array(ROOMS, np.float32)),
    "an array": (np.array([FEET, ROOMS]).T,),
    "a tensor": (torch.tensor([FEET, ROOMS]).T,),
    "a mapping": ({"rooms": ROOMS, "square_feet": FEET, "town": ["Ulm"] * 3},),
    "a frame": (pd.DataFrame({"town": "Ulm", "rooms": ROOMS, "square_feet": FEET}),),
    "a frame of texts": (pd.DataFrame({"square_feet": ["2,500", "900", "6000"], "rooms": ["4", "2", "11"]}),),
    "a frame that knows of missing values": (pd.DataFrame({"square_feet": FEET, "rooms": ROOMS}).convert_dtypes(),),
}


@pytest.mark.parametrize("form", HOUSES)
def test_houses_of_any_form_have_the_prices_of_each(form: str) -> None:
    prices = predict_prices("price_1x1", *HOUSES[form])
    expected = [predict_price(load_model("price_1x1"), feet, rooms) for feet, rooms in zip(FEET, ROOMS, strict=True)]
    np.testing.assert_allclose(prices, expected, rtol=1e-6)
    assert list(prices.guess) == [False, False, True]


def test_one_house_and_no_house() -> None:
    prices = predict_prices(load_model("price_1x1"), 2500, 4)
    assert (len(prices), list(prices)) == (1, [prices[0]])
    assert len(predict_prices("price_1x1", [], [])) == 0


@pytest.mark.parametrize(
    ("houses", "words"),
    [
        (([900.0, np.nan], [2, 2]), "Square feet of nan in row 2"),
        (([900.0, 900.0], [2, -1.0]), "Rooms of -1.0 in row 2"),
        (([np.inf], [2]), "Square feet of inf in row 1"),
        ((pd.DataFrame({"square_feet": ["900", "much"], "rooms": [2, 2]}),), "Square feet of much in row 2"),
        (
            (pd.DataFrame({"square_feet": [900, None], "rooms": [2, 2]}).convert_dtypes(),),
            "Square feet of nan in row 2",
        ),
        ((pd.DataFrame({"feet": [900], "rooms": [2]}),), "one column 'square_feet'"),
        (([900.0, 800.0], [2, 3, 4]), "2 square feet and 3 rooms"),
        ((np.zeros((4, 3)),), r"of shape \(4, 3\)"),
        (("many",), r"of shape \(\)"),
        ((900, -2), "Rooms of -2 are no house's"),
    ],
)
def test_what_is_no_house_is_refused_with_its_row(houses: tuple[Any, ...], words: str) -> None:
    with pytest.raises(DataError, match=words):
        predict_prices("price_1x1", *houses)


@pytest.mark.parametrize("house", [(1e308, 3), (2500, 1e10), (10**400, 3), (2500, 10**5000), ("many", 3), (-1, 3)])
def test_what_is_no_house_has_no_price(house: tuple[Any, Any]) -> None:
    with pytest.raises(DataError, match=r"are no house's\. Give a number from 0 to 1,000,000,000\.$"):
        predict_price(load_model("price_1x1"), *house)


def test_a_price_that_is_no_number_is_refused() -> None:
    model = load_model("price_1x1")
    model.card = {**model.card, "scaling": {"mean": 0.0, "std": 1e308}}
    for ask in (predict_price, predict_prices):
        with pytest.raises(DataError, match="row 1 is too large"):
            ask(model, 1e9, 3)


def test_only_a_house_network_prices_houses() -> None:
    with pytest.raises(ConfigError, match="prices no houses"):
        predict_prices("nin", FEET, ROOMS)
