"""The static edition on a plain web server, below another folder: it reads, links, and bars nobody."""

from __future__ import annotations

import functools
import os
import re
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from pointwise.explain.five_steps import STEPS
from pointwise.inference import predict_price
from pointwise.models import SHIPPED
from pointwise.static_site import building, write_site
from pointwise.static_site.measured_claims import measured_claims
from pointwise.static_site.page_table import PAGES
from pointwise.static_site.readers import readers
from pointwise.weights import load_model
from tests.browser.harness import STROKES

MOST = 1_200_000  # bytes before the first answer
BELOW = "somebody/pointwise"  # as a project's pages are on GitHub
VIOLATIONS = """async (what) => {
  const { violations } = await axe.run({
    ...what, resultTypes: ["violations"], rules: what.runOnly ? {} : { "target-size": { enabled: true } } })
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`)
}"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site without the largest network."""
    folder = tmp_path_factory.mktemp("www")
    shown = [one for one in readers() if one.name != "conv_mlp"]
    claims = measured_claims({one.name: one.network for one in shown}, building.first_drawing())
    write_site(folder / BELOW, claims, "Measured in a test.", shown)
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{BELOW}/"
        server.shutdown()


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[tuple[Page, list[tuple[str, int]]]]:
    """A new visitor's page, and what it fetched so far with its bytes; at the end, that nothing went wrong."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(60_000)
    page, wrong, fetched = context.new_page(), [], []
    watch(context, site, wrong, fetched)
    yield page, fetched
    context.close()
    assert wrong == []


def watch(context: BrowserContext, site: str, wrong: list[str], fetched: list[tuple[str, int]]) -> None:
    context.on("request", lambda one: None if one.url.startswith((site, "data:")) else wrong.append(one.url))
    context.on("console", lambda message: wrong.append(message.text))
    context.on("weberror", lambda error: wrong.append(str(error.error)))

    def over(response: object) -> None:
        if response.status >= 400:  # type: ignore[attr-defined]
            wrong.append(response.url)  # type: ignore[attr-defined]
        fetched.append((response.url, int(response.headers.get("content-length", 0))))  # type: ignore[attr-defined]

    context.on("response", over)


def draw(page: Page, digit: int) -> None:
    box = page.locator("canvas[data-draw]").bounding_box()
    assert box
    (line,) = STROKES[digit]
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in line]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=4)


def test_a_visitor_draws_and_takes_the_drawing_along(visit: tuple[Page, list[tuple[str, int]]], site: str) -> None:
    page, fetched = visit
    page.goto(site)
    digit = page.locator("[data-digit]")
    expect(digit).to_have_attribute("data-digit", "7")
    assert 300_000 < sum(size for url, size in fetched if "mlp_1x1" not in url) <= MOST

    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    draw(page, 3)
    expect(digit).to_have_attribute("data-digit", "3")  # while the pen is down, for which the seven made way
    page.mouse.up()
    page.get_by_role("button", name="Undo").click()
    expect(digit).to_have_attribute("data-digit", "")
    page.get_by_role("button", name="Redo").click()
    expect(digit).to_have_attribute("data-digit", "3")
    page.get_by_text("Link and frame").click()
    expect(page.locator("#link")).to_have_value(re.compile("."))
    link = page.locator("#link").input_value()
    page.locator("#four").scroll_into_view_if_needed()
    expect(page.locator("#card-mlp_1x1")).to_have_attribute("data-read", "3")

    page.get_by_role("link", name="Feature maps").click()
    expect(digit).to_have_attribute("data-digit", "3")  # the drawing came along
    page.get_by_role("button", name="mix1, channel 3", exact=True).click()
    expect(page.locator(".channel").get_by_role("table")).to_contain_text("24 more")
    assert "layer=mix1&channel=3&pixel=" in page.url
    page.reload()
    expect(page.locator(".channel h4")).to_have_text("mix1, channel 3")
    page.goto(f"{site}?d=0")  # an empty sheet from somebody else
    expect(page.get_by_role("button", name="Back to mine")).to_be_visible()
    expect(digit).to_have_attribute("data-digit", "")
    page.goto(link)
    expect(digit).to_have_attribute("data-digit", "3")

    page.goto(f"{site}regression/?sqft=4000&rooms=5")
    price = predict_price(load_model(SHIPPED / "price_1x1.safetensors"), 4000, 5)
    expect(page.locator("#price")).to_have_text(f"${price:,.0f}")
    page.goto(f"{site}path/?step=shape")
    page.get_by_role("button", name="Exactly the same answer").click()
    expect(page.locator("#shape-table tr").first).to_contain_text("the same")
    expect(page.locator("#shape-table tr").last).to_contain_text("changes")
    page.get_by_role("link", name="Next: Claims").click()
    page.get_by_role("button", name="True", exact=True).first.click()
    expect(page.get_by_text("Measured in a test.").first).to_be_visible()
    page.goto(f"{site}path/?step=nowhere&embed")
    expect(page.locator("#problems")).to_contain_text("There is pixel, colours, maps, shape and claims.")
    expect(page.locator("#one-pixel .equation").first).to_be_visible()
    expect(page.get_by_role("navigation")).to_have_count(0)
    assert not [url for url, _ in fetched if "conv_mlp" in url]


def test_the_pages_bar_nobody_on_light_and_on_dark(browser: Browser, site: str) -> None:
    path = Path(os.environ.get("POINTWISE_AXE", "nowhere"))
    axe = path.read_text(encoding="utf-8") if path.is_file() else ""
    context = browser.new_context(viewport={"width": 320, "height": 640}, color_scheme="light", reduced_motion="reduce")
    context.set_default_timeout(60_000)
    wrong: list[str] = []
    watch(context, site, wrong, [])
    page = context.new_page()
    steps = [f"path/?step={step.name}" for step in STEPS[1:]]
    for address in [*(one.path for one in PAGES if one.listed), *steps]:
        page.emulate_media(color_scheme="light")
        page.goto(site + address, wait_until="networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") == 320, address
        assert wrong == []
        if axe:
            page.evaluate(axe)
            assert page.evaluate(VIOLATIONS, {}) == [], address
            page.emulate_media(color_scheme="dark")
            assert page.evaluate(VIOLATIONS, {"runOnly": ["color-contrast"]}) == [], address
            wrong.clear()  # it puts styles of its own into the page, which the policy forbids
    context.close()
