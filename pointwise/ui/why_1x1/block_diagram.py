"""A block of convolutions as HTML: its maps as columns as high as their channels, its work as areas between them."""

from __future__ import annotations

import html
from collections.abc import Sequence

from pointwise.claims.parameters import Block
from pointwise.ui.frame.colours import GREY
from pointwise.ui.why_1x1 import scale_drawings

HIGHEST, WIDEST = 110, 104  # pixels of the highest column, and of the largest square


def diagrams(blocks: Sequence[Block], notes: Sequence[str]) -> str:
    """Blocks one below the other on one scale, each with its multiply-adds, weights and a note."""
    every = [(conv, block.side) for block in blocks for conv in block.convolutions]
    channels = max(max(conv.inputs, conv.outputs) for conv, _ in every)
    work = max(conv.weights * side**2 for conv, side in every)
    rows = "".join(_row(block, note, channels, work) for block, note in zip(blocks, notes, strict=True))
    return f"{scale_drawings.STYLE}{STYLE}{rows}"


def _row(block: Block, note: str, channels: int, work: int) -> str:
    parts = [_column(block.convolutions[0].inputs, channels)]
    for conv in block.convolutions:
        amount = conv.weights * block.side**2
        side = WIDEST * (amount / work) ** 0.5
        kind = f"{conv.kernel}×{conv.kernel}{' depthwise' if conv.groups > 1 else ''}"
        parts.append(f"<div>{scale_drawings.square(side)}<span>{kind}<br>{millions(amount)}</span></div>")
        parts.append(_column(conv.outputs, channels))
    total = f"{millions(block.multiply_adds)} multiply-adds, {block.weights:,} weights"
    words = f"<b>{html.escape(block.name)}</b><br>{total}{'<br>' if note else ''}{html.escape(note)}"
    return f'<div class="pw-block"><div class="pw-flow pw-place">{"".join(parts)}</div><p>{words}</p></div>'


def _column(count: int, most: int) -> str:
    height = HIGHEST * count / most
    return f'<div class="pw-maps"><i style="height: {height:.1f}px; background: {GREY}"></i><span>{count}</span></div>'


def millions(amount: int) -> str:
    """12443648 is 12.4 million."""
    return f"{amount / 1e6:,.1f} million"


STYLE = """<style>
.pw-block {display: flex; flex-wrap: wrap; align-items: center; gap: 0.4rem 1.5rem; margin-top: 1rem}
.pw-block p {margin: 0; font-size: 0.9rem; line-height: 1.45; font-variant-numeric: tabular-nums}
.pw-flow {display: flex; align-items: center; gap: 0.4rem; min-width: min(21rem, 100%)}
.pw-flow > div {display: flex; flex-direction: column; align-items: center; gap: 0.25rem; min-width: 3.4rem}
.pw-flow > .pw-maps {min-width: 1.6rem}
.pw-flow span {font-size: 0.75rem; line-height: 1.25; text-align: center; font-variant-numeric: tabular-nums}
.pw-maps i {width: 10px}
</style>"""
