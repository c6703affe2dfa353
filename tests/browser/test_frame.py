"""The frame around the pages: deep links, titles, themes, widths."""

from __future__ import annotations

import shutil
import socket
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import REPOSITORY, Server, arrive, fits, serve, value
from tests.tries import least


def test_a_deep_link_as_a_servers_first_request_is_inside_the_frame(page: Page, tmp_path: Path) -> None:
    with serve(tmp_path) as server:
        page.goto(f"{server.url}/regression")
        expect(page.get_by_role("heading", name="House prices", level=1)).to_be_visible()
        expect(page).to_have_title("House prices")
        expect(page.get_by_role("link", name="Draw a digit")).to_be_visible()
        expect(page.get_by_text("Page not found")).to_have_count(0)
        page.get_by_role("link", name="Draw a digit").click()
        expect(value(page)).to_have_text("7")


def test_only_this_computer_reaches_the_app(server: Server) -> None:
    """What listens on every network interface answers at each of the loopback's addresses, and at IPv6's."""
    port = int(server.url.rpartition(":")[2])
    socket.create_connection(("127.0.0.1", port), timeout=5).close()
    for elsewhere in ("127.0.0.2", "::1"):
        with pytest.raises(OSError):  # noqa: PT011
            socket.create_connection((elsewhere, port), timeout=5)


@pytest.mark.parametrize("address", ["", "feature_maps", "regression", "why_1x1"])
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_nothing_scrolls_sideways(browser: Browser, server: Server, scheme: str, address: str, width: int) -> None:
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 844})  # type: ignore[arg-type]
    page.goto(f"{server.url}/{address}")
    shown = page.get_by_test_id("stRadio" if address == "why_1x1" else "stMetricValue").first
    expect(shown).to_be_visible()
    fits(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_an_open_page_costs_nothing_with_a_virtual_environment_inside_the_folder(page: Page, tmp_path: Path) -> None:
    """As the README makes it. To watch as many folders as it has keeps a core busy and fills the log."""
    app = tmp_path / "app"
    left_out = shutil.ignore_patterns(".git", ".venv", "tests", "*_cache", "__pycache__")
    shutil.copytree(REPOSITORY, app, ignore=left_out)
    for number in range(6_000):
        (app / f".venv/lib/site-packages/package_{number % 300}/part_{number}").mkdir(parents=True)
    with serve(tmp_path, folder=app) as server:
        arrive(page, server.url)
        used, until = server.cpu_seconds(), time.monotonic() + 60
        while time.monotonic() < until:  # the start is over once the server rests for a second
            time.sleep(1)
            before, used = used, server.cpu_seconds()
            if used - before < 0.02:
                break
        logged = server.log.read_text()

        def spent() -> float:
            before = server.cpu_seconds()
            time.sleep(4)
            return server.cpu_seconds() - before

        assert least(spent, 0.2) <= 0.2
        assert server.log.read_text() == logged
