"""Amounts drawn to scale as HTML: squares whose areas are the amounts, and bars whose lengths are."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pointwise.ui.frame.colours import AMBER, BLUE, DEEP_BLUE, ORANGE

COLOURS = (DEEP_BLUE, ORANGE, AMBER)  # of a square's parts, the largest first
SMALL = 6.0  # pixels: a square below this gets a ring, to be found
ROOM = 160.0  # pixels of a square in which names can stand


@dataclass(frozen=True)
class Area:
    """A square."""

    name: str
    parts: Mapping[str, int]  # amounts by name, which together make the square; one for a square of one colour
    notes: Sequence[str] = ()  # lines below it

    @property
    def total(self) -> int:
        return sum(self.parts.values())


def squares(title: str, areas: Sequence[Area], unit: str, largest: int) -> str:
    """Squares side by side, wrapping on a phone, with their amounts below; the largest is ``largest`` pixels wide."""
    most = max(area.total for area in areas)
    figures = "".join(
        f'<figure><div class="pw-place">{_square(area, largest * (area.total / most) ** 0.5)}</div>'
        f"<figcaption><b>{html.escape(area.name)}</b><br>{area.total:,} {html.escape(unit)}"
        f"{_parts(area)}{_notes(area)}</figcaption></figure>"
        for area in areas
    )
    return f'{STYLE}<b>{html.escape(title)}</b><div class="pw-areas">{figures}</div>'


def square(side: float, colour: str = BLUE) -> str:
    """A square of so many pixels, ringed where it is hard to see."""
    ring = ' class="pw-ring"' if side < SMALL else ""
    return f'<i{ring}><i style="width: {side:.2f}px; height: {side:.2f}px; background: {colour}"></i></i>'


def _square(area: Area, side: float) -> str:
    """The largest part fills the square, the others lie in its corners, with their names where there is room."""
    if len(area.parts) == 1:
        return square(side)
    small = sorted(area.parts.items(), key=lambda part: -part[1])[1:]
    corners = ""
    for (name, amount), colour, where in zip(small, COLOURS[1:], ("pw-last", "pw-first"), strict=False):
        drawn = square(side * (amount / area.total) ** 0.5, colour)
        named = f"<span>{html.escape(name)}</span>" if side > ROOM else ""
        corners += f'<i class="pw-corner {where}">{drawn}{named}</i>'
    return (
        f'<i class="pw-whole" style="width: {side:.2f}px; height: {side:.2f}px; background: {COLOURS[0]}">{corners}</i>'
    )


def _parts(area: Area) -> str:
    if len(area.parts) == 1:
        return ""
    ranked = sorted(area.parts.items(), key=lambda part: -part[1])
    return "".join(
        f'<br><i class="pw-key" style="background: {colour}"></i>{html.escape(name)}: {amount:,}'
        for (name, amount), colour in zip(ranked, COLOURS, strict=False)
    )


def _notes(area: Area) -> str:
    return "".join(f"<br>{html.escape(note)}" for note in area.notes)


def bars(title: str, rows: Mapping[str, tuple[float, str]]) -> str:
    """A bar a row, as long as its value beside the others', and its value in words."""
    most = max(value for value, _ in rows.values()) or 1.0
    lines = "".join(
        f'<div>{html.escape(name)}</div><div class="pw-bar"><i style="width: {100 * value / most:.1f}%"></i></div>'
        f"<div>{html.escape(words)}</div>"
        for name, (value, words) in rows.items()
    )
    return f'{STYLE}<b>{html.escape(title)}</b><div class="pw-bars">{lines}</div>'


STYLE = f"""<style>
.pw-areas {{display: flex; flex-wrap: wrap; gap: 1rem 2rem; align-items: flex-end; margin-top: 0.6rem}}
.pw-areas figure {{margin: 0}}
.pw-areas figcaption {{font-size: 0.9rem; line-height: 1.45; padding-top: 0.4rem; font-variant-numeric: tabular-nums}}
.pw-place i {{display: block}}
.pw-whole {{position: relative}}
.pw-corner {{position: absolute; display: flex !important; align-items: center}}
.pw-corner span {{color: #ffffff; font-size: 0.85rem; font-style: normal}}
.pw-last {{right: 0; bottom: 0; flex-direction: row-reverse}}
.pw-first {{left: 0; top: 0}}
.pw-ring {{width: 24px; height: 24px; display: flex !important; align-items: center; justify-content: center;
  border: 1.5px solid currentColor; border-radius: 50%}}
.pw-corner .pw-ring {{border-color: #ffffff; margin: 4px}}
.pw-key {{display: inline-block; width: 0.75rem; height: 0.75rem; margin-right: 0.4rem; vertical-align: -0.05rem}}
.pw-bars {{display: grid; grid-template-columns: max-content minmax(4rem, 1fr) max-content; gap: 0.3rem 0.8rem;
  align-items: center; font-size: 0.9rem; font-variant-numeric: tabular-nums; margin-top: 0.4rem; max-width: 46rem}}
.pw-bar i {{display: block; height: 0.9rem; min-width: 2px; background: {BLUE}}}
@media (max-width: 640px) {{
  .pw-bars {{grid-template-columns: 1fr max-content}}
  .pw-bars > :nth-child(3n + 1) {{grid-column: 1 / -1; margin-bottom: -0.3rem}}
}}
</style>"""
