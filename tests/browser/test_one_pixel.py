"""The figure of one pixel in a real browser: it plays, steps and is pointed at, and the server hears of none of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.harness import Server, box, count_messages, fits, sent, serve

FILLED = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
  return data.filter((value, at) => at % 4 === 3 && value).length
}"""

FRAMES = """(_, count) => new Promise((done) => {
  const next = () => (count-- ? requestAnimationFrame(next) : done())
  next()
})"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("pixel"), "tests/browser/one_pixel_app.py", PYTHONPATH=".") as running:
        yield running


def sum_in(page: Page) -> Locator:
    return page.get_by_role("img", name=re.compile(r"^Row \d+, column \d+\. 1×1, "))


def test_it_plays_by_itself_until_somebody_chooses_a_pixel(page: Page, server: Server) -> None:
    page.goto(server.url)
    picture = page.get_by_role("application")
    expect(picture).to_be_visible()
    count_messages(page)
    map_ = page.get_by_role("img", name="Map 27 of 32", exact=True)
    before = map_.evaluate(FILLED)
    first = sum_in(page).get_attribute("aria-label")
    expect(sum_in(page)).not_to_have_attribute("aria-label", str(first))
    picture.focus()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    told = sum_in(page).get_attribute("aria-label")
    expect(page.locator("output.said")).to_contain_text(str(told))
    page.get_by_role("button", name="Step").click()
    expect(sum_in(page)).not_to_have_attribute("aria-label", str(told))
    assert before < map_.evaluate(FILLED) < 784
    page.get_by_role("button", name="Fill in").click()
    assert map_.evaluate(FILLED) == 784
    at = box(picture)
    page.mouse.move(at["x"] + 1, at["y"] + 1)
    expect(
        page.get_by_role("img", name=re.compile(r"^Row 1, column 1\. .*bias 0\.01 is −1\.51; after ReLU 0\.00\."))
    ).to_be_visible()
    page.get_by_role("button", name="Map 29 of 32").click()
    expect(page.get_by_role("img", name=re.compile(r"^Row 1, column 1\. 1×1, Map 29 of 32: "))).to_be_visible()
    assert sent(page) == 0
    told = sum_in(page).get_attribute("aria-label")
    page.get_by_role("button", name="Once more").click()
    expect(page.get_by_text("Runs: 2")).to_be_visible()
    expect(sum_in(page)).to_have_attribute("aria-label", str(told))


def test_it_rests_while_it_is_out_of_sight(page: Page, server: Server) -> None:
    page.goto(server.url)
    map_ = page.get_by_role("img", name="Map 27 of 32", exact=True)
    expect(map_).to_be_visible()
    main = page.get_by_test_id("stMain")
    main.evaluate("main => main.style.translate = '0 -3000px'")
    main.evaluate(FRAMES, 5)
    before = map_.evaluate(FILLED)
    main.evaluate(FRAMES, 40)
    assert map_.evaluate(FILLED) == before
    main.evaluate("main => main.style.translate = ''")
    main.evaluate(FRAMES, 40)
    assert map_.evaluate(FILLED) > before


def test_who_asks_for_less_motion_gets_whole_maps_and_steps(browser: Browser, server: Server) -> None:
    page = browser.new_context(reduced_motion="reduce").new_page()
    page.goto(server.url)
    step = page.get_by_role("button", name="Step")
    expect(step).to_be_visible()
    expect(page.get_by_role("button", name="Play")).to_be_hidden()
    map_ = page.get_by_role("img", name="Map 27 of 32", exact=True)
    assert map_.evaluate(FILLED) == map_.evaluate("canvas => canvas.width * canvas.height")
    before = sum_in(page).get_attribute("aria-label")
    step.click()
    expect(sum_in(page)).not_to_have_attribute("aria-label", str(before))
    page.context.close()


@pytest.mark.parametrize("kind", ["drawing", "nin"])
def test_it_fits_a_phone(phone: Page, server: Server, kind: str) -> None:
    phone.goto(f"{server.url}?kind={kind}")
    expect(sum_in(phone)).to_be_visible()
    fits(phone)
    figure = phone.get_by_role("figure")
    assert figure.evaluate("figure => figure.scrollWidth <= figure.clientWidth")
