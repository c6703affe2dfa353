"""The page /why_1x1 in a real browser: a linked claim, a guess, its verdict, and phones."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.harness import Server

CLAIMS = ("Dense layer", "Parameters", "Speed", "Shape", "Bottlenecks", "Network in Network")


def test_a_linked_claim_is_guessed_and_judged(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/why_1x1?claim=Parameters")
    expect(page).to_have_title("Why 1×1")
    expect(page.get_by_text("63 times as many")).to_have_count(0)
    page.get_by_text("Fewer than the plain MLP").click()
    expect(page.get_by_text("63 times as many")).to_be_visible()
    expect(page.get_by_text("Your guess was: fewer than the plain MLP.")).to_be_visible()


def test_the_claim_is_part_of_the_address_and_the_guess_stays(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/why_1x1")
    page.get_by_text("They are the same").click()
    expect(page.get_by_text("You guessed it.")).to_be_visible()
    page.get_by_role("radio", name="Shape").click()
    expect(page).to_have_url(re.compile("claim=Shape"))
    page.get_by_role("radio", name="Dense layer").click()
    expect(page.get_by_text("You guessed it.")).to_be_visible()


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_fits_a_phone(phone: Page, server: Server, claim: str) -> None:
    phone.goto(f"{server.url}/why_1x1?claim={claim.replace(' ', '+')}")
    phone.get_by_text("I would rather see it").click()
    if claim == "Speed":
        phone.get_by_role("button", name="Measure it where this app runs").click()
    phone.get_by_text("All verdicts in one table").click()
    expect(
        phone.get_by_text("63 times as many" if claim == "Parameters" else "12,848,010 against 203,530")
    ).to_be_visible()
    expect(phone.get_by_test_id("stAlert").first).to_be_visible()
    expect(phone.get_by_test_id("stException")).to_have_count(0)
    assert phone.get_by_test_id("stMain").evaluate("main => main.scrollWidth <= main.clientWidth")
