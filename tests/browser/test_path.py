"""The page /path in a real browser: through all steps, a deep link, the colour puzzle, and a phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.harness import Server, fits, nothing_red, serve

STEPS = {
    "pixel": "What a 1×1 convolution does with one pixel",
    "colours": "Where it earns its keep: colours",
    "maps": "A drawing on its way through a network",
    "shape": "How can something that sees one pixel read a 7?",
    "claims": "Is it true what people say?",
}


def heading(page: Page, step: str) -> None:
    expect(page.get_by_role("heading", name=STEPS[step])).to_be_visible()


def test_next_leads_through_all_five_and_a_reload_keeps_step_and_guess(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/path")
    heading(page, "pixel")
    for step in list(STEPS)[1:]:
        page.get_by_role("button", name="Next:").click()
        heading(page, step)
        expect(page).to_have_url(f"{server.url}/path?step={step}")
        expect(page.get_by_role("button", name="5 Claims")).to_be_in_viewport()
        if step == "shape":
            page.get_by_text("Exactly the same answer", exact=True).click()
            expect(page.get_by_text("You guessed it: exactly the same.")).to_be_visible()
    expect(page.get_by_role("button", name="Next:")).to_have_count(0)
    expect(page.get_by_role("button", name="5 Claims")).to_have_attribute("aria-current", "step")
    page.get_by_role("button", name="4 Shape, visited").click()
    heading(page, "shape")
    page.reload()
    heading(page, "shape")
    expect(page.get_by_text("You guessed it: exactly the same.")).to_be_visible()
    expect(page.get_by_role("button", name="3 Maps, visited")).to_be_visible()
    page.go_back()
    heading(page, "claims")


def test_a_deep_link_as_a_servers_first_request_opens_its_step(page: Page, tmp_path: Path) -> None:
    with serve(tmp_path) as server:
        page.goto(f"{server.url}/path?step=maps")
        heading(page, "maps")
        expect(page.get_by_text("the network reads 7")).to_be_visible()
        expect(page.get_by_role("link", name="Draw a digit")).to_be_visible()
        nothing_red(page)


def test_the_colour_puzzle_is_solved_while_a_weight_is_moved(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/path?step=colours")
    verdict = page.get_by_role("status").filter(has_text="leaves")
    expect(verdict).to_contain_text("Not yet.")
    for name, weight in (("red", "-0.5"), ("green", "1"), ("blue", "-0.5")):
        page.get_by_role("slider", name=name).fill(weight)
    expect(verdict).to_contain_text("Found.")
    expect(page.get_by_text("Your weights: −0.5 red + 1 green − 0.5 blue")).to_be_visible()


@pytest.mark.parametrize("step", STEPS)
def test_every_step_fits_a_phone(phone: Page, server: Server, step: str) -> None:
    phone.goto(f"{server.url}/path?step={step}")
    heading(phone, step)
    expect(phone.get_by_role("button", name="Next:" if step != "claims" else "Back:")).to_be_visible()
    fits(phone)
