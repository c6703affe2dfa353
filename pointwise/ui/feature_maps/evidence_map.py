"""Evidence for each class, place by place, adding up to its logit; a brush takes ink away and the answer follows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.data.catalogue import MOST_DRAWN
from pointwise.explain.evidence import BASELINES, Evidence, all_evidence, is_pooled
from pointwise.ui.feature_maps import map_components
from pointwise.ui.feature_maps.subject import Subject, prediction
from pointwise.ui.figures import evidence_picture, map_tiles
from pointwise.ui.frame import glossary
from pointwise.ui.frame.colours import DEEP_BLUE, ORANGE, Scale
from pointwise.ui.frame.labels import plain
from pointwise.ui.frame.page_values import sent, several, whole
from pointwise.ui.frame.sections import Kept, choice
from pointwise.visible_text import visible

PICTURE = "features.evidence"
ERASED: Kept[tuple[str, tuple[int, ...]]] = Kept("features.erased", ("", ()))  # the drawing, indices of rubbed pixels
DIGIT: Kept[int | None] = Kept("features.digit", None)  # the chosen digit; None: the one that is read
READ: Kept[int | None] = Kept("features.digit.read", None)  # what was read when it was chosen
TEN = "features.ten"  # the key of the ten small maps
SHOWN = Kept("features.evidence.drawing", "")  # the drawing on the page
SIDE = 64  # pixels of a small map at least
PIXELS = 28 * 28  # of a drawing
RADIUS = 1.5  # pixels of 28


def show(subject: Subject) -> None:
    """The maps of evidence for all classes side by side, and the chosen one's in large."""
    drawing = hashlib.sha256(subject.image.tobytes()).hexdigest()
    image = _without(subject.image, drawing)
    baseline = _baseline(subject)
    every = all_evidence(subject.chain, image, BASELINES[baseline])
    digit = _digit(int(subject.trace.logits.argmax()), len(every))
    scale = Scale.around(np.stack([parts.terms for parts in every]))  # one for all ten, so that they can be compared
    glossary.write(
        f"Each picture is the [[evidence]] for one {subject.kind}: where the drawing speaks for it, **orange**, "
        "and against it, **blue**. Below each is the sum with a constant: its [[logit]]. The largest wins. Choose one."
    )
    _ten(subject, every, image, digit, scale)
    left, right = st.columns([4, 5], gap="large")
    with left:
        _map(every[digit], image, _called(subject, digit), drawing, scale)
    with right:
        if (image != subject.image).any():
            prediction("With the ink rubbed out", subject.model, subject.chain.run(image), image)
            st.button(
                "Give the ink back",
                on_click=ERASED.set,
                args=(ERASED.default,),
                icon=":material/undo:",
                key="features.restore",
            )
        _sum(every[digit], _called(subject, digit))
        st.markdown(_about(subject, baseline))


def _baseline(subject: Subject) -> str:
    """What the pixels are measured from, of BASELINES: chosen where the network has dense layers, else no matter."""
    if is_pooled(subject.chain):
        return next(iter(BASELINES))
    return choice(
        "Measured from",
        BASELINES,
        "features.baseline",
        format_func=str.capitalize,
        persist_state="session",
        help=glossary.tip("baseline"),
    )


def _called(subject: Subject, number: int) -> str:
    return visible(subject.names[number])


def _digit(read: int, count: int) -> int:
    """The number of the class, of ``count``, whose evidence is large: the chosen one, until another is read."""
    if READ.get() not in (None, read):
        DIGIT.pop()
    READ.set(read)
    chosen = DIGIT.get()
    return chosen if chosen is not None and 0 <= chosen < count else read


def _choose() -> None:
    if (chosen := sent(TEN, "chosen", whole(0, MOST_DRAWN - 1))) is not None:
        DIGIT.set(chosen)


def _ten(subject: Subject, every: Sequence[Evidence], image: NDArray[np.uint8], digit: int, scale: Scale) -> None:
    pictures = np.stack([evidence_picture.coloured(parts.terms, image, scale) for parts in every])
    sprite, columns = map_tiles.sprite(pictures)
    tiles = map_tiles.Tiles(
        sprite,
        columns,
        names=[f"Evidence for {_the(subject, one)}: {parts.logit:.2f}" for one, parts in enumerate(every)],
        captions=[f"{_called(subject, one)}: {parts.logit:.2f}" for one, parts in enumerate(every)],
        faded=[False] * len(every),
        side=SIDE,
    )
    map_tiles.mosaic(TEN, tiles, digit, f"The evidence for each {subject.kind}", _choose)


