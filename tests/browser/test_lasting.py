"""What a visitor finds again: after a reload, in a second tab, after the server was killed; and who finds nothing."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.harness import (
    STROKES,
    Server,
    answered,
    arrive,
    choose,
    clear,
    draw,
    nothing_red,
    rested,
    serve,
    set_number,
    upload,
    value,
)

SIZE = {"width": 1280, "height": 900}
NO_COOKIES = """Object.defineProperty(Document.prototype, "cookie", { get: () => "", set: () => {} })"""


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=SIZE)
    context.set_default_timeout(60_000)
    yield context
    context.close()


def drawn(page: Page, address: str, digit: int = 3) -> Page:
    """The page with a digit that was drawn, read, and kept: what stands last on it comes after that."""
    arrive(page, address)
    clear(page)
    draw(page, STROKES[digit])
    answered(page)
    expect(value(page)).to_have_text(str(digit))
    rested(page)
    return page


def look(page: Page) -> tuple[str | None, str | None, str]:
    """The hash of the 28×28 pixels, the probabilities, and the prediction, once PyTorch has answered."""
    answer = page.locator(".pw-answer[data-image]:not([data-image=''])")
    expect(answer).to_be_visible()
    expect(value(page)).to_have_text(re.compile(r"^\d$"))
    chart = answer.get_by_role("img").first
    return answer.get_attribute("data-image"), chart.get_attribute("aria-label"), value(page).inner_text()


def test_a_reload_and_a_second_tab_show_the_same_drawing_read_alike(context: BrowserContext, server: Server) -> None:
    page = drawn(context.new_page(), server.url)
    before = look(page)
    assert before[2] == "3"
    page.reload()
    expect(value(page)).to_have_text("3")
    assert look(page) == before
    other = context.new_page()
    other.goto(server.url)
    expect(value(other)).to_have_text("3")
    assert look(other) == before


def test_a_killed_server_comes_back_with_the_drawing(context: BrowserContext, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with serve(tmp_path, home=home) as first:
        page = drawn(context.new_page(), first.url)
        before = look(page)
        os.kill(first.process.pid, signal.SIGKILL)
        first.process.wait(timeout=20)
    with serve(tmp_path, home=home) as second:
        page.goto(second.url)  # another port of the same host has the same cookies
        expect(value(page)).to_have_text("3")
        assert look(page) == before


def test_a_page_that_stays_open_goes_on_when_its_server_is_there_again(context: BrowserContext, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with serve(tmp_path, home=home) as first:
        page = drawn(context.new_page(), first.url)
        before, number = look(page), page.locator(".pw-answer").get_attribute("data-number")
        os.kill(first.process.pid, signal.SIGKILL)
        first.process.wait(timeout=20)
    with serve(tmp_path, home=home, port=int(first.url.rsplit(":", 1)[1])) as second:
        page.wait_for_function(f"() => document.querySelector('.pw-answer')?.dataset.number > {number}")
        answer = page.locator(f".pw-answer[data-image='{before[0]}']")
        expect(answer).to_be_visible()
        assert look(page) == before
        clear(page)
        draw(page, STROKES[2])
        expect(value(page)).to_have_text("2")
        rested(page)
        page.goto(second.url)
        expect(value(page)).to_have_text("2")


def test_another_browser_sees_nothing_of_it(context: BrowserContext, browser: Browser, server: Server) -> None:
    drawn(context.new_page(), server.url)
    stranger = browser.new_context(viewport=SIZE)
    page = stranger.new_page()
    page.goto(server.url)
    expect(value(page)).to_have_text("7")
    stranger.close()


def test_settings_and_guesses_are_there_again(context: BrowserContext, server: Server) -> None:
    page = context.new_page()
    arrive(page, server.url)
    choose(page, "Model", "Bag of pixels")
    choose(page, "Recipe", "As written in the tutorial")
    page.get_by_test_id("stSidebar").get_by_text("Advanced").click()
    set_number(page, "Epochs", "3")
    page.get_by_text("Crop, scale and centre the drawing").click()
    expect(page.get_by_role("spinbutton", name="Epochs")).to_have_value("3")
    expect(page.locator(".pw-goes-in figcaption")).to_contain_text("As it lies")
    rested(page)
    arrive(page, f"{server.url}/why_1x1")
    page.get_by_test_id("stRadio").locator("label").nth(2).click()
    expect(page.get_by_test_id("stAlert").first).to_be_visible()
    rested(page)
    chosen = page.get_by_role("radio", checked=True).last
    said = chosen.get_attribute("value")
    arrive(page, f"{server.url}/why_1x1")
    expect(page.get_by_test_id("stAlert").first).to_be_visible()
    assert page.get_by_role("radio", checked=True).last.get_attribute("value") == said
    arrive(page, server.url)
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar.get_by_role("combobox", name="Model")).to_have_value("Bag of pixels")
    expect(sidebar.get_by_role("combobox", name="Recipe")).to_have_value("As written in the tutorial")
    sidebar.get_by_text("Advanced").click()
    expect(page.get_by_role("spinbutton", name="Epochs")).to_have_value("3")
    expect(page.get_by_role("switch", name="Crop, scale and centre")).not_to_be_checked()


def test_a_table_of_ones_own_is_there_again_with_its_columns(context: BrowserContext, server: Server) -> None:
    page = context.new_page()
    arrive_at_table(page, server.url)
    rows = [f"{n % 37},{'north' if n % 3 else 'south'},{3 * (n % 37)}" for n in range(120)]
    upload(page, "flats.csv", "\n".join(["size,side,price", *rows]).encode())
    expect(page.get_by_text("120 rows, 3 columns")).to_be_visible()
    rested(page)
    target = page.get_by_role("combobox", name="Predict")
    target.scroll_into_view_if_needed()  # a list that is open closes when the page scrolls
    target.click()
    page.get_by_role("option", name="size", exact=True).click()
    expect(target).to_have_value("size")
    expect(page.get_by_test_id("stMultiSelect")).to_contain_text("price")
    rested(page)
    arrive_at_table(page, server.url)
    expect(page.get_by_text("120 rows, 3 columns")).to_be_visible()
    expect(page.get_by_role("combobox", name="Predict")).to_have_value("size")


def arrive_at_table(page: Page, address: str) -> None:
    page.goto(f"{address}/regression?data=Your+own+table")
    expect(page.get_by_role("button", name="Use the sample table")).to_be_visible()


SAID = "nothing is kept once this tab is closed"


def test_a_browser_without_cookies_works_and_is_told(context: BrowserContext, tmp_path: Path) -> None:
    context.add_init_script(NO_COOKIES)
    with serve(tmp_path) as server:
        page = context.new_page()
        page.goto(server.url)
        expect(page.get_by_text(SAID)).to_have_count(1)
        drawn(page, server.url)
        rested(page)
        nothing_red(page)
        assert owners(tmp_path) == 0
        page.reload()
        expect(value(page)).to_have_text("7")


def owners(folder: Path) -> int:
    """How many visitors' desks are on disk below a server's cache folder."""
    (path,) = folder.glob("home-*/library.sqlite")
    with closing(sqlite3.connect(path)) as library:
        return int(library.execute("SELECT COUNT(DISTINCT owner) FROM desks").fetchone()[0])


def test_an_embedded_page_keeps_nothing_and_says_nothing(context: BrowserContext, tmp_path: Path) -> None:
    with serve(tmp_path) as server:
        page = context.new_page()
        page.goto(f"{server.url}/?embed=true")
        expect(value(page)).to_have_text("7")
        expect(page.locator("canvas.upper-canvas")).to_be_visible()
        page.wait_for_timeout(2000)
        clear(page)
        draw(page, STROKES[3])
        expect(value(page)).to_have_text("3")
        rested(page)
        expect(page.get_by_text("kept")).to_have_count(0)
        assert context.cookies() == [] or all(cookie["name"] != "pointwise_visitor" for cookie in context.cookies())
        assert not list(tmp_path.glob("home-*/library.sqlite"))


def test_a_server_that_keeps_nothing_says_so(context: BrowserContext, tmp_path: Path) -> None:
    with serve(tmp_path, POINTWISE_KEEP="off") as server:
        page = drawn(context.new_page(), server.url)
        expect(page.get_by_text("This server keeps nothing")).to_have_count(1)
        page.reload()
        expect(value(page)).to_have_text("7")
        assert not list(tmp_path.glob("home-*"))


def test_a_home_that_is_no_folder_is_one_sentence_and_everything_works(context: BrowserContext, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("not a folder")
    with serve(tmp_path, home=home) as server:
        page = drawn(context.new_page(), server.url)
        expect(page.get_by_text("Nothing can be kept in")).to_have_count(1)
        nothing_red(page)


def test_a_tab_that_came_at_the_same_time_becomes_the_same_visitor(context: BrowserContext, server: Server) -> None:
    """Both first visits bring no cookie; the later one finds that of the other and takes its things along."""
    other, token = context.new_page(), "0123456789abcdef" * 2
    page = context.new_page()
    page.add_init_script(f"document.cookie = 'pointwise_visitor={token}; path=/'")  # another tab's, after the request
    drawn(page, server.url)
    assert [c["value"] for c in context.cookies() if c["name"] == "pointwise_visitor"] == [token]
    other.goto(server.url)
    expect(value(other)).to_have_text("3")


def test_a_forged_cookie_sees_an_empty_library(context: BrowserContext, server: Server) -> None:
    drawn(context.new_page(), server.url)
    forged = "../../etc/passwd"  # others: test_visitor.py
    context.add_cookies([{"name": "pointwise_visitor", "value": forged, "url": server.url}])
    page = context.new_page()
    arrive(page, server.url)
    expect(value(page)).to_have_text("7")
    page.wait_for_function("/(^|; )pointwise_visitor=[0-9a-f]{32}(;|$)/.test(document.cookie)")
