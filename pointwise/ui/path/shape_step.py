"""Step 4: the riddle. 1×1 convolutions alone see no shape, so something else in the network must."""

from __future__ import annotations

import html as markup
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.card import measured_share
from pointwise.claims.shape import by_place, moved, shuffled
from pointwise.drawing import SIDE
from pointwise.explain import five_steps
from pointwise.explain.chain import Chain
from pointwise.inference import classify_image
from pointwise.ui.frame import address, glossary, html, labels, navigation, shipped
from pointwise.ui.frame.colours import Scale
from pointwise.ui.frame.sections import Kept
from pointwise.ui.path import own_drawing, steps

if TYPE_CHECKING:
    from pointwise.models import Network

ORDER = Kept("path.order", 0)  # the seed of the order that the pixels are shuffled into
OTHER, UNSURE, SAME = "It answers something else", "The same digit, but less sure", "Exactly the same answer"
BAG, TUTORIAL, NIN = five_steps.BAG, "conv_mlp", five_steps.READER
KINDS = {BAG: "only 1×1", NIN: "5×5 and 3×3 as well", TUTORIAL: "the tutorial's, a 1×1, then dense layers"}
STILL = 1e-4  # a change of the scores that is rounding
UNITS = 3  # of the dense layer that are shown
Pictures = dict[str, NDArray[np.uint8]]
STYLE = """<style>
.pw-shuffled {border-collapse: collapse; width: 100%; max-width: 40rem; table-layout: fixed; margin: 0;
  font-variant-numeric: tabular-nums}
.pw-shuffled :is(th, td) {border: none; padding: 0.15rem 0.5rem 0.15rem 0; text-align: left; font-weight: 400;
  vertical-align: top; line-height: 1.35}
.pw-shuffled img {display: block; width: 4.6rem; image-rendering: pixelated; border-radius: 0.3rem}
.pw-shuffled thead th {font-size: 0.88rem}
.pw-shuffled .name th {padding-top: 0.9rem; font-weight: 600; border-bottom: 1px solid rgba(127, 155, 179, 0.6)}
.pw-shuffled td b {font-size: 1.7rem; line-height: 1.3; margin-right: 0.4rem}
.pw-shuffled mark {background: none; color: inherit; font-weight: 600; padding: 0.1rem 0.6rem; border-radius: 1rem;
  margin-left: 0.3rem; white-space: nowrap; border: 1px solid rgba(127, 155, 179, 0.8)}
.pw-shuffled mark.still {border: 2px solid #0090d0}
</style>"""


def show() -> None:
    """The question, the drawing beside its shuffled pixels, and once there is a guess the answers and the riddle's."""
    image = own_drawing.image()
    if image is None:
        return
    pictures = {
        "The drawing": image,
        "The same pixels, shuffled": shuffled(image, ORDER.get()),
        "The same pixels, sorted": np.sort(image, axis=None).reshape(image.shape),
    }
    glossary.write(five_steps.RIDDLE)
    first = list(pictures.items())[:2]
    st.html(html.strip([(picture, title, title, 1.0) for title, picture in first]))
    with st.container(horizontal=True):
        st.button("Shuffle again", on_click=ORDER.set, args=(ORDER.get() + 1,), icon=":material/shuffle:")
        own_drawing.another()
    guessed = steps.guess("shape", five_steps.QUESTION, (OTHER, UNSURE, SAME))
    if guessed is not None and address.hides("verdicts"):
        st.markdown("Your guess is kept.")
    elif guessed is not None:
        networks = {arch: shipped.shipped_model(arch) for arch in KINDS}
        _answer(guessed, networks, pictures)
        _who_sees(networks, image)


def _answer(guessed: str, networks: dict[str, Network], pictures: Pictures) -> None:
    kindly = "**You guessed it: exactly the same.**" if guessed == SAME else "**Exactly the same**, odd as it seems."
    drawing, other, _ = pictures.values()
    bag = networks[BAG]
    glossary.write(f"{kindly} Its scores ([[logits|logit]]) differ {steps.differ(moved(bag, drawing, other))}.")
    st.html(_matrix(pictures, networks))
    glossary.write(
        "A 1×1 convolution treats every pixel by itself, and the average does not ask where a pixel was. **All that "
        f"{labels.MODELS[BAG]} knows is how many pixels of each brightness there are**; the sorted picture tells it as "
        "much as the drawing does. So it can tell much ink from little, an 8 from a 1, and no more: of the "
        f"handwritten test digits of MNIST it reads {_accuracy(bag)}, where chance reads about "
        f"{100 / bag.config.num_classes:.0f}\u00a0%. In "
        f"brackets: its [[{glossary.INTERVAL}]]."
    )


