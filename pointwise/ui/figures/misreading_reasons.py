"""Why one picture was misread: evidence for what was read beside that for what it is, and what tipped the balance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.explain.chain import Chain
from pointwise.explain.evidence import BASELINES, Evidence, class_evidence, is_pooled
from pointwise.ui.figures.evidence_picture import coloured
from pointwise.ui.frame import glossary, html, labels
from pointwise.ui.frame.colours import Scale
from pointwise.ui.frame.labels import plain
from pointwise.visible_text import visible

if TYPE_CHECKING:
    from pointwise.models import Network

BASELINE = next(iter(BASELINES))


def show(network: Network, picture: NDArray[np.uint8], names: tuple[str, str], classes: tuple[int, int]) -> None:
    """A picture, (H, W) or (C, H, W), and the evidence for two ``classes``: what it is, and what was read.

    ``names`` are those classes', a person's text.
    """
    chain = Chain.of(network)
    its, read = (class_evidence(chain, picture, one, BASELINES[BASELINE]) for one in classes)
    difference = read.terms - its.terms
    scale = Scale.around(np.stack([its.terms, read.terms, difference]))
    is_name, read_name = map(visible, names)
    plain_is, plain_read = map(plain, names)
    st.markdown(f"**Why this {plain_is} was read as {plain_read}**")
    every = (
        (_shown(picture), "What the network received", f"A picture of {is_name}"),
        (coloured(read.terms, picture, scale), f"For {read_name}, as it was read: logit {read.logit:.2f}", ""),
        (coloured(its.terms, picture, scale), f"For {is_name}, what it is: logit {its.logit:.2f}", ""),
        (coloured(difference, picture, scale), f"For {read_name} rather than {is_name}: {_by(read, its)}", ""),
    )
    st.html(html.strip([(pixels, caption, alt or caption, 1.0) for pixels, caption, alt in every]))
    st.html(scale.bar())
    glossary.write(_about(chain, its, read, plain_is, plain_read))


def _shown(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return picture if picture.ndim == 2 else np.ascontiguousarray(picture.transpose(1, 2, 0))


def _by(read: Evidence, its: Evidence) -> str:
    return f"{read.logit - its.logit:+.2f}"


def _about(chain: Chain, its: Evidence, read: Evidence, is_name: str, read_name: str) -> str:
    """What the pictures show, and how their sums came about; ``names`` are plain Markdown."""
    places, constant = float((read.terms - its.terms).sum()), read.bias - its.bias
    measured = (
        "" if is_pooled(chain) else f" Pixels are measured from {BASELINE}, as on the page Feature maps at first."
    )
    return (
        f"Each place of the picture is [[evidence]] for a class, **orange**, or against it, **blue**; all places and a "
        f"constant add up to its [[logit]], and the largest logit is what is read. Here {read_name} is "
        f"{labels.number(read.logit - its.logit)} ahead of {is_name}: the places of the last picture add "
        f"{places:+.2f}, the constants {constant:+.2f}.{measured}"
    )
