"""How good a finished run's network is, against the shipped one on the same held-out examples."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pointwise.errors import PointwiseError
from pointwise.ui.frame import labels, shipped
from pointwise.ui.training import session_run


def show(retraining: session_run.Retraining, metrics: Mapping[str, float]) -> None:
    """A metric or two, with the difference to the shipped network."""
    kind = {"houses": _houses, "table": _table}.get(retraining.source, _digits)
    try:
        kind(retraining, metrics)
    except PointwiseError as error:
        st.warning(str(error))


def _digits(retraining: session_run.Retraining, metrics: Mapping[str, float]) -> None:
    accuracy = metrics["accuracy"]
    if retraining.source not in labels.DIGITS:
        st.metric("Validation accuracy", labels.percent(accuracy), help="On 10,000 test pictures")
        return
    before = shipped.shipped_metrics(retraining.arch, retraining.source)["accuracy"]
    held_out = "10,000 test digits" if retraining.source == "mnist" else "297 held-out bundled digits"
    st.metric("Validation accuracy", labels.percent(accuracy), f"{100 * (accuracy - before):+.1f} points")
    st.caption(f"On {held_out}; the shipped weights reach {labels.percent(before)} there.")


def _houses(retraining: session_run.Retraining, metrics: Mapping[str, float]) -> None:
    before = shipped.shipped_price_metrics(retraining.data)
    st.metric(
        "Mean absolute error",
        labels.dollars(metrics["mae"]),
        f"{labels.dollars(metrics['mae'] - before['mae'], signed=True)} to the shipped",
        delta_color="inverse",
        help="On 200 test houses made like the run's own, for both networks",
    )
    st.metric("R²", labels.r_squared(metrics["r2"]), f"{metrics['r2'] - before['r2']:+.4f} to the shipped")


def _table(retraining: session_run.Retraining, metrics: Mapping[str, float]) -> None:
    st.metric("R² on the held-out rows", f"{metrics['r2']:.3f}")
