"""The prediction with all ten probabilities: the page's own while somebody draws, then PyTorch's."""

from __future__ import annotations

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
from pointwise.ui.frame import labels, shipped, startup
from pointwise.ui.frame.labels import probability
from pointwise.ui.frame.sections import hidden
from pointwise.ui.training import weights_in_use

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pointwise.export.page_weights import Packed
    from pointwise.inference import Reading

LOADING = "The network is being loaded"
TOO_LARGE = "Too large to answer during the stroke: it does when the pen is lifted"
WAIT = 0.4  # seconds between two looks whether torch is there
AT_LATEST = 5.0  # seconds after which its import begins, whatever the page shows
STYLE = """<style>
.pw-answer {display: flex; gap: 1.1rem; font-size: 0.85rem; line-height: 1.3}
.pw-now {width: 4.6rem; flex: none; padding-top: 1.6rem; text-align: center; font-size: 5.4rem; line-height: 1;
  font-weight: 600; font-variant-numeric: tabular-nums}
.pw-live .pw-now {color: #d55e00}
.pw-bars {flex: 1; min-width: 0}
.pw-bars .pw-title {font-weight: 600; padding-bottom: 0.4rem; font-size: 0.95rem}
.pw-row {display: grid; grid-template-columns: 1rem 1fr 4rem; gap: 0.5rem; align-items: center; height: 1.45rem}
.pw-row b {font-weight: inherit; text-align: right}
.pw-row div {height: 0.95rem; background: rgba(127, 155, 179, 0.16); border-radius: 0.15rem; overflow: hidden}
.pw-row i {display: block; height: 100%; background: #7f9bb3}
.pw-row span {font-variant-numeric: tabular-nums}
.pw-best {font-weight: 700}
.pw-best i {background: #d55e00}
.pw-axis {position: relative; height: 1.2rem; margin: 0.1rem 4.5rem 0 1.5rem; opacity: 0.75}
.pw-axis span {position: absolute; transform: translateX(-50%)}
.pw-unit {margin: 0 4.5rem 0 1.5rem; text-align: center; opacity: 0.75}
.pw-proof {min-height: 3.4em; padding-top: 0.5rem; font-size: 0.8rem; font-variant-numeric: tabular-nums}
.pw-proof span {white-space: nowrap}
.pw-pace {opacity: 0.75}
.pw-agreement[title] {background: rgba(0, 158, 115, 0.16); border-radius: 1rem; padding: 0.15rem 0.6rem; cursor: help}
.pw-agreement[title].pw-apart {background: rgba(213, 94, 0, 0.2)}
</style>"""


def live() -> None:
    """The prediction, in a fragment of its own that follows a run. Nothing where the model cannot be read."""
    arch = reading.chosen_reader()
    with st.container(key="answer"):
        if startup.loaded():
            st.fragment(run_every=weights_in_use.pace(arch))(_live)(arch)
        else:
            st.fragment(run_every=WAIT)(_early)(arch, time.monotonic() + AT_LATEST)


def _live(arch: str) -> None:
    try:
        model, mark = used = weights_in_use.used(arch)
    except PointwiseError:
        return  # said by what stands below
    image = drawing.received_image()
    read = reading.read(model, image)
    digit, remark = reading.headline(read)
    _prediction(digit, remark, f"By {mark}" if used.own else "")
    packed = weights_in_use.packed(model)
    _bars(read, packed)
    startup.let_paint()  # the answer is there; what may improve it is large
    _network(packed)


def _early(arch: str, latest: float) -> None:
    """Before torch is there: the page answers, and everything else follows."""
    if startup.loaded():
        st.rerun()
    if time.monotonic() > latest:
        startup.begin()
    _prediction("…", "Loading PyTorch")
    packed = shipped.packed_file(arch) if weights_in_use.choice(arch).run is None else None
    _bars(None, packed)
    _network(packed)


def _network(packed: Packed | None) -> None:
    """The weights for the page to answer with; with None it does not."""
    with hidden("network-hidden"):
        component.page_code()(key="network", data=packed and packed.content)


def _prediction(digit: str, remark: str, whose: str = "") -> None:
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
    rows = "".join(_bar(number, p, number == best) for number, p in enumerate(probabilities.tolist()))
    ticks = "".join(f'<span style="left: {100 * tick:g}%">{tick:g}</span>' for tick in (0, 0.25, 0.5, 0.75, 1))
    label = "; ".join(f"{number}: {probability(p)}" for number, p in enumerate(probabilities.tolist()))
    return (
        f'{STYLE}<div class="pw-answer" data-number="{more["number"]}" data-image="{seen}" '
        f'data-answer="{html.escape(json.dumps(more))}">'
        f'<div class="pw-now pw-digit" aria-hidden="true">{html.escape(digit)}</div><div class="pw-bars">'
        f'<div role="img" aria-label="{html.escape(f"{title}. {label}")}">'
        f'<div class="pw-title">{html.escape(title)}</div>{rows}<div class="pw-axis">{ticks}</div>'
        '<div class="pw-unit">probability of each digit</div></div></div></div>'
        '<div class="pw-proof"><span class="pw-agreement">&nbsp;</span> <span class="pw-pace">'
        f"{html.escape(note) or '&nbsp;'}</span></div>"
    )


def _bar(number: int, share: float, best: bool) -> str:
    inside = f'<i style="width: {100 * share:.2f}%"></i>'
    return (
        f'<div class="pw-row{" pw-best" if best else ""}"><b>{number}</b><div>{inside}</div>'
        f"<span>{html.escape(probability(share))}</span></div>"
    )
