"""The page /paint in a real browser: mouse and finger paint, labels follow, undo, and what a reload keeps."""

from __future__ import annotations

from playwright.sync_api import CDPSession, Locator, Page, expect

from pointwise.ui.paint import example_pictures
from tests.browser.harness import Server, arrive, box, nothing_red

SURFACE = ".st-key-paint-surface .surface"
MOUSE = [(0.03, 0.9), (0.08, 0.95), (0.12, 0.9)]  # shares of the picture: wood, then the saucer
MADE = len(example_pictures.painting("coffee").strokes)
FINGER = [(0.3, 0.85), (0.35, 0.9)]


def surface(page: Page) -> Locator:
    return page.locator(SURFACE)


def follows(page: Page, strokes: int) -> None:
    """Wait until so many strokes are shown, the server knows them, and the labels answer them."""
    root = surface(page)
    expect(root).to_have_attribute("data-strokes", str(strokes))
    expect(root).to_have_attribute("data-waiting", "0")
    page.wait_for_function(
        "root => root.dataset.busy === 'false' && root.dataset.answer === root.dataset.painting",
        arg=root.element_handle(),
    )


def picture(page: Page) -> Locator:
    return page.get_by_role("application", name="Picture to paint on")


def points(page: Page, line: list[tuple[float, float]]) -> list[tuple[float, float]]:
    at = box(picture(page))
    return [(at["x"] + x * at["width"], at["y"] + y * at["height"]) for x, y in line]


def test_labels_follow_the_mouse_and_a_reload_keeps_them(page: Page, server: Server) -> None:
    arrive(page, f"{server.url}/paint")
    follows(page, MADE)
    areas = page.get_by_role("region", name="Area of each class")
    before = areas.inner_text()
    first, *others = points(page, MOUSE)
    page.mouse.move(*first)
    page.mouse.down()
    for point in others:
        page.mouse.move(*point)
    page.mouse.up()
    follows(page, MADE + 1)
    expect(areas).not_to_have_text(before, use_inner_text=True)
    page.get_by_role("button", name="Undo", exact=True).click()
    follows(page, MADE)
    page.get_by_role("button", name="Redo", exact=True).click()
    follows(page, MADE + 1)
    page.reload()
    follows(page, MADE + 1)
    expect(page.get_by_text("Areas (CSV)")).to_be_visible()
    page.get_by_role("button", name="Why", exact=True).click()
    page.mouse.click(*points(page, [(0.48, 0.39)])[0])
    expect(page.get_by_text("which is what the bars above add up to")).to_be_visible()
    page.get_by_role("button", name="Look into channel").click()
    expect(page.get_by_text("of the second layer is")).to_be_visible()
    tiles = page.locator(".st-key-paint-values [aria-pressed]")
    expect(tiles).to_have_count(32)
    tiles.nth(4).click()
    expect(page.get_by_text("Channel 5 of the second layer is")).to_be_visible()
    nothing_red(page)


def test_one_finger_paints(phone: Page, server: Server) -> None:
    arrive(phone, f"{server.url}/paint")
    follows(phone, MADE)
    phone.get_by_role("button", name="2 Red china").or_(phone.get_by_role("radio", name="2 Red china")).click()
    finger = phone.context.new_cdp_session(phone)
    first, *others = points(phone, FINGER)
    touch(finger, "touchStart", first)
    for point in others:
        touch(finger, "touchMove", point)
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    follows(phone, MADE + 1)
    assert phone.get_by_test_id("stMain").evaluate("main => main.scrollWidth <= main.clientWidth")


def touch(finger: CDPSession, kind: str, at: tuple[float, float]) -> None:
    finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": at[0], "y": at[1]}]})
