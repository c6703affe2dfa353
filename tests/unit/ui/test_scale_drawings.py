"""Amounts drawn to scale."""

from __future__ import annotations

import re

import pytest

from pointwise.ui.why_1x1 import scale_drawings
from pointwise.ui.why_1x1.scale_drawings import Area


def sides(drawn: str) -> list[float]:
    return [float(side) for side in re.findall(r"width: ([\d.]+)px; height: \1px; background", drawn)]


def test_areas_are_to_scale_down_to_the_smallest() -> None:
    drawn = scale_drawings.squares("T", [Area("a", {"x": 1_000_000}), Area("b", {"x": 100})], "p", largest=300)
    large, small = sides(drawn)
    assert large == 300
    assert (large / small) ** 2 == pytest.approx(10_000)


def test_a_square_is_as_large_as_its_parts_together() -> None:
    drawn = scale_drawings.squares("T", [Area("a", {"little": 100, "most": 9_900})], "p", largest=200)
    assert sides(drawn) == [200, 20]
    assert "10,000 p" in drawn


def test_what_is_hard_to_see_is_ringed() -> None:
    assert "pw-ring" in scale_drawings.square(1)
    assert "pw-ring" not in scale_drawings.square(20)


def test_words_are_text() -> None:
    drawn = scale_drawings.squares("<b>T", [Area("<i>a", {"x": 1}, ("<s>",))], "<u>", largest=50)
    drawn += scale_drawings.bars("<p>T", {"<a>": (1, "<q>")})
    words = ("&lt;b&gt;T", "&lt;i&gt;a", "&lt;s&gt;", "&lt;u&gt;", "&lt;p&gt;T", "&lt;a&gt;", "&lt;q&gt;")
    assert all(word in drawn for word in words)


def test_bars_are_as_long_as_their_values() -> None:
    drawn = scale_drawings.bars("T", {"a": (1.0, "one"), "b": (4.0, "four")})
    assert re.findall(r"width: ([\d.]+)%", drawn) == ["25.0", "100.0"]
