"""What a model says about a drawing or a house."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pointwise.calibration import SURE, temperature_of
from pointwise.card import DIGITS, class_names, reads_drawings
from pointwise.data.digits import normalise
from pointwise.data.housing import ROOMS, SQUARE_FEET
from pointwise.data.scaling import Scaling
from pointwise.drawing import prepare
from pointwise.errors import ConfigError, DataError, check_network, short
from pointwise.models import REGRESSOR, Network

if TYPE_CHECKING:
    import pandas as pd

    from pointwise.data.table import Columns, Rows
    from pointwise.data.table.encoding import Values


LARGEST = 1e9  # square feet, or rooms; a larger number is no house's


@dataclass(frozen=True)
class Reading:
    """A model's answer to one drawing."""

    label: int | None  # the number of the likeliest class, from 0; None: the drawing is blank
    probabilities: NDArray[np.float32]  # (classes,), all 0 for a blank drawing
    image: NDArray[np.uint8]  # (28, 28), as the model saw it
    names: tuple[str, ...] = DIGITS  # of the classes

    @property
    def name(self) -> str | None:
        """What is read: the name of a class, which of a reader of digits is "0" to "9"; None for a blank drawing."""
        return None if self.label is None else self.names[self.label]

    @property
    def digit(self) -> int | None:
        """The digit; None for a blank drawing, and where classes are other than the digits 0–9."""
        return self.label if self.names == DIGITS else None

    @property
    def probability(self) -> float:
        """The probability of what is read, 0–1."""
        return float(self.probabilities.max())

    @property
    def sure(self) -> bool:
        """Whether there is a class whose probability is at least SURE."""
        return self.label is not None and self.probability >= SURE


def classify_drawing(model: Network, rgba: NDArray[np.uint8], normalised: bool = True) -> Reading:
    """A network's reading of a drawing, uint8 (H, W, 4), light ink on dark or dark on light.

    It is cropped and centred unless told not to. Raises ConfigError for a network that reads no drawings, PictureError
    for another array; ``read_digit`` takes pictures of any kind.
    """
    return classify_image(model, prepare(rgba, normalised).image)


def classify_image(model: Network, image: NDArray[np.uint8]) -> Reading:
    """A network's reading of a prepared picture, uint8 (28, 28), light ink on dark; all zeros is blank.

    Raises ConfigError for a network that reads no drawings.
    """
    check_network(model)
    if not reads_drawings(model):
        raise ConfigError(_no_reader(model))
    names = class_names(model.card, model.config)
    if not image.any():
        return Reading(None, np.zeros(model.config.num_classes, np.float32), image, names)
    with torch.inference_mode():
        logits = model(normalise(torch.from_numpy(image)[None]))
        probabilities = (logits / temperature_of(model.card)).softmax(dim=1)[0].numpy()
    return Reading(int(probabilities.argmax()), probabilities, image, names)


def _no_reader(model: Network) -> str:
    config, name = model.config, model.card.get("data_set")
    pictures = f"{config.image_size}×{config.image_size} pictures of {config.input_channels} channels"
    trained = f", trained on {name}," if name else ""
    return (
        f"{config.arch} for {pictures} in {config.num_classes} classes{trained} reads no digits. "
        "Choose a network that was trained on MNIST or the bundled digits, such as models/nin.safetensors."
    )


def predict_price(model: Network, square_feet: float, rooms: float) -> float:
    """The price in dollars of a house of so many square feet (trained on 0–5,000) and rooms (trained on 0–10).

    Raises ConfigError when ``model`` is no price network of two features, DataError for no number from 0 to 1e9.

    >>> from pointwise import load_model, predict_price
    >>> round(predict_price(load_model("price_1x1"), square_feet=2500.0, rooms=4.0), -3)
    290000.0
    """
    check_network(model)
    for what, value in (("square feet", square_feet), ("rooms", rooms)):
        number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
        if not number or not 0 <= value <= LARGEST:
            raise DataError(f"{short(value)} {what} are no house's. Give a number from 0 to {LARGEST:,.0f}.")
    return float(finite(prices_at(model, np.array([square_feet], float), np.array([rooms], float)))[0])


def prices_at(model: Network, square_feet: NDArray[np.float64], rooms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Prices in dollars, float64, of the shape that ``square_feet`` and ``rooms`` have together (any, broadcast).

    Raises ConfigError as ``predict_price`` does.
    """
    features = np.stack(np.broadcast_arrays(square_feet / SQUARE_FEET, rooms / ROOMS), axis=-1)
    scaling = price_scaling(model)
    inputs = torch.from_numpy(features).float().reshape(-1, 2, 1, 1)
    return _predict(model, inputs, scaling).reshape(features.shape[:-1])


def price_scaling(model: Network) -> Scaling:
    """The scaling on a house network's card. Raises ConfigError when ``model`` is no price network of two features."""
    config = model.config
    if (config.arch, config.input_channels, config.num_classes) != (REGRESSOR, 2, 1):
        raise ConfigError(f"{config.arch} with {config.input_channels} inputs prices no houses. Choose {REGRESSOR}.")
    return Scaling.from_card(model.card)


def outside_training(square_feet: float, rooms: float) -> bool:
    """Whether a house is outside the range of the training data, so that its price is a guess."""
    return not (0 <= square_feet <= SQUARE_FEET and 0 <= rooms <= ROOMS)


def columns_of(model: Network) -> Columns:
    """The columns that a table's network predicts from. Raises ConfigError where its card does not say them."""
    check_network(model)
    from pointwise.data.table import Columns

    return Columns.from_card(model.card)


def predict_table(model: Network, rows: pd.DataFrame | Sequence[Values]) -> NDArray[np.float64]:
    """The targets (N,) of rows as they were read, in the target's own unit, from the columns on the network's card.

    Other columns are ignored. Raises ConfigError for a network without columns, DataError for a column that is not
    there or holds values of the wrong kind.
    """
    columns = columns_of(model)
    try:
        inputs = torch.from_numpy(columns.encode(rows))
    except (TypeError, ValueError):
        raise DataError(f"Rows are a DataFrame or a list of mappings, not {type(rows).__name__}. Give these.") from None
    return finite(_predict(model, inputs[:, :, None, None], Scaling.from_card(model.card)))


def finite(predictions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Predictions that are numbers. Raises DataError that names the first row of which there is none."""
    wrong = np.flatnonzero(~np.isfinite(predictions))
    if wrong.size:
        raise DataError(f"The prediction of row {wrong[0] + 1:,} is too large for a number. Give smaller values there.")
    return predictions


def predict_row(model: Network, values: Values) -> float:
    """The target of one row, in its own unit; columns that are not named have their usual value.

    Raises ConfigError and DataError as ``predict_table`` does.
    """
    return float(predict_table(model, columns_of(model).row(values))[0])


def predict_rows(model: Network, rows: Rows) -> NDArray[np.float64]:
    """The targets (N,) of a table's rows, in their own unit. Raises ConfigError for another table's network."""
    return _predict(model, rows.inputs[:, :, None, None], rows.scaling)


def _predict(model: Network, inputs: Tensor, scaling: Scaling) -> NDArray[np.float64]:
    """Targets (N,) for inputs (N, F, 1, 1)."""
    expected, given = (model.config.arch, model.config.input_channels), (REGRESSOR, inputs.shape[1])
    if expected != given:
        raise ConfigError(
            f"{expected[0]} of {expected[1]} inputs cannot read rows of {given[1]}. Train it on this table."
        )
    with torch.inference_mode(), np.errstate(over="ignore"):
        return scaling.from_model(model(inputs)[:, 0].double().numpy())
