"""What ``import pointwise`` offers: described on the pages made of it, with examples that do what they say."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import pointwise
from pointwise.data.housing import HouseOptions
from pointwise.drawing import draw_strokes
from pointwise.errors import PointwiseError
from tests import api_pages


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own to work in, with the photograph of a seven."""
    ink = draw_strokes([[[0.1, 0.1], [0.9, 0.1], [0.4, 0.9]]])[:, :, 0] / 255.0
    Image.fromarray((np.linspace(230, 150, 280) * (1 - 0.7 * ink)).astype(np.uint8)).save(tmp_path / "photo.jpg")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def examples() -> list[doctest.DocTest]:
    finder = doctest.DocTestFinder(recurse=False)
    things = {"pointwise": pointwise, **api_pages.offered()}
    return [test for name, thing in things.items() for test in finder.find(thing, name, globs={}) if test.examples]


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_an_example_does_what_it_says(example: doctest.DocTest, elsewhere: Path) -> None:
    said: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(example, out=said.append)
    assert "".join(said) == ""


def test_every_thing_that_people_do_has_an_example() -> None:
    things = {"read_digit", "predict_prices", "OwnPictures", "feature_maps", "evidence", "fit", "save_model", "cost"}
    assert things <= {example.name for example in examples()}


def test_the_readmes_examples_run(elsewhere: Path) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    section = readme.split("## Use it as a library")[1].split("\n## ")[0]
    found = re.findall(r"```python\n(.+?)```", section, re.DOTALL)
    halves = np.repeat([[1, 2]], 20, axis=0).repeat([20, 20], axis=1)
    given = {
        "images": np.where(np.arange(40) % 2, 250, 5).astype(np.uint8)[:, None, None].repeat(12, 1).repeat(12, 2),
        "labels": ["day" if i % 2 else "night" for i in range(40)],
        "rgba": draw_strokes([[[0.5, 0.1], [0.5, 0.9]]]),
        "picture": (halves * 100).astype(np.uint8),
        "scribbles": np.where(np.arange(40) % 10 == 5, halves, 0),
    }
    for code in found:
        exec(code.replace("len(images)", "len(images), epochs=2"), given)
    assert len(found) == 4
    assert given["prices"].guess.tolist() == [False, False, True]
    assert given["reading"].digit == 1
    assert (given["result"].labels == halves).mean() > 0.9


def test_all_that_is_offered_is_described() -> None:
    assert api_pages.undescribed() == []


def test_pages_are_made_of_it_without_a_network(tmp_path: Path) -> None:
    api_pages.build(tmp_path)
    page = (tmp_path / "pointwise.html").read_text(encoding="utf-8")
    assert all(f'id="{name}"' in page for name in pointwise.__all__)
    assert "(28, 28), as the model saw it" in page  # of a dataclass, what stands beside a field


NO_NETWORK: dict[str, Any] = {
    "load_model": (5,),
    "save_model": ("nin", "a.safetensors"),
    "cost": ("nin",),
    "build": ("nin",),
    "classify_drawing": (None, np.zeros((9, 9, 4), np.uint8)),
    "predict_price": ("price_1x1", 900.0, 2.0),
    "predict_table": (None, []),
    "feature_maps": (None, np.zeros((28, 28))),
    "evidence": (object(), np.zeros((28, 28))),
    "fit": ("nin",),
    "import_state_dict": (5,),
    "recipe_named": (["fast"],),
    "config_for": ("nin", "imagenet"),
    "ModelConfig": (["nin"],),
    "OwnPictures": (5, [0, 1]),
    "PictureJob": ("nin", "fast", "mnist"),
    "Pictures": ("imagenet",),
    "HouseOptions": ("many",),
    "Recipe": ("mine", "many"),
    "classify_pictures": (5, np.zeros((1, 28, 28))),
    "open_folder": ("nowhere",),
    "read_class": (np.eye(28), "price_1x1"),
}


@pytest.mark.parametrize("name", NO_NETWORK)
def test_what_is_of_the_wrong_kind_is_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(PointwiseError, match=r"\. [A-Z]"):  # what is wrong. What to do
        getattr(pointwise, name)(*NO_NETWORK[name])


def test_more_of_the_wrong_kind() -> None:
    nin, house = pointwise.load_model("nin"), pointwise.load_model("price_1x1")
    config = pointwise.default_config("price_1x1")
    for refused in (
        lambda: pointwise.save_model(nin, 5),
        lambda: pointwise.save_model(nin, "a.safetensors", "card"),
        lambda: pointwise.classify_drawing(nin, [[0]]),
        lambda: pointwise.classify_drawing(nin, np.zeros((9, 9), np.uint8)),
        lambda: pointwise.predict_price(house, "many", 2),
        lambda: pointwise.predict_price(house, float("nan"), 2),
        lambda: pointwise.feature_maps(nin, np.zeros((5, 5))),
        lambda: pointwise.feature_maps(house, np.zeros((28, 28))),
        lambda: pointwise.evidence(nin, np.zeros((28, 28)), digit=10),
        lambda: pointwise.evidence(nin, np.zeros((28, 28)), baseline="pink"),
        lambda: pointwise.recipe_named("fast", epoch=3),
        lambda: pointwise.ModelConfig("nin", widths=5),
        lambda: pointwise.HouseJob(config, "fast", HouseOptions()),
        lambda: pointwise.PictureJob(nin.config, pointwise.recipe_named("fast"), pointwise.Pictures("cifar10")),
        lambda: pointwise.PictureJob(config, pointwise.recipe_named("fast"), pointwise.Pictures("mnist")),
    ):
        with pytest.raises(PointwiseError):
            refused()


def test_maps_and_evidence_are_those_of_the_network() -> None:
    model, image = pointwise.load_model("nin"), np.eye(28, dtype=np.uint8) * 255
    maps = pointwise.feature_maps(model, image)
    with torch.inference_mode():
        logits = model(torch.from_numpy(image)[None, None] / 127.5 - 1)[0]
    np.testing.assert_allclose(maps["classifier"].mean((1, 2)), logits, atol=1e-4)
    np.testing.assert_allclose(pointwise.evidence(model, image).logit, logits.max(), atol=1e-4)
    np.testing.assert_allclose(pointwise.evidence(model, image, digit=3).total, logits[3], atol=1e-4)


def test_a_network_costs_what_its_configuration_does() -> None:
    model = pointwise.load_model("mlp_1x1")
    assert pointwise.cost(model) == pointwise.cost(model.config)
