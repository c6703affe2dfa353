"""Browser tests need a Chromium; without one they are skipped, or fail where POINTWISE_REQUIRE_BROWSER is set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from tests import lacking
from tests.browser.harness import Server, arrive, launch, serve

expect.set_options(timeout=60_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            browser = launch(playwright)
        except Error as error:
            reason = str(error).splitlines()[0]
            lacking(f"no Chromium, neither installed nor Playwright's own: {reason}", "POINTWISE_REQUIRE_BROWSER")
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    # For strangers, so that no page looks for the command line's runs now and then while messages are counted.
    with serve(tmp_path_factory.mktemp("cache"), POINTWISE_RUNS="4", POINTWISE_PUBLIC="1") as running:
        yield running


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Iterator[Server]:
    """A server with what the module's own fixture ``home`` has put into a folder of what lasts."""
    with serve(tmp_path_factory.mktemp("cache"), home=home, POINTWISE_RUNS="4") as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def maps(page: Page, server: Server) -> Callable[[str], Page]:
    """Opens /feature_maps, with what an address says."""

    def go(address: str = "") -> Page:
        arrive(page, f"{server.url}/feature_maps?{address}")
        return page

    return go
