"""The recipe as the tutorial writes it, trained beside the same recipe on standardised values."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from pointwise.data.housing import HouseOptions
from pointwise.models import default_config
from pointwise.runs import Progress, Run, retrain_houses
from pointwise.training import PRICE_RECIPES
from pointwise.ui import resources, runpanel, words
from pointwise.ui.houses import lines
from pointwise.ui.houses.networks import ARCH

WRITTEN, STANDARDISED = "as written", "standardised"
CONTEST, FULL = "houses.contest", "houses.contest.full"
RUNNING = "houses.contest.running"  # until the page was drawn after the end
POLL = 1.0  # seconds
RECIPE = PRICE_RECIPES["tutorial"]
WHY = (
    "Adam moves each weight by about the learning rate in a step, however large the gradient is, so 50 epochs × 63 "
    "steps × 0.001 move it by about 3 at most: prices in plain dollars, hundreds of thousands of them, stay out of "
    "reach. With prices and features standardised (mean 0, deviation 1) the same recipe only has to reach values "
    "between -2 and 2, and it does."
)


@dataclass(frozen=True)
class Contest:
    """Two runs that began together."""

    written: Run
    standardised: Run

    @property
    def runs(self) -> dict[str, Run]:
        return {WRITTEN: self.written, STANDARDISED: self.standardised}

    def progress(self) -> dict[str, Progress]:
        return {name: run.progress() for name, run in self.runs.items()}


def show() -> None:
    """Why it fails, both runs live, and what became of them."""
    st.subheader("As written in the tutorial")
    st.write(WHY)
    contest = st.session_state.get(CONTEST)
    active = contest is not None and _active(contest)
    with st.container(horizontal=True):
        st.button("Train both now", on_click=_start, type="primary", icon=":material/model_training:", disabled=active)
        if active:
            st.button("Stop both", on_click=_stop, icon=":material/stop:")
    if st.session_state.get(FULL):
        st.warning(runpanel.FULL, icon=":material/hourglass_top:")
    if contest is not None:
        st.fragment(run_every=POLL if active else None)(_live)()


def _live() -> None:
    """Polled while a run is active; the end redraws the page once."""
    contest = st.session_state.get(CONTEST)
    if contest is None:
        return
    progress = contest.progress()
    errors = {name: [epoch.metrics["mae"] for epoch in p.epochs] for name, p in progress.items()}
    mean = _error_of_the_mean()
    with st.grid(3, min_column_width=150, border=True):
        for name, values in errors.items():
            value = words.dollars(values[-1]) if values else "–"
            _metric(f"Mean error, {name}", value, f"epoch {len(values)} of {RECIPE.epochs}")
        _metric("Always answering the mean", words.dollars(mean), "no network at all")
    if any(errors.values()):
        title = "As written, the error hardly falls"
        figure = lines.errors_by_epoch(errors, mean, RECIPE.epochs, title)
        st.plotly_chart(figure, key="houses.contest.chart", config={"displayModeBar": False}, alt=_alt(errors))
    for name, p in progress.items():
        if p.error:
            st.error(f"{name.capitalize()}: {p.error}")
    if not any(p.active for p in progress.values()):
        if all(errors.values()):
            _verdict(errors, mean)
        if st.session_state.pop(RUNNING, False):
            st.rerun()


def _metric(label: str, value: str, below: str) -> None:
    st.metric(label, value, below, delta_color="off", delta_arrow="off")


def _verdict(errors: dict[str, list[float]], mean: float) -> None:
    written, standardised = errors[WRITTEN][-1], errors[STANDARDISED][-1]
    worse = "worse than" if written > mean else "better than"
    text = (
        f"As written, the network ends off by {words.dollars(written)} on average, {worse} always answering the mean "
        f"({words.dollars(mean)}). Standardised, it ends off by {words.dollars(standardised)}."
    )
    st.info(words.escaped(text), icon=":material/flag:")


def _alt(errors: dict[str, list[float]]) -> str:
    ends = [f"{name} {words.dollars(values[-1])}" for name, values in errors.items() if values]
    return "Mean absolute error by epoch: " + ", ".join(ends)


def _error_of_the_mean() -> float:
    """Of answering every test house with the mean of the test houses, the best that a constant can do."""
    prices = resources.houses()[1].prices.numpy()
    return float(np.abs(prices - prices.mean()).mean())


def _active(contest: Contest) -> bool:
    return any(progress.active for progress in contest.progress().values())


def _start() -> None:
    slots = resources.run_slots()
    st.session_state[FULL] = not slots.acquire(blocking=False)
    if st.session_state[FULL]:
        return
    config, options = default_config(ARCH), HouseOptions()
    works = [
        functools.partial(retrain_houses, config, replace(RECIPE, standardise=standardise), options)
        for standardise in (False, True)
    ]
    # The two are as long as each other, so one slot, given back by the second, counts them as one run.
    contest = Contest(Run(works[0], "price-as-written"), Run(works[1], "price-standardised", slots))
    for run in contest.runs.values():
        run.start()
    st.session_state[CONTEST], st.session_state[RUNNING] = contest, True


def _stop() -> None:
    for run in st.session_state[CONTEST].runs.values():
        run.stop()
