"""What a table's network predicts for a row of one's own: a slider or a select for each column, and the answer."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st

from pointwise.data.table import Feature
from pointwise.explain.table_networks import Strength
from pointwise.inference import columns_of, predict_row
from pointwise.models import Network
from pointwise.ui.frame import labels

STEPS = 100  # of a slider, about
MOST = 12  # columns that are asked for where nothing is known of how much they matter
MOST_DECIMALS = 20  # of a number on a slider, else a power of ten
EXACT = 2**53  # whole numbers below it are exact in a browser


def ask(model: Network, key: str, strengths: Sequence[Strength] | None = None) -> None:
    """The prediction for a row that its sliders make; columns without one keep their usual value.

    The columns are those on the network's card, in the order of their ``strengths`` where these are known. ``key``
    begins the sliders' own. Raises ConfigError for a network whose card says no columns.
    """
    features = {feature.name: feature for feature in columns_of(model).features}
    asked = [strength.feature for strength in strengths] if strengths else list(features)[:MOST]
    answer, halves, values = st.container(), st.columns(2, gap="large"), {}
    for number, name in enumerate(asked):
        with halves[number % 2]:
            values[name] = _input(features[name], f"{key}.{name}")
    target = labels.plain(str(model.card.get("target", "value")))
    answer.metric(f"Predicted {target}", labels.number(predict_row(model, values)))
    sentences = [_order(strengths)] if strengths else []
    rest = len(features) - len(asked)
    st.caption(" ".join([*sentences, *([f"The {rest} others keep their usual value."] if rest else [])]))


def _order(strengths: Sequence[Strength]) -> str:
    return (
        "In the order of how much worse the network gets when a feature is shuffled: without "
        f"{labels.plain(strengths[0].feature)} it is off by {labels.number(strengths[0].added_error)} more."
    )


def _input(feature: Feature, key: str) -> float | str:
    name, low, high = labels.plain(feature.name), feature.minimum, feature.maximum
    if feature.kind == "category":
        called = labels.told_apart(feature.levels)
        return st.selectbox(name, feature.levels, format_func=called, key=key, persist_state="session")
    start = float(feature.start)
    if feature.whole and max(-low, high) < EXACT:
        least, most = int(low), int(high)
        return st.slider(name, least, most, min(max(round(start), least), most), key=key, persist_state="session")
    step, form = _step(high - low)
    return st.slider(name, low, high, start, step, form, key=key, persist_state="session")


def _step(span: float) -> tuple[float, str]:
    """A power of ten that cuts the span into a hundred parts or more, and how such numbers are written."""
    power = math.floor(math.log10(span / STEPS))
    return 10.0**power, f"%.{max(0, -power)}f" if power > -MOST_DECIMALS else "%.3e"
