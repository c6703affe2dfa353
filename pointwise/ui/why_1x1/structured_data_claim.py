"""Claim: 1×1 convolutions bring spatial flexibility to tables of rows and columns."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
import streamlit as st

from pointwise.claims import structured_data
from pointwise.claims.experiments import Mean
from pointwise.claims.structured_data import DENSE, REPEATS, ROWS, SHAPE, TWIN, Cell
from pointwise.data import made_table
from pointwise.data.made_table import BEST, COLUMNS, DECIDE, MOST, TRUTHS
from pointwise.ui.frame import address, charts, glossary, html
from pointwise.ui.frame.colours import BLUE, GREY, ORANGE, Scale
from pointwise.ui.frame.sections import Kept
from pointwise.ui.why_1x1 import claim_widgets
from pointwise.ui.why_1x1.measured_trials import MeasuredTrials, Numbers

NETWORK, TREES, DEPENDS = "The network, on all of them", "Gradient boosting, on all of them", "It depends on the rule"
CONTEST = MeasuredTrials("why.structured.contest", structured_data.contest)
TIMES: Kept[dict[str, float]] = Kept("why.structured.times", {})
SHOWN = (0, 1, 3)  # columns of the table that are shown as pictures
NAMES = {"smooth": "a smooth rule", "thresholds": "a rule of thresholds"}


def measured() -> str:
    """The right answer, as soon as all tables are measured."""
    return right(structured_data.cells(CONTEST.numbers()))


def right(cells: Sequence[Cell]) -> str:
    """The answer that the measured tables make the right one; "" until all kinds of them are."""
    if len(cells) < len(TRUTHS) * len(ROWS):
        return ""
    signs = {cell.ahead.sign for cell in cells}
    return NETWORK if signs == {1} else TREES if signs == {-1} else DEPENDS


@claim_widgets.guess_first(
    "structured",
    f"Tables of {ROWS[0]:,} to {ROWS[-1]:,} rows, made by a smooth rule or by one of thresholds. Who predicts new rows "
    "better: a network of 1×1 convolutions, or gradient boosting, which adds up many small decision trees?",
    {NETWORK: "", TREES: "", DEPENDS: ""},
    measured,
)
def show() -> None:
    """A table as a picture through both kinds of layers; and trained networks beside gradient boosting."""
    _picture()
    st.markdown("**Who predicts better?** Networks of 1×1 convolutions and gradient boosting learn from made tables.")
    glossary.write(
        f"{DECIDE} of the {COLUMNS} columns make the target by a rule that is known, {COLUMNS - DECIDE} mean nothing, "
        f"and a share of noise is added: nobody can have an [[R²]] above {BEST:.3f}. Each kind of table is made "
        f"{REPEATS} times, and measured on {made_table.HELD_OUT:,} rows that are [[held out]]."
    )
    _rules()
    CONTEST.show("Measure all tables (about a minute)", _live)


def _picture() -> None:
    rows = structured_data.example()
    height, width = SHAPE
    scale = Scale.of(rows.columns)
    tiles = [
        (scale.coloured(rows.columns[number]), f"Column {number + 1}", f"Column {number + 1} as a picture", 1.0)
        for number in SHOWN
    ]
    answers = Scale.of(rows.predictions).coloured(rows.predictions)
    tiles.append(
        (answers, "Its answers, untrained", "What the untrained network answers to every row, as a picture", 1.0)
    )
    st.markdown(
        f"**A table of {MOST:,} rows and {COLUMNS} columns is a picture of {height} × {width} pixels with {COLUMNS} "
        "channels.** Each row is a pixel; which rows are neighbours means nothing."
    )
    st.html(html.strip(tiles))
    times = TIMES.get()
    claim_widgets.table(
        ("the same weights", "largest difference to dense layers", "time for all rows"),
        [
            *(
                (one.name, claim_widgets.small(one.difference), _time(times, one.name))
                for one in structured_data.arrangements()
            ),
            (DENSE, "", _time(times, DENSE)),
        ],
    )
    st.button("Time them where this app runs", on_click=_measure, icon=":material/timer:", key="why.structured.time")


def _time(times: Mapping[str, float], name: str) -> str:
    return f"{times[name]:.1f} ms" if name in times else "–"


def _measure() -> None:
    TIMES.set(structured_data.arrangement_times())


def _rules() -> None:
    if address.hides("code"):
        return
    with st.expander("The two rules", icon=":material/code:"):
        st.code("\n\n".join(inspect.getsource(rule) for rule in TRUTHS.values()), language="python", wrap_lines=True)


def _live(numbers: Numbers) -> None:
    cells = structured_data.cells(numbers)
    if cells:
        with st.container(horizontal=True, gap="medium"):
            for truth in TRUTHS:
                some = [cell for cell in cells if cell.truth == truth]
                if some:
                    with st.container(width=380):
                        charts.show(_chart(some), f"why.structured.{truth}", _alt(some))
        claim_widgets.table(
            (
                "table",
                "R² of the network",
                "of gradient boosting",
                f"ahead by ({glossary.INTERVAL})",
                "training: network, boosting",
            ),
            [
                (
                    f"{cell.rows:,} rows, {cell.truth}",
                    f"{cell.network.value:.3f}",
                    f"{cell.trees.value:.3f}",
                    _ahead(cell.ahead),
                    f"{cell.network_seconds:.1f} s, {cell.trees_seconds:.1f} s",
                )
                for cell in cells
            ],
        )
        st.markdown(
            f"Lines with ends are {glossary.INTERVAL}s over the tables of a kind. Who is ahead is told table by table, "
            "where both meet the same rows, which tells more."
        )
    claim_widgets.verdict(verdict(cells, numbers.get(TWIN, {})))


def _ahead(ahead: Mean) -> str:
    name = {1: "network", -1: "boosting", 0: "neither"}[ahead.sign]
    least, most = sorted((abs(ahead.low), abs(ahead.high))) if ahead.sign else (ahead.low, ahead.high)
    value = abs(ahead.value) if ahead.sign else ahead.value
    return f"{name}: {value:.3f} ({least:.3f} to {most:.3f})"


def _alt(cells: Sequence[Cell]) -> str:
    said = "; ".join(
        f"{cell.rows:,} rows: network {cell.network.value:.3f}, boosting {cell.trees.value:.3f}" for cell in cells
    )
    return f"R² on held-out rows with {NAMES[cells[0].truth]}. {said}. The best possible is {BEST:.3f}"


def _chart(cells: Sequence[Cell]) -> go.Figure:
    """R² by the number of rows, with intervals, and the best that can be had."""
    figure = go.Figure()
    x = [cell.rows for cell in cells]
    for name, means, colour, symbol, dash in (
        ("network", [cell.network for cell in cells], BLUE, "circle", "solid"),
        ("gradient boosting", [cell.trees for cell in cells], ORANGE, "diamond-open", "dash"),
    ):
        figure.add_scatter(
            x=x,
            y=[mean.value for mean in means],
            error_y={"array": [mean.high - mean.value for mean in means]},
            name=name,
            mode="lines+markers",
            line={"color": colour, "dash": dash},
            marker={"color": colour, "symbol": symbol, "size": 9},
            hovertemplate="%{y:.3f}",
        )
    line = {"color": GREY, "dash": "dot"}
    ends = [0.8 * ROWS[0], 1.25 * ROWS[-1]]
    figure.add_scatter(x=ends, y=[BEST] * 2, name="best possible", mode="lines", line=line, hoverinfo="skip")
    ticks = {"tickvals": list(ROWS), "ticktext": [f"{rows:,}" for rows in ROWS]}
    span = [math.log10(edge) for edge in ends]
    figure.update_xaxes(title="rows to learn from", type="log", range=span, fixedrange=True, **ticks)
    figure.update_yaxes(title="R² on new rows", fixedrange=True)
    wins = {cell.ahead.sign for cell in cells}
    sign = wins.pop() if len(wins) == 1 else 0
    who = {1: "the network is ahead", -1: "boosting is ahead", 0: "it depends on the rows"}[sign]
    title = f"{NAMES[cells[0].truth].capitalize()}: {who}"
    return charts.framed(figure, title, 380).update_layout(hovermode="x unified", legend=charts.BELOW)


def verdict(cells: Sequence[Cell], twin: Mapping[str, float]) -> str:
    """What the numbers so far allow to say. Markdown."""
    most = max(one.difference for one in structured_data.arrangements())
    same = (
        f"In whatever picture the rows are arranged, the answers are those of dense layers on the rows: they differ by "
        f"at most {claim_widgets.small(most)} of the target's spread, which is rounding."
    )
    trained = ""
    if twin:
        slower = twin["conv_seconds"] / twin["dense_seconds"]
        trained = (
            f" Trained alike on {MOST:,} rows, the two end {claim_widgets.small(twin['single'])} apart, and "
            f"{claim_widgets.small(twin['double'])} in double precision; R² is {twin['conv_r2']:.4f} and "
            f"{twin['dense_r2']:.4f}. Written as 1×1 convolutions, training took {slower:.1f} times as long."
        )
    if not right(cells):
        return f"**It is a dense network.** {same}{trained} Who predicts better is not measured yet."
    found = " ".join(_found([cell for cell in cells if cell.truth == truth]) for truth in TRUTHS)
    return (
        f"**It is a dense network, so it depends on the table.** {same}{trained} {found} Neither was fitted to these "
        "rules; other settings move the numbers."
    )


def _found(cells: Sequence[Cell]) -> str:
    """Who is ahead with one rule. Markdown."""
    name = NAMES[cells[0].truth]
    spread = sorted(abs(cell.ahead.value) for cell in cells)
    for sign, who in ((1, "the network"), (-1, "gradient boosting")):
        if all(cell.ahead.sign == sign for cell in cells):
            return f"With {name} {who} is ahead at every size, by {spread[0]:.3f} to {spread[-1]:.3f} of R²."
    each = {1: "the network", -1: "gradient boosting", 0: "neither, as far as one can tell,"}
    said = ", ".join(f"{each[cell.ahead.sign]} at {cell.rows:,} rows" for cell in cells)
    return f"With {name}, ahead is {said}."
