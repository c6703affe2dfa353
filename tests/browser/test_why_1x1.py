"""The page /why_1x1 in a real browser: a linked claim, a guess, its verdict, and phones."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from pointwise.claims.quotations import NAMES
from tests.browser.harness import STROKES, Server, draw, fits, inked, value


def test_a_linked_claim_is_guessed_and_judged(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/why_1x1?claim=Parameters")
    expect(page).to_have_title("Why 1×1")
    expect(page.get_by_text("Often said: with 1×1 convolutions")).to_be_visible()
    guess = page.get_by_text("Fewer than the plain MLP")
    expect(guess).to_be_visible()
    expect(page.get_by_text("63 times as many")).to_have_count(0)
    guess.click()
    expect(page.get_by_text("That is what one expects after this claim; but it has more.")).to_be_visible()
    expect(page.get_by_text("63 times as many")).to_be_visible()


def test_steps_are_ticked_and_the_guess_and_the_score_stay(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/why_1x1")
    page.get_by_text("They are the same", exact=True).click()
    expect(page.get_by_text("You guessed 1 of 1 right.")).to_be_visible()
    expect(page.get_by_role("radio", name="done, 1, Dense layer")).to_be_checked()
    page.get_by_role("button", name=f"Next, 2 of {len(NAMES)}").click()
    expect(page).to_have_url(re.compile("claim=Parameters"))
    expect(page.get_by_role("heading", name="2. It has fewer parameters")).to_be_in_viewport()
    page.get_by_role("radio", name="Dense layer").click()
    expect(page.get_by_text("Right: they are the same layer")).to_be_visible()
    page.reload()
    expect(page.get_by_text("You guessed 1 of 1 right.")).to_be_visible()


@pytest.mark.parametrize("claim", NAMES)
def test_every_claim_fits_a_phone(phone: Page, server: Server, claim: str) -> None:
    phone.goto(f"{server.url}/why_1x1?claim={claim.replace(' ', '+')}")
    phone.get_by_text("I would rather see it").click()
    if claim == "Speed":
        phone.get_by_role("button", name="Measure it where this app runs").click()
    if claim == "Regularising":
        phone.get_by_role("button", name="Train all 24 now").click()
        expect(phone.get_by_role("button", name="Stop training")).to_be_visible(timeout=60_000)
    phone.get_by_text("All verdicts in one table").click()
    expect(phone.get_by_text("12,848,010 against 203,530")).to_be_visible()
    if claim == "Regularising":  # its verdict comes after all trainings
        expect(phone.get_by_text("The dense layers' rings lie on")).to_be_visible(timeout=60_000)
        phone.get_by_role("button", name="Stop training").click()
    else:
        expect(phone.locator(".st-key-why-verdict")).to_be_visible(timeout=60_000)
    fits(phone)


def test_several_digits_are_written_read_and_kept(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/why_1x1?claim=Any+size")
    page.get_by_text("Those without a dense layer").click()
    expect(value(page, "Network in Network")).to_have_text("4 7 2")
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("There is nothing written yet.")).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    for left, digit in ((0.0, 7), (0.33, 0), (0.66, 1)):
        draw(page, [[(left + 0.33 * x, y) for x, y in stroke] for stroke in STROKES[digit]])
    expect(value(page, "MLP of 1×1 convs")).to_have_text("7 0 1")
    page.get_by_role("radio", name="Shape").click()
    expect(page.get_by_role("button", name="Another order").or_(page.get_by_text("784 pixels"))).to_be_visible()
    page.get_by_role("radio", name="Any size").click()
    expect(value(page, "MLP of 1×1 convs")).to_have_text("7 0 1")
    page.get_by_role("link", name="Draw a digit").click()
    expect(value(page)).to_have_text("7")
    page.get_by_role("link", name="Why 1×1").click()
    expect(value(page, "MLP of 1×1 convs")).to_have_text("7 0 1")
    inked(page, "strip")
    draw(page, [[(0.95, 0.2), (0.95, 0.8)]])
    expect(value(page, "Network in Network")).to_have_text("7 0 1 1")


def test_training_on_shuffled_digits_is_watched_and_stopped(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/why_1x1?claim=Shape")
    page.get_by_text("One of them", exact=True).click()
    page.get_by_role("button", name="Train on shuffled digits").click()
    expect(page.get_by_text("mistakes on test digits")).to_be_visible(timeout=60_000)
    stop = page.get_by_role("button", name="Stop training")
    stop.click()
    expect(stop).to_have_count(0)
    expect(page.get_by_role("button", name="Train on shuffled digits")).to_be_enabled()
    expect(page.get_by_text("of 297").first).to_be_visible()
