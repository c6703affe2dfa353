"""The study's table as text: networks down, recipes across, a block for each thing that was measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pointwise.calibration import SURE
from pointwise.study.cells import RECIPES
from pointwise.study.outcomes import DRAWINGS, NO_DIGITS, OF, TEST, Cell, Value

WIDTH = 30  # characters of a column


class Block(NamedTuple):
    """A table of its own: one value of one sample, in percent."""

    title: str
    sample: str
    value: str
    decimals: int = 1


def blocks_of(cells: Sequence[Cell]) -> list[Block]:
    """The blocks that there is something to show in, in the order of what matters most."""
    sources = sorted({sample for cell in cells for sample in cell.values if sample.startswith(OF)})
    called = {TEST: "MNIST test digits", DRAWINGS: "all drawings"} | {
        one: f"drawings, {one.removeprefix(OF)}" for one in sources
    }
    samples = [one for one in (*sources, DRAWINGS, TEST) if any(one in cell.values for cell in cells)]
    return [
        *(Block(f"Read: {called[one]}", one, "read", 2 if one == TEST else 1) for one in samples),
        *(
            Block(f"Expected calibration error{how}: {called[one]}", one, f"calibration_error{raw}", 2)
            for one in samples
            for raw, how in (("_raw", ", without temperature"), ("", ""))
        ),
        *(
            Block(f"Read wrongly, yet sure ({SURE} or more): {called[one]}", one, "wrong_but_sure", 2)
            for one in samples
        ),
        *(Block(f"Unsure (below {SURE}): {called[one]}", one, "unsure") for one in samples),
        Block(f"Unsure (below {SURE}): pictures of no digit", NO_DIGITS, "unsure"),
    ]


def said(value: Value | None, decimals: int = 1) -> str:
    """A value in percent: mean, spread over seeds, and the interval of its sample."""
    if value is None:
        return "–"
    text = f"{100 * value.mean:.{decimals}f} ± {100 * value.std:.{decimals}f}"
    if value.low is None or value.high is None:
        return text
    return f"{text} ({100 * value.low:.{decimals}f}–{100 * value.high:.{decimals}f})"


def lines(cells: Sequence[Cell]) -> Iterator[str]:
    """All blocks, in percent: mean ± spread over seeds, and in brackets the 95 % interval of the sample."""
    by_kind = {(cell.network, cell.recipe): cell for cell in cells}
    recipes = [one for one in RECIPES if any(cell.recipe == one for cell in cells)]
    sizes = {cell.network: cell.parameters for cell in cells}
    yield "In percent: mean ± std over seeds (95 % interval of the sample)"
    for block in blocks_of(cells):
        yield ""
        yield block.title
        yield "".join(f"{name:{WIDTH}}" for name in ("", *recipes)).rstrip()
        for network, parameters in sizes.items():
            row = [
                cell.values.get(block.sample, {}).get(block.value) if (cell := by_kind.get((network, recipe))) else None
                for recipe in recipes
            ]
            shown = (f"{network} ({parameters:,})", *(said(one, block.decimals) for one in row))
            yield "".join(f"{one:{WIDTH}}" for one in shown).rstrip()
    yield ""
    yield "Seconds of a processor that a training takes, mean"
    yield "".join(f"{name:{WIDTH}}" for name in ("", *recipes)).rstrip()
    for network in sizes:
        times = [by_kind.get((network, recipe)) for recipe in recipes]
        yield "".join(
            f"{one:{WIDTH}}" for one in (network, *(f"{t.seconds.mean:,.0f}" if t else "–" for t in times))
        ).rstrip()
