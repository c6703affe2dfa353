"""Pointwise: 1×1 convolutions trained, measured and touched. Usable without Streamlit.

from pointwise import predict_prices, read_digit
read_digit("photo.jpg").digit
predict_prices("price_1x1", [2500.0, 900.0], [4, 2]).dollars

``import pointwise`` alone is quick: PyTorch is imported with the first name that is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from pointwise.errors import PointwiseError

if TYPE_CHECKING:
    from pointwise.answers import Prices, predict_prices, read_digit
    from pointwise.costs import cost
    from pointwise.inference import Reading, classify_drawing, predict_price, predict_table
    from pointwise.jobs import HouseJob, PictureJob, Pictures
    from pointwise.models import ModelConfig, build
    from pointwise.state_dicts import import_state_dict
    from pointwise.training import Recipe, recipe_named, train
    from pointwise.weights import load_model, save_model

__version__ = "1.0"  # stands on the card of every network that is trained
__all__ = [
    "HouseJob",
    "ModelConfig",
    "PictureJob",
    "Pictures",
    "PointwiseError",
    "Prices",
    "Reading",
    "Recipe",
    "build",
    "classify_drawing",
    "cost",
    "import_state_dict",
    "load_model",
    "predict_price",
    "predict_prices",
    "predict_table",
    "read_digit",
    "recipe_named",
    "save_model",
    "train",
]
_HOMES = {
    "answers": ("Prices", "predict_prices", "read_digit"),
    "costs": ("cost",),
    "inference": ("Reading", "classify_drawing", "predict_price", "predict_table"),
    "jobs": ("HouseJob", "PictureJob", "Pictures"),
    "models": ("ModelConfig", "build"),
    "state_dicts": ("import_state_dict",),
    "training": ("Recipe", "recipe_named", "train"),
    "weights": ("load_model", "save_model"),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"pointwise.{home}"), name)
    raise AttributeError(f"module 'pointwise' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
