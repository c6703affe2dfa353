"""A network's web page, opened as a file: it reads, explains and prices by itself, asks for nothing, bars nobody."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from pointwise.card import class_names
from pointwise.drawing import prepare
from pointwise.export.web_page import to_web_page
from pointwise.inference import classify_image, predict_price
from pointwise.models import SHIPPED, ModelConfig
from pointwise.visible_text import visible
from pointwise.weights import load_model
from tests.browser.harness import STROKES

HOSTILE = "<img src=x onerror=alert(1)> & </script>"
Opened = Callable[..., Page]
# The canvas on as many pixels as are read, and what the page made of them.
PICTURES = """() => {
  const on = document.createElement("canvas")
  Object.assign(on, { width: 308, height: 308 })
  on.getContext("2d").drawImage(document.querySelector("canvas[data-draw]"), 0, 0, 308, 308)
  return [on, document.querySelector("#received")].map((canvas) => canvas.toDataURL().split(",")[1])
}"""
POINT = """([type, pointerType, pointerId, x, isPrimary]) => {
  const canvas = document.querySelector("canvas[data-draw]")
  const { left, top, width, height } = canvas.getBoundingClientRect()
  const where = { clientX: left + x * width, clientY: top + height / 2, buttons: type === "pointerup" ? 0 : 1 }
  canvas.dispatchEvent(new PointerEvent(type, { ...where, pointerType, pointerId, isPrimary }))
}"""
SERIOUS = """async () => (await axe.run({ resultTypes: ["violations"], rules: { "target-size": { enabled: true } } }))
  .violations.map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`)"""


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Opened]:
    """``opened(name, card, **context)``: the page of a shipped network, from its file, maybe with another card; at the
    end, that nothing was asked for and nothing forbidden."""
    contexts, wrong = [], []

    def open_(name: str, card: Mapping[str, Any] | None = None, **options: object) -> Page:
        file, model = tmp_path / f"{name}.html", load_model(SHIPPED / f"{name}.safetensors")
        model.card = dict(card or model.card)
        file.write_text(to_web_page(model, HOSTILE), encoding="utf-8")
        context = browser.new_context(bypass_csp=False, **options)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "request",
            lambda request: None if request.url.startswith(("data:", file.as_uri())) else wrong.append(request.url),
        )
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(file.as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()
    assert wrong == []


def seen(page: Page) -> list[np.ndarray]:
    """RGBA of the sheet in the pixels that are read, and the 28×28 that the page made of it."""
    return [
        np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("RGBA")) for png in page.evaluate(PICTURES)
    ]


def barriers(page: Page) -> list[str]:
    """What axe-core finds; evaluated by the browser's debugger, which the page's policy does not concern."""
    path = Path(os.environ.get("POINTWISE_AXE", "nowhere"))
    if not path.is_file():
        return []
    page.evaluate(path.read_text(encoding="utf-8"))
    return page.evaluate(SERIOUS)


def answer(page: Page) -> str:
    return str(page.locator("[data-digit]").get_attribute("data-digit"))


def test_a_file_reads_and_explains_as_the_library_does(opened: Opened) -> None:
    page = opened("nin", viewport={"width": 1280, "height": 900}, color_scheme="dark")
    digit, model = page.locator("[data-digit]"), load_model(SHIPPED / "nin.safetensors")
    expect(digit).to_have_attribute("data-digit", "7")
    expect(page.locator("header p")).to_contain_text(HOSTILE)
    page.get_by_role("button", name="Clear").click()
    expect(digit).to_have_attribute("data-digit", "")

    box = page.locator("canvas[data-draw]").bounding_box()
    assert box
    (line,) = STROKES[3]
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in line]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=4)
    expect(digit).to_have_attribute("data-digit", "3")  # while the pen is down
    page.mouse.up()
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    sheet, received = seen(page)
    assert np.abs(received[:, :, 0].astype(int) - prepare(sheet).image).max() <= 1
    read = classify_image(model, received[:, :, 0].copy())
    assert read.digit == 3
    expect(page.locator(".pw-row.pw-best span")).to_have_text(
        f"{100 * read.probability:.1f} %" if read.probability < 0.999 else "> 99.9 %"
    )

    page.get_by_role("button", name="mix1, channel 3", exact=True).click()
    panel = page.locator(".channel")
    expect(panel.get_by_role("table")).to_contain_text("24 more")
    expect(panel.locator("tr", has_text="after relu").locator("td").last).to_have_text(
        panel.locator("tr", has_text="sum").locator("td").last.inner_text()
    )
    assert barriers(page) == []
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()  # brings back what was cleared
    expect(digit).to_have_attribute("data-digit", "7")
    page.get_by_role("button", name="Redo").click()
    page.keyboard.press("Control+Shift+z")
    expect(digit).to_have_attribute("data-digit", "3")
    expect(page.get_by_role("button", name="Redo")).to_be_disabled()
    page.set_viewport_size({"width": 500, "height": 900})  # turned or made smaller, it keeps the drawing
    expect(digit).to_have_attribute("data-digit", "3")
    np.testing.assert_array_equal(seen(page)[0], sheet)


def test_own_classes_a_pen_and_the_hand_that_holds_it(opened: Opened) -> None:
    names = ["</script><b>x", "\u202eevil", "\u05e9\u05dc\u05d5\u05dd", "\U0001f600", "y" * 200, "{percent}", *"abcd"]
    card = {"data_set": "own_pictures", "options": {"drawn": True}, "classes": names}
    page = opened("nin", card, viewport={"width": 390, "height": 844}, has_touch=True)
    answers = page.locator("[data-digit]")
    assert answers.get_attribute("data-digit") == ""
    shown = class_names(card, ModelConfig("nin"))
    assert [text.strip("\u2068\u2069") for text in page.locator(".pw-row b").all_text_contents()] == list(shown)

    def point(type_: str, kind: str, pointer: int, x: float, primary: bool = True) -> None:
        page.evaluate(POINT, [type_, kind, pointer, x, primary])

    undo = page.get_by_role("button", name="Undo")
    point("pointerdown", "touch", 1, 0.2)
    point("pointerdown", "touch", 2, 0.8, primary=False)
    point("pointercancel", "touch", 1, 0.3)  # both zoom the page
    expect(undo).to_be_disabled()
    point("pointerdown", "touch", 3, 0.9)
    point("pointerdown", "pen", 4, 0.3)  # the touch was of its hand
    point("pointermove", "touch", 3, 0.1)
    point("pointermove", "pen", 4, 0.6)
    point("pointerup", "pen", 4, 0.6)
    point("pointerdown", "touch", 5, 0.9)
    expect(undo).to_be_enabled()
    ink = seen(page)[0][:, :, 0] > 128
    left, right = np.flatnonzero(ink.any(axis=0))[[0, -1]] / ink.shape[1]
    assert 0.2 < left < 0.3 < 0.6 < right < 0.7

    number = int(answer(page))
    expect(page.locator(".pw-digit")).to_have_text(visible(shown[number]))
    page.locator(".evidence").scroll_into_view_if_needed()
    expect(page.locator(".digits .best")).to_contain_text(visible(shown[number]))
    assert barriers(page) == []
    undo.click()
    expect(undo).to_be_disabled()  # it was one stroke
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_finger_draws_on_a_phone_and_keys_do(opened: Opened) -> None:
    page = opened("bag_of_pixels", viewport={"width": 320, "height": 640}, has_touch=True)
    answers = page.locator("[data-digit]")
    page.get_by_role("button", name="Clear").click()
    expect(answers).to_have_attribute("data-digit", "")
    page.locator("canvas[data-draw]").tap(position={"x": 100, "y": 120})
    expect(answers).not_to_have_attribute("data-digit", "")
    page.get_by_role("button", name="Clear").click()
    page.locator("canvas[data-draw]").focus()
    for key in ("Tab", "Shift+Tab", "Space", "ArrowDown", "ArrowDown", "Space"):
        page.keyboard.press(key)
    expect(answers).not_to_have_attribute("data-digit", "")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert barriers(page) == []


def test_a_file_prices_a_house_while_a_slider_moves(opened: Opened) -> None:
    page = opened("price_1x1", viewport={"width": 390, "height": 844})
    page.get_by_role("slider", name="Square feet").fill("4000")
    model = load_model(SHIPPED / "price_1x1.safetensors")
    expect(page.locator("#price")).to_have_text(f"${predict_price(model, 4000, 5):,.0f}")
    page.get_by_role("slider", name="Rooms").fill("12")
    expect(page.locator("#outside")).to_be_visible()
    page.locator("#surface").click(position={"x": 5, "y": 5})
    expect(page.locator("#value-0")).to_contain_text("square feet")
    assert float(page.locator("#price").get_attribute("data-price") or 0) < 200_000
    assert barriers(page) == []
