"""Paint: a few brush strokes on a picture, and a 1×1 network that labels every other pixel."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import streamlit as st

from pointwise.ui.frame import navigation, startup

navigation.guard()

from pointwise.ui.frame import glossary  # noqa: E402  (after the guard, which may rerun)
from pointwise.ui.frame.sections import choice, section  # noqa: E402
from pointwise.ui.paint import painted_surface, paintings, picture_choice  # noqa: E402

if TYPE_CHECKING:
    from pointwise.ui.paint.paintings import Work
    from pointwise.ui.paint.pixel_labels import Answer

st.title("Paint")
glossary.write(
    "A [[1×1 convolution]] sees one pixel at a time: its [[channels|channel]], and nothing around it. Paint a few "
    "pixels of each class, and a small network of such layers labels all the others, again after every stroke."
)


@section("paint")
def paint() -> None:
    name = picture_choice.choose()
    work = painted_surface.show(name)
    with startup.loading(height=300):  # what these import needs torch: only now that the picture stands
        from pointwise.ui.paint import pixel_labels, results, take_home
    left, right = st.columns(2, gap="large")
    with left:
        seen = results.seen(name)
    answer = pixel_labels.answer(name, paintings.picture(name), work, seen)
    painted_surface.answer(name, work, answer)
    with left:
        results.score(name, work, answer)
    with right:
        results.amounts(name, work, answer)
    take_home.back(name)
    if answer is None:
        take_home.load(name)
    else:
        section("paint.more")(functools.partial(more, name, work, answer))()


def more(name: str, work: Work, answer: Answer) -> None:
    from pointwise.ui.paint import forest_comparison, pixel_labels, take_home, why_this_pixel

    given = functools.partial(pixel_labels.channels, name, paintings.picture(name), answer.seen)
    views = {
        "Why this pixel": lambda: why_this_pixel.show(name, work, answer, given()),
        "Random forest": lambda: forest_comparison.show(name, answer, given()),
        "Take it home": lambda: take_home.show(name, work, answer),
    }
    st.divider()
    view = choice("Look at", views, "paint.view", persist_state="session")
    views[view]()
    if view == "Take it home":
        take_home.load(name)


paint()
