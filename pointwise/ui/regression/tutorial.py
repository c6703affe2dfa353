"""The story of the tutorial's failure: how far off its network is, why, and both trainings side by side."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from pointwise.data.housing import KERAS_ERRORS, HouseOptions, Houses
from pointwise.inference import prices_at
from pointwise.jobs import AS_WRITTEN, STANDARDISED, compare_scalings
from pointwise.models import Network
from pointwise.runs import Progress
from pointwise.training import PRICE_RECIPES
from pointwise.ui.frame import charts, glossary, labels, shipped
from pointwise.ui.frame.colours import BLUE, GREY, ORANGE
from pointwise.ui.regression.house import Networks
from pointwise.ui.training.side_by_side_training import SideBySide, Trainings

RECIPE = PRICE_RECIPES["tutorial"]
BARS = """<style>
.pw-bars {display: grid; grid-template-columns: 1fr max-content; gap: 0.15rem 0.8rem; align-items: center;
  font-variant-numeric: tabular-nums}
.pw-bars span {grid-column: 1 / -1; padding-top: 0.35rem}
.pw-bars i {height: 1.2rem; border-radius: 0.2rem; min-width: 3px; display: block}
.pw-bars b {text-align: right}
</style>"""


def show(networks: Networks) -> None:
    """How far off three ways to answer are, why the tutorial's is the worst, and both trainings by one button."""
    _, test = shipped.houses()
    mean = _error_of_the_mean()
    st.header("As a tutorial trains it, the same network fails")
    glossary.write(labels.escaped(_failure(networks.written, test)))
    bars, why = st.columns(2, gap="large")
    with bars:
        st.markdown(f"**How far off, on average, on {len(test)} houses**", help=glossary.tip("mean absolute error"))
        rows = [
            ("As the tutorial trains it", _error(networks.written, test), ORANGE),
            ("No network: always the mean", mean, GREY),
            (f"{networks.name.capitalize()}, above", _error(networks.current, test), BLUE),
        ]
        st.html(_bars(rows))
    with why:
        glossary.write(_why())
    with st.expander("What differs from the tutorial's own code"):
        glossary.write(labels.escaped(_differences(mean)))
    glossary.write(
        "**See it happen.** Two trainings from the same start, on the same houses, by the tutorial's own [[recipe]]. "
        f"The only difference: in one of them prices and features are [[{STANDARDISED}]]."
    )
    comparison = compare_scalings(RECIPE, HouseOptions())
    SideBySide("houses.contest", "Train both now", comparison, _live, "Stop both").show()


def _failure(written: Network, test: Houses) -> str:
    answers, prices = prices_at(written, test.square_feet, test.rooms), test.prices.numpy()
    smallest = test.square_feet[prices.argmin()]
    lowest, highest, least, most = (
        labels.dollars(round(float(value), -2)) for value in (answers.min(), answers.max(), prices.min(), prices.max())
    )
    return (
        "The tutorial trains this very network on these very houses, and nothing looks wrong: it runs, and the "
        f"[[loss]] falls. But to {len(test)} houses that cost {least} (for {smallest:,.0f} square feet) to {most} and "
        f"were [[held out]], it answers **{lowest} to {highest}**. Always answering the mean price, with no "
        "network at all, is better."
    )


def _why() -> str:
    steps = RECIPE.epochs * -(-HouseOptions().rows // RECIPE.batch_size)
    reach = steps * RECIPE.learning_rate
    return (
        f"**Why?** Its optimiser, Adam, moves each [[weight]] by about the [[learning rate]], {RECIPE.learning_rate}, "
        f"in a [[step]], however far off the answer is. {RECIPE.epochs} [[epochs|epoch]], {steps:,} steps in all, move "
        f"it by about {reach:.0f} at most. Areas and rooms come in as numbers from 0 to 1, so answers of hundreds of "
        "thousands stay out of reach. The remedy is to "
        "let it learn [[standardised]] prices, which lie between −2 and 2, and to make dollars of them afterwards."
    )


def _differences(mean: float) -> str:
    *first, last = (labels.dollars(error) for error in KERAS_ERRORS)
    return (
        "The tutorial uses Keras, and this app PyTorch. The houses, the layers and the settings are the same. Not "
        "so the initial [[weights|weight]] (Keras draws them by Glorot's rule with [[biases|bias]] of 0, PyTorch "
        "draws both evenly within 1/√inputs), the order of the houses, and the small number that Adam adds to "
        "what it divides by (10⁻⁷ and 10⁻⁸). Here the [[loss]] of an [[epoch]] is averaged over its examples.\n\n"
        "It comes to the same. The tutorial's own code, run unchanged on Keras 3 with PyTorch below it and "
        f"[[seeds|seed]] 0 to {len(KERAS_ERRORS) - 1}, ends off by {', '.join(first)} and {last}. Always answering the "
        f"mean price of the training houses: {labels.dollars(mean)}."
    )


def _bars(rows: list[tuple[str, float, str]]) -> str:
    """HTML of a bar for each name, value in dollars and colour."""
    most = max(value for _, value, _ in rows)
    cells = "".join(
        f'<span>{escape(name)}</span><i style="width: {100 * value / most:.2f}%; background: {colour}"></i>'
        f"<b>{labels.dollars(value)}</b>"
        for name, value, colour in rows
    )
    return f'{BARS}<div class="pw-bars">{cells}</div>'


def _live(progress: Progress, trainings: Trainings) -> None:
    errors = {name: [epoch.metrics["mae"] for epoch in trainings[name]] for name in (AS_WRITTEN, STANDARDISED)}
    mean = _error_of_the_mean()
    with st.grid(2, min_column_width=150, border=True):
        for name, values in errors.items():
            value, below = labels.dollars(values[-1]) if values else "–", f"epoch {len(values)} of {RECIPE.epochs}"
            st.metric(f"Mean error, {name}", value, below, delta_color="off", delta_arrow="off")
    if any(errors.values()):
        runs, levels = dict(reversed(errors.items())), {"always the mean": mean}
        figure = charts.by_epoch(runs, levels, RECIPE.epochs, "$,.0f", "As written, the error hardly falls")
        figure.update_yaxes(title="mean absolute error", type="log", range=[2, 6], dtick=1, tickformat="$.3~s")
        ends = [f"{name} {labels.dollars(values[-1])}" for name, values in errors.items() if values]
        charts.show(figure, "houses.contest.chart", "Mean absolute error by epoch: " + ", ".join(ends))
    if not progress.active and all(errors.values()):
        _verdict(errors, mean)


def _verdict(errors: dict[str, list[float]], mean: float) -> None:
    written, standardised = errors[AS_WRITTEN][-1], errors[STANDARDISED][-1]
    worse = "worse than" if written > mean else "better than"
    text = (
        f"As written, the network ends off by {labels.dollars(written)} on average, {worse} always answering the mean "
        f"({labels.dollars(mean)}). Standardised, it ends off by {labels.dollars(standardised)}."
    )
    st.info(labels.escaped(text), icon=":material/flag:")


def _error(model: Network, test: Houses) -> float:
    """The mean absolute error in dollars."""
    answers = prices_at(model, test.square_feet, test.rooms)
    return float(np.abs(answers - test.prices.numpy()).mean())


def _error_of_the_mean() -> float:
    """The mean absolute error in dollars of answering every test house with the mean price of the training houses."""
    training, test = shipped.houses()
    return float(np.abs(test.prices.numpy() - training.prices.numpy().mean()).mean())
