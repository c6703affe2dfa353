"""What a stranger reads first: what a 1×1 convolution is, that a network of them reads the drawing, and the riddle.

The text is plain HTML, which is on the page at once. The link beside it is an element of Streamlit's own, so it comes
after the answer, in a place that is kept free for it.
"""

from __future__ import annotations

import streamlit as st

from pointwise.ui.frame import glossary, navigation

TEXT = """<style>
.pw-opening {font-size: 1.05rem; line-height: 1.5; max-width: 46rem; margin: 0}
.st-key-opening {min-height: 2.6rem}
.pw-riddle {font-size: 1.05rem; font-weight: 600; line-height: 1.5; margin: 0; text-wrap: balance}
@media (max-width: 640px) {.st-key-opening {min-height: 5.9rem; align-content: flex-start}}
</style>
<p class="pw-opening">A [[1×1 convolution]] looks at a picture one pixel at a time: from the numbers there, the
pixel's [[channels|channel]], it computes new ones. A small network built around such convolutions reads what you draw,
while the pen is still down. Draw a digit of your own: the 7 that is here at first makes way for it.</p>"""
RIDDLE = '<p class="pw-riddle">A 1×1 convolution looks at one pixel at a time: how can a network of them read a 7?</p>'


def text() -> st.delta_generator.DeltaGenerator:
    """Put the text on the page; returns the place of the link."""
    st.html(glossary.explained(TEXT))
    place = st.container(key="opening", horizontal=True, vertical_alignment="center", gap="small")
    with place:
        st.html(RIDDLE, width="content")
    return place


def link() -> None:
    """The way to the answer."""
    navigation.link("path", "Look inside", icon=":material/arrow_forward:")