def _the(subject: Subject, number: int) -> str:
    return f"the digit {number}" if subject.kind == "digit" else _called(subject, number)


def _map(parts: Evidence, image: NDArray[np.uint8], called: str, drawing: str, scale: Scale) -> None:
    st.markdown(f"**The evidence for {plain(called)}: rub over it to take ink away**")
    SHOWN.set(drawing)
    map_components.brush(
        PICTURE,
        evidence_picture.coloured(parts.terms, image, scale),
        evidence_picture.spread(parts.terms, len(image)),
        RADIUS,
        f"Where the drawing speaks for {called}, orange, and against it, blue",
        _rubbed,
    )
    st.html(scale.bar())


def _sum(parts: Evidence, called: str) -> None:
    """The sum in three bars, and then in its numbers."""
    terms = parts.terms
    speaks, against = float(terms[terms > 0].sum()), float(terms[terms < 0].sum())
    rows = [("speaks for it", speaks), ("against it", against), ("constant (bias)", parts.bias), ("logit", parts.total)]
    st.markdown(f"**Its parts sum to the logit for {plain(called)}**")
    st.html(_bars(rows))
    st.latex(
        rf"\underbrace{{{parts.terms.sum():.4f}}}_{{\text{{sum of the map}}}} + "
        rf"\underbrace{{({parts.bias:.4f})}}_{{\text{{bias}}}} = {parts.total:.4f}"
    )
    difference = abs(parts.total - parts.logit)
    st.markdown(f"The network's logit for {plain(called)} is **{parts.logit:.4f}**; they differ by {difference:.1e}.")


def _bars(rows: Sequence[tuple[str, float]]) -> str:
    """HTML of bars to the left and right of 0, the last of which is the sum of the others."""
    most = max(abs(value) for _, value in rows) or 1.0
    lines = []
    for at, (name, value) in enumerate(rows):
        width = 50 * abs(value) / most
        side = "right: 50%" if value < 0 else "left: 50%"
        colour = DEEP_BLUE if value < 0 else ORANGE
        weight = "600" if at == len(rows) - 1 else "400"
        lines.append(
            f'<div style="font-weight: {weight}">{name}</div><div style="position: relative; min-height: 1.2rem; '
            f'border-left: 0"><span style="position: absolute; top: 0.15rem; bottom: 0.15rem; {side}; '
            f'width: {width:.1f}%; background: {colour}"></span><span style="position: absolute; left: 50%; top: 0; '
            'bottom: 0; border-left: 1px solid currentColor"></span></div>'
            f'<div style="text-align: right; font-weight: {weight}">{value:+.2f}</div>'
        )
    return (
        '<div style="display: grid; grid-template-columns: max-content 1fr max-content; gap: 0.35rem 0.8rem; '
        'font-size: 0.9rem; font-variant-numeric: tabular-nums; align-items: center">' + "".join(lines) + "</div>"
    )


def _about(subject: Subject, baseline: str) -> str:
    if is_pooled(subject.chain):
        places = subject.trace.maps[-1].after[0].numel()
        return (
            f"The last 1×1 convolution scores each of the {places} places by itself, and the logit is the average of "
            "the scores: so each place's share is known exactly."
        )
    black_counts = BASELINES[baseline] > -1
    return (
        "With all activations held as they are for this drawing, the network is one weighted sum of the pixels: each "
        f"pixel's term is its weight times how much brighter it is than the baseline, **{baseline}**; the constant is "
        f"the sum for a picture that is {baseline} everywhere. "
        + ("Black pixels count, too: where no ink is speaks as well. " if black_counts else "Only ink speaks. ")
        + "No baseline is the right one: choose the other above, and the logit stays while the map changes."
    )


def _without(image: NDArray[np.uint8], drawing: str) -> NDArray[np.uint8]:
    """The drawing less what was rubbed out of it; another drawing starts whole."""
    known, erased = ERASED.get()
    rest = image.copy()
    if known == drawing:
        rest.flat[list(erased)] = 0
    return rest


def _rubbed() -> None:
    rubbed = sent(PICTURE, "rubbed", several(whole(0, PIXELS - 1), 1, PIXELS))
    drawing = SHOWN.get()
    if rubbed is not None:
        known, erased = ERASED.get()
        before = erased if known == drawing else ()
        ERASED.set((drawing, tuple(sorted({*before, *rubbed}))))
