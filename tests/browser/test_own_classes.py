"""Classes of one's own in a real browser: named and drawn by mouse and by finger, read during the stroke, kept."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import BLANK, STROKES, Server, box, draw, rested

SHAPES = {"circle": STROKES[0], "hook": STROKES[7]}
BY = 0.012  # that each drawing is moved by


def moved(strokes: list[list[tuple[float, float]]], number: int) -> list[list[tuple[float, float]]]:
    return [[(x + BY * number, y - BY * number) for x, y in stroke] for stroke in strokes]


def by_finger(page: Page, strokes: list[list[tuple[float, float]]]) -> None:
    touch, on = page.context.new_cdp_session(page), box(page.locator("canvas.upper-canvas"))
    for stroke in strokes:
        points = [{"x": on["x"] + x * on["width"], "y": on["y"] + y * on["height"]} for x, y in stroke]
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1]})
        for point in points[1:]:
            touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def keep(page: Page, name: str, count: int) -> None:
    """Keep what is drawn; the board clears itself, and all that follows from that has come."""
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_enabled()
    page.get_by_role("button", name=f"Keep it as {name}").click()
    expect(page.get_by_role("button", name=f"of {name}: take it away")).to_have_count(count)
    expect(undo).to_be_disabled()
    page.locator("[data-test-script-state=notRunning]").wait_for(state="attached")
    page.wait_for_function(BLANK, arg="examples")


def test_drawn_by_mouse_and_by_finger_learned_read_during_the_stroke_and_there_again(
    server: Server, browser: Browser
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 1400}, has_touch=True)
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(f"{server.url}/own_classes")
    page.locator(".pw-ready").wait_for(state="attached")
    page.get_by_role("textbox", name="Names").fill("circle, hook")
    page.get_by_role("button", name="Add").click()
    page.get_by_role("button", name="Keep it as hook").wait_for()
    page.get_by_role("heading", name="Names and drawings").wait_for()  # below the board, which has moved up
    page.locator("[data-test-script-state=notRunning]").wait_for(state="attached")
    for name, strokes in SHAPES.items():
        for number in range(3):
            (by_finger if number == 1 else draw)(page, moved(strokes, number))
            keep(page, name, number + 1)
    page.get_by_role("button", name="Train the last layer").click()
    page.locator(".pw-answer").wait_for()
    expect(page.get_by_text("each by a layer that had not seen it")).to_be_visible()  # which comes after the network
    rested(page)
    on, ((first, *rest),) = box(page.locator("canvas.upper-canvas")), moved(SHAPES["hook"], 3)
    page.mouse.move(on["x"] + first[0] * on["width"], on["y"] + first[1] * on["height"])
    page.mouse.down()
    for x, y in rest:
        page.mouse.move(on["x"] + x * on["width"], on["y"] + y * on["height"], steps=5)
    expect(page.locator(".pw-live .pw-digit")).to_have_text("hook")  # the pen is still down
    page.mouse.up()
    expect(page.locator("[data-testid=stMetricValue]")).to_have_text("hook")
    expect(page.locator(".pw-verdict")).to_have_text("✓ PyTorch agrees")
    rested(page)
    page.reload()
    expect(page.get_by_text("each by a layer that had not seen it")).to_be_visible()
    expect(page.locator("[data-testid=stMetricValue]")).to_have_text("hook")
    page.get_by_role("button", name="Look inside this drawing").click()  # on a page that was not there before
    page.get_by_role("heading", name="Feature maps").wait_for()
    expect(page.get_by_role("list", name="The network, from the drawing to the answer")).to_contain_text("reads hook")
    context.close()
