"""Answers to what people bring: a picture of a digit, of any kind, and houses, one by one or as a table."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from pointwise.calibration import probabilities_of, temperature_of
from pointwise.card import class_names
from pointwise.data.digits import normalise
from pointwise.data.housing import ROOMS, SQUARE_FEET
from pointwise.data.labelled_pictures import fitting
from pointwise.data.picture_squares import preparation_of
from pointwise.data.pictures import AnyPicture, drawing_from, image_of
from pointwise.errors import ConfigError, DataError, check_network, short
from pointwise.inference import LARGEST, Reading, classify_drawing, finite, price_scaling, prices_at
from pointwise.models import Network
from pointwise.weights import load_model

if TYPE_CHECKING:
    import pandas as pd


Model: TypeAlias = "Network | str | os.PathLike[str]"  # a network, the name of a shipped one, or a weights file
Houses: TypeAlias = "ArrayLike | pd.DataFrame | Mapping[str, ArrayLike]"

HOUSE = {"square_feet": "square feet", "rooms": "rooms"}  # the columns of a table of houses


@dataclass(frozen=True, eq=False)
class Prices:
    """The prices of N houses. ``len``, an index, iteration and ``numpy.asarray`` are those of ``dollars``."""

    dollars: NDArray[np.float64]  # (N,)
    guess: NDArray[np.bool_]  # (N,): outside what the network was trained on, 0–5,000 square feet and 0–10 rooms

    def __len__(self) -> int:
        return len(self.dollars)

    def __iter__(self) -> Iterator[float]:
        return iter(self.dollars.tolist())

    def __getitem__(self, index: Any) -> Any:
        return self.dollars[index]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.dollars, dtype) if copy else np.asarray(self.dollars, dtype)


def read_digit(picture: AnyPicture, model: Model = "nin") -> Reading:
    """The digit that a picture shows, as a network reads it; ``digit`` is None where the picture is blank.

    The picture is a file's path (PNG, JPEG, TIFF, WebP, BMP or GIF) or its content, Pillow's image, or an array: grey
    (H, W), RGB (H, W, 3) or RGBA (H, W, 4), uint8, 0–1, or of any other range, which is stretched. A digit may be dark
    on light or light on dark, a photograph turned by its EXIF tag, its paper uneven, shaded, grainy or dusty. The model
    is a network, the name of a shipped one, or a weights file. Of one that learned classes of somebody's own from
    drawings the reading has a ``name`` and no digit.

    Raises PictureError for what is no picture, ConfigError for a network that reads no drawings, ModelFileError as
    ``load_model`` does.

    >>> import numpy
    >>> from pointwise import read_digit
    >>> seven = numpy.full((200, 150), 230.0)  # dark on light
    >>> seven[30:45, 30:115] = seven[30:170, 100:115] = 60.0
    >>> read_digit(seven).digit
    7
    """
    return classify_drawing(_network(model), drawing_from(picture))


def classify_pictures(model: Model, images: Any) -> NDArray[np.float32]:
    """How likely each class is for each of N pictures, (N, classes), each row adding up to 1.

    For a network trained on any pictures, of the user's own as well: ``model.card["classes"]`` are their names. The
    pictures are as OwnPictures takes them, of the size that the network was trained on. Raises DataError for others,
    ConfigError for a network that classifies no pictures.

    >>> import numpy
    >>> from pointwise import classify_pictures
    >>> classify_pictures("nin", numpy.zeros((5, 28, 28), numpy.uint8)).shape
    (5, 10)
    """
    network = _network(model)
    pictures = torch.from_numpy(fitting(network.config, images))
    return probabilities_of(network, normalise(pictures), temperature_of(network.card)).numpy()


@dataclass(frozen=True, eq=False)
class ClassReading:
    """What a network says that learned from somebody's own pictures: how likely each class is, by name."""

    probabilities: Mapping[str, float]  # the likeliest first
    square: NDArray[np.uint8]  # (H, H) or (3, H, H): the picture as the network receives it

    @property
    def name(self) -> str:
        """The likeliest class."""
        return next(iter(self.probabilities))

    @property
    def probability(self) -> float:
        """How likely it is, 0–1."""
        return self.probabilities[self.name]


