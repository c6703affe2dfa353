"""Numbers that stand in the interface's texts: each comes from where it is decided or measured, none is written out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pointwise.data import picture_files
from pointwise.data.table import text as tables
from pointwise.data.table.read import load_sample
from pointwise.models import SHIPPED
from pointwise.ui.frame import sections
from pointwise.ui.paint import own_pictures
from pointwise.ui.regression import own_table
from pointwise.ui.training import panel

ROOT = Path(__file__).parents[3]
PYTHON = [
    ROOT / "app.py",
    ROOT / "pointwise" / "explain" / "five_steps.py",
    *sorted((ROOT / "pages").glob("*.py")),
    *sorted((ROOT / "pointwise" / "ui").rglob("*.py")),
]
SCRIPTS = [*sorted((ROOT / "pointwise" / "inpage").glob("*.js")), *sorted((ROOT / "pointwise" / "ui").rglob("*.js"))]
UNITS = (
    "times|dollars|digits|pictures|drawings|people|seconds|minutes|hours|days|parameters|points|houses|rows|epochs|seeds"
    "|strips|channels|weights|MB|GB|kB|megapixels|multiply-adds|places|pixels|networks|steps|units|samples"
)
NUMBER = re.compile(
    rf"(?<![\w.,#/×\d])(\d[\d,]*(?:\.\d+)?)(?:\s?%|\s(?:{UNITS})\b)"  # 12 %, 500 digits
    r"|(?<![\w.#\d])(\d{1,3}(?:,\d{3})+)"  # 12,848,010
    r"|(?<![\w.#\d])(\d{2,})(?=\s?[×→]\s?\d)|\$(\d[\d,.]*)"  # 28 × 28, $100
)
CODE = re.compile(
    r"[\w-]+: ?[^ ;]+;|[a-z]=\"|rgba\(|<style|\{\w+: |(?:left|right|width|bottom): \d|^[\d% ]+$"
)  # CSS, HTML
TOKEN = re.compile(  # comments, and the three kinds of strings
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`", re.DOTALL
)


def of_python(source: str) -> Iterator[str]:
    """Every string but docstrings; of one with values in it the parts between them."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def of_javascript(source: str) -> Iterator[str]:
    """Every string, and of a template the parts between its values."""
    for found in TOKEN.finditer(source):
        if found[0][0] == "`":
            yield from re.split(r"\$\{[^}]*\}", found[0][1:-1])
        elif found[0][0] != "/":
            yield found[0][1:-1]


def numbers(path: Path) -> list[str]:
    source = path.read_text(encoding="utf-8")
    texts = of_python(source) if path.suffix == ".py" else of_javascript(source)
    return [found[0] for text in texts if not CODE.search(text) for found in NUMBER.finditer(text)]


def test_no_number_is_written_out_in_a_text() -> None:
    """It belongs into a function, a constant or a file, whose value the text takes."""
    written = {str(path.relative_to(ROOT)): found for path in (*PYTHON, *SCRIPTS) if (found := numbers(path))}
    assert written == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('x = "reads 99.58 % of 10,000 digits"', ["99.58 %", "10,000 digits"]),
        ('x = f"{count} digits, 500 epochs"', ["500 epochs"]),
        ('"""2,000 pictures"""', []),
        ('x = "28 × 28, a 1×1 convolution"', ["28"]),
    ],
)
def test_numbers_are_found_in_python(source: str, found: list[str], tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text(source, encoding="utf-8")
    assert numbers(tmp_path / "one.py") == found


def test_numbers_are_found_in_javascript(tmp_path: Path) -> None:
    source = "// 28 pixels\nsay(`${count} digits and 28 pixels`, '12 channels', \"in 0.5 seconds\") /* 9 MB */"
    (tmp_path / "one.js").write_text(source, encoding="utf-8")
    assert numbers(tmp_path / "one.js") == ["28 pixels", "12 channels", "0.5 seconds"]


def test_limits_that_are_said_are_those_that_hold() -> None:
    assert picture_files.PHOTOGRAPHS.megabytes == sections.MEGABYTES
    assert sections.MEGABYTES == tables.MAX_BYTES // 2**20
    assert picture_files.ALL_KINDS.megabytes == own_pictures.MEGABYTES
    assert len(load_sample().frame) == own_table.SAMPLE_ROWS


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
