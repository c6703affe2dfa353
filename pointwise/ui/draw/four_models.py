"""Four models on the same picture: what each reads, how large it is, and how often it errs."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from pointwise.card import data_set_of, learned_from
from pointwise.errors import ModelFileError
from pointwise.models import CLASSIFIERS
from pointwise.ui.canvas import drawing, reading
from pointwise.ui.frame import glossary, labels, shipped
from pointwise.ui.frame.sections import shown_errors
from pointwise.ui.training import weights_in_use
from pointwise.ui.training.weights_in_use import Used
from pointwise.visible_text import visible

if TYPE_CHECKING:
    from pointwise.models import Network

MOST = 120  # characters of what a network learned from
MEASURED_ON = {"mnist": "MNIST test", "digits": "held-out bundled digits"}
STYLE = """<style>
.pw-size {font-size: 0.85rem; line-height: 1.35; font-variant-numeric: tabular-nums}
.pw-size div {height: 0.55rem; margin: 0.1rem 0 0.5rem; background: rgba(127, 155, 179, 0.16); border-radius: 0.15rem}
.pw-size i {display: block; height: 100%; min-width: 2px; border-radius: 0.15rem; background: #0080c0}
.pw-size p {margin: 0; font-size: inherit}
.pw-size i.pw-error {background: #d55e00}
</style>"""


def side_by_side() -> None:
    """Every model's answer to the same picture, with its size and its error on one scale. Raises ModelFileError."""
    reader = weights_in_use.current_model(reading.chosen_reader())
    st.header("Four networks on this drawing")
    glossary.write(
        "All four get the same 28×28 pixels. **Network in Network** looks at neighbouring pixels, and mixes its "
        "[[channels|channel]] by a [[1×1 convolution]] each time. **Bag of pixels** has nothing but 1×1 convolutions, "
        "and in the end the average over all pixels: it never knows where the ink is, so it cannot read. **MLP of 1×1 "
        "convs** takes the whole drawing as a single pixel with 784 channels, so each place has a [[weight]] of its "
        "own. More [[parameters]] do not mean fewer errors."
    )
    used = {arch: _used(arch) for arch in CLASSIFIERS}
    sizes = [shipped.cost_of(one.network.config).parameters for one in used.values() if isinstance(one, Used)]
    largest = max(sizes, default=1)
    with st.grid(4, min_column_width=160, border=True) as grid:
        for arch in CLASSIFIERS:
            with grid.cell(), shown_errors():
                _show_card(arch, used[arch], reader, largest)
    weights_in_use.choose_each(CLASSIFIERS)


def _used(arch: str) -> Used | ModelFileError:
    try:
        return weights_in_use.used(arch)
    except ModelFileError as error:
        return error


def _show_card(arch: str, used: Used | ModelFileError, reader: Network, largest: int) -> None:
    if isinstance(used, ModelFileError):
        raise used
    image, model = drawing.received_image(), used.network
    read = reading.read(model, image)
    headline = reading.headline(read)
    st.metric(labels.MODELS[arch], *headline, delta_color="off", delta_arrow="off", help=labels.ABOUT[arch])
    if used.own:
        st.caption(f"By {labels.plain(used.mark)}")
    st.html(_size(model, largest))
    if read.digit != reading.read(reader, image).digit:
        st.badge("Disagrees", icon=":material/call_split:", color="orange")


def _size(model: Network, largest: int) -> str:
    """HTML of two bars, parameters beside the ``largest`` network's and the error, and what it learned from."""
    parameters = shipped.cost_of(model.config).parameters
    bars = f'{parameters:,} parameters<div><i style="width: {100 * parameters / largest:.2f}%"></i></div>'
    accuracy = model.card.get("metrics", {}).get("accuracy")
    if accuracy is None:
        bars += "error not measured"
    else:
        error = 100 * (1 - accuracy)
        where = MEASURED_ON.get(data_set_of(model) or "", "other pictures")
        bars += f'{error:.2f} % error on {where}<div><i class="pw-error" style="width: {error:.2f}%"></i></div>'
    learned = learned_from(model)
    from_what = f"Learned from {learned}" if learned else "What it learned from is not known"
    return f'{STYLE}<div class="pw-size">{bars}<p>{escape(visible(from_what, MOST))}</p></div>'
