"""The shipped files beside what models/README.md says of them."""

import re
from dataclasses import asdict

import pytest

from pointwise.costs import cost
from pointwise.intervals import counted_share
from pointwise.models import CLASSIFIERS, SHIPPED
from pointwise.study import study_file
from pointwise.study.cells import CELLS, RECIPES, SEEDS
from pointwise.study.comparison import sentences
from pointwise.study.outcomes import DRAWINGS, TEST
from pointwise.study.table import said
from pointwise.training import recipe_named
from pointwise.training.metrics import temperature_for
from pointwise.weights import load_model

README = (SHIPPED / "README.md").read_text(encoding="utf-8")
FILES = sorted(path.relative_to(SHIPPED) for kind in ("safetensors", "json") for path in SHIPPED.rglob(f"*.{kind}"))


def section(title: str) -> str:
    return README.partition(f"## {title}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("file", FILES, ids=str)
def test_the_readme_says_what_chose_each_file(file: object) -> None:
    assert f"`{str(file).removesuffix('.safetensors')}`" in section("What chose what")


@pytest.mark.parametrize("arch", CLASSIFIERS)
def test_a_classifiers_row_is_its_card_with_the_interval_of_its_test_digits(arch: str) -> None:
    model = load_model(SHIPPED / f"{arch}.safetensors")
    (row,) = re.findall(rf"^\| `{arch}` \| (?:MNIST|the same).*$", README, flags=re.M)
    accuracy = counted_share(round(model.card["metrics"]["accuracy"] * 10_000), 10_000)
    assert f"| {accuracy.said(2)}" in row
    assert f"| {cost(model.config).parameters:,} |" in row
    assert f"`{model.card['recipe']['name']}`, {model.card['recipe']['epochs']} epochs" in row
    (measured,) = re.findall(rf"^\| `{arch}` \|.*$", section("On other people's pens"), flags=re.M)
    assert accuracy.said(2) in measured


@pytest.mark.parametrize("arch", CLASSIFIERS)
def test_a_classifiers_temperature_is_the_procedures(arch: str) -> None:
    model = load_model(SHIPPED / f"{arch}.safetensors")
    assert model.card["temperature"] == pytest.approx(temperature_for(model), rel=0.01)


def test_the_studys_table_is_of_the_recipes_as_they_are_and_stands_in_the_readme() -> None:
    study = study_file.read(SHIPPED / "study.json")
    recipes = {name: {**asdict(recipe_named(name)), "seed": None} for name in RECIPES}
    assert study.facts["recipes"] == recipes
    text = " ".join(section("Every network by every recipe").split())
    assert {cell.seeds for cell in study.cells} == {len(SEEDS)}
    for cell in study.cells:
        for sample, decimals in ((DRAWINGS, 1), (TEST, 2)):
            assert said(cell.values[sample]["read"], decimals) in text
    assert len(study.cells) == len(CELLS)
    for sentence in sentences(study.parts):
        network_part = sentence.partition("by the same recipe, is ")[2].partition(",")[0]
        assert network_part in text