def read_class(picture: AnyPicture, model: Model) -> ClassReading:
    """The class that a picture shows, by its name, as a network reads it that was trained on somebody's own pictures.

    The picture is of any kind and size, as ``read_digit`` takes it; it is brought to the network's size as the pictures
    were that it learned from. Raises PictureError for what is no picture, ConfigError for a network that classifies no
    pictures or knows them in a way that is unknown here, ModelFileError as ``load_model`` does.
    """
    network = _network(model)
    config = network.config
    if not config.architecture.classifies or config.input_channels not in (1, 3):
        raise ConfigError(f"{config.arch} sorts no pictures into classes. Choose a network that does.")
    preparation = preparation_of(network.card, config.input_channels, config.image_size)
    square = preparation.square(image_of(picture, 2 * preparation.side))
    shares = classify_pictures(network, square[None])[0]
    names = class_names(network.card, config)
    order = np.argsort(-shares, kind="stable")
    return ClassReading({names[place]: float(shares[place]) for place in order}, square)


def predict_prices(model: Model, square_feet: Houses, rooms: ArrayLike | None = None) -> Prices:
    """The prices of N houses in dollars, those outside of what the network learned marked as guesses.

    Houses are given as square feet and rooms, numbers or arrays (N,), or as one table: a DataFrame or mapping with the
    columns ``square_feet`` and ``rooms``, or an array (N, 2) of them.

    Raises DataError, naming the row, for a value that is missing, no number, negative or infinite, and for columns that
    are not there or differ in length; ConfigError for a network that prices no houses.

    >>> from pointwise import predict_prices
    >>> prices = predict_prices("price_1x1", [2500, 6000], [4, 11])
    >>> prices.dollars.round(-3), prices.guess
    (array([290000., 700000.]), array([False,  True]))
    """
    network = _network(model)
    price_scaling(network)
    feet, number = _columns(square_feet, rooms)
    guess = (feet > SQUARE_FEET) | (number > ROOMS)
    return Prices(finite(prices_at(network, feet, number)), guess)


def _network(model: Any) -> Network:
    if isinstance(model, (str, os.PathLike)):
        return load_model(model)
    check_network(model)
    return model


def _columns(square_feet: Houses, rooms: ArrayLike | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    given: Any = {"square_feet": square_feet, "rooms": rooms} if rooms is not None else square_feet
    if not hasattr(given, "keys"):
        given = _table(given)
    lacking = [name for name in HOUSE if list(given.keys()).count(name) != 1]
    if lacking:
        raise DataError(f"Houses need one column '{lacking[0]}'. They are asked for by {' and '.join(HOUSE)}.")
    columns = {name: np.atleast_1d(_numbers(name, given[name])) for name in HOUSE}
    try:
        feet, number = np.broadcast_arrays(*columns.values())
    except ValueError:
        sizes = " and ".join(f"{len(column):,} {HOUSE[name]}" for name, column in columns.items())
        raise DataError(f"There are {sizes}. Give as many of both.") from None
    return feet, number


def _table(given: Any) -> dict[str, Any]:
    table = _array(given)
    if table.ndim != 2 or table.shape[1] != len(HOUSE):
        raise DataError(f"Houses of shape {table.shape} are none. Give an array (N, 2), or square feet and rooms.")
    return dict(zip(HOUSE, table.T, strict=True))


def _numbers(name: str, given: Any) -> NDArray[np.float64]:
    """A column as float64. Raises DataError that names the first row whose value is no possible one."""
    values = _array(given)
    numbers = values.astype(np.float64) if values.dtype.kind in "iuf" else _read(values)
    wrong = np.flatnonzero(~((np.atleast_1d(numbers) >= 0) & (np.atleast_1d(numbers) <= LARGEST)))
    if wrong.size:
        value = values.ravel()[wrong[0]]
        row = f" in row {wrong[0] + 1:,}" if values.ndim else ""
        raise DataError(
            f"{HOUSE[name].capitalize()} of {short(value)}{row} are no house's. Give a number from 0 to {LARGEST:,.0f}."
        )
    return numbers


def _array(given: Any) -> NDArray[Any]:
    """An array of houses, or of one of their columns. Raises DataError for lists of unequal lengths and the like."""
    try:
        return np.asarray(given.detach().cpu() if isinstance(given, torch.Tensor) else given)
    except (TypeError, ValueError, RuntimeError):  # RuntimeError: a tensor without data
        raise DataError(
            f"This {type(given).__name__} holds no houses. Give as many square feet as rooms, or an array (N, 2)."
        ) from None


def _read(values: NDArray[Any]) -> NDArray[np.float64]:
    """Numbers that are written out, with signs of money, say, as a table's column is read; NaN for what is none."""
    import pandas as pd

    from pointwise.data.table.columns import as_numbers

    column = pd.Series(values.ravel())
    several = column.map(lambda one: isinstance(one, (Mapping, list, tuple, set, np.ndarray)))
    endless = column.map(lambda one: isinstance(one, int) and abs(one) > LARGEST)  # which may be too long to be written
    return as_numbers(column.mask(several | endless)).to_numpy().reshape(values.shape)
