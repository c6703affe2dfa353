"""Numbers that stand in the interface's texts: none that is measured, and of each other where it comes from."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pointwise.claims import parameters
from pointwise.claims.dense_layer import compare
from pointwise.data import housing, picture_files
from pointwise.data.table import text as tables
from pointwise.data.table.read import load_sample
from pointwise.drawing import SIDE
from pointwise.models import SHIPPED, build, default_config
from pointwise.segmentation import LONGEST
from pointwise.training import RECIPES
from pointwise.ui.paint import own_pictures, take_home
from pointwise.ui.training import panel

ROOT = Path(__file__).parents[3]
FILES = [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py")), *sorted((ROOT / "pointwise" / "ui").rglob("*.py"))]
UNITS = (
    "times|dollars|digits|pictures|drawings|people|seconds|minutes|hours|days|parameters|points|houses|rows|epochs|seeds"
    "|strips|channels|weights|MB|GB|kB|megapixels|multiply-adds|places|pixels|networks|steps"
)
NUMBER = re.compile(
    rf"(?<![\w.,#/×\d])(\d[\d,]*(?:\.\d+)?)(?:\s?%|\s(?:{UNITS})\b)|(?<![\w.#\d])(\d{{1,3}}(?:,\d{{3}})+)"
)
CODE = re.compile(r"[\w-]+: ?[^ ;]+;|[a-z]=\"|rgba\(|<style|\{\w+: |(?:left|right|width|bottom): \d")  # CSS and HTML


def megabytes(most: int) -> int:
    return most // 1_000_000


def only(values: set[int]) -> int:
    (value,) = values
    return value


REDUCED = parameters.INCEPTION[1].convolutions  # a 1×1 convolution and the 5×5 one after it

# By file below pointwise/ui: each number as it stands in a text, and what it must be equal to, computed.
KNOWN: dict[str, dict[str, Callable[[], float]]] = {
    "canvas/tools.py": {"10": lambda: picture_files.PHOTOGRAPHS.megabytes},
    "draw/four_models.py": {"784": lambda: SIDE**2},
    "draw/two_ways.py": {"28": lambda: SIDE},
    "feature_maps/colour_mixing.py": {"10": lambda: picture_files.PHOTOGRAPHS.megabytes},
    "feature_maps/subject.py": {"28": lambda: SIDE},
    "frame/glossary.py": {"10": lambda: RECIPES["tutorial"].epochs},
    "frame/labels.py": {"0.1": lambda: 0.1, "99.9": lambda: 99.9},  # where a probability is no longer told exactly
    "paint/picture_choice.py": {
        "20": lambda: only({own_pictures.MEGABYTES, picture_files.ALL_KINDS.megabytes}),
        "50": lambda: picture_files.MOST_PIXELS / 1e6,
        "1,024": lambda: LONGEST,
    },
    "paint/take_home.py": {"10": lambda: take_home.MEGABYTES},
    "path/claims_step.py": {"8": lambda: only({row.parameters for row in compare(1, 4, 4, 8, 8)}) // 9},  # 8·8 + 8
    "path/colour_step.py": {
        "4": lambda: 4,  # maps in the drawing below the words
        "192": lambda: REDUCED[0].inputs,
        "16": lambda: REDUCED[0].outputs,
    },
    "path/maps_step.py": {"5": lambda: build(default_config("nin")).conv1.kernel_size[0]},
    "path/shape_step.py": {
        "10": lambda: 100 / default_config("nin").num_classes,
        "784": lambda: SIDE**2,
        "99.9": lambda: 99.9,
    },
    "regression/house.py": {  # it comes before torch, which houses are made with
        "1,000": lambda: housing.TRAINING_ROWS,
        "5,000": lambda: housing.SQUARE_FEET,
        "10,000": lambda: housing.PER_ROOM,
    },
    "regression/own_table.py": {
        "442": lambda: len(load_sample().frame),
        "10": lambda: megabytes(tables.MAX_BYTES),
    },
    "why_1x1/any_size_claim.py": {"28": lambda: SIDE},
    "why_1x1/claim_opening.py": {"28": lambda: SIDE},
    "why_1x1/parameter_claims.py": {
        "32": lambda: REDUCED[1].outputs,
        "64": lambda: default_config("conv_mlp").widths[0],
        "192": lambda: REDUCED[0].inputs,
        "256": lambda: parameters.RESNET[1].convolutions[0].inputs,
    },
    "why_1x1/shape_claim.py": {"28": lambda: SIDE, "784": lambda: SIDE**2},
}


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Line and value of every string of a file but docstrings, HTML and CSS."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
            and not CODE.search(node.value)
        ):
            yield node.lineno, node.value


def numbers(path: Path) -> set[str]:
    return {found[1] or found[2] for _, text in texts(path) for found in NUMBER.finditer(text)}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT / "pointwise" / "ui").as_posix() if "ui" in path.parts else path.name


def test_every_number_in_a_text_is_computed_or_on_this_list() -> None:
    """A measured one belongs into a function or a file, whose value the text takes."""
    written = {name_of(path): found for path in FILES if (found := numbers(path))}
    assert written == {name: set(values) for name, values in KNOWN.items()}


@pytest.mark.parametrize("name", KNOWN)
def test_the_numbers_of_the_list_are_what_they_come_from(name: str) -> None:
    for written, value in KNOWN[name].items():
        assert float(written.replace(",", "")) == value(), written


def test_the_warning_about_the_bundled_digits_says_what_was_measured() -> None:
    measured = " ".join((SHIPPED / "README.md").read_text(encoding="utf-8").split())
    mean, std = panel.RETRAINED
    assert (
        f"and {mean} ± {std} % of the development drawings above; the shipped one reads {panel.AS_SHIPPED} of"
        in measured
    )
    assert f"a *development set* of {panel.AS_SHIPPED.count} digits" in measured
    assert f"{mean:.0f} ± {std:.0f}\u00a0%" in panel.WARNINGS["digits"]
    assert str(panel.AS_SHIPPED) in panel.WARNINGS["digits"]
