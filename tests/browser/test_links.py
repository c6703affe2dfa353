"""Links in a real browser: the same view on another server, a lesson's hidden parts, and a frame without chrome."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import STROKES, Server, answered, arrive, clear, draw, metric, nothing_red, serve, value

HOSTILE = (
    "?d=%00&steps=maybe&reader=<script>alert(1)</script>&v=-1",
    "?d=s" + "A" * 3_000,
    "?hide=sidebar,everything&ask=" + quote("![x](http://evil.example/x.png) $x$ <img src=http://evil.example/y>"),
    "feature_maps?network=nin&layer=../../etc&channel=1e9&pixel=nan,inf&edits=[[[[",
    "feature_maps?maps=Nothing&network=Bag+of+pixels&channel=-3",
    "regression?sqft=1e400&rooms=NaN&view=%F0%9F%92%A9&show=x&as=y",
    "why_1x1?claim=Magic&strip=" + "z" * 500 + "&order=9999999999999999999999",
    "runs?run=1;DROP TABLE runs&d=0",
    "?" + "&".join(f"x{n}={n}" for n in range(300)),
)


def shared(page: Page) -> str:
    """The link that the dialog shows and copies."""
    page.get_by_role("button", name="Copy link").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Copy link").click()
    expect(dialog.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    link = dialog.get_by_test_id("stCode").first.inner_text().strip()
    assert page.evaluate("navigator.clipboard.readText()") == link
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    return link


def test_a_link_opens_the_same_view_drawing_and_answer_on_another_server(
    browser: Browser, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    arrive(page, server.url)
    clear(page)
    draw(page, STROKES[3])
    answered(page)
    expect(value(page)).to_have_text("3")
    sure = metric(page, "Prediction").get_by_test_id("stMetricDelta").inner_text()
    reading = shared(page)
    page.goto(f"{server.url}/feature_maps?network=Bag+of+pixels&layer=conv2&channel=7")
    expect(page.get_by_text("Channel 7 of 32")).to_be_visible()
    looking = shared(page)
    assert max(len(reading), len(looking)) < 2_000
    with serve(tmp_path_factory.mktemp("elsewhere")) as elsewhere:
        other = browser.new_context().new_page()
        other.goto(elsewhere.url + "/" + reading.partition(server.url)[2].lstrip("/"))
        expect(value(other)).to_have_text("3")
        there = metric(other, "Prediction").get_by_test_id("stMetricDelta").inner_text()
        percents = [float(re.findall(r"[\d.]+", text)[0]) for text in (sure, there)]
        assert abs(percents[0] - percents[1]) <= 1
        expect(other.get_by_test_id("stAlert")).to_have_count(0)
        other.goto(elsewhere.url + looking.partition(server.url)[2])
        expect(other.get_by_text("Channel 7 of 32")).to_be_visible()
        other.context.close()
    context.close()


def test_hostile_addresses_give_a_page_and_ask_no_other_host(page: Page, server: Server) -> None:
    hosts = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    for address in HOSTILE:
        page.goto(f"{server.url}/{address}")
        expect(page.get_by_test_id("stAlertContentWarning").first).to_be_visible()
        nothing_red(page)
    assert hosts - {""} == {urlsplit(server.url).netloc}


def test_a_lessons_link_asks_its_question_and_hides_the_menu(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/why_1x1?claim=Shape&hide=sidebar,code&ask=What+will+happen%3F")
    expect(page.get_by_text("What will happen?")).to_be_visible()
    expect(page.get_by_role("heading", name="Why 1×1", level=1)).to_be_visible()
    expect(page.get_by_test_id("stSidebar")).to_have_count(0)
    expect(page.get_by_text("Take it home")).to_have_count(0)
    page.reload()
    expect(page.get_by_text("What will happen?")).to_be_visible()


def test_a_frame_of_another_page_has_no_chrome(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/?embed=true&reader=bag_of_pixels")
    expect(value(page)).not_to_have_text("…")
    expect(page.get_by_test_id("stSidebar")).to_have_count(0)
    expect(page.get_by_role("button", name="Copy link")).to_have_count(0)
    draw(page, STROKES[1])
    answered(page)
    nothing_red(page)
