"""What the models say about the drawing, and what they were given to say it from."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.calibration import SURE
from pointwise.drawing import Ink, Preparation, prepare_ink
from pointwise.errors import PointwiseError
from pointwise.export.page_weights import Packed
from pointwise.ui.canvas import drawing, reader
from pointwise.ui.frame import html, labels, shipped, startup
from pointwise.ui.training import session_run, weights_in_use

if TYPE_CHECKING:
    from streamlit.elements.lib.grid_container import GridContainer

    from pointwise.inference import Reading
    from pointwise.models import Network

READER = "answer.reader"
NORMALISED = "answer.normalised"
TITLES = {
    "sure": "{digit} has {percent} of the probability",
    "unsure": "The model is unsure; {digit} is its best guess",
    "blank": "No probabilities: the canvas is empty",
}
LOADING = "The network is being loaded"
TOO_LARGE = "Too large to answer during the stroke: it does when the pen is lifted"
WAIT = 0.4  # seconds between two looks whether torch is there
AT_LATEST = 5.0  # seconds after which its import begins, whatever the page shows
CLASSIFIERS = ("nin", "conv_mlp", "mlp_1x1", "bag_of_pixels")  # the default reader first


@dataclass(frozen=True)
class Look:
    """One drawing, prepared both ways, and what the chosen model reads in it."""

    steps: Preparation  # cropped, scaled, centred
    image: NDArray[np.uint8]  # (28, 28): what the models are given
    reading: Reading  # of ``image``
    with_steps: Reading
    without: Reading


def live() -> None:
    """The prediction with all ten probabilities, in a fragment of its own: while somebody draws, the page answers.

    Nothing where the model cannot be read; ``look`` says why.
    """
    arch = chosen_reader()
    with st.container(key="answer"):
        if startup.loaded():
            st.fragment(run_every=weights_in_use.pace(arch))(_live)(arch)
        else:
            st.fragment(run_every=WAIT)(_early)(arch, time.monotonic() + AT_LATEST)


def _live(arch: str) -> None:
    try:
        model, whose = weights_in_use.network(arch, between_epochs=True)
    except PointwiseError:
        return
    image = _newest_image()
    reading = _read(model, image)
    digit, remark = headline(reading)
    _prediction(digit, f"{remark}, {whose}" if whose.startswith("your run") else remark)
    packed = weights_in_use.packed(model)
    _bars(reading, image, packed)
    startup.let_paint()  # the answer is there; what may improve it is large
    reader.show(packed, _sent)


def _early(arch: str, latest: float) -> None:
    """Before torch is there: the page answers, and everything else follows."""
    if startup.loaded():
        st.rerun()
    if time.monotonic() > latest:
        startup.begin()
    _prediction("…", "Loading PyTorch")
    packed = shipped.packed_file(arch)
    _bars(None, None, packed)
    reader.show(packed, _sent, startup.begin)


def _newest_image() -> NDArray[np.uint8]:
    """What the page has just sent, until the canvas sends the drawing itself."""
    pen_up = drawing.pen_up()
    if pen_up.image is not None and pen_up.newer_than(drawing.board(), _normalises()):
        return pen_up.image
    return received_image()


def _sent() -> None:
    picture = reader.picture()
    if picture is not None:
        drawing.set_pen_up(*picture)


def _prediction(digit: str, remark: str) -> None:
    with st.container(key="answer-prediction"):
        st.metric("Prediction", digit, remark, delta_color="off", delta_arrow="off")


def _bars(reading: Reading | None, image: NDArray[np.uint8] | None, packed: Packed | None) -> None:
    """The digit and the bars, and beside them what the page's own code needs to go on from there.

    Without an image the page reads the canvas.
    """
    probabilities = np.zeros(10, np.float32) if reading is None else reading.probabilities
    more = {
        "image": None if image is None else base64.b64encode(image.tobytes()).decode(),
        "probabilities": None if reading is None else probabilities.tolist(),
        "seen": drawing.pen_up().number,
        "turn": drawing.board().turn,
        "normalise": _normalises(),
        "network": None if packed is None else packed.id,
        "sure": SURE,
        "titles": TITLES,
    }
    digit = "…" if reading is None else headline(reading)[0]
    what = LOADING if reading is None else title(reading)
    st.html(html.answer(digit, probabilities, what, TOO_LARGE if packed is None else "", more))


def look() -> Look:
    """What the chosen model reads in the drawing. Raises ModelFileError."""
    model, _ = weights_in_use.network(chosen_reader())
    ink = drawing.board().ink
    steps, whole = prepare_ink(ink), prepare_ink(ink, normalise=False)
    with_steps, without = _read(model, steps.image), _read(model, whole.image)
    if _normalises():
        return Look(steps, steps.image, with_steps, with_steps, without)
    return Look(steps, whole.image, without, with_steps, without)


def received_image() -> NDArray[np.uint8]:
    """What the models are given, uint8 (28, 28): with the steps or without, as chosen."""
    return prepare_ink(drawing.board().ink, _normalises()).image


def choose_reader() -> None:
    """Which model gives the prediction, and whether with the weights of a run that goes on."""
    st.selectbox("Read by", CLASSIFIERS, format_func=labels.MODELS.__getitem__, key=READER, persist_state="session")
    if startup.loaded():
        weights_in_use.toggle(chosen_reader())


def received(look: Look) -> None:
    """The steps from the drawing to the network's input, and the answer with and without them."""
    st.subheader("What the network receives")
    st.toggle(
        "Crop, scale and centre the drawing, as MNIST's makers did",
        value=True,
        key=NORMALISED,
        persist_state="session",
    )
    st.html(html.strip(_steps(look.steps)))
    left, right = st.columns(2, wrap=False)
    left.metric("With these steps", *headline(look.with_steps), delta_color="off", delta_arrow="off", border=True)
    right.metric("Without them", *headline(look.without), delta_color="off", delta_arrow="off", border=True)


