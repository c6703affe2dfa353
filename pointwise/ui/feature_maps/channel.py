"""One channel: the maps that go into it, its own map, and how to change its weights."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.explain import evidence
from pointwise.explain.chain import DIGITS, Channel, Stage
from pointwise.explain.mixture import Mixture
from pointwise.ui.feature_maps import curves, input_maps, live_channel, map_components
from pointwise.ui.feature_maps.subject import Subject
from pointwise.ui.figures import map_tiles
from pointwise.ui.frame import charts, glossary, html
from pointwise.ui.frame.colours import Scale
from pointwise.ui.frame.labels import plain
from pointwise.ui.frame.page_values import sent, several, whole
from pointwise.ui.frame.sections import Kept

MAP = "features.map"
POINT: Kept[tuple[float, float] | None] = Kept("features.point", None)  # row and column as shares of the map's sides
MADE_STYLE = """<style>
.st-key-features-made {padding: 4px 4px 4px 0}
.st-key-features-made > :first-child {flex: 1 1 0; min-width: 9.5rem}
.st-key-features-made > :last-child {flex: 0 1 56%; min-width: 0}
@media (max-width: 640px) {.st-key-features-made > :last-child {flex-basis: 50%}}
</style>"""
SIZE = Kept("features.map_size", (1, 1))  # rows and columns of the map that is shown


def show(
    subject: Subject, stage_number: int, number: int, values: NDArray[np.float32], scale: Scale, mixed: Mixture
) -> None:
    """The channel's map (h, w) in the colours of ``scale``, beside the maps that it is ``mixed`` of."""
    stage = subject.chain.stages[stage_number]
    of = (
        ""
        if stage.activated
        else f", the {subject.called(number)}"
        if subject.kind == "digit"
        else (f", {plain(subject.called(number))}")
    )
    st.markdown(f"**Channel {number + 1} of {stage.channels}{of}, and what goes into it**")
    st.html(MADE_STYLE)
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap=None, key="features-made"):
        chosen = input_maps.chosen_input(mixed)
        input_maps.show(subject, stage_number, f"channel {number + 1}", mixed, chosen, MAP)
        SIZE.set((values.shape[0], values.shape[1]))
        alt = f"The feature map of channel {number + 1}; click a pixel for its arithmetic"
        map_components.pick(MAP, scale.coloured(values), values, point(values), alt, _picked)
    st.html(scale.bar())


def changes(subject: Subject, stage_number: int, number: int, before: bool, scale: Scale, mixed: Mixture) -> None:
    """How to read the lines; sliders that change the channel's weights here, and its map, which is shown ``before`` the
    activation or after it in the colours of ``scale``; and all its weights, behind a click.
    """
    used = subject.chain.stages[stage_number].channel(number)
    chosen = input_maps.chosen_input(mixed)
    strongest = ", of a kernel its strongest" if mixed.kernels[0].numel() > 1 else ""
    glossary.write(
        f"Orange lines add, blue lines take away; the thicker, the larger the [[weight]]{strongest}. Point at a small "
        "map to see alone what it adds, before [[bias]] and [[activation]]."
    )
    live_channel.sliders(subject, (subject.arch, stage_number, number), used, before, scale, MAP, chosen)
    weights = used.weights.double().numpy()
    if weights.size == 1:
        return
    with st.expander(f"All {weights.size:,} weights", icon=":material/bar_chart:"):
        st.markdown(_in_numbers(used))
        if weights.shape[1] == 1 and len(weights) <= live_channel.MOST_SINGLE:
            alt = f"Weights of channel {number + 1}, from {weights.min():.3f} to {weights.max():.3f}"
            charts.show(curves.weight_bars(weights[:, 0, 0]), "features.bars", alt)
        else:
            _as_picture(subject, stage_number, weights)


def has_tone_curve(stage: Stage, stage_number: int) -> bool:
    """Whether a channel is a function of one pixel's brightness."""
    return stage_number == 0 and stage.kernel == 1 and stage.inputs == 1


def tone_curve(subject: Subject, number: int) -> None:
    """The chart of a channel of the first layer, where it has a tone curve."""
    used = subject.chain.stages[0].channel(number)
    brightness, after = evidence.tone_curve(subject.chain, number)
    before = used.weights.item() * brightness + used.bias
    figure = curves.tone_curve(brightness, before, after, subject.image)
    alt = f"Tone curve of channel {number + 1}: weight {used.weights.item():.3f}, bias {used.bias:.3f}"
    charts.show(figure, "features.tone", alt)


def name(subject: Subject, stage: Stage, number: int) -> str:
    """What a channel is called; the last layer has one for each digit, or other class."""
    return f"Channel {number + 1}" + ("" if stage.activated else f", {subject.called(number)}")


def point(values: NDArray[np.float32]) -> tuple[int, int]:
    """Row and column of the chosen pixel of a map, at first of the strongest."""
    chosen = POINT.get()
    if chosen is None:
        return divmod(int(np.abs(values).argmax()), values.shape[1])
    y, x = (min(count - 1, max(0, int(share * count))) for share, count in zip(chosen, values.shape, strict=True))
    return y, x


def _picked() -> None:
    rows, columns = SIZE.get()
    picked = sent(MAP, "picked", several(whole(0, max(rows, columns) - 1), 2, 2))
    if picked is not None and picked[0] < rows and picked[1] < columns:
        y, x = picked
        POINT.set(((y + 0.5) / rows, (x + 0.5) / columns))


def _in_numbers(channel: Channel) -> str:
    low, high = float(channel.weights.min()), float(channel.weights.max())
    count = channel.weights.numel()
    return f"{count:,} weights from {low:.{DIGITS}f} to {high:.{DIGITS}f}, bias **{channel.bias:.{DIGITS}f}**"


def _as_picture(subject: Subject, stage_number: int, weights: NDArray[np.float64]) -> None:
    """Kernels side by side; a dense layer's weights laid out as the maps that they read."""
    if subject.chain.stages[stage_number].flat:
        side = 28 if stage_number == 0 else subject.trace.maps[stage_number - 1].after.shape[1]
        weights = weights.reshape(-1, side, side)
    tiles, _ = map_tiles.tiles(weights.astype(np.float32), shared=True)
    st.html(html.framed(tiles, 300, f"The weights, from {weights.min():.3f} to {weights.max():.3f}"))
    st.html(Scale.of(weights).bar())
    st.markdown("The weights as pictures, one for each channel that they read.")
