"""Arguments that are of another kind than what is asked for: each is refused with a sentence, and none is taken."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from pointwise import (
    HouseJob,
    HouseOptions,
    ModelConfig,
    OwnPictures,
    PictureJob,
    Pictures,
    PointwiseError,
    classify_pictures,
    config_for,
    default_config,
    predict_prices,
    read_digit,
    recipe_named,
)

ENDLESS = 10**5_000  # which Python does not write out
IMAGES = np.random.default_rng(0).integers(0, 255, (20, 6, 6)).astype(np.uint8)
ELSEWHERE = torch.zeros(20, 28, 28, device="meta")
CALLS: list[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any], str]] = [
    (Pictures, ([],), {}, r"no data set '\[\]'"),
    (Pictures, ({},), {}, "no data set '{}'"),
    (Pictures, ("mnist", 5), {}, "A folder's path is needed, not int"),
    (Pictures, ("digits",), {"few": ENDLESS}, "thousands of digits"),
    (config_for, ("nin", []), {}, r"no data set '\[\]'"),
    (default_config, (np.zeros(3),), {}, r"no network '\[0\. 0\. 0\.\]'"),
    (ModelConfig, ("nin",), {"num_classes": ENDLESS}, "thousands of digits"),
    (ModelConfig, ("paint",), {"channel_sets": 5}, "channel_sets = 5 is no list"),
    (predict_prices, ("price_1x1", {}, 3), {}, "Square feet of {} are no house's"),
    (predict_prices, ("price_1x1", {"square_feet": [900, {"a": 1}], "rooms": [1, 2]}), {}, "of {'a': 1} in row 2 are"),
    (predict_prices, ("price_1x1", [[1, 2], [3]]), {}, "This list holds no houses"),
    (predict_prices, ("price_1x1", [[1, 2], [3]], [1]), {}, "This list holds no houses"),
    (predict_prices, ("price_1x1", [ENDLESS], [3]), {}, r"of \(thousands of digits\) in row 1"),
    (predict_prices, ("price_1x1", ELSEWHERE[0]), {}, "This Tensor holds no houses"),
    (HouseJob, (config_for("nin", "digits"), recipe_named("fast"), HouseOptions()), {}, "nin with 1 inputs cannot"),
    (HouseJob, (default_config("price_1x1"), recipe_named("fast"), None), {}, "choice of houses is needed"),
    (PictureJob, (config_for("nin", "digits"), recipe_named("fast"), []), {}, "Pictures are needed, not list"),
    (OwnPictures, (ELSEWHERE, [0, 1] * 10), {}, "these are none"),
    (OwnPictures, (IMAGES, ELSEWHERE[:, 0, 0]), {}, "Labels are whole numbers or names"),
    (OwnPictures, (IMAGES, [0, 1] * 10), {"held_out": ENDLESS}, "thousands of digits"),
    (classify_pictures, ("nin", ELSEWHERE), {}, "these are none"),
    (recipe_named, ("fast",), {"weight_decay": "a"}, "A weight decay of a is out of range"),
    (recipe_named, ("fast",), {"weight_decay": float("nan")}, "A weight decay of nan"),
    (recipe_named, ("fast",), {"weight_decay": -1}, "A weight decay of -1"),
    (recipe_named, ("fast",), {"learning_rate": True}, "A learning rate of True"),
    (recipe_named, ("fast",), {"augment": "x"}, "augment = x is neither true nor false"),
    (recipe_named, ("fast",), {"mixed_precision": 1}, "mixed_precision = 1 is neither true nor false"),
    (recipe_named, ("fast",), {"epochs": ENDLESS}, "thousands of digits"),
    *((OwnPictures, (IMAGES, [one, "a"] * 10), {}, "is no name that can be shown") for one in ("", " ", "\ud800")),
]


@pytest.mark.parametrize("number", range(len(CALLS)))
def test_what_is_of_another_kind_is_refused_in_a_sentence(number: int) -> None:
    function, arguments, options, words = CALLS[number]
    with pytest.raises(PointwiseError, match=words) as refused:
        function(*arguments, **options)
    sentence = str(refused.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert len(sentence) < 300


def test_a_tensor_that_is_learned_prices_houses_too() -> None:
    houses = torch.tensor([[2500.0, 4.0], [900.0, 2.0]])
    expected = predict_prices("price_1x1", houses)
    assert list(predict_prices("price_1x1", houses.requires_grad_())) == list(expected)


def test_a_picture_of_the_largest_numbers_is_read_as_of_others() -> None:
    picture = np.zeros((60, 60))
    picture[10:14, 10:45] = picture[10:50, 41:45] = 1.0
    picture -= 0.5
    expected = read_digit(picture)
    found = read_digit(picture * 2 * 1.7e308)
    assert (found.digit, (found.image == expected.image).all()) == (expected.digit, True)
