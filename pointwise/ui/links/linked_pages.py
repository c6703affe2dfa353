"""Which fields each page has. Keys stand here as text: the pages' own code imports torch, which an arrival must not."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from pointwise.claims.quotations import NAMES
from pointwise.drawing import SIDE
from pointwise.errors import PointwiseError
from pointwise.models import ARCHITECTURES, CLASSIFIERS
from pointwise.models.config import SHIPPED
from pointwise.ui.canvas import drawing, reading
from pointwise.ui.canvas.drawing import SQUARE, STRIP
from pointwise.ui.frame import labels, startup
from pointwise.ui.links.fields import Field, bound, chosen, drawn, number, one_of, several, within
from pointwise.ui.path import steps

NETWORK, CHANNEL, POINT, INPUT = "network", "features.channel", "features.point", "features.input"  # keys
LONGEST_CHANGES, LONGEST_ID = 1_500, 40  # characters

DRAWING = drawn("d", "drawing", SQUARE)
STEPS = chosen("steps", f"steps to {SIDE}×{SIDE}", drawing.NORMALISED, {"on": True, "off": False}, lasting=True)
READER = chosen("reader", "network that reads", reading.READER, {name: name for name in CLASSIFIERS}, lasting=True)
CLASSIFIER_TITLES = tuple(labels.MODELS[name] for name in CLASSIFIERS)
PATH_STEP = Field("step", "step", lambda: steps.STEP.get(), one_of(steps.NUMBERS), stays=True)


def network() -> str:
    """The network that the page of feature maps shows, or will show: the link's comes first."""
    asked = st.query_params.get("network") or ""
    named = {labels.MODELS[name]: name for name in CLASSIFIERS}
    return named.get(asked) or st.session_state.get(NETWORK) or reading.chosen_reader()


def _layer() -> Field:
    def names() -> dict[str, str]:
        return {layer.name: layer.name for layer in ARCHITECTURES[network()].layers}

    def field() -> Field:
        return chosen("layer", "layer", f"features.layer.{network()}", names())

    def now() -> str | None:
        return field().now() if f"features.layer.{network()}" in st.session_state else None

    return Field("layer", "layer", now, lambda text: field().take(text))


def _counted(name: str, what: str, key: str, most: Callable[[], int]) -> Field:
    """The number of something, from 1 in an address and from 0 in the session's state; left out until it was chosen."""

    def now() -> str | None:
        value = st.session_state.get(key)
        return None if value is None else str(value + 1)

    def take(text: str) -> None:
        within(1, most())(text)
        st.session_state[key] = int(text) - 1

    return Field(name, what, now, take)


def _channels_of_the_layer() -> int:
    return _channels(network(), st.session_state.get(f"features.layer.{network()}"))


@functools.cache
def _channels(arch: str, layer: str | None) -> int:
    """How many channels a layer of a shipped network has; with None the most of all its layers.

    Of a network whose file cannot be read, which its page says, one.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(SHIPPED / f"{arch}.safetensors", framework="numpy") as weights:
            names = [layer] if layer else [each.name for each in ARCHITECTURES[arch].layers]
            return max(weights.get_slice(f"{name}.weight").get_shape()[0] for name in names)
    except (OSError, SafetensorError):
        return 1


def _pixel() -> Field:
    """The pixel whose arithmetic is shown, as shares of the map's height and width."""

    def now() -> str | None:
        point = st.session_state.get(POINT)
        return None if point is None else ",".join(f"{share:.4g}" for share in point)

    def take(text: str) -> None:
        shares = [float(part) if len(part) < 12 else math.nan for part in text.split(",")]
        if len(shares) != 2 or not all(0 <= share < 1 for share in shares):
            raise ValueError("It is two numbers from 0 to 1, down and right.")
        st.session_state[POINT] = tuple(shares)

    return Field("pixel", "pixel", now, take)


def _mix() -> Field:
    """The weights of red, green and blue on the path."""

    def now() -> str | None:
        weights = steps.MIX.get()
        return None if weights == steps.GREY else ",".join(f"{weight:g}" for weight in weights)

    def take(text: str) -> None:
        try:
            steps.MIX.set(steps.weights_of([float(part) if len(part) < 12 else math.nan for part in text.split(",")]))
        except ValueError as error:
            raise ValueError("It is three weights from -1 to 1, of red, green and blue.") from error

    return Field("mix", "mix of colours", now, take)


KINDS = {"opponent": "Opponent colours", "luminance": "Luminance", "learned": "Learned from this picture"}


def _mixes() -> Field:
    """The weights of a colour picture's mixes, three each."""

    def keys() -> list[str]:
        kind = st.session_state.get("colour.kind", KINDS["opponent"])
        rows = 1 if kind == KINDS["luminance"] else 3
        return [f"colour.{kind}.{row}.{column}" for row in range(rows) for column in range(3)]

    return several("weights", "weights of colours", keys, -1.5, lambda _: 1.5)


