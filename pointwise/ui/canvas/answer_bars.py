"""An answer as HTML: what is read in large, and a bar for each class, which the page's own code moves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from pointwise.calibration import SURE
from pointwise.card import DIGITS
from pointwise.ui.canvas import reading
from pointwise.ui.frame import labels
from pointwise.ui.frame.labels import probability
from pointwise.visible_text import visible

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pointwise.export.page_weights import Packed
    from pointwise.inference import Reading
    from pointwise.ui.canvas.drawing import Drawing

LOADING = "The network is being loaded"
TOO_LARGE = "Too large to answer during the stroke: it does when the pen is lifted"
LARGE = 2  # characters of a name that stand as large as a digit
STYLE = """<style>
.st-key-answer {position: relative}
.pw-answer {display: flex; gap: 1rem; font-size: 0.85rem; line-height: 1.3}
.pw-now {width: 6.6rem; flex: none; text-align: center; font-size: 9rem; line-height: 1; font-weight: 600;
  font-variant-numeric: tabular-nums}
.pw-while {visibility: hidden; font-size: 0.85rem; font-weight: 400; line-height: 1.3; padding-top: 0.4rem}
.pw-named .pw-digit {font-size: 1.5rem; line-height: 1.2; height: 9rem; display: flex; align-items: center;
  justify-content: center; overflow: hidden; overflow-wrap: anywhere}
