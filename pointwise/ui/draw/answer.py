"""The prediction with all ten probabilities: the page's own while somebody draws, then PyTorch's."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from pointwise.calibration import SURE
from pointwise.errors import PointwiseError
from pointwise.ui.canvas import component, drawing, reading
from pointwise.ui.draw import correcting
from pointwise.ui.frame import labels, shipped, startup, turns
from pointwise.ui.frame.labels import probability
from pointwise.ui.frame.sections import Kept, hidden
from pointwise.ui.training import lessons, weights_in_use

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pointwise.export.page_weights import Packed
    from pointwise.inference import Reading

LOADING = "The network is being loaded"
TOO_LARGE = "Too large to answer during the stroke: it does when the pen is lifted"
WAIT = 0.4  # seconds between two looks whether torch is there
AT_LATEST = 5.0  # seconds after which its import begins, whatever the page shows
ON_PAGE: Kept[Packed | None] = Kept("answer.network", None)  # the network that the page was given last
STYLE = """<style>
.st-key-answer {position: relative}
.pw-answer {display: flex; gap: 1rem; font-size: 0.85rem; line-height: 1.3}
.pw-now {width: 6.6rem; flex: none; text-align: center; font-size: 9rem; line-height: 1; font-weight: 600;
  font-variant-numeric: tabular-nums}
.pw-while {visibility: hidden; font-size: 0.85rem; font-weight: 400; line-height: 1.3; padding-top: 0.4rem}
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
.pw-row b {font-weight: inherit; text-align: right}
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
  .st-key-answer-prediction {top: 7.4rem}
}
</style>"""
# Whether the page's own answer and PyTorch's agree; the explanation and the numbers are behind it (inpage/answer.js).
AGREEMENT = (
    '<button type="button" class="pw-term pw-agreement"><span class="pw-verdict">&nbsp;</span>'
    '<span class="pw-tip" role="tooltip"><span class="pw-difference">&nbsp;</span> <span class="pw-pace">&nbsp;</span>'
    "</span></button>"
)


def live() -> None:
    """The prediction, in a fragment of its own where it follows a run. Nothing where the model cannot be read."""
    arch = reading.chosen_reader()
    with st.container(key="answer"):
        if startup.loaded():
            if pace := weights_in_use.pace(arch):
                st.fragment(run_every=pace)(_live)(arch)
            else:
                with st.container():  # where a fragment puts it; one in that of the stroke costs a sixth of its time
                    _live(arch)
        else:
            st.fragment(run_every=WAIT)(_early)(arch, time.monotonic() + AT_LATEST)


def _live(arch: str) -> None:
    try:
        model, mark = used = weights_in_use.used(arch)
    except PointwiseError:
        return  # said by what stands below
    packed = weights_in_use.packed(model)
    with turns.answer():
        read = reading.read(model, drawing.received_image())
        digit, remark = reading.headline(read)
        _prediction(digit, remark, f"By {mark}" if used.own else "")
        _bars(read, packed)
    after_stroke = startup.HELD_BACK.get() == startup.STROKE
    if not after_stroke:  # after which the page has the network already
        startup.let_paint()  # the answer is there; what may improve it is large
    _network(packed, after_stroke)


def _early(arch: str, latest: float) -> None:
    """Before torch is there: the page answers, and everything else follows."""
    if startup.loaded():
        st.rerun()
    if time.monotonic() > latest:
        startup.begin()
    _prediction("…", "Loading PyTorch")
    chosen = weights_in_use.choice(arch)
    packed = shipped.packed_file(arch) if chosen.run is None else None
    packed = lessons.taught_packed(packed) if chosen.taught else packed
    _bars(None, packed)
    _network(packed)


def _network(packed: Packed | None, has_one: bool = False) -> None:
    """The weights for the page to answer with, unless it ``has_one`` and that is still the same; with None it does not.

    Of a network that was taught since, the last layer alone. A message of a third of a megabyte costs the server a
    millisecond even where only its hash is sent, and a phone seconds.
    """
    before = ON_PAGE.get()
    ON_PAGE.set(packed)
    data: Any = packed and packed.content
    if packed and before and has_one and before.id == packed.id:
        data = component.SAME
    elif packed and before and correcting.TAUGHT_NOW.pop() and packed.differs_in_last_layer(before):
        data = {**component.SAME, "id": packed.id, "layer": base64.b64encode(packed.last_layer).decode()}
    with hidden("network-hidden"):
        component.page_code()(key="network", data=data)


def _prediction(digit: str, remark: str, whose: str = "") -> None:
    """PyTorch's answer, which stands below the big digit (STYLE)."""
    with st.container(key="answer-prediction", gap="small"):
        st.metric("Prediction", digit, remark, delta_color="off", delta_arrow="off")
        if whose:
            st.caption(labels.plain(whose))