def _sizes(claim: str, most: Mapping[str, int]) -> Field:
    """The whole numbers of a claim's experiment."""
    keys, highest = [f"why.{claim}.{name}" for name in most], list(most.values())
    return several(claim, "numbers", lambda: keys, 1, lambda n: highest[n])


def _changes() -> Field:
    """What was changed of single channels."""

    def now() -> str | None:
        if not startup.loaded():
            return None
        from pointwise.ui.feature_maps.subject import EDITS

        raw = EDITS.dump(EDITS.get())
        text = json.dumps(raw, separators=(",", ":")) if raw else ""
        return text if 0 < len(text) <= LONGEST_CHANGES else None

    def take(text: str) -> None:
        startup.wait()
        from pointwise.ui.feature_maps.subject import EDITS

        try:
            EDITS.set(EDITS.load(json.loads(text[:LONGEST_CHANGES])))
        except Exception as error:
            raise ValueError("They are damaged.") from error

    return Field("edits", "changed weights", now, take)


def _painting() -> tuple[Field, ...]:
    """A picture with strokes on it, or a painting of this computer's; its code comes with the page alone."""

    def link() -> Any:
        from pointwise.ui.paint import painting_link

        return painting_link

    def run(text: str) -> None:
        from pointwise.ui.paint import painting_record

        try:
            painting_record.open_record(text[:LONGEST_ID])
        except PointwiseError as error:
            raise ValueError(str(error)) from error

    return (
        Field("picture", "picture", lambda: link().picture_now(), lambda text: link().take_picture(text)),
        Field("strokes", "strokes", lambda: link().strokes_now(), lambda text: link().take_strokes(text)),
        Field("sees", "channels", lambda: link().seen_now(), lambda text: link().take_seen(text)),
        Field("run", "painting", lambda: None, run),
    )


PAGES: dict[str, tuple[Field, ...]] = {  # by a page's address; fields are used in this order
    "": (DRAWING, STEPS, READER),
    "path": (DRAWING, STEPS, PATH_STEP, _mix(), number("order", "order of the pixels", "path.order", 0, 1_000)),
    "own_classes": (),
    "feature_maps": (
        DRAWING,
        STEPS,
        bound("maps", "view", one_of(("Channels", "Evidence", "Ten curves", "Colour"))),
        bound(NETWORK, "network", one_of(CLASSIFIER_TITLES)),
        _layer(),
        _counted("channel", "channel", CHANNEL, _channels_of_the_layer),
        _pixel(),
        _counted("input", "input channel", INPUT, lambda: 4_096),
        number("digit", "digit", "features.digit", 0, 9),
        _changes(),
        chosen("values", "values", "features.which", {"after": "After it", "before": "Before the activation"}),
        chosen("colours", "weights to start from", "colour.kind", KINDS),
        _mixes(),
        chosen("baseline", "baseline", "features.baseline", {"grey": "mid-grey", "black": "black"}),
        chosen("scale", "colour scale", "features.scale", {"layer": "One for the layer", "own": "Each its own"}),
    ),
    "regression": (
        bound("data", "data", one_of(("House prices", "Your own table"))),
        bound("sqft", "area", within(0, 6_000)),
        bound("rooms", "number of rooms", within(0.0, 12.0)),
        bound("view", "view", one_of(("Tutorial", "Slices", "Accuracy", "Network", "Surface"))),
        bound("show", "surface", one_of(("Difference", "Model", "Truth"))),
        bound("as", "form", one_of(("Flat", "3-D"))),
        chosen("houses", "training houses", "houses.rows", {"off": False, "on": True}),
        chosen("folds", "fold lines", "houses.folds", {"off": False, "on": True}),
    ),
    "why_1x1": (
        DRAWING,
        STEPS,
        bound("claim", "claim", one_of(NAMES)),
        drawn("strip", "strip of digits", STRIP),
        number("order", "order of the pixels", "why.shape.order", 0, 1_000),
        number("place", "pixel", "why.dense.place", 0, 2),
        _sizes("dense", {"Pictures": 8, "Height": 32, "Width": 32, "Channels in": 128, "Channels out": 128}),
        _sizes("size", {"Height": 64, "Width": 64, "Channels in": 512, "Channels out": 512}),
        _sizes("depthwise", {"Side": 28, "Channels in": 512, "Channels out": 512}),
        _sizes("activations", {"Channels in": 64, "After the first": 64, "After the second": 64, "Channels out": 64}),
        chosen("relu", "activation", "why.activations.on", {"off": False, "on": True}),
    ),
    "paint": _painting(),
    "runs": (),
}
