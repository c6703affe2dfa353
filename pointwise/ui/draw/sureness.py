"""How sure the networks are, beside how often they are right: a reliability diagram of each, measured beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pointwise.models import CLASSIFIERS
from pointwise.ui.frame import glossary, html, labels, shipped
from pointwise.ui.frame.colours import BLUE, GREY, ORANGE
from pointwise.ui.frame.sections import choice, folded

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from pointwise.reliability import Reliability

RELIABILITY = "reliability.json"
CALLED = {"test": "MNIST test digits", "made": "made drawings"}
LOOKS = {"test": (BLUE, "circle"), "made": (ORANGE, "diamond-open")}


def show() -> None:
    """The diagrams, folded up, where they were measured for the shipped networks."""
    label = "Accuracy: is a network as often right as it is sure?"
    folded(label, "verified", "sureness", shipped.MODELS / RELIABILITY, lambda *file: _diagram(_measured(*file)))


@shipped.once
def _measured(path: Path, _: int) -> Mapping[str, Mapping[str, Reliability]]:
    from pointwise.reliability import read

    files = {arch: shipped.MODELS / f"{arch}.safetensors" for arch in CLASSIFIERS}
    return read(path, {arch: file for arch, file in files.items() if file.exists()})


def _diagram(measured: Mapping[str, Mapping[str, Reliability]]) -> None:
    from pointwise.calibration import SURE
    from pointwise.ui.frame import charts

    titles = {labels.MODELS[arch]: arch for arch in CLASSIFIERS if arch in measured}
    if not titles:
        st.info("Nobody has measured it for these weights yet.")
        return
    name = choice("Shipped network", titles, "sureness.network")
    samples = {one: found for one, found in measured[titles[name]].items() if one in CALLED}
    glossary.write(
        f"A probability is honest if, of all readings that are {100 * SURE:.0f} % sure, {100 * SURE:.0f} % are right. "
        "The calibration error is how far off that is on average: "
        + ", ".join(map(_error, samples, samples.values()))
        + ". "
        f"Each point is the readings of about one sureness; the line through it is its [[{glossary.INTERVAL}]]. Where "
        "that meets the diagonal, no difference can be told. Made drawings are made of strokes and drawn as on this "
        "page; no network learned from them."
    )
    alt = f"{name}: " + "; ".join(_in_words(one, found) for one, found in samples.items())
    charts.show(_figure(samples), "sureness.chart", alt)
    for one, found in samples.items():
        rows = [(f"{100 * it.sureness:.1f} %", it.share.said(), f"{it.count:,}") for it in reversed(found.bins)]
        st.html(html.table((f"{CALLED[one]}: sure", "right", "readings"), rows, True))


def _error(sample: str, found: Reliability) -> str:
    return f"**{100 * found.calibration_error:.2f} %** on {found.count:,} {CALLED[sample]}"


def _in_words(sample: str, found: Reliability) -> str:
    """What is to be seen: the calibration error, and the surest and the least sure readings."""
    ends = [found.bins[-1], found.bins[0]]
    told = " and ".join(
        f"of those {100 * one.sureness:.0f} % sure {100 * one.share.value:.0f} % are right" for one in ends
    )
    return f"{CALLED[sample]}, calibration error {100 * found.calibration_error:.2f} %, {told}"


def _figure(samples: Mapping[str, Reliability]) -> go.Figure:
    import plotly.graph_objects as go

    from pointwise.ui.frame import charts

    figure = go.Figure()
    line = {"color": GREY, "dash": "dot"}
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", name="as right as sure", line=line, hoverinfo="skip")
    for sample, found in samples.items():
        colour, symbol = LOOKS[sample]
        shares = [one.share for one in found.bins]
        figure.add_scatter(
            x=[one.sureness for one in found.bins],
            y=[one.value for one in shares],
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [one.high - one.value for one in shares],
                "arrayminus": [one.value - one.low for one in shares],
                "thickness": 1.5,
            },
            mode="markers",
            name=CALLED[sample],
            marker={"color": colour, "symbol": symbol, "size": 9},
            customdata=[f"{share} of {one.count:,}" for share, one in zip(shares, found.bins, strict=True)],
            hovertemplate="%{x:.1%} sure: %{customdata} right<extra></extra>",
        )
    figure.update_xaxes(title="how sure it is", tickformat=".0%", range=[-0.02, 1.02], fixedrange=True)
    figure.update_yaxes(title="how often it is right", tickformat=".0%", range=[-0.02, 1.02], fixedrange=True)
    return charts.framed(figure, "On the diagonal it is as often right as it is sure", 420).update_layout(
        legend=charts.BELOW
    )
