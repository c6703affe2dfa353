"""The glossary: marked words get their explanations, and every term is explained in plain words."""

from __future__ import annotations

import ast
import html
import re
from pathlib import Path

import pytest

from pointwise.ui.frame import glossary

ROOT = Path(__file__).parents[3]


def test_a_marked_word_carries_its_explanation_once() -> None:
    text = glossary.explained("Each [[layer]] makes a [[picture|feature map]].")
    assert text.count('class="pw-term"') == 2
    assert html.escape(glossary.TERMS["feature map"]) in text
    assert re.sub(r"<span.*?</span>|<[^>]+>", "", text) == "Each layer makes a picture."


def test_an_unknown_word_is_refused() -> None:
    with pytest.raises(KeyError, match="blancmange"):
        glossary.explained("A [[blancmange]].")


def test_every_word_that_a_page_marks_is_in_the_glossary() -> None:
    sources = [*(ROOT / "pages").glob("*.py"), *(ROOT / "pointwise" / "ui").rglob("*.py")]
    texts = [
        node.value
        for path in sources
        if path.name != "glossary.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert {term for text in texts for _, term in glossary.MARKED.findall(text)} <= set(glossary.TERMS)


def test_help_names_each_term_before_its_explanation() -> None:
    assert glossary.tip("seed", "step").splitlines() == [
        f"**seed**: {glossary.TERMS['seed']}  ",
        f"**step**: {glossary.TERMS['step']}",
    ]