def _bars(read: Reading | None, packed: Packed | None) -> None:
    """The digit and the bars, and beside them what the page's own code needs to go on from there."""
    probabilities = np.zeros(10, np.float32) if read is None else read.probabilities
    now = drawing.current()
    more = {
        "number": now.number,
        "base": now.shown.number,
        "probabilities": None if read is None else probabilities.tolist(),
        "normalise": drawing.normalises(),
        "network": None if packed is None else packed.id,
        "sure": SURE,
        "titles": reading.TITLES,
    }
    seen = "" if read is None else hashlib.sha256(read.image.tobytes()).hexdigest()[:8]
    digit = "…" if read is None else reading.headline(read)[0]
    what = LOADING if read is None else reading.title(read)
    st.html(bars(digit, probabilities, what, TOO_LARGE if packed is None else "", more, seen))


def bars(
    digit: str, probabilities: NDArray[np.float32], title: str, note: str, more: Mapping[str, Any], seen: str
) -> str:
    """HTML of a big digit and one horizontal bar a class on a fixed 0–1 axis, with its number, and a note below.

    ``probabilities`` (classes,), 0–1. ``more`` is JSON for the page's own code (inpage/reader.js), which moves the bars
    while somebody draws and says below them how well it agrees. The Drawing's number and ``seen``, which differs from
    picture to picture, stand as ``data-number`` and ``data-image``.
    """
    best = int(probabilities.argmax()) if probabilities.any() else -1
    rows = "".join(_bar(number, p, best) for number, p in enumerate(probabilities.tolist()))
    ticks = "".join(f'<span style="left: {100 * tick:g}%">{tick:g}</span>' for tick in (0, 0.25, 0.5, 0.75, 1))
    label = "; ".join(f"{number}: {probability(p)}" for number, p in enumerate(probabilities.tolist()))
    spoken = title if best < 0 else f"{title}. {label}"
    return (
        f'{STYLE}<div class="pw-answer" data-number="{more["number"]}" data-image="{seen}" '
        f'data-answer="{html.escape(json.dumps(more))}">'
        f'<div class="pw-now" aria-hidden="true"><div class="pw-digit">{html.escape(digit)}</div>'
        '<div class="pw-while">as you draw</div></div><div class="pw-bars">'
        f'<div role="img" aria-label="{html.escape(spoken)}">'
        f'<div class="pw-title">{html.escape(title)}</div>{rows}<div class="pw-axis">{ticks}</div>'
        '<div class="pw-unit">probability of each digit</div></div></div></div>'
        f'<div class="pw-proof">{html.escape(note)}{AGREEMENT}</div>'
    )


def _bar(number: int, share: float, best: int) -> str:
    inside = f'<i style="width: {100 * share:.2f}%"></i>'
    written = "&nbsp;" if best < 0 else html.escape(probability(share))
    return (
        f'<div class="pw-row{" pw-best" if number == best else ""}"><b>{number}</b><div>{inside}</div>'
        f"<span>{written}</span></div>"
    )
