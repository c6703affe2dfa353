"""How a claim begins: its title, the quotation with its source, and what its words mean. Needs no torch."""

from __future__ import annotations

import html

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pointwise.claims.quotations import CLAIMS, Claim
from pointwise.drawing import SIDE
from pointwise.ui.frame import glossary
from pointwise.ui.frame.colours import BLUE

ABOUT = {
    "Dense layer": "A [[dense layer]] connects every input with every output. A [[1×1 convolution]] looks at one pixel "
    "at a time, at all of its [[channels|channel]].",
    "Parameters": f"A popular tutorial puts a [[1×1 convolution]] before an [[MLP]] that reads digits of {SIDE} × "
    f"{SIDE} pixels. Its [[parameters]] can be counted.",
    "Speed": "A [[1×1 convolution]] and a [[dense layer]] with the same weights take the same [[multiply-adds]]. "
    "Their time can be measured.",
    "Shape": "A digit is its shape: its pixels in another order are no digit. A network that cannot notice the other "
    "order sees no shape. Four networks of [[1×1 convolutions|1×1 convolution]] read the drawing.",
    "Any size": "A [[convolution]] uses the same weights at every pixel, however many there are. The four networks of "
    f"the first page have learned from pictures of {SIDE} × {SIDE} pixels.",
    "Activations": "Deep networks put an [[activation]], mostly [[ReLU]], after each [[convolution]]. The 1×1 "
    "convolution itself is a weighted sum.",
    "Bottlenecks": "A [[bottleneck]] is a few [[channels|channel]] between many. GoogLeNet and ResNet, two famous "
    "networks for photos, are built of them.",
    "Depthwise": "A depthwise [[convolution]] looks at each [[channel]] by itself, with a [[kernel]] of its own. It "
    "mixes none: that is left to the [[1×1 convolution]] after it.",
    "Structured data": "A row of a table can be a picture of one pixel, with a [[channel]] for each column. A network "
    "of [[1×1 convolutions|1×1 convolution]] then predicts another column from it.",
    "Regularising": "[[Overfitting|overfitting]] is to learn the examples by heart. Two usual means against it are "
    "[[batch normalisation|batch norm]] and [[dropout]]. The network here, MLP of 1×1 convs, is two "
    "[[dense layers|dense layer]] written as 1×1 convolutions.",
    "Network in Network": "Network in Network is the paper that made [[1×1 convolutions|1×1 convolution]] known. It "
    "ends in [[global average pooling]], where others had a [[dense layer]].",
}


def show(claim: Claim) -> DeltaGenerator:
    """The claim as a quotation, or as what is often said, and the words explained; the place for the question."""
    st.header(f"{CLAIMS.index(claim) + 1}. {claim.title}", anchor=False)
    left, right = st.columns(2, gap="medium")
    with left:
        st.html(quotation(claim))
        glossary.write(ABOUT[claim.name])
    return right.container(border=True, key="why.question")


def quotation(claim: Claim) -> str:
    """HTML of a claim's words with their source."""
    words = html.escape(claim.words)
    if not claim.quoted:
        return f'{STYLE}<figure class="pw-claim"><blockquote>{words}</blockquote></figure>'
    source, address = html.escape(claim.source), html.escape(claim.address)
    return (
        f'{STYLE}<figure class="pw-claim"><blockquote>“{words}”</blockquote>'
        f"<figcaption>{source}<br><span>{address}</span></figcaption></figure>"
    )


STYLE = f"""<style>
.pw-claim {{margin: 0; padding: 0.2rem 0 0.2rem 1rem; border-left: 4px solid {BLUE}}}
.pw-claim blockquote {{margin: 0; font-size: 1.25rem; line-height: 1.45;
  font-family: Georgia, "Times New Roman", serif}}
.pw-claim figcaption {{margin-top: 0.5rem; font-size: 0.9rem; line-height: 1.4}}
.pw-claim span {{overflow-wrap: anywhere}}
.st-key-why-question [data-testid="stWidgetLabel"] p {{font-size: 1.05rem; line-height: 1.4}}
.st-key-why-verdict {{border: 2px solid {BLUE} !important}}
</style>"""
