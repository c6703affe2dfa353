"""The drawing component behind one function: what it is told to show, and what the page sends at the end of a stroke.

The canvas (streamlit-drawable-canvas) sends nothing by itself. A component of ours beside it watches the pen, answers
while it is down (inpage/reader.js), and sends one message when it is lifted (inpage/pen.js). Anything that is no such
message is ignored, with one line in the log.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import streamlit as st

from pointwise.ui.canvas.drawing import (
    INK,
    PAPER,
    Drawing,
    Sheet,
    Stroke,
    current,
    curves,
    keep,
    middle,
    pixels,
)
from pointwise.ui.canvas.drawing_json import received
from pointwise.ui.frame import startup
from pointwise.ui.frame.page_values import sent
from pointwise.ui.frame.sections import Kept, hidden

if TYPE_CHECKING:
    from pointwise.export.page_weights import Packed

NO_PEN = """<style>.pw-no-pen {font-size: 0.85rem; max-width: 19rem; height: 0; overflow: hidden; margin: 0;
  animation: pw-no-pen 0s 10s forwards} @keyframes pw-no-pen {to {height: auto}}</style>
<p class="pw-no-pen">Drawing does not work in this browser: it does not let the page's own code run. The samples and
pictures from files do.</p>"""  # taken away by that code

ON_PAGE: Kept[Packed | None] = Kept("answer.network", None)  # the network that the page was given last
SAME = {"network": "same"}  # instead of a network's bytes: the page goes on with those that it has
FINER = 14  # pixels between the widths that a sheet is shown with: half of the network's 28


def canvas(drawing: Drawing, pen: int) -> None:
    """Put the canvas on the page, showing ``drawing`` until it is given another one that was not drawn on it."""
    with st.container(gap=None):
        _canvas(drawing.shown, pen)
        with st.container(key=f"{drawing.sheet.key}-no-pen"):
            st.html(_fit(drawing) + NO_PEN)


def strokes(
    drawing: Drawing,
    pen: int,
    on_shown: Callable[[], None] | None = None,
    on_first: Callable[[], None] | None = None,
) -> None:
    """Follow the pen on that canvas. A stroke makes the next Drawing (``drawing.current``) and runs this fragment.

    It should not be the canvas's, so that the browser has less to do before it paints the answer.

    ``on_shown`` is called once the page has read the drawing by itself before PyTorch is there, and ``on_first`` after
    the first stroke on an empty sheet.
    """
    sheet = drawing.sheet
    with hidden(f"{sheet.key}-hidden"):
        page_code()(
            key=pen_key(sheet),
            data={
                "key": sheet.key,
                "size": (sheet.width, sheet.height),
                "detail": sheet.detail,
                "pen": pen / sheet.height,
                "number": drawing.number,
                "base": drawing.shown.number,
                "under": _under(drawing),
                "reads": sheet.reads,
            },
            on_drawing_change=lambda: _take(sheet, on_first),
            on_shown_change=on_shown or _nothing,
        )


def pen_key(sheet: Sheet) -> str:
    """The key of the component that sends a sheet's strokes."""
    return f"pen-{sheet.key}"


@cache
def page_code() -> Callable[..., Any]:
    """The page's own code; given bytes or SAME instead of a sheet it takes them as the network to read with."""
    from pointwise.inpage import FOLDER, bundled

    return st.components.v2.component("pointwise_pen", js=bundled(FOLDER / "pen.js"))


def network(packed: Packed | None, has_one: bool = False, in_last_layer: bool = False) -> None:
    """The weights for the page to answer with, unless it ``has_one`` and that is still the same; with None it does not.

    Of a network that differs from the one before ``in_last_layer`` alone, that layer. A message of a third of a
    megabyte costs the server a millisecond even where only its hash is sent, and a phone seconds.
    """
    before = ON_PAGE.get()
    ON_PAGE.set(packed)
    data: Any = packed and packed.content
    if packed and before and has_one and before.id == packed.id:
        data = SAME
    elif packed and before and in_last_layer and packed.differs_in_last_layer(before):
        data = {**SAME, "id": packed.id, "layer": base64.b64encode(packed.last_layer).decode()}
    with hidden("network-hidden"):
        page_code()(key="answer.weights", data=data)  # "network" is a select box of another page


