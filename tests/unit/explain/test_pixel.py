"""The pixel calculator: its sum is the map's value, and the copied program prints the number that is shown."""

from __future__ import annotations

import contextlib
import io

import pytest

from pointwise.explain.chain import DIGITS, Chain, pixel_at
from pointwise.models import ACTIVATIONS, CLASSIFIERS
from tests.unit.explain.toys import IMAGE, network


@pytest.mark.parametrize("arch", CLASSIFIERS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_products_and_the_bias_make_the_value(arch: str, activation: str) -> None:
    chain = Chain.of(network(arch, activation))
    for number, (stage, maps) in enumerate(zip(chain.stages, chain.run(IMAGE).maps, strict=True)):
        height, width = maps.after.shape[1:]
        for y, x in {(0, 0), (height - 1, width // 2), (height // 2, width - 1)}:
            pixel = pixel_at(chain, maps, number, stage.channels - 1, y, x)
            assert pixel.before == pytest.approx(float(maps.before[-1, y, x]), rel=1e-4, abs=1e-5)
            assert pixel.after == pytest.approx(float(maps.after[-1, y, x]), rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(
    ("arch", "stage"), [("nin", 0), ("nin", 1), ("nin", 6), ("bag_of_pixels", 0), ("mlp_1x1", 0), ("conv_mlp", 1)]
)
def test_the_copied_program_prints_the_number_shown(arch: str, stage: int, activation: str) -> None:
    chain = Chain.of(network(arch, activation))
    pixel = pixel_at(chain, chain.run(IMAGE).maps[stage], stage, 3, 0, 0)
    code, printed = pixel.as_pytorch(), io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "snippet", "exec"), {})
    assert printed.getvalue().strip() == f"{pixel.after:.{DIGITS}f}"


@pytest.mark.parametrize(("channel", "y", "x"), [(0, 28, 0), (0, 0, -1), (7, 0, 0)])
def test_a_place_outside_is_refused(channel: int, y: int, x: int) -> None:
    chain = Chain.of(network("bag_of_pixels"))
    with pytest.raises(IndexError, match="There is no channel"):
        pixel_at(chain, chain.run(IMAGE).maps[0], 0, channel, y, x)
