"""The app in Firefox and in WebKit: a digit read while it is drawn, a price that moves with a slider, every page.

What else there is to a page is tested in Chromium. Without these browsers the tests are skipped, or fail where
POINTWISE_REQUIRE_ENGINES is set.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from pointwise.ui.frame import navigation
from tests import lacking
from tests.browser import engines
from tests.browser.engines import Engine
from tests.browser.harness import BLANK, STROKES, Server

READY = "() => document.querySelector('.pw-ready') !== null"
METRIC = """(label) => [...document.querySelectorAll("[data-testid=stMetric]")]
  .find((metric) => metric.querySelector("[data-testid=stMetricLabel]").textContent.trim() === label)
  ?.querySelector("[data-testid=stMetricValue]").textContent.trim()"""
PREDICTION, PRICE = (f"() => ({METRIC})('{label}')" for label in ("Prediction", "Predicted price"))
DIGIT = "() => document.querySelector('.pw-answer .pw-digit')?.textContent"
CLEAR = """() => {
  const button = [...document.querySelectorAll("button")].find((one) => one.textContent.includes("Clear"))
  button?.click()
  return button !== undefined
}"""
BOARD = """() => {
  const roots = [...document.querySelectorAll(".st-key-board [data-testid=stBidiComponentIsolated]")]
  const canvas = roots.flatMap((root) => root.shadowRoot?.querySelector("canvas.upper-canvas") ?? [])[0]
  canvas.scrollIntoView({ block: "center" })
  const { x, y, width, height } = canvas.getBoundingClientRect()
  return [x, y, width, height]
}"""
THUMB = """() => {
  const slider = document.querySelector(".stSlider")
  slider.scrollIntoView({ block: "center" })
  const { x, y, width, height } = slider.querySelector("[data-testid=stSliderThumbValue]").parentElement
    .getBoundingClientRect()
  return [x + width / 2, y + height / 2, slider.getBoundingClientRect().width]
}"""
WRONG = """() => [...document.querySelectorAll("[data-testid=stException], [data-testid=stAlertContentError]")]
  .map((box) => box.textContent)
  .concat([...document.querySelectorAll("*")].map((one) => one.shadowRoot?.textContent ?? "")
    .concat(document.body.innerText).filter((text) => text.includes("BidiComponent Error")))"""


@pytest.fixture(scope="module", params=["firefox", "webkit"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    try:
        with getattr(engines, request.param)(tmp_path_factory.mktemp(request.param)) as engine:
            yield engine
    except FileNotFoundError as error:
        lacking(str(error), "POINTWISE_REQUIRE_ENGINES")


def test_a_digit_is_read_while_it_is_drawn(engine: Engine, server: Server) -> None:
    engine.open(server.url)
    engine.wait(READY)
    engine.wait(CLEAR)
    engine.wait(f"() => ({BLANK})('board') === true")
    x, y, width, height = engine.run(BOARD)
    first, *others = [(x + a * width, y + b * height) for a, b in STROKES[3][0]]
    engine.press(*first)
    engine.move(others)
    engine.wait(f"() => ({DIGIT})() === '3'")
    assert engine.run(PREDICTION) != "3"  # the pen is still down: PyTorch has not been asked
    engine.lift()
    engine.wait(f"() => ({PREDICTION})() === '3'")
    assert engine.errors() == []


def test_a_price_moves_while_its_slider_is_dragged(engine: Engine, server: Server) -> None:
    engine.open(f"{server.url}/regression")
    engine.wait(READY)
    engine.wait(PRICE)
    x, y, width = engine.run(THUMB)
    seen = [engine.run(PRICE)]
    engine.press(x, y)
    for part in (0.1, 0.2, 0.3):
        engine.move([(x + part * width, y)])
        seen.append(engine.wait(f"(before) => {{ const now = ({PRICE})(); return now !== before && now }}", seen[-1]))
    engine.lift()
    assert all(dollars(before) < dollars(after) for before, after in pairwise(seen))
    assert engine.errors() == []


def dollars(text: str) -> int:
    return int(text.replace("$", "").replace(",", ""))


@pytest.mark.parametrize("entry", navigation.PAGES, ids=lambda entry: entry.name)
def test_a_page_opens_without_an_error(engine: Engine, server: Server, entry: navigation.Entry) -> None:
    engine.open(f"{server.url}/{'' if entry is navigation.PAGES[0] else entry.name}")
    engine.wait(READY)
    engine.wait("() => document.querySelector('h1') !== null")
    assert engine.run(WRONG) == []
    assert engine.errors() == []
