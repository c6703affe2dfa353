"""The page /feature_maps in a real browser: the drawing made on /, channels, pixels, the brush, a run, colour."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.harness import (
    STROKES,
    Server,
    arrive,
    box,
    choose_weights,
    clear,
    draw,
    fits,
    long_run,
    metric,
    upload,
    value,
)

VIEWS = ("Channels", "Evidence", "Ten curves", "Colour")
BAG = "network=Bag+of+pixels"


def mosaic(page: Page, layer: str) -> Locator:
    return page.get_by_role("group", name=re.compile(rf"feature maps of {layer},"))


def sprite(page: Page, layer: str) -> str:
    """What the layer's maps are painted with."""
    return str(mosaic(page, layer).get_attribute("style"))


def repainted(page: Page, layer: str, before: str) -> None:
    """Wait until the layer's maps are others than those that ``sprite`` was before."""
    expect(mosaic(page, layer)).not_to_have_attribute("style", before)


def choose_layer(page: Page, name: str) -> None:
    page.get_by_role("button", name=re.compile(rf"^{name}\b")).click()


def options(page: Page) -> None:
    page.get_by_role("button", name="Options").click()


def probability(page: Page, label: str = "Prediction") -> str:
    return metric(page, label).get_by_test_id("stMetricDelta").inner_text()


def test_the_drawing_made_on_the_first_page_is_there(page: Page, server: Server) -> None:
    arrive(page, server.url)
    clear(page)
    draw(page, STROKES[3])
    expect(page.get_by_role("group", name="With these steps").locator("b")).to_have_text("3")
    received = page.get_by_role("img", name="The 28 by 28 pixels that the network receives").get_attribute("src")
    page.get_by_role("link", name="Feature maps").click()
    picture = page.get_by_role("img", name="What the network receives, 28 by 28 pixels")
    expect(picture).to_have_attribute("src", str(received))
    expect(value(page)).to_have_text("3")


def test_a_channel_has_weights_and_moving_one_changes_the_answer_until_reset(maps: Callable[[str], Page]) -> None:
    page = maps(BAG)
    before = probability(page)
    slider = page.get_by_role("slider", name="Weight")
    strongest = slider.input_value()
    mosaic(page, "conv1").get_by_role("button", name=re.compile("^Channel 22(, dead)?$")).click()
    expect(page.get_by_text("Channel 22 of 32")).to_be_visible()
    expect(slider).to_have_count(1)  # the channel before has gone
    expect(slider).not_to_have_value(strongest)
    weight = slider.input_value()
    slider.focus()
    page.keyboard.press("End")
    expect(metric(page, "Without your changes")).to_contain_text(before)
    expect(metric(page, "Prediction").get_by_test_id("stMetricDelta")).not_to_have_text(before)
    page.get_by_role("button", name="Reset 1 channel").click()
    expect(metric(page, "Without your changes")).to_have_count(0)
    expect(metric(page, "Prediction").get_by_test_id("stMetricDelta")).to_have_text(before)
    expect(page.get_by_role("slider", name="Weight")).to_have_value(weight)


def test_two_visitors_change_their_own_networks(browser: Browser, server: Server) -> None:
    first, second = browser.new_page(), browser.new_page()
    for page in (first, second):
        arrive(page, f"{server.url}/feature_maps?{BAG}")
    before = probability(second)
    first.get_by_role("slider", name="Weight").focus()
    first.keyboard.press("End")
    expect(metric(first, "Without your changes")).to_be_visible()
    shared = sprite(second, "conv1")
    options(second)
    second.get_by_text("Each its own").click()
    repainted(second, "conv1", shared)
    assert probability(second) == before
    expect(metric(second, "Without your changes")).to_have_count(0)
    first.close()
    second.close()


def test_layers_are_chosen_on_the_strip_and_their_channels_counted(maps: Callable[[str], Page]) -> None:
    page = maps("")
    for layer, channels in (("conv2", 64), ("classifier", 10), ("mix1", 32)):
        choose_layer(page, layer)
        expect(mosaic(page, layer)).to_be_visible()
        expect(mosaic(page, layer).get_by_role("button")).to_have_count(channels)
        expect(page.get_by_role("button", name=re.compile(rf"^{layer}\b"))).to_have_attribute("aria-current", "step")


def test_all_ten_digits_evidence_is_there_and_one_is_chosen(maps: Callable[[str], Page]) -> None:
    page = maps("maps=Evidence")
    ten = page.get_by_role("group", name="The evidence for each digit").get_by_role("button")
    expect(ten).to_have_count(10)
    ten.nth(2).click()
    expect(page.get_by_role("application", name=re.compile("speaks for 2"))).to_be_visible()
    expect(page.get_by_text("The network's logit for 2 is")).to_be_visible()


def test_a_pixel_is_chosen_by_click_and_by_key(maps: Callable[[str], Page]) -> None:
    page = maps(BAG)
    picture = page.locator(".st-key-features-map div[tabindex]")
    at = box(picture)
    page.mouse.click(at["x"] + at["width"] * 2.5 / 28, at["y"] + at["height"] * 4.5 / 28)
    expect(page.get_by_text(re.compile(r"Channel \d+ at row 5, column 3 is"))).to_be_visible()
    picture.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_text(re.compile(r"Channel \d+ at row 6, column 3 is"))).to_be_visible()
    page.get_by_text("Copy as PyTorch").click()
    expect(page.get_by_text("torch.nn.functional.conv2d")).to_be_visible()


