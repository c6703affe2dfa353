"""Which picture is painted on: an example, or one of the visitor's own."""

from __future__ import annotations

import streamlit as st

from pointwise.data.picture_files import MOST_PIXELS
from pointwise.segmentation import LONGEST
from pointwise.ui.frame import labels, sections
from pointwise.ui.paint import own_pictures, painted_surface, paintings
from pointwise.ui.paint.example_pictures import EXAMPLES

KEY = "paint.chooser"


def choose() -> str:
    """The identity of the picture, after the choice."""
    own = paintings.FILES.get()
    options = [*EXAMPLES, *reversed(own)]
    called, now = labels.told_apart(paintings.title(name) for name in options), paintings.chosen()
    titles = {name: called(paintings.title(name)) for name in options}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Picture",
            options,
            options.index(now),
            format_func=titles.__getitem__,
            width=320,
            **sections.following(KEY, now, paintings.choose, of=list(titles.values())),
        )
        with st.popover("Your own picture", icon=":material/upload:"):
            sections.upload(
                f"PNG, JPEG or TIFF, up to {own_pictures.MEGABYTES} MB and {MOST_PIXELS / 1e6:.0f} megapixels; "
                f"painted on at up to {LONGEST:,} pixels; it stays on this computer",
                paintings.UPLOAD,
                own_pictures.take,
                lambda: f"{labels.for_all_eyes(paintings.title(paintings.chosen()))} is still there.",
                own_pictures.MEGABYTES,
            )
        painted_surface.classes(paintings.chosen())
    name = paintings.chosen()
    if name in EXAMPLES:
        st.caption(EXAMPLES[name].about)
    else:
        (height, width), (rows, columns) = paintings.whole_shape(name), paintings.picture(name).shape[:2]
        reduced = "" if (rows, columns) == (height, width) else f", painted on at {columns:,} × {rows:,}"
        st.caption(f"Your picture has {width:,} × {height:,} pixels{reduced}. Paint strokes of at least two classes.")
    return name
