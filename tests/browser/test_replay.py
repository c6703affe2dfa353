"""The replay of a run in a real browser: slider, Play and keys repaint, and the server hears of none of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.harness import Server, box, count_messages, fits, nothing_red, sent, serve

PIXELS = "canvas => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data].join()"
# From one end to the other, a snapshot a frame: how many different pictures there were, and a repaint's median in ms.
DRAG = """slider => {
  const canvas = slider.getRootNode().querySelector("canvas"), { width, height } = canvas
  const seen = new Set(), took = []
  const step = async (at) => {
    slider.value = at
    const began = performance.now()
    slider.dispatchEvent(new Event("input", { bubbles: true }))
    took.push(performance.now() - began)
    seen.add(canvas.getContext("2d").getImageData(0, 0, width, height).data.join())
    await new Promise(requestAnimationFrame)
    return at < Number(slider.max) ? step(at + 1) : [seen.size, took.sort((a, b) => a - b)[took.length >> 1]]
  }
  return step(0)
}"""
LAST = "slider => slider.value === slider.max"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("replay"), "tests/browser/replay_app.py", PYTHONPATH=".") as running:
        yield running


@pytest.fixture
def replay(page: Page, server: Server) -> Callable[[str], Locator]:
    def go(kind: str) -> Locator:
        page.goto(f"{server.url}?kind={kind}")
        slider = page.get_by_role("slider", name="Snapshot")
        expect(slider).to_be_visible()
        return slider

    return go


def picture(page: Page) -> str:
    return page.locator(".st-key-replay canvas").evaluate(PIXELS)


@pytest.mark.parametrize("kind", ["digits", "houses"])
def test_every_snapshot_is_painted_without_a_message(page: Page, replay: Callable[[str], Locator], kind: str) -> None:
    slider = replay(kind)
    count_messages(page)
    different, median = slider.evaluate(DRAG)
    assert different == 12
    assert median < 100  # 3 ms on an idle machine; a frame has 16
    at = box(slider)
    page.mouse.move(at["x"] + at["width"] - 8, at["y"] + at["height"] / 2)
    page.mouse.down()
    page.mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2, steps=5)
    before = picture(page)
    page.mouse.move(at["x"] + 5, at["y"] + at["height"] / 2, steps=5)
    page.mouse.up()
    expect(slider).to_have_value("0")
    assert picture(page) != before
    play = page.get_by_role("button", name="Play")
    assert play.evaluate("button => { button.click(); return button.textContent.trim() }") == "Pause"
    expect(play).to_be_visible()
    assert slider.evaluate(LAST)
    assert sent(page) == 0
    nothing_red(page)


def test_arrow_keys_move_the_bars_the_curves_line_and_what_is_said(
    page: Page, replay: Callable[[str], Locator]
) -> None:
    slider = replay("digits")
    expect(page.get_by_text("Step 72 of 72")).to_be_visible()
    expect(slider).to_have_attribute("aria-valuetext", "Step 72 of 72")
    expect(page.get_by_role("img", name=re.compile(r"^At step 72: .*; 9: "))).to_be_visible()
    line = page.locator(".st-key-replay .now")
    assert line.evaluate("line => line.style.left") == "100%"
    slider.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("Step 66 of 72")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^At step 66: "))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile(r"^The 4 maps of mix1 at step 66: "))).to_be_visible()
    assert line.evaluate("line => line.style.left") != "100%"


def test_the_curve_under_the_pointer_is_named_and_a_click_goes_there(
    page: Page, replay: Callable[[str], Locator]
) -> None:
    slider = replay("digits")
    curves = page.get_by_role("img", name=re.compile("^10 curves"))
    at = box(curves)
    page.mouse.move(at["x"] + 2, at["y"] + at["height"] - 10)
    expect(page.get_by_text(re.compile(r"^\d at step 6: "))).to_be_visible()
    page.mouse.click(at["x"] + 2, at["y"] + at["height"] - 10)
    expect(slider).to_have_value("0")


def test_another_layer_keeps_the_step(page: Page, replay: Callable[[str], Locator]) -> None:
    slider = replay("digits")
    slider.focus()
    page.keyboard.press("Home")
    page.get_by_role("combobox", name="Layer").click()
    page.get_by_role("option", name=re.compile("^conv3: ")).click()
    expect(page.get_by_role("img", name=re.compile("^The 8 maps of conv3 at step 6: "))).to_be_visible()
    expect(slider).to_have_value("0")


def test_who_wants_to_know_is_told_when_the_slider_is_let_go(page: Page, replay: Callable[[str], Locator]) -> None:
    slider = replay("told")
    expect(page.get_by_text("Step 18 of 100")).to_be_visible()
    count_messages(page)
    slider.evaluate(DRAG)
    assert sent(page) == 0
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("Told: 9")).to_be_visible()
    page.get_by_role("button", name="Once more").click()
    expect(page.get_by_text("Told: 9")).to_be_visible()
    expect(slider).to_have_value("9")


def test_the_last_price_is_the_networks(page: Page, replay: Callable[[str], Locator]) -> None:
    slider = replay("houses")
    end = page.get_by_text("In the end").inner_text().split()[-1]
    price = page.locator(".st-key-replay .price")
    expect(price).to_have_text(f"2,500 square feet, 4 rooms: {end}")
    slider.focus()
    page.keyboard.press("Home")
    expect(price).not_to_contain_text(end)


def test_a_blank_drawing_is_said_to_be_blank(page: Page, replay: Callable[[str], Locator]) -> None:
    replay("blank")
    expect(page.get_by_text("No probabilities: the canvas is empty")).to_be_visible()


@pytest.mark.parametrize("kind", ["digits", "houses"])
def test_it_fits_a_phone(phone: Page, server: Server, kind: str) -> None:
    phone.goto(f"{server.url}?kind={kind}")
    expect(phone.get_by_role("slider", name="Snapshot")).to_be_visible()
    fits(phone)
    section = phone.locator(".st-key-replay section")
    assert section.evaluate("section => section.scrollWidth <= section.clientWidth")
