"""Four models on the same picture: what each reads, how large it is, and how often it errs.

The cards are one piece of HTML, as a stroke makes them anew: four of Streamlit's metrics with what stands around them
took the server a third of a stroke's time. They look like its metrics.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import streamlit as st

from pointwise.card import data_set_of, learned_from, measured_share
from pointwise.drawing import SIDE
from pointwise.errors import ModelFileError
from pointwise.models import CLASSIFIERS
from pointwise.ui.canvas import drawing, reading
from pointwise.ui.frame import glossary, labels, shipped
from pointwise.ui.frame.sections import shown_errors
from pointwise.ui.training import weights_in_use
from pointwise.visible_text import visible

if TYPE_CHECKING:
    from pointwise.inference import Reading
    from pointwise.models import Network
    from pointwise.ui.training.weights_in_use import Used

MOST = 120  # characters of what a network learned from
MEASURED_ON = {"mnist": "MNIST test", "digits": "held-out bundled digits"}
STYLE = """<style>
.pw-cards {display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(max(10rem, 25% - 0.75rem), 1fr))}
.pw-card {display: flex; flex-direction: column; align-items: flex-start; min-width: 0; border-radius: 0.5rem;
  padding: calc(1rem - 1px); border: 1px solid color-mix(in srgb, currentColor 20%, transparent)}