def _who_sees(networks: dict[str, Network], image: NDArray[np.uint8]) -> None:
    """What reads the shape in the two other networks, and the riddle's answer."""
    st.subheader(five_steps.WHO_SEES)
    glossary.write(
        f"**In {labels.MODELS[NIN]}** it is the 5×5 and 3×3 convolutions: they look at neighbours, and shuffling "
        "tears neighbours apart."
    )
    layers = shipped.cost_of(networks[TUTORIAL].config).layers
    pointwise, dense = layers[0].parameters, sum(layer.parameters for layer in layers[1:])
    dense_units = networks[TUTORIAL].config.widths[1]
    glossary.write(
        f"**In {labels.MODELS[TUTORIAL]}**, the tutorial's network, it is the [[dense layer]] behind the 1×1 "
        "convolution. It gives every place a weight of its own, so it does ask where a pixel was. Below: what a white "
        f"pixel adds (orange) or takes away (blue) at each place, in the {UNITS} of its {dense_units} sums that are "
        "largest on this drawing."
    )
    st.html(html.strip(_weights(networks[TUTORIAL], image)))
    glossary.write(
        f"The 1×1 convolution holds {pointwise:,} of that network's [[parameters]], the dense layers {dense:,}. It "
        f"reads {_accuracy(networks[TUTORIAL])} of MNIST's test digits because of them. It may misread this one all "
        "the same, and be sure of shuffled ink: being sure is not being right."
    )
    st.success(
        f"{five_steps.ANSWER} (A dense layer can be written as a 1×1 convolution, too, as in "
        f"{labels.MODELS['mlp_1x1']}: the whole drawing is then one pixel with {SIDE**2} channels, and each place has "
        "its own weight.)",
        icon=":material/lightbulb:",
    )
    navigation.link("why_1x1", "Train two networks on shuffled digits", claim="Shape")


def _accuracy(model: Network) -> str:
    return str(measured_share(model)).replace(" ", "\u00a0")  # on one line


def _matrix(pictures: Pictures, networks: dict[str, Network]) -> str:
    """HTML of the pictures side by side, and below them what each network reads in them."""
    head = "".join(
        f'<th scope="col"><img src="{html.data_url(picture)}" alt="">{markup.escape(title)}</th>'
        for title, picture in pictures.items()
    )
    rows = "".join(_row(arch, model, pictures) for arch, model in networks.items())
    return f'{STYLE}<table class="pw-shuffled"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _row(arch: str, model: Network, pictures: Pictures) -> str:
    drawing, *others = pictures.values()
    still = all(moved(model, drawing, other) <= STILL for other in others)
    mark = '<mark class="still">the same</mark>' if still else "<mark>changes</mark>"
    cells = "".join(f"<td>{_reading(model, picture)}</td>" for picture in pictures.values())
    return (
        f'<tr class="name"><th colspan="3" scope="rowgroup">{labels.MODELS[arch]}: {KINDS[arch]} {mark}</th>'
        f"</tr><tr>{cells}</tr>"
    )


def _reading(model: Network, picture: NDArray[np.uint8]) -> str:
    answer = classify_image(model, picture)
    certain = answer.probability > labels.MOST_SHARE
    share = labels.probability(answer.probability) if certain else f"{100 * answer.probability:.2f} %"
    return f"<b>{answer.digit}</b>{share}"


def _weights(model: Network, image: NDArray[np.uint8]) -> list[tuple[NDArray[np.uint8], str, str, float]]:
    """The 1×1 convolution's first weight at every place, and the dense layer's weights of its strongest units."""
    chain = Chain.of(model)
    strongest = chain.run(image).maps[1].after.flatten().argsort(descending=True)[:UNITS]
    units = by_place(chain)[strongest.numpy()]
    scale = Scale.of(units)
    weights = chain.stages[0].weights.flatten()
    weight = float(weights[weights.abs().argmax()])
    flat = np.full(image.shape, weight)
    one = Scale.of(np.array([-1.0, 1.0])).coloured(flat)
    first = (one, f"1×1 convolution: {weight:.2f} at every place", "A picture of one even colour", 1.0)
    rest = [
        (
            scale.coloured(unit),
            f"Dense layer, sum {number}: another weight at each place",
            "A picture with another weight at every place",
            1.0,
        )
        for number, unit in enumerate(units, 1)
    ]
    return [first, *rest]
