"""What components send from the page: anything but a value of the right type is ignored, with a line in the log.

Every callback of every component is here, or the first test names it.
"""

from __future__ import annotations

import ast
import logging
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pointwise.ui.frame import page_values

UI = Path(__file__).parents[2] / "pointwise" / "ui"
# Where a component is put on the page, and the value that it sends: the callbacks, and values that are right.
EVENTS: dict[tuple[str, str], list[tuple[str, list[Any]]]] = {
    ("canvas/component.py", "drawing"): [("canvas.component:_take", [])],  # tests/browser/test_hostile_messages.py
    ("feature_maps/input_maps.py", "chosen"): [("feature_maps.input_maps:_choose", [3])],
    ("feature_maps/map_components.py", "picked"): [("feature_maps.channel:_picked", [[0, 0]])],
    ("feature_maps/map_components.py", "rubbed"): [("feature_maps.evidence_map:_rubbed", [[0, 783]])],
    ("feature_maps/network_strip.py", "chosen"): [("feature_maps.channels:_choose_layer", [1])],
    ("figures/confusion_matrix.py", "chosen"): [("figures.misread_pictures:_choose_pair", [[3, -1], [9, 4]])],
    ("figures/map_tiles.py", "chosen"): [
        ("feature_maps.channels:_choose", [0]),
        ("feature_maps.evidence_map:_choose", [9]),
        ("paint.layer_sums:_choose", [31]),
        ("figures.misread_pictures:_choose_picture", [59]),
    ],
    ("frame/visitor.py", "other"): [("frame.visitor:_adopt", [])],
    ("frame/visitor.py", "refused"): [("frame.visitor:_without_cookies", [])],
    ("paint/surface.py", "changes"): [
        (
            "paint.painted_surface:_paint",
            [{"picture": "coffee", "changes": [["page", 1, "paint", "page-1", 1, 8.0, [1, 2, 3, 4]]]}],
        )
    ],
    ("paint/surface.py", "pixel"): [("paint.painted_surface:_ask", [{"picture": "coffee", "x": 599, "y": 399}])],
    ("path/colour_step.py", "mixed"): [("path.colour_step:_take", [[1, -1, 0.5]])],
    ("path/steps.py", "chosen"): [("path.steps:_chosen", [4])],
    ("regression/live_price.py", "moved"): [("regression.live_price:_moved", [[1800.5, 4], [1e6, -3]])],
}
NOT_READ = {("canvas/component.py", "shown"), ("canvas/component.py", "backgroundFit")}
GARBAGE: list[Any] = [
    None,
    True,
    -1,
    10**30,
    0.5,
    math.nan,
    math.inf,
    "",
    "0",
    "a" * 5_000_000,
    [],
    [[]],
    [0],
    [0, "0"],
    [0, None],
    [math.nan, 0],
    [10**400, 0],
    [-1, -1],
    [True, False],
    [1.5, 2.5, 3.5],
    [0.0] * 100_000,
    [[0, 0]] * 1_000,
    {},
    {"0": 0},
    {"number": 10**9, "base": -1, "strokes": [], "picture": ""},
    {"number": math.nan},
]
FINE = {
    "moved": [[-1, -1]],
    "rubbed": [[0]],
    "figures.misread_pictures:_choose_pair": [[-1, -1]],
}  # a place outside of the sliders, which is brought to their ends; one pixel; all mistakes


def callbacks() -> Iterator[tuple[str, str]]:
    """The file and the name of every value that a component may send, by ``on_…_change`` in the code."""
    for path in sorted(UI.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [word.arg for word in node.keywords] if isinstance(node, ast.Call) else []
            for name in names:
                if found := re.fullmatch("on_(.+)_change", name or ""):
                    yield str(path.relative_to(UI)), found[1]


def test_every_value_that_a_component_may_send_is_tried_below() -> None:
    assert set(callbacks()) == {*EVENTS, *NOT_READ}


def test_no_value_of_a_component_is_read_in_another_way() -> None:
    """Neither ``st.session_state[key].name`` nor ``st.session_state[key].get("name")``, but by page_values.sent."""
    raw = [
        f"{path.relative_to(UI)}:{node.lineno}"
        for path in sorted(UI.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).startswith("st.session_state[")
    ]
    assert [where.partition(":")[0] for where in raw] == ["frame/page_values.py"]


def page(callback, event, values) -> None:  # type: ignore[no-untyped-def]
    """A page to which a component sends values one after the other; it says which of them change anything."""
    import importlib
    from types import SimpleNamespace

    import streamlit as st

    from pointwise.ui.canvas.drawing import SQUARE
    from pointwise.ui.figures.misread_pictures import Subject
    from pointwise.ui.frame import page_values

    module, _, function = callback.partition(":")
    take = getattr(importlib.import_module(f"pointwise.ui.{module}"), function)
    stages = [SimpleNamespace(name=name) for name in ("conv1", "mix1")]
    subject = SimpleNamespace(arch="nin", chain=SimpleNamespace(stages=stages))
    mistakes = Subject("mistaken", SimpleNamespace(), tuple("0123456789"), SimpleNamespace())
    given = {
        "_choose_pair": (mistakes,),
        "_choose_picture": (mistakes,),
        "_choose_layer": (subject,),
        "canvas.component:_take": (SQUARE,),
        "_paint": ("coffee",),
        "_ask": ("coffee",),
        "paint.layer_sums:_choose": ((3, 4), 1),
    }
    arguments = given.get(function, given.get(callback, ()))

    def state() -> dict[str, object]:
        return {key: st.session_state[key] for key in st.session_state}

    for value in values:
        page_values.raw = lambda key, name, value=value: value if name == event else None
        before = state()
        take(*arguments)
        st.text("same" if state() == before else "changed")


@pytest.mark.parametrize(
    ("event", "callback", "right"),
    [(event, callback, right) for (_, event), calls in EVENTS.items() for callback, right in calls],
)
def test_garbage_is_ignored(
    event: str,
    callback: str,
    right: list[Any],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(page_values, "raw", page_values.raw)
    garbage = [value for value in GARBAGE if value not in [*right, *FINE.get(event, []), *FINE.get(callback, [])]]
    warm = [None]  # what a session begins with is made at its first callback
    app = AppTest.from_function(page, args=(callback, event, [*warm, *garbage, *right]), default_timeout=60)
    with caplog.at_level(logging.WARNING, "pointwise"):
        app.run()
    assert not app.exception
    texts = [text.value for text in app.text][1:]
    assert texts == ["same"] * len(garbage) + ["changed"] * len(right)
    lines = [one.getMessage() for one in caplog.records if "was ignored: " in one.getMessage()]
    assert len(lines) == len(warm) + len(garbage)
    assert max(map(len, lines)) < 300