.pw-card-name {display: flex; align-items: center; gap: 0.375rem; font-size: 0.875rem; line-height: 1.5rem}
.pw-card-name .pw-term {display: flex; text-decoration: none; opacity: 0.6}
.pw-card-name .pw-term:is(:hover, :focus) {opacity: 1}
.pw-card-help, .pw-card-apart::before {display: block; background: currentColor; width: 1rem; height: 1rem}
.pw-card-help {mask: url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' \
fill='none' stroke='black' stroke-width='2' stroke-linecap='round' stroke-linejoin='round'%3E%3Ccircle cx='12' \
cy='12' r='10'/%3E%3Cpath d='M9.09 9a3 3 0 0 1 5.83 1c0 2-3 3-3 3M12 17h.01'/%3E%3C/svg%3E")}
.pw-card-apart::before {content: ""; width: 0.8rem; height: 0.8rem; mask: url("data:image/svg+xml,%3Csvg \
xmlns='http://www.w3.org/2000/svg' viewBox='2 2 20 20'%3E%3Cpath d='M14 4l2.29 2.29-2.88 2.88 1.42 1.42 \
2.88-2.88L20 10V4zm-4 0H4v6l2.29-2.29 4.71 4.7V20h2v-8.41l-5.29-5.3z'/%3E%3C/svg%3E")}
@media (min-width: 641px) {.pw-card:nth-child(even) .pw-tip {left: auto; right: 0}}
.pw-card-digit {font-size: 2.25rem; line-height: 3rem; padding-bottom: 0.25rem; overflow-wrap: anywhere}
.pw-card-sure {font-size: 0.875rem; line-height: 1.1875rem; padding: 2px 0.375rem; border-radius: 9999px;
  color: light-dark(#686255, #b8b3a8); background: light-dark(#f5f4f2, #2c2925); margin-bottom: 0.25rem}
.pw-card-whose {font-size: 0.875rem; line-height: 1.4; opacity: 0.7; margin-top: 1rem; overflow-wrap: anywhere}
.pw-size {font-size: 0.85rem; line-height: 1.35; font-variant-numeric: tabular-nums; width: 100%; margin-top: 1rem}
.pw-size div {height: 0.55rem; margin: 0.1rem 0 0.5rem; background: rgba(127, 155, 179, 0.16); border-radius: 0.15rem}
.pw-size i {display: block; height: 100%; min-width: 2px; border-radius: 0.15rem; background: #0080c0}
.pw-size p {margin: 0; font-size: inherit}
.pw-size i.pw-error {background: #d55e00}
.pw-card-apart {display: flex; align-items: center; gap: 0.2rem; font-size: 0.875rem; line-height: 1.4rem;
  padding: 0 0.25rem; border-radius: 0.25rem; margin: 1.1rem 1px 0.1rem;
  color: light-dark(#9b4519, #f2a56d); background: light-dark(#fff6ed, #342414)}
</style>"""


def words() -> None:
    """What the four are, above their cards."""
    st.header("Four networks on this drawing")
    glossary.write(
        f"All four get the same {SIDE}×{SIDE} pixels. **Network in Network** looks at neighbouring pixels, and mixes "
        "its [[channels|channel]] by a [[1×1 convolution]] each time. **Bag of pixels** has nothing but 1×1 "
        "convolutions, and in the end the average over all pixels: it never knows where the ink is, so it cannot "
        f"read. **MLP of 1×1 convs** takes the whole drawing as a single pixel with {SIDE**2} channels, so each place "
        "has a [[weight]] of its own. More [[parameters]] do not mean fewer errors. Behind each error, in brackets, "
        f"is its [[{glossary.INTERVAL}]]."
    )


def side_by_side() -> None:
    """Every model's answer to the same picture, with its size and its error on one scale. Raises ModelFileError."""
    image = drawing.received_image()
    read_above = reading.read(weights_in_use.current_model(reading.chosen_reader()), image).name
    used: dict[str, Used] = {}
    missing = []
    for arch in CLASSIFIERS:
        try:
            used[arch] = weights_in_use.used(arch)
        except ModelFileError as error:
            missing.append(error)
    largest = max((_parameters(one.network) for one in used.values()), default=1)
    shown = (_card(arch, one, reading.read(one.network, image), read_above, largest) for arch, one in used.items())
    st.html(f'{STYLE}<div class="pw-cards">{"".join(shown)}</div>')
    for one in missing:
        with shown_errors():
            raise one


def _card(arch: str, used: Used, read: Reading, read_above: str | None, largest: int) -> str:
    name, (best, sure) = html.escape(labels.MODELS[arch]), reading.headline(read)
    whose = f'<div class="pw-card-whose">By {html.escape(visible(used.mark))}</div>' if used.own else ""
    apart = '<div class="pw-card-apart">Disagrees</div>' if read.name != read_above else ""
    return (
        f'<div class="pw-card" role="group" aria-label="{name}"><div class="pw-card-name">{name}'
        f'<button type="button" class="pw-term" aria-label="About {name}"><span class="pw-card-help"></span>'
        f'<span class="pw-tip" role="tooltip">{html.escape(labels.ABOUT[arch])}</span></button></div>'
        f'<div class="pw-card-digit">{html.escape(best)}</div><div class="pw-card-sure">{html.escape(sure)}</div>'
        f"{whose}{_size(used.network, largest)}{apart}</div>"
    )


def _size(model: Network, largest: int) -> str:
    """HTML of two bars, parameters beside the ``largest`` network's and the error, and what it learned from."""
    parameters = _parameters(model)
    bars = f'{parameters:,} parameters<div><i style="width: {100 * parameters / largest:.2f}%"></i></div>'
    accuracy = model.card.get("metrics", {}).get("accuracy")
    if accuracy is None:
        bars += "error not measured"
    else:
        bars += (
            f'{_error(model, accuracy)}<div><i class="pw-error" style="width: {100 * (1 - accuracy):.2f}%"></i></div>'
        )
    learned = learned_from(model)
    from_what = f"Learned from {learned}" if learned else "What it learned from is not known"
    return f'<div class="pw-size">{bars}<p>{html.escape(visible(from_what, MOST))}</p></div>'


def _error(model: Network, accuracy: float) -> str:
    """The error and on what, with the 95 % interval of so many pictures where the card says what they were."""
    where, share = MEASURED_ON.get(data_set_of(model) or "", "pictures it had not seen"), measured_share(model)
    return f"{share.rest.said(2) if share else f'{100 * (1 - accuracy):.2f} %'} error on {where}"


def _parameters(model: Network) -> int:
    return shipped.cost_of(model.config).parameters
