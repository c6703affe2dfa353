"""A channel on /feature_maps: its map follows the sliders of its weights while they are held, and shows its inputs."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.harness import box, count_messages, metric, painted, sent, slide

BAG = "network=Bag+of+pixels"
LARGE_MAP = """document.querySelector(".st-key-features-map [data-testid=stBidiComponentIsolated]")
  .shadowRoot.querySelector("img")"""
PICTURE = f"() => {LARGE_MAP}.src"
# Keeps what the page sends until it is released.
HELD_BACK = """() => {
  const { send } = WebSocket.prototype, held = []
  WebSocket.prototype.send = function (message) { held.push([this, message]) }
  window.release = () => {
    WebSocket.prototype.send = send
    for (const [socket, message] of held) socket.send(message)
  }
}"""


def picture(page: Page) -> str:
    """The large map, once it is there."""
    page.wait_for_function(f"() => {LARGE_MAP.replace('.shadowRoot', '?.shadowRoot')}?.src")
    return page.evaluate(PICTURE)


def another_picture(page: Page, before: str) -> None:
    """Wait until the large map is another one."""
    page.wait_for_function(f"(before) => ({PICTURE})() !== before", arg=before)


def hold(page: Page, name: str, by: float) -> None:
    """Drag a slider by so many pixels without letting go."""
    group = page.locator(".st-key-features-sliders").get_by_test_id("stSlider").filter(has_text=name)
    thumb = box(group.get_by_test_id("stSliderThumbValue"))
    x, y = thumb["x"] + thumb["width"] / 2, thumb["y"] + thumb["height"] + 8
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by, y, steps=12)
    painted(page)


def test_map_and_prediction_follow_a_slider_that_is_still_held(maps: Callable[[str], Page]) -> None:
    page = maps(BAG)
    whole = picture(page)
    delta = metric(page, "Prediction").get_by_test_id("stMetricDelta")
    before = delta.inner_text()
    count_messages(page)
    hold(page, "Weight", 120)
    another_picture(page, whole)
    expect(delta).not_to_have_text(before)
    live = delta.inner_text()
    assert sent(page) == 0
    expect(metric(page, "Without your changes")).to_have_count(0)
    page.mouse.up()
    expect(metric(page, "Without your changes")).to_contain_text(before)
    assert sent(page) == 1
    expect(delta).to_have_text(live)
    assert picture(page) != whole


def test_the_map_follows_a_slider_at_the_screens_pace(maps: Callable[[str], Page]) -> None:
    page = maps("network=Network+in+Network")
    picture(page)
    slide(page, "Weight", LARGE_MAP, 0.1, 0.2, 20)
    assert max(slide(page, "Weight", LARGE_MAP, 0.2, 1.4, 60) for _ in range(3)) >= 40


def test_a_channel_of_the_largest_network_follows_too(maps: Callable[[str], Page]) -> None:
    """Its weights are not sent to the page, so only the map moves before the slider is let go."""
    page = maps("network=1×1+conv+%2B+MLP")
    before = picture(page)
    hold(page, "Weight", -90)
    another_picture(page, before)
    page.mouse.up()
    expect(page.get_by_role("button", name="Reset 1 channel")).to_be_visible()


def test_arrow_keys_move_the_map_and_the_page_agrees_in_the_end(maps: Callable[[str], Page]) -> None:
    page = maps(BAG)
    slider = page.get_by_role("slider", name="Bias")
    picture(page)
    slider.focus()
    page.evaluate(HELD_BACK)
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    painted(page)
    delta = metric(page, "Prediction").get_by_test_id("stMetricDelta")
    live = delta.inner_text()
    page.evaluate("window.release()")
    expect(metric(page, "Without your changes")).to_be_visible()
    expect(delta).to_have_text(live)


def test_an_input_map_is_shown_alone_while_it_is_pointed_at_and_its_weight_is_chosen(
    maps: Callable[[str], Page],
) -> None:
    page = maps("network=Network+in+Network")
    shown, whole = page.locator(".st-key-features-map figure"), picture(page)
    inputs = page.get_by_role("group", name=re.compile("^What goes into channel")).get_by_role("button")
    inputs.nth(2).hover()
    expect(shown).to_contain_text("only channel")
    assert picture(page) != whole
    inputs.nth(3).focus()  # and with the keyboard
    page.mouse.move(0, 0)
    page.keyboard.press("Enter")
    expect(inputs.nth(3)).to_have_attribute("aria-pressed", "true")
    number = re.findall(r"channel (\d+)", str(inputs.nth(3).get_attribute("aria-description")))[0]
    expect(page.get_by_role("spinbutton", name="Input channel")).to_have_value(number)
    page.mouse.click(5, 5)
    expect(shown).to_contain_text(re.compile(r"row \d+, column \d+"))
    assert picture(page) == whole