def _fit(drawing: Drawing) -> str:
    """Styles that show a sheet smaller where there is less room; canvas and pen find out by themselves how large.

    Under the canvas lies what makes way for the pen (inpage/pen.js).
    """
    sheet = drawing.sheet
    inside = f".st-key-{sheet.key} [data-testid=stBidiComponentIsolated]"
    narrower = range(sheet.width - FINER, sheet.width // 2, -FINER)
    return (
        f"<style>.st-key-{sheet.key} {{container-type: inline-size; max-width: {sheet.width}px; "
        f"min-height: 0; "
        f"aspect-ratio: {sheet.width} / {sheet.height}}} "
        f"{inside} {{width: {sheet.width}px; height: {sheet.height}px; flex: none; transform-origin: 0 0; "
        f"background: {PAPER} {_picture(drawing)} 0 0 / contain; "
        "forced-color-adjust: none; print-color-adjust: exact} "
        + "".join(
            f"@container (width < {width + FINER}px) {{{inside} {{transform: scale({width / sheet.width:.5f})}}}} "
            for width in narrower
        )
        + "</style>"
    )


def _under(drawing: Drawing) -> list[dict[str, Any]]:
    """The strokes that make way for the pen, which lie under the canvas."""
    return [{"points": stroke.points, "pen": stroke.pen} for stroke in drawing.strokes if drawing.untouched]


def _picture(drawing: Drawing) -> str:
    """What makes way for the pen, as a picture in a style."""
    if not drawing.untouched:
        return "none"
    width, height = drawing.sheet.width, drawing.sheet.height
    lines = "".join(
        f"<polyline points='{' '.join(f'{x:.1f},{y:.1f}' for x, y in stroke.on(width, height))}' "
        f"stroke-width='{stroke.pen * height:.1f}'/>"
        for stroke in drawing.strokes
    )
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' fill='none' stroke='{INK}' "
        f"stroke-linecap='round' stroke-linejoin='round'>{lines}</svg>"
    )
    return f"url(data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"


def _take(sheet: Sheet, on_first: Callable[[], None] | None = None) -> None:
    drawing = current(sheet)
    after = sent(pen_key(sheet), "drawing", lambda message: received(drawing, message), "A drawing")
    if after is not None:
        keep(after)
        startup.HELD_BACK.set(startup.STROKE)
        if on_first and drawing.empty and not after.empty:
            on_first()


def _canvas(drawing: Drawing, pen: int) -> None:
    """The component behind ``st_canvas``, called without it.

    That gives Streamlit the drawing as a dict, which may be a data frame, and to look at one Streamlit imports pandas,
    which takes as long as all else on a server's first visit. A string is none, and Fabric.js reads JSON from it as
    well.
    """
    from streamlit_drawable_canvas import out

    sheet = drawing.sheet
    out(
        key=sheet.key,
        data={
            "initialDrawing": json.dumps(fabric(drawing)),
            "canvasWidth": sheet.width,
            "canvasHeight": sheet.height,
            "strokeWidth": pen,
            "strokeColor": INK,
            "backgroundColor": PAPER,
            "fillColor": PAPER,
            "drawingMode": "freedraw",
            "realtimeUpdateStreamlit": False,
            "returnImageData": False,
            "disabled": False,
            "backgroundImageURL": None,
            "backgroundImageFit": "stretch",
            "maxDisplayHeight": None,
            "displayRadius": 3,
            "fontSize": 20,
            "label": "",
        },
        default={"drawing": None, "backgroundFit": None},
        on_drawing_change=_nothing,
        on_backgroundFit_change=_nothing,
        width="stretch",
        height="content",
    )


def _nothing() -> None:
    """Streamlit asks for a callback of each value that a component may send."""


def fabric(drawing: Drawing) -> dict[str, Any]:
    """A Drawing in the canvas's own JSON (Fabric.js); another number makes the canvas load it.

    The canvas is transparent over what makes way for the pen: there is no word to it that its shapes are to go at once.
    """
    if drawing.untouched:
        return {"objects": [], "number": drawing.number, "background": "transparent"}
    shapes = [_path(stroke, drawing.sheet) for stroke in drawing.strokes]
    if drawing.photo is not None:
        shapes.insert(0, _image(drawing.photo, drawing.sheet))
    return {"objects": shapes, "number": drawing.number, "background": PAPER}


def _path(stroke: Stroke, sheet: Sheet) -> dict[str, Any]:
    (x, y), *rest = points = stroke.on(sheet.width, sheet.height)
    steps = [["Q", *control, *end] for control, end in curves(points)] if stroke.by_hand else []
    steps += [["L", *point] for point in (rest[-1:] if stroke.by_hand else rest)] or [["L", x + 0.01, y]]
    return {
        "type": "Path",
        "path": [["M", x, y], *steps],
        "fill": None,
        "stroke": INK,
        "strokeWidth": stroke.pen * sheet.height,
        "strokeLineCap": "round",
        "strokeLineJoin": "round",
    }


def _image(photo: bytes, sheet: Sheet) -> dict[str, Any]:
    height, width = pixels(photo).shape[:2]
    left, top, scale = middle((width, height), (sheet.width, sheet.height))
    return {
        "type": "Image",
        "src": "data:image/png;base64," + base64.b64encode(photo).decode(),
        "originX": "left",
        "originY": "top",
        "scaleX": scale,
        "scaleY": scale,
        "left": left,
        "top": top,
    }
