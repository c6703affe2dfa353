"""Numbers to colours, and maps to one picture."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

from pointwise.ui.figures.map_tiles import tiles
from pointwise.ui.frame.colours import DIVERGING, RISING, SERIES, Scale


def test_values_below_zero_make_zero_the_middle() -> None:
    scale = Scale.of(np.array([-1.0, 0.0, 3.0]))
    assert (scale.low, scale.high) == (-3.0, 3.0)
    colours = scale.coloured(np.array([-3.0, 0.0, 3.0]))
    assert [tuple(colour) for colour in colours.tolist()] == list(DIVERGING)


def test_other_values_rise_from_zero() -> None:
    scale = Scale.of(np.array([1.0, 4.0]))
    assert (scale.low, scale.high) == (0.0, 4.0)
    colours = scale.coloured(np.array([[0.0, 4.0]]))
    assert colours.shape == (1, 2, 3)
    assert [tuple(colour) for colour in colours[0].tolist()] == [RISING[0], RISING[-1]]


@pytest.mark.parametrize("values", [[], [0.0, 0.0]])
def test_nothing_has_a_scale_too(values: list[float]) -> None:
    assert Scale.of(np.array(values)) == Scale(0.0, 1.0)


def test_every_map_stands_in_the_picture_at_its_place() -> None:
    maps = np.arange(5 * 2 * 3, dtype=np.float32).reshape(5, 2, 3)
    pixels, columns = tiles(maps, shared=True)
    assert columns == 3
    assert pixels.shape == (4, 9, 3)
    assert np.array_equal(pixels[2:, 3:6], Scale.of(maps).coloured(maps[4]))


def test_each_map_can_have_a_scale_of_its_own() -> None:
    maps = np.array([[[0.0, 1.0]], [[0.0, 100.0]]], np.float32)
    pixels, _ = tiles(maps, shared=False)
    assert pixels[0, 1].tolist() == pixels[0, 3].tolist() == list(RISING[-1])
    shared, _ = tiles(maps, shared=True)
    assert shared[0, 1].tolist() != shared[0, 3].tolist()


THEME = tomllib.loads((Path(__file__).parents[3] / ".streamlit/config.toml").read_text(encoding="utf-8"))["theme"]
GROUNDS = [
    THEME[scheme][name] for scheme in ("light", "dark") for name in ("backgroundColor", "secondaryBackgroundColor")
]


def luminance(colour: str) -> float:
    """As the Web Content Accessibility Guidelines define it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_measured_as_it_is_defined() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("colour", SERIES)
@pytest.mark.parametrize("ground", GROUNDS)
def test_colours_of_charts_stand_out_from_every_ground(colour: str, ground: str) -> None:
    assert contrast(colour, ground) >= 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_themes_own_colours_stand_out(scheme: str) -> None:
    theme = THEME | THEME[scheme]
    for colour in theme["chartCategoricalColors"]:
        assert contrast(colour, theme["backgroundColor"]) >= 3
    for ground in (theme["backgroundColor"], theme["secondaryBackgroundColor"]):
        assert contrast(theme["primaryColor"], ground) >= 4.5
        assert contrast(theme["textColor"], ground) >= 7
