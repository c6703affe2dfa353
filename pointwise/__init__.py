"""Pointwise: 1×1 convolutions trained, measured and touched. Usable without Streamlit.

Read a photograph of a digit, or any picture of one; price houses, one by one or as a table:

>>> from pointwise import predict_prices, read_digit
>>> reading = read_digit("photo.jpg")  # a path, bytes, Pillow's image, or an array
>>> reading.digit, reading.sure
(7, True)
>>> predict_prices("price_1x1", [2500, 900], [4, 2]).dollars.round(-3)
array([290000., 110000.])

Look into a network: every layer's maps, and which pixels speak for what it reads:

>>> from pointwise import evidence, feature_maps, load_model
>>> model = load_model("nin")  # a shipped network by its name, or a weights file
>>> feature_maps(model, reading.image)["mix3"].shape
(96, 7, 7)
>>> found = evidence(model, reading.image)
>>> found.terms.shape, abs(found.total - found.logit) < 1e-3
((7, 7), True)

Train one, on a data set or on pictures of your own, and keep it:

>>> from pointwise import Pictures, PictureJob, config_for, fit, recipe_named, save_model
>>> bundled = Pictures("digits")  # or "mnist"; or OwnPictures(images, labels), of your own
>>> job = PictureJob(config_for("mlp_1x1", "digits"), recipe_named("fast", epochs=3), bundled)
>>> mine = fit(job)  # progress=True shows a bar; job.steps() is the same, step by step
>>> save_model(mine, "mine.safetensors")
>>> load_model("mine.safetensors").card["metrics"]["accuracy"] > 0.5
True

``import pointwise`` alone is quick: PyTorch is imported with the first name that is used. What goes wrong is a
PointwiseError, whose sentence says what is wrong with which value, and what to do.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from pointwise.errors import PointwiseError

if TYPE_CHECKING:
    from pointwise.answers import ClassReading, Prices, classify_pictures, predict_prices, read_class, read_digit
    from pointwise.costs import Cost, cost
    from pointwise.data.catalogue import Pictures, config_for
    from pointwise.data.housing import HouseOptions
    from pointwise.data.labelled_pictures import OwnPictures
    from pointwise.data.picture_folder import open_folder
    from pointwise.errors import ConfigError, DataError, DivergedError, ModelFileError, PictureError, TooLargeError
    from pointwise.explain.arrays import evidence, feature_maps
    from pointwise.explain.evidence import Evidence
    from pointwise.inference import Reading, classify_drawing, predict_price, predict_table
    from pointwise.jobs.fitting import fit
    from pointwise.jobs.job import Job
    from pointwise.jobs.kinds import HouseJob, PictureJob
    from pointwise.models.building import build
    from pointwise.models.config import ModelConfig, default_config
    from pointwise.state_dicts import import_state_dict
    from pointwise.training.loop import Epoch, Step, train
    from pointwise.training.recipes import Recipe, pictures_recipe, recipe_named
    from pointwise.weights import load_model, save_model

__version__ = "1.0"  # stands on the card of every network that is trained
_HOMES = {
    "answers": ("ClassReading", "Prices", "classify_pictures", "predict_prices", "read_class", "read_digit"),
    "costs": ("Cost", "cost"),
    "data.catalogue": ("Pictures", "config_for"),
    "data.housing": ("HouseOptions",),
    "data.labelled_pictures": ("OwnPictures",),
    "data.picture_folder": ("open_folder",),
    "errors": ("ConfigError", "DataError", "DivergedError", "ModelFileError", "PictureError", "TooLargeError"),
    "explain.arrays": ("evidence", "feature_maps"),
    "explain.evidence": ("Evidence",),
    "inference": ("Reading", "classify_drawing", "predict_price", "predict_table"),
    "jobs.fitting": ("fit",),
    "jobs.job": ("Job",),
    "jobs.kinds": ("HouseJob", "PictureJob"),
    "models.building": ("build",),
    "models.config": ("ModelConfig", "default_config"),
    "state_dicts": ("import_state_dict",),
    "training.loop": ("Epoch", "Step", "train"),
    "training.recipes": ("Recipe", "pictures_recipe", "recipe_named"),
    "weights": ("load_model", "save_model"),
}
__all__ = [
    "ClassReading",
    "ConfigError",
    "Cost",
    "DataError",
    "DivergedError",
    "Epoch",
    "Evidence",
    "HouseJob",
    "HouseOptions",
    "Job",
    "ModelConfig",
    "ModelFileError",
    "OwnPictures",
    "PictureError",
    "PictureJob",
    "Pictures",
    "PointwiseError",
    "Prices",
    "Reading",
    "Recipe",
    "Step",
    "TooLargeError",
    "build",
    "classify_drawing",
    "classify_pictures",
    "config_for",
    "cost",
    "default_config",
    "evidence",
    "feature_maps",
    "fit",
    "import_state_dict",
    "load_model",
    "open_folder",
    "pictures_recipe",
    "predict_price",
    "predict_prices",
    "predict_table",
    "read_class",
    "read_digit",
    "recipe_named",
    "save_model",
    "train",
]


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            globals()[name] = getattr(importlib.import_module(f"pointwise.{home}"), name)
            return globals()[name]
    raise AttributeError(f"module 'pointwise' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
