"""What cards say of networks: those made now, those of the shipped files, and older ones."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torchvision import datasets

from pointwise.card import (
    LONGEST_NAME,
    class_names,
    data_set_of,
    learned_from,
    make_card,
    measured_share,
    options_of,
    reads_digits,
    rebuilt,
)
from pointwise.data.catalogue import config_for
from pointwise.errors import ConfigError
from pointwise.intervals import counted_share
from pointwise.jobs import PictureJob, Pictures
from pointwise.models import ModelConfig, Network, build, default_config
from pointwise.training import RECIPES, Recipe
from pointwise.weights import load_model, shipped_files

OLDER = {"name": "fast", "seed": 0}  # a recipe from before made digits


def network(card: dict[str, Any], config: ModelConfig | None = None) -> Network:
    model = build(config or ModelConfig("bag_of_pixels"))
    model.card = card
    return model


def test_the_shipped_networks_are_of_mnist_and_of_houses() -> None:
    said = {path.stem: data_set_of(load_model(path)) for path in shipped_files()}
    assert said.pop("price_1x1") == "houses"
    assert set(said.values()) == {"mnist"}


def test_what_a_network_learned_from_counts_the_digits_made_of_strokes() -> None:
    said = {path.stem: learned_from(load_model(path)) for path in shipped_files()}
    assert said["conv_mlp"] == "MNIST, 60,000 training digits"
    assert said["nin"] == "MNIST, 60,000 training pictures and 18,000 made of strokes"
    assert learned_from(network({})) == ""
    card = {"data": "Digits, 5 training digits", "data_set": "digits", "recipe": {"made": 12_000}}
    assert learned_from(network(card)) == "Digits, 5 training digits"


def test_an_accuracy_has_the_interval_of_the_pictures_it_was_measured_on() -> None:
    card = {"data_set": "digits", "metrics": {"accuracy": 0.9}}
    assert measured_share(network(card)) == counted_share(267, 297)
    assert measured_share(network({**card, "options": {"few_held_out": 40}})) == counted_share(36, 40)
    assert measured_share(network({**card, "data_set": "unknown"})) is None
    assert measured_share(network({"data_set": "digits"})) is None


def test_an_unknown_data_set_gets_no_card() -> None:
    with pytest.raises(ConfigError, match="no data set 'letters'"):
        make_card(RECIPES["fast"], "letters", "Letters", {}, 1, 1.0)


@pytest.mark.parametrize("threads", [1, 2])
def test_with_the_seed_and_the_threads_on_a_card_the_same_weights_come_out(threads: int) -> None:
    job = PictureJob(ModelConfig("mlp_1x1"), Recipe("few", epochs=1), Pictures("digits", few=128, few_held_out=10))
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(threads)
        once, again = ([step.epoch for step in job.steps() if step.epoch][-1] for _ in range(2))
    finally:
        torch.set_num_threads(before)
    assert (once.card["seed"], once.card["threads"]) == (0, threads)
    assert all(torch.equal(once.weights[name], again.weights[name]) for name in once.weights)


def test_what_is_nothing_is_left_out() -> None:
    card = make_card(
        RECIPES["fast"], "digits", "Digits", {"loss": 1.0}, 3, 2.04, temperature=None, options={}, target="y"
    )
    assert (card["seconds"], card["target"]) == (2.0, "y")
    assert not {"temperature", "options"} & set(card)


@pytest.mark.parametrize(
    ("card", "name"),
    [
        ({"data_set": "kmnist"}, "kmnist"),
        ({"data_set": "letters", "recipe": OLDER}, None),
        ({"data_set": ["mnist"]}, None),
        ({"recipe": OLDER}, "mnist"),
        ({"recipe": {**OLDER, "made": 12_000}}, "mnist"),
        ({"recipe": {**OLDER, "made": 0}}, None),
        ({"recipe": {**OLDER, "made": 12_000}, "epochs": 3, "data": "KMNIST"}, None),
        ({"recipe": OLDER, "epochs": 3, "data": "MNIST, 60,000 training digits"}, None),
        ({"recipe": "fast"}, None),
        ({}, None),
    ],
)
def test_a_card_without_a_data_set_is_mnists_only_where_its_recipe_says_so(card: dict[str, Any], name: str) -> None:
    assert data_set_of(network(card)) == name


@pytest.mark.parametrize(
    ("card", "name"), [({}, "houses"), ({"target": "price"}, "table"), ({"data_set": "table"}, "table")]
)
def test_an_older_price_network_is_of_a_table_if_it_has_a_target(card: dict[str, Any], name: str) -> None:
    assert data_set_of(network(card, default_config("price_1x1"))) == name


@pytest.mark.parametrize(
    ("card", "reads"),
    [
        ({}, True),
        ({"data_set": "mnist"}, True),
        ({"data_set": "digits"}, True),
        ({"recipe": {**OLDER, "made": 0}}, True),  # it does not say; its shapes fit
        ({"data_set": "kmnist"}, False),
        ({"data_set": "letters"}, False),
        ({"data_set": "digits", "options": {"shuffled": 0}}, False),
    ],
)
def test_a_network_reads_digits_unless_its_card_names_other_pictures(card: dict[str, Any], reads: bool) -> None:
    assert reads_digits(network(card)) is reads


@pytest.mark.parametrize("change", [{"input_channels": 3}, {"image_size": 32}, {"num_classes": 26}])
def test_other_shapes_read_no_digits(change: dict[str, int]) -> None:
    assert not reads_digits(network({"data_set": "mnist"}, ModelConfig("bag_of_pixels", **change)))


def test_options_that_are_none_are_empty() -> None:
    assert options_of(network({"options": 3})) == options_of(network({})) == {}


def test_a_recipe_comes_back_from_json() -> None:
    assert rebuilt(Recipe, {"name": "x", "epochs": 3}) == Recipe("x", epochs=3)
    with pytest.raises(ConfigError, match="unknown settings: colour"):
        rebuilt(Recipe, {"name": "x", "colour": "red"})


def test_classes_are_called_as_the_card_says_and_by_numbers_where_it_does_not() -> None:
    three = ModelConfig("nin", num_classes=3)
    assert class_names({"classes": ["sun", "moon", "star"]}, three) == ("sun", "moon", "star")
    assert class_names({"classes": ["sun", "moon"]}, three) == ("0", "1", "2")
    assert class_names({"classes": "sun"}, three) == ("0", "1", "2")
    assert class_names({}, ModelConfig("nin")) == tuple("0123456789")


@pytest.mark.parametrize(("name", "kind"), [("fashion_mnist", datasets.FashionMNIST), ("kmnist", datasets.KMNIST)])
def test_classes_without_names_on_a_card_are_called_as_in_their_data_set(name: str, kind: Any) -> None:
    assert class_names({"data_set": name}, config_for("nin", name)) == tuple(kind.classes)
    assert class_names({"data_set": name}, ModelConfig("nin", num_classes=3)) == ("0", "1", "2")
    assert class_names({"data_set": ["a list"]}, ModelConfig("nin")) == tuple("0123456789")


def test_names_of_classes_in_a_strangers_file_are_short_lines_that_differ() -> None:
    names = class_names({"classes": ["a\n\u202eb", "a\n\u202eb", "", "x" * 1_000]}, ModelConfig("nin", num_classes=4))
    assert names[:3] == ("a b (1)", "a b (2)", "(blank)")
    assert len(names[3]) == LONGEST_NAME