def test_the_brush_takes_ink_away_and_the_answer_follows(maps: Callable[[str], Page]) -> None:
    page = maps("maps=Evidence")
    at = box(page.locator(".st-key-features-evidence div[tabindex]"))
    for row in (0.28, 0.32, 0.36):  # along the stroke at the top of the 7, as quickly as can be
        page.mouse.move(at["x"] + 0.1 * at["width"], at["y"] + row * at["height"])
        page.mouse.down()
        page.mouse.move(at["x"] + 0.9 * at["width"], at["y"] + row * at["height"])
        page.mouse.up()
        expect(metric(page, "With the ink rubbed out")).to_be_visible()
    expect(metric(page, "With the ink rubbed out")).not_to_contain_text(probability(page))
    page.get_by_role("button", name="Give the ink back").click()
    expect(metric(page, "With the ink rubbed out")).to_have_count(0)


def test_the_brush_works_by_key(maps: Callable[[str], Page]) -> None:
    page = maps("maps=Evidence")
    page.get_by_role("application", name=re.compile("speaks for 7")).focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    expect(metric(page, "With the ink rubbed out")).to_be_visible()


def test_channels_are_reached_by_arrow_keys(maps: Callable[[str], Page]) -> None:
    page = maps(BAG)
    buttons = mosaic(page, "conv1").get_by_role("button")
    buttons.nth(0).focus()
    page.keyboard.press("ArrowRight")
    expect(buttons.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Channel 2 of 32")).to_be_visible()
    page.keyboard.press("End")
    expect(buttons.nth(31)).to_be_focused()


def test_the_reader_of_the_first_page_is_the_network_here(page: Page, server: Server) -> None:
    arrive(page, server.url)
    page.get_by_role("combobox", name="Read by").click()
    page.get_by_role("option", name="Bag of pixels").click()
    expect(metric(page, "Prediction")).to_contain_text("unsure")
    page.get_by_role("link", name="Feature maps").click()
    expect(mosaic(page, "conv1").get_by_role("button")).to_have_count(32)
    page.get_by_text("Evidence", exact=True).click()
    expect(page.get_by_role("group", name="The evidence for each digit")).to_be_visible()  # the server has heard of it
    page.get_by_role("link", name="Draw a digit").click()
    expect(page.get_by_role("button", name="Clear")).to_be_visible()
    page.get_by_role("link", name="Feature maps").click()
    expect(page.get_by_role("radio", name="Evidence", exact=True)).to_be_checked()


def test_retraining_moves_the_maps(maps: Callable[[str], Page]) -> None:
    page = maps("")
    shipped = sprite(page, "mix1")
    long_run(page)
    mark = page.get_by_text(re.compile("By Run 1, (step|epoch)"))
    expect(mark).to_be_visible()
    repainted(page, "mix1", shipped)
    within = sprite(page, "mix1")
    repainted(page, "mix1", within)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped at step")).to_be_visible()
    expect(mark).to_be_visible()
    expect(page.get_by_role("slider", name="Bias")).to_be_visible()  # as nothing moves the weights any more
    expect(page.get_by_role("button", name=re.compile("Reset"))).to_have_count(0)
    choose_weights(page, "Shipped")
    expect(page.get_by_text("By shipped weights")).to_be_visible()


def test_maps_are_downloaded_as_numbers_and_as_a_picture(maps: Callable[[str], Page]) -> None:
    page = maps(BAG)
    options(page)
    with page.expect_download() as numbers:
        page.get_by_role("button", name="Maps as .npy").click()
    assert np.load(numbers.value.path()).shape == (32, 28, 28)
    with page.expect_download() as picture:
        page.get_by_role("button", name="Maps as PNG").click()
    with Image.open(picture.value.path()) as pixels:
        assert pixels.size == (6 * 28 * 4, 6 * 28 * 4)


def test_a_colour_picture_is_taken_and_what_is_none_is_refused(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/feature_maps?maps=Colour")
    shown = page.get_by_role("img", name="The colour picture")
    expect(shown).to_be_visible()
    before = str(shown.get_attribute("src"))
    content = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)).save(content, "PNG")
    upload(page, "own.png", content.getvalue())
    expect(shown).not_to_have_attribute("src", before)
    own = str(shown.get_attribute("src"))
    upload(page, "notes.png", b"these are notes")
    expect(page.get_by_text("The picture before it is still there.")).to_be_visible()
    assert shown.get_attribute("src") == own
    page.get_by_role("button", name="Back to the berries").click()
    expect(shown).to_have_attribute("src", before)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_fits_a_phone(phone: Page, server: Server, view: str) -> None:
    phone.goto(f"{server.url}/feature_maps?maps={view}&{BAG}")
    expect(phone.get_by_role("radio", name=view, exact=True)).to_be_checked()
    if view != "Colour":
        expect(value(phone)).to_have_text(re.compile(r"^\d$"))
    fits(phone)
