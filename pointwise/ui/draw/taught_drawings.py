"""What a network was taught: the corrected drawings, each with the way back, and what that cost on MNIST."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING

import streamlit as st

from pointwise.card import data_set_of
from pointwise.errors import PointwiseError
from pointwise.ui.canvas import reading
from pointwise.ui.draw import digit_points
from pointwise.ui.frame import glossary, html, labels, shipped
from pointwise.ui.frame.sections import Kept, shown_errors
from pointwise.ui.training import lessons, weights_in_use

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pointwise.data.digits import Digits
    from pointwise.models import Network
    from pointwise.teaching.corrections import Correction
    from pointwise.teaching.examined import Change, Examined
    from pointwise.teaching.last_layer import FrozenNetwork, Seen

LOOK = 0.5  # seconds between two looks whether the test digits are read
SHOWN = 60  # digits that are read otherwise
FIGURE = 104  # pixels of a corrected drawing with its button
MOST_EXAMINED = 8  # networks whose view of the test digits is remembered: four megabytes each
EXAMINED: Kept[Mapping[str, tuple[Network, Examined, Digits]]] = Kept("taught_drawings.examined", {})  # by architecture
_one_by_one = Lock()
STYLE = """<style>
.st-key-taught-drawings .pw-strip figure {width: 6.2rem}
.st-key-changed-digits .pw-strip figure {width: 5.2rem}
</style>"""


def show(changed: str) -> None:
    """All of it, where there are corrections; what takes one back runs the fragment ``changed``."""
    arch = reading.chosen_reader()
    if not lessons.teachable(arch) or not weights_in_use.reads_digits(arch):
        return
    st.header("What you taught it")
    with shown_errors():
        base = weights_in_use.untaught(arch).network
        taught = lessons.taught(base)
        _drawings(taught, arch, changed)
        with st.container(key="examined"):
            _accuracy(base, taught)
        _words(base)
        digit_points.show(base, taught)


def _words(base: Network) -> None:
    from pointwise.models import count_parameters
    from pointwise.teaching.last_layer import LastLayer

    layer = LastLayer.of(base)
    classes, features = layer.weights.shape
    below = count_parameters(base) - layer.parameters
    glossary.write(
        f"Only the last [[layer]] learned: **{layer.parameters:,}** [[weights|weight]] and biases of a [[1×1 "
        f"convolution]] that gives each of the {classes} digits its [[logit]]. The {below:,} "
        f"[[parameters]] below it are frozen: they make of each drawing the same {features} numbers as before, and "
        "learned from many thousands of digits which numbers tell drawings apart. So one example is enough here: it "
        "only has to say where that drawing belongs. The whole network has far more numbers than one drawing can "
        "settle: it would learn this one by heart and forget the others. Here it goes on answering as before on digits "
        "of MNIST that come with this app, and moves no further than your drawings need."
    )


def _drawings(taught: Network, arch: str, changed: str) -> None:
    corrections = lessons.CORRECTIONS.get()
    with st.container(horizontal=True, gap="small", key="taught-drawings"):
        st.html(f"{STYLE}{html.STYLE}", width="content")
        for number, one in enumerate(corrections):
            with st.container(width=FIGURE, gap="xsmall"):
                st.html(html.strip([(one.picture, _said(taught, one), f"A drawing that is a {one.digit}", 1.0)]))
                st.button(
                    "Take back",
                    key=f"taught.back.{number}",
                    on_click=_take_back,
                    args=((one,), arch, changed),
                    help=f"Forget that this drawing, number {number + 1}, is a {one.digit}",
                )
    if len(corrections) > 1:
        st.button("Take all back", key="taught.back", on_click=_take_back, args=(corrections, arch, changed))


def _said(taught: Network, one: Correction) -> str:
    from pointwise.inference import classify_image

    read = classify_image(taught, one.picture.copy())
    now = labels.probability(read.probability)
    if read.digit == one.digit:
        return f"A {one.digit}, now {now}" if read.sure else f"A {one.digit}, unsure: {now}"
    return f"A {one.digit}, still read as {read.digit}: your drawings contradict one another"


def _take_back(gone: tuple[Correction, ...], arch: str, changed: str) -> None:
    from pointwise.ui.draw import correcting

    correcting.TAUGHT_NOW.set(True)
    lessons.take_back(*gone)
    if not lessons.CORRECTIONS.get():
        weights_in_use.use_taught(arch, False)
    st.rerun(changed)


def _accuracy(base: Network, taught: Network) -> None:
    """Before and after, once the test digits are read; until then it looks again and again."""
    if (known := EXAMINED.get().get(base.config.arch)) and known[0] is taught:
        _examined(taught, *known[1:])
        return
    seen = _test_digits(lessons.frozen(base))
    if seen.done():
        found, digits = _compared(base, taught, seen)
        EXAMINED.set({**EXAMINED.get(), base.config.arch: (taught, found, digits)})
        _examined(taught, found, digits)
        return

    def wait() -> None:
        if seen.done():
            st.rerun()
        st.markdown("MNIST's test digits are being read, to see what this cost elsewhere …")

    st.fragment(run_every=LOOK)(wait)()


def _compared(base: Network, taught: Network, seen: Future[Seen]) -> tuple[Examined, Digits]:
    from pointwise.teaching.examined import examine
    from pointwise.teaching.last_layer import LastLayer

    try:
        digits = seen.result()
    except PointwiseError:
        _looking.cache_clear()  # the files may be mended by the next time
        raise
    return examine(digits, LastLayer.of(base), LastLayer.of(taught)), digits.digits


def _examined(taught: Network, found: Examined, digits: Digits) -> None:
    from pointwise.data.catalogue import DATA_SETS

    with st.container(horizontal=True, gap="large"):
        st.metric("MNIST test digits read right, before", labels.plain(found.before.said(2)))
        st.metric(
            "With what you taught it",
            labels.plain(found.after.said(2)),
            _difference(found),
            delta_color="off",
            delta_arrow="off",
        )
    all_of_them = DATA_SETS["mnist"].test
    if (
        (count := found.before.count) == all_of_them
        and data_set_of(taught) == "mnist"
        and not taught.card.get("metrics")
    ):
        taught.card = {**taught.card, "metrics": {"accuracy": found.after.value}}  # this session's own network
        st.rerun()  # what stands above says it, too
    if count < all_of_them:
        st.caption(
            f"MNIST is not on this machine, so {count:,} of its {all_of_them:,} test digits, which come with this app, "
            "stand for all."
        )
    _otherwise(found, digits)


def _difference(found: Examined) -> str:
    if abs(found.lost) < 1e-9:
        return "as many as before"
    return f"{abs(found.lost):.2f} points {'fewer' if found.lost > 0 else 'more'}"


def _otherwise(found: Examined, digits: Digits) -> None:
    """How many digits are read otherwise, and, where they are asked for, which."""
    if not found.changes:
        st.markdown("No other test digit is read otherwise.")
        return
    gains = [change.gain for change in found.changes]
    label = f"{len(gains):,} test digits are read otherwise: " + ", ".join(
        f"{gains.count(gain):,} {what}"
        for gain, what in ((-1, "wrong now"), (1, "right now"), (0, "wrong both times"))
        if gain in gains
    )
    with st.expander(label, icon=":material/difference:", key="changed-digits", on_change="rerun") as opened:
        if not opened.open:
            return
        shown = found.changes[:SHOWN]
        st.html(html.strip([_figure(change, digits) for change in shown]))
        if len(shown) < len(gains):
            st.caption(f"The first {len(shown)} of {len(gains):,}.")


def _figure(change: Change, digits: Digits) -> tuple[NDArray[np.uint8], str, str, float]:
    said = f"A {change.label}: read {change.before} before, {change.after} now"
    return digits.images[change.number].numpy(), said, f"A {change.label} of MNIST", 1.0


def _test_digits(frozen: FrozenNetwork) -> Future[Seen]:
    """MNIST's test digits as a network sees them, those that come with the app where it is not there."""
    from pointwise.data.catalogue import is_there
    from pointwise.data.mnist import data_folder

    folder = data_folder()
    return _looking(frozen, folder if is_there("mnist", folder) else None)


@functools.lru_cache(MOST_EXAMINED)
def _looking(frozen: FrozenNetwork, folder: Path | None) -> Future[Seen]:
    found: Future[Seen] = Future()

    def look() -> None:
        try:
            with _one_by_one:
                seen = frozen.held_out if folder is None else frozen.see(_mnist(folder))
            found.set_result(seen)
        except BaseException as error:  # raised where it is asked for
            found.set_exception(error)

    Thread(target=look, name="pointwise-examine", daemon=True).start()
    return found


@shipped.once
def _mnist(folder: Path) -> Digits:
    from pointwise.data.mnist import load_mnist_test

    return load_mnist_test(folder)
