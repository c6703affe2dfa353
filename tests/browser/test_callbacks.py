"""What a visitor does while the server is busy with what the same visitor did before."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.harness import serve


def test_a_click_takes_nothing_from_the_one_before(page: Page, tmp_path: Path) -> None:
    with serve(tmp_path, "tests/browser/callbacks_app.py", PYTHONPATH=".") as server:
        page.goto(server.url)
        button = page.get_by_role("button", name="Count", exact=True)
        button.click()
        page.wait_for_timeout(200)  # in the middle of its callback, which takes half a second
        button.click()
        expect(page.get_by_text("Counted: 2")).to_be_visible()