.pw-live .pw-digit {color: #d55e00}
.pw-live .pw-while {visibility: visible}
.st-key-answer-prediction {position: absolute; z-index: 1; left: 0; top: 9.6rem; width: 6.6rem; text-align: center}
.st-key-answer-prediction [data-testid=stMetric] :is(label, div, p) {justify-content: center; justify-items: center;
  margin-inline: auto; text-align: center; white-space: normal}
.st-key-answer-prediction[data-older], .st-key-answer-prediction[data-older] * {visibility: hidden !important}
.st-key-answer-prediction [data-testid=stMetricValue] {font-size: 1.1rem; font-weight: 600; padding: 0}
.pw-bars {flex: 1; min-width: 0}
.pw-bars .pw-title {font-weight: 600; padding-bottom: 0.4rem; font-size: 0.95rem}
.pw-row {display: grid; grid-template-columns: 1rem 1fr 3.6rem; gap: 0.5rem; align-items: center; height: 1.45rem}
.pw-row b {font-weight: inherit; text-align: right; overflow: hidden; text-overflow: ellipsis; white-space: nowrap}
.pw-answer.pw-named {min-height: 14.5rem}
.pw-named .pw-row {grid-template-columns: 1fr auto; gap: 0 0.5rem; height: auto; padding-bottom: 0.35rem}
.pw-named .pw-row b {text-align: left; white-space: normal; overflow-wrap: anywhere}
.pw-named .pw-row div {grid-area: 2 / 1 / 3 / 3; height: 0.6rem}
.pw-named .pw-row :is(b, span) {grid-row: 1}
.pw-named :is(.pw-axis, .pw-unit) {margin-inline: 0}
.pw-row div {height: 0.95rem; background: rgba(127, 155, 179, 0.16); border-radius: 0.15rem; overflow: hidden}
.pw-row i {display: block; height: 100%; background: #5f7f9b}
.pw-row span {font-variant-numeric: tabular-nums}
.pw-best {font-weight: 700}
.pw-best i {background: #d55e00}
.pw-axis {position: relative; height: 1.2rem; margin: 0.1rem 4.1rem 0 1.5rem}
.pw-axis span {position: absolute; transform: translateX(-50%)}
.pw-unit {margin: 0 4.1rem 0 1.5rem; text-align: center}
.pw-proof {min-height: 1.6rem; padding-top: 0.3rem; font-size: 0.85rem; text-align: right}
.pw-term.pw-agreement {visibility: hidden}
.pw-term.pw-agreement:is(.pw-proved, .pw-apart) {visibility: visible}
.pw-agreement .pw-tip {left: auto; right: 0}
@media (max-width: 640px) {
  .pw-now, .st-key-answer-prediction {width: 5rem}
  .pw-now {font-size: 6.8rem}
  .pw-named .pw-digit {font-size: 1.15rem; height: 6.8rem}
  .st-key-answer-prediction {top: 7.4rem}
}
</style>"""
# Whether the page's own answer and PyTorch's agree; the explanation and the numbers are behind it (inpage/answer.js).
AGREEMENT = (
    '<button type="button" class="pw-term pw-agreement"><span class="pw-verdict">&nbsp;</span>'
    '<span class="pw-tip" role="tooltip"><span class="pw-difference">&nbsp;</span> <span class="pw-pace">&nbsp;</span>'
    "</span></button>"
)


def prediction(best: str, remark: str, whose: str = "") -> None:
    """PyTorch's answer, which stands below what is read in large (STYLE); ``best`` and ``whose`` may be people's."""
    with st.container(key="answer-prediction", gap="small"):
        st.metric("Prediction", labels.plain(best), remark, delta_color="off", delta_arrow="off")
        if whose:
            st.caption(labels.plain(whose))


def show(read: Reading | None, packed: Packed | None, now: Drawing, normalises: bool) -> None:
    """What is read in large and the bars, and what the page's own code needs to go on from there.

    Without a reading the page's own code makes the first one.
    """
    probabilities = np.zeros(len(DIGITS), np.float32) if read is None else read.probabilities
    names = DIGITS if read is None else read.names
    more = {
        "number": now.number,
        "base": now.shown.number,
        "probabilities": None if read is None else probabilities.tolist(),
        "normalise": normalises,
        "network": None if packed is None else packed.id,
        "sure": SURE,
        "titles": reading.TITLES,
        "names": [visible(name) for name in names],
    }
    seen = "" if read is None else hashlib.sha256(read.image.tobytes()).hexdigest()[:8]
    best = "…" if read is None else reading.headline(read)[0]
    what = LOADING if read is None else reading.title(read)
    st.html(html(best, probabilities, names, what, TOO_LARGE if packed is None else "", more, seen))


def html(
    best: str,
    probabilities: NDArray[np.float32],
    names: Sequence[str],
    title: str,
    note: str,
    more: Mapping[str, Any],
    seen: str,
) -> str:
    """HTML of a big digit or name and one horizontal bar a class on a fixed 0–1 axis, and a note below.

    ``probabilities`` (classes,), 0–1, are of the classes ``names``. ``more`` is JSON for the page's own code
    (inpage/reader.js), which moves the bars while somebody draws and says below them how well it agrees. The Drawing's
    number and ``seen``, which differs from picture to picture, stand as ``data-number`` and ``data-image``.
    """
    most = int(probabilities.argmax()) if probabilities.any() else -1
    shares = list(zip(map(visible, names), probabilities.tolist(), strict=True))
    rows = "".join(_bar(name, share, number == most, most < 0) for number, (name, share) in enumerate(shares))
    ticks = "".join(f'<span style="left: {100 * tick:g}%">{tick:g}</span>' for tick in (0, 0.25, 0.5, 0.75, 1))
    label = "; ".join(f"{name}: {probability(share)}" for name, share in shares)
    what = "digit" if tuple(names) == DIGITS else "class"
    spoken = title if most < 0 else f"{title}. {label}"
    return (
        f'{STYLE}<div class="pw-answer{" pw-named" * is_named(names)}" data-number="{more["number"]}" '
        f'data-image="{seen}" data-answer="{escape(json.dumps(more))}">'
        f'<div class="pw-now" aria-hidden="true"><div class="pw-digit">{escape(best)}</div>'
        '<div class="pw-while">as you draw</div></div><div class="pw-bars">'
        f'<div role="img" aria-label="{escape(spoken)}">'
        f'<div class="pw-title">{escape(title)}</div>{rows}<div class="pw-axis">{ticks}</div>'
        f'<div class="pw-unit">probability of each {what}</div></div></div></div>'
        f'<div class="pw-proof">{escape(note)}{AGREEMENT}</div>'
    )


def is_named(names: Sequence[str]) -> bool:
    """Whether names are too long to stand as large as a digit."""
    return max(map(len, names)) > LARGE


def _bar(name: str, share: float, best: bool, blank: bool) -> str:
    inside = f'<i style="width: {100 * share:.2f}%"></i>'
    written = "&nbsp;" if blank else escape(probability(share))
    return (
        f'<div class="pw-row{" pw-best" * best}"><b title="{escape(name)}">{escape(name)}</b><div>{inside}</div>'
        f"<span>{written}</span></div>"
    )
