"""Words of the field, each explained once, here; every page shows them where they first stand, and on hover.

``write`` shows Markdown in which ``[[feature map]]`` or ``[[shown words|feature map]]`` is a word with its explanation,
under the pointer, on a tap and on keyboard focus (frame.css says how it looks). ``tip`` is the same for ``help=`` of a
widget.
"""

from __future__ import annotations

import html
import re

import streamlit as st

from pointwise.data.catalogue import DATA_SETS
from pointwise.intervals import CONFIDENCE
from pointwise.training.recipes import RECIPES

INTERVAL = f"{100 * CONFIDENCE:.0f} % interval"
TERMS: dict[str, str] = {
    "1×1 convolution": "Looks at one pixel at a time: each output channel is a weighted sum of the channels at that "
    "pixel, plus a bias. The same weights are used at every pixel.",
    "3×3 convolution": "Looks at a pixel and its eight neighbours: nine weights for each input channel. So it can see "
    "an edge, which a 1×1 convolution cannot.",
    INTERVAL: "From where to where the share may lie if ever more such pictures were counted, as far as so many tell: "
    f"in {100 * CONFIDENCE:.0f} % of all samples the interval holds it.",
    "activation": "A bend in the answer of a layer. Without it, several layers would be one single weighted sum. Here "
    "mostly ReLU, which makes every negative value 0.",
    "augmented": "A recipe: like fast, but longer, on digits that are turned, bent and redrawn a little each time, so "
    "that the network reads other people's pens as well.",
    "baseline": "The brightness that a pixel's evidence is measured from. Another one gives another map, with the same "
    "sum: a dense layer weighs black pixels as well, and has no zero of its own.",
    "batch": "The examples that one training step looks at together.",
    "batch norm": "Batch normalisation: scales each channel to mean 0 and spread 1 over the examples of a step, then "
    "learns a scale and a shift of its own. Training becomes steadier.",
    "bias": "One number added to a channel's weighted sum, the same at every pixel.",
    "bottleneck": "Few channels between many: a 1×1 convolution squeezes the channels before an expensive layer, "
    "another widens them again.",
    "channel": "One number for each pixel, all together one picture. A grey picture has one channel, a colour photo "
    "three: red, green, blue. A layer makes new ones.",
    "convolution": "A weighted sum of a small neighbourhood, computed with the same weights at every pixel.",
    "dead channel": "A channel that is 0 everywhere: its sums are all negative, and ReLU makes them 0.",
    "dense layer": "Every input is connected with every output by a weight of its own; also called fully connected, "
    "in PyTorch nn.Linear.",
    "dropout": "While it learns, a share of the values is set to 0 at random, so that the network does not rely on "
    "single ones.",
    "epoch": "One pass over all training examples.",
    "evidence": "What each pixel adds to a digit's logit. Here it is exact: the pixels' parts and one constant "
    "sum to the logit.",
    "fast": "A recipe: large batches and a learning rate that rises and falls once (one-cycle); AdamW adapts the size "
    "of each weight's steps.",
    "feature map": "One channel of a layer's output, shown as a picture: its value at every pixel.",
    "global average pooling": "The mean of each feature map over all pixels: one number a channel, whatever the "
    "picture's size. Where things are is forgotten.",
    "held out": "Kept aside: examples that the network was not trained on, to measure what it does with new ones.",
    "kernel": "The weights of a convolution for one output channel, as large as the neighbourhood that it looks at.",
    "layer": "One step of a network: it makes new channels from those before it.",
    "learning rate": "How far the weights move in one training step. Too small is slow, too large never settles.",
    "logit": "The score that a network gives a class, before scores become probabilities; any number.",
    "loss": "How wrong the network is on the examples of a step: one number, which training makes smaller.",
    "mean absolute error": "How far predictions are off on average, without their sign.",
    "MLP": "Multi-layer perceptron: dense layers one after the other, with activations between them.",
    "MNIST": f"Handwritten digits, scanned from paper, that networks are compared by: {DATA_SETS['mnist'].about}.",
    "multiply-adds": "One multiplication and one addition: the usual count of the arithmetic that a network needs "
    "for one picture.",
    "overfitting": "The network learns its examples by heart: it gets better on them and worse on new ones.",
    "parameters": "All numbers that training sets: the weights and biases.",
    "receptive field": "The part of the picture that can change one value of a feature map. For 1×1 convolutions: one "
    "pixel.",
    "recipe": "How a network is trained: optimiser, learning rate, batch size, number of epochs, and what is done to "
    "the examples.",
    "ReLU": "max(0, x): negative values become 0, others stay. The usual activation.",
    "R²": "The share of the differences between prices that the predictions explain: 1 is perfect, 0 is no better than "
    "always answering the mean.",
    "seed": "The number from which all randomness of a training follows. The same seed gives the same "
    "network, on the same computer with as many threads.",
    "snapshot": "The weights as they were after one step of the training.",
    "softmax": "Turns the logits into probabilities: each is raised to e, and divided by the sum of all.",
    "standardised": "Shifted and scaled so that the mean is 0 and the spread is 1. Networks learn from such numbers "
    "far better than from raw dollars.",
    "step": "One change of all weights, made from one batch of examples.",
    "tone curve": "How bright a pixel becomes, depending only on how bright it was. That is all that one 1×1 "
    "convolution can do to a grey picture.",
    "tutorial": "A recipe: the tutorial's settings. Adam with learning rate "
    f"{RECIPES['tutorial'].learning_rate:g}, batches of {RECIPES['tutorial'].batch_size}, "
    f"{RECIPES['tutorial'].epochs} epochs.",
    "weight": "A number that an input is multiplied by. Training changes the weights, and nothing else but the biases.",
}
MARKED = re.compile(r"\[\[(?:([^\]|]+)\|)?([^\]|]+)\]\]")


def write(text: str) -> None:
    """Show Markdown of our own, with its [[marked words]] explained. Raises KeyError for a word that is not here.

    Not for text of strangers, which would be markup.
    """
    st.markdown(explained(text), unsafe_allow_html=True)


def explained(text: str) -> str:
    """Markdown or HTML in which the [[marked words]] have their explanations. Raises KeyError as ``write``."""
    return MARKED.sub(lambda found: _word(found[2], found[1] or found[2]), text)


def tip(*terms: str) -> str:
    """Markdown for ``help=``: the terms, each with its explanation."""
    return "  \n".join(f"**{term}**: {TERMS[term]}" for term in terms)


def listed() -> str:
    """HTML of all words with their explanations."""
    rows = "".join(f"<dt>{html.escape(term)}</dt><dd>{html.escape(text)}</dd>" for term, text in TERMS.items())
    return f'<dl class="pw-words">{rows}</dl>'


def _word(term: str, shown: str) -> str:
    return (
        f'<button type="button" class="pw-term">{html.escape(shown)}'
        f'<span class="pw-tip" role="tooltip">{html.escape(TERMS[term])}</span></button>'
    )
