"""Drawing by keys alone: read while the pen is down, one message when it is lifted, and said to who hears the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.harness import Server, answered, arrive, blank, box, clear, count_messages, sent, value


@pytest.fixture
def sheet(page: Page, server: Server) -> Locator:
    """An empty canvas that has the keyboard's focus."""
    arrive(page, server.url)
    clear(page)
    canvas = page.get_by_role("application", name="Drawing area")
    page.get_by_test_id("stMain").get_by_role("heading", level=1).click()
    for _ in range(20):
        page.keyboard.press("Tab")
        if canvas.evaluate("canvas => canvas.getRootNode().activeElement === canvas"):
            return canvas
    pytest.fail("Tab does not reach the canvas")


def keys(page: Page, *names: str) -> None:
    """Press them in turn; a number says how often the one before is pressed in all."""
    for name in names:
        key, _, times = name.partition("*")
        for _ in range(int(times or 1)):
            page.keyboard.press(key)


def test_a_one_and_a_seven_are_drawn_and_read(page: Page, sheet: Locator) -> None:
    """Four steps with Shift are a seventh of the sheet each."""
    expect(page.locator(".pw-guide")).to_be_visible()
    said = page.locator(".pw-voice")
    keys(page, "Shift+ArrowUp*2")
    count_messages(page)
    keys(page, "Space", "Shift+ArrowDown*4")
    expect(page.locator(".pw-answer .pw-digit")).to_have_text("1")
    assert sent(page) == 0
    expect(value(page)).to_have_text("–")  # PyTorch has not been asked
    expect(said.filter(has_text="percent")).to_have_count(0)
    keys(page, "Space")
    expect(value(page)).to_have_text("1")
    assert sent(page) == 1
    expect(said.filter(has_text="1, 9")).to_be_attached()
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    keys(page, "Backspace")
    expect(value(page)).to_have_text("–")
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()  # the whole page is as it was
    blank(page)
    keys(page, "Shift+ArrowUp*4", "Shift+ArrowLeft", "Space", "Shift+ArrowRight*2")
    for _ in range(8):
        keys(page, "ArrowDown*2", "ArrowLeft")
    keys(page, "Enter")
    expect(value(page)).to_have_text("7")
    expect(said.filter(has_text="7, ")).to_be_attached()
    answered(page)


def test_a_held_arrow_glides_to_the_edge_and_two_go_aslant(page: Page, sheet: Locator) -> None:
    ring = page.locator(".pw-ring")

    def place() -> tuple[float, float]:
        around, there = box(sheet), box(ring)
        return (there["x"] - around["x"]) / around["width"], (there["y"] - around["y"]) / around["height"]

    page.keyboard.down("ArrowUp")
    page.wait_for_function("ring => ring.offsetTop <= 0", arg=ring.element_handle())
    page.keyboard.up("ArrowUp")
    x, y = place()
    assert (round(x, 2), round(y, 2)) == (0.5, 0.0)
    page.keyboard.down("ArrowDown")
    page.wait_for_function("ring => ring.offsetTop > 40", arg=ring.element_handle())
    page.keyboard.down("ArrowRight")
    page.wait_for_function("ring => ring.offsetLeft >= ring.parentElement.clientWidth", arg=ring.element_handle())
    page.keyboard.up("ArrowRight")
    page.keyboard.up("ArrowDown")
    x, y = place()
    assert x == pytest.approx(1, abs=0.01)
    assert 0.3 < y <= 1


def test_escape_lifts_the_pen_and_leaves(page: Page, sheet: Locator) -> None:
    keys(page, "Shift+ArrowUp*2", "Space", "Shift+ArrowDown*4", "Escape")
    expect(value(page)).to_have_text("1")
    expect(page.locator(".pw-guide")).to_be_hidden()
    assert page.evaluate("document.activeElement === document.body")
    answered(page)


def test_the_mouse_goes_on_where_keys_have_drawn(page: Page, sheet: Locator) -> None:
    """Moving it does not disturb a stroke by keys; pressing its button ends that one."""
    keys(page, "Shift+ArrowUp*2", "Space", "Shift+ArrowDown*2")
    at = box(sheet)
    page.mouse.move(at["x"] + 10, at["y"] + 10)
    page.mouse.move(at["x"] + at["width"] - 10, at["y"] + 10, steps=5)
    keys(page, "Shift+ArrowDown*2")
    expect(page.locator(".pw-answer .pw-digit")).to_have_text("1")
    count_messages(page)
    page.mouse.move(at["x"] + at["width"] * 0.5, at["y"] + at["height"] * 0.5)
    page.mouse.down()
    page.mouse.move(at["x"] + at["width"] * 0.5, at["y"] + at["height"] * 0.8, steps=5)
    page.mouse.up()
    expect(value(page)).to_have_text("1")
    answered(page)
    expect(page.locator(".pw-guide")).to_be_hidden()