def side_by_side(look: Look) -> None:
    """Every model's answer to the same picture, with what each costs and how often it errs."""
    st.subheader("Four models on this drawing")
    with st.grid(4, min_column_width=160, border=True) as grid:
        for arch in CLASSIFIERS:
            with grid.cell():
                _card(labels.MODELS[arch], arch, look)
        retraining = session_run.retraining()
        if retraining is not None and retraining.source in labels.DIGITS:
            _run_card(grid, retraining, look)


def _run_card(grid: GridContainer, retraining: session_run.Retraining, look: Look) -> None:
    """The answer of a run's latest epoch, unless the page uses those weights anyway."""
    model = weights_in_use.epoch_model(retraining)
    if model is not None and model is not weights_in_use.own_models().get(retraining.arch):
        with grid.cell():
            _show_card(f"Your run, epoch {model.card['epochs']}", model, look, labels.MODELS[retraining.arch])


def _card(title: str, arch: str, look: Look) -> None:
    try:
        model = weights_in_use.current_model(arch)
    except PointwiseError as error:
        st.error(str(error))
        return
    own = " (yours)" if arch in weights_in_use.own_models() else ""
    _show_card(title + own, model, look, labels.ABOUT[arch])


def _show_card(title: str, model: Network, look: Look, about: str = "") -> None:
    reading = _read(model, look.image)
    cost = shipped.cost_of(model.config)
    st.metric(title, *headline(reading), delta_color="off", delta_arrow="off", help=about or None)
    if reading.digit != look.reading.digit:
        st.badge("Disagrees", icon=":material/call_split:", color="orange")
    st.caption(f"{cost.parameters:,} parameters  \n{cost.multiply_adds:,} multiply-adds  \n{_error_rate(model)}")


def _error_rate(model: Network) -> str:
    accuracy = model.card.get("metrics", {}).get("accuracy")
    if accuracy is None:
        return "error not measured"
    where = "MNIST test" if str(model.card.get("data", "")).startswith("MNIST") else "held-out bundled digits"
    return f"{100 * (1 - accuracy):.2f} % error on {where}"


def chosen_reader() -> str:
    """The model that gives the prediction."""
    return st.session_state.get(READER) or CLASSIFIERS[0]


def _read(model: Network, image: NDArray[np.uint8]) -> Reading:
    from pointwise.inference import classify_image

    return classify_image(model, image)


def headline(reading: Reading) -> tuple[str, str]:
    """The digit, and how sure the model is."""
    if reading.digit is None:
        return "–", "Draw a digit"
    return str(reading.digit), ("" if reading.sure else "unsure: ") + labels.probability(reading.probability)


def title(reading: Reading) -> str:
    """What to see in the bars."""
    which = "blank" if reading.digit is None else "sure" if reading.sure else "unsure"
    return TITLES[which].format(digit=reading.digit, percent=labels.probability(reading.probability))


def _normalises() -> bool:
    return bool(st.session_state.get(NORMALISED, True))


def _steps(prepared: Preparation) -> list[tuple[NDArray[np.uint8], str, str, float]]:
    steps = [(_grey(prepared.ink), "Your drawing", "The drawing as it is on the canvas", 1.0)]
    if prepared.cropped is not None and prepared.scaled is not None:
        height, width = prepared.cropped.shape
        share = max(height, width) / max(prepared.ink.shape)
        steps.append((_grey(prepared.cropped), f"Cropped to its ink, {width} × {height}", "Only the inked part", share))
        height, width = prepared.scaled.shape
        steps.append(
            (_grey(prepared.scaled), f"Scaled to {width} × {height}", "Scaled, longest side 20 pixels", 20 / 28)
        )
    centred = "Centred by mass in 28 × 28: this goes in"
    return [*steps, (prepared.image, centred, "The 28 by 28 pixels that the network receives", 1.0)]


def _grey(ink: Ink) -> NDArray[np.uint8]:
    return np.round(255 * ink).astype(np.uint8)
