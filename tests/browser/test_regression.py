"""The page /regression in a real browser: sliders, the price while they move, links, the map, both recipes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from pointwise.explain.price_parts import price_parts
from pointwise.models import Network
from pointwise.ui.frame.labels import dollars
from pointwise.weights import load_model
from tests.browser.harness import (
    REPOSITORY,
    STRICT,
    Server,
    arrive,
    box,
    choose_weights,
    fits,
    metric,
    nothing_red,
    painted,
    serve,
    set_number,
    slide,
    value,
)

VIEWS = ("Tutorial", "Slices", "Accuracy", "Network", "Surface")


@pytest.fixture(scope="module")
def model() -> Network:
    return load_model(REPOSITORY / "models" / "price_1x1.safetensors")


@pytest.fixture
def houses(page: Page, server: Server) -> Page:
    arrive(page, f"{server.url}/regression")
    return page


def slider(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=name)


def press(page: Page, name: str, key: str, times: int = 1) -> None:
    slider(page, name).focus()
    for _ in range(times):
        page.keyboard.press(key)


def price(page: Page, label: str = "Predicted price") -> int:
    return int(re.sub(r"[$,+]", "", value(page, label).inner_text()))


def words(page: Page) -> Locator:
    """What the page itself says of the network at work, or of one of its channels."""
    return page.locator(".st-key-house-at-work figcaption")


def channel(page: Page, column: int, number: int) -> Locator:
    """A channel of the diagram; column 0 are the house's, 1 and 2 the layers'."""
    return page.locator(".st-key-house-at-work .node").nth((0, 2, 18)[column] + number)


def test_a_deep_link_as_a_servers_first_request_shows_its_house(page: Page, tmp_path: Path) -> None:
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    with serve(tmp_path) as server:
        page.goto(f"{server.url}/regression?sqft=2500&rooms=5&view=Slices")
        expect(value(page, "True price")).to_have_text("$300,000")
        assert price(page) == pytest.approx(300_000, abs=1_500)
        expect(page).to_have_title("House prices")
        expect(page.get_by_role("link", name="Draw a digit")).to_be_visible()
        expect(page.get_by_role("figure", name=re.compile("Error by area, 5 rooms"))).to_be_visible()
        assert hosts == {server.url.split("/")[2]}


def test_keys_set_the_sliders_and_the_address_follows(houses: Page, model: Network) -> None:
    press(houses, "Square feet", "ArrowRight", 70)
    press(houses, "Rooms", "ArrowRight", 10)
    expected = price_parts(model, 2_500.0, 5.0).price
    assert expected == pytest.approx(300_000, abs=1_500)
    expect(value(houses, "Predicted price")).to_have_text(dollars(expected))
    expect(value(houses, "True price")).to_have_text("$300,000")
    expect(houses).to_have_url(re.compile("sqft=2500"))
    expect(houses).to_have_url(re.compile("rooms=5"))
    houses.reload()
    expect(value(houses, "True price")).to_have_text("$300,000")


def test_the_price_follows_a_slider_that_is_still_held(houses: Page, model: Network) -> None:
    channel(houses, 1, 4).click()
    expect(words(houses)).to_contain_text("Channel 5 of layer 1:")
    track = box(slider(houses, "Square feet").locator("xpath=ancestor::*[@role='group']"))
    thumb = box(houses.locator(".st-key-sqft").get_by_test_id("stSliderThumbValue"))
    y = thumb["y"] + thumb["height"] + 8
    houses.mouse.move(thumb["x"] + thumb["width"] / 2, y)
    houses.mouse.down()
    for step in range(1, 6):
        houses.mouse.move(track["x"] + (0.3 + 0.1 * step) * track["width"], y, steps=3)
        painted(houses)
        feet = float(slider(houses, "Square feet").input_value())
        parts = price_parts(model, feet, 4.0)
        expected = dollars(parts.price)
        expect(value(houses, "Predicted price")).to_have_text(expected)
        expect(words(houses)).to_contain_text(f"= {parts.first.before[4]:.3g}.")
        expect(value(houses, "True price")).to_have_text(dollars(100 * feet + 40_000))
    assert "sqft" not in houses.url  # nothing was sent yet
    houses.mouse.up()
    expect(houses).to_have_url(re.compile(f"sqft={feet:.0f}"))
    expect(value(houses, "Predicted price")).to_have_text(expected)


def test_a_strict_policy_shows_nothing_and_the_price_follows_on_release(page: Page, server: Server) -> None:
    page.add_init_script(STRICT % "script-src 'self' 'unsafe-inline' 'unsafe-eval'")
    page.goto(f"{server.url}/regression")
    expect(value(page, "True price")).to_have_text("$220,000")
    press(page, "Rooms", "ArrowRight", 10)
    expect(value(page, "True price")).to_have_text("$230,000")
    nothing_red(page)
    expect(words(page)).to_have_count(0)


def test_the_price_follows_at_the_screens_pace(houses: Page) -> None:
    price = "document.querySelector('.st-key-house-predicted [data-testid=stMetricValue] p')"
    slide(houses, "Square feet", price, 1000, 1800, 20)
    assert max(slide(houses, "Square feet", price, 1800, 4200, 60) for _ in range(3)) >= 40


def test_a_change_without_pointer_or_key_is_sent_too(houses: Page) -> None:
    slider(houses, "Square feet").fill("2500")  # what a screen reader does
    expect(houses).to_have_url(re.compile("sqft=2500"))
    expect(value(houses, "True price")).to_have_text("$290,000")
    expect(slider(houses, "Square feet")).to_have_value("2500")


def test_exact_numbers_are_typed_and_the_sliders_go_on_from_there(houses: Page) -> None:
    exact = houses.get_by_role("button", name="Type exact numbers")
    exact.click()
    area = houses.get_by_role("spinbutton", name="Area in square feet")
    area.fill("2347")
    area.press("Enter")
    expect(houses).to_have_url(re.compile("sqft=2347"))
    expect(value(houses, "True price")).to_have_text("$274,700")
    houses.keyboard.press("Escape")
    expect(area).to_have_count(0)  # and what the browser knows of it is what it was then
    for feet in (2360, 2370):
        press(houses, "Square feet", "ArrowRight")
        expect(houses).to_have_url(re.compile(f"sqft={feet}"))
    exact.click()
    expect(area).to_have_value("2370")


def spot(page: Page, square_feet: float, rooms: float) -> tuple[float, float]:
    """Where a house lies on the map, in pixels of the window."""
    plot = box(page.locator(".st-key-house-map .nsewdrag"))
    return plot["x"] + plot["width"] * square_feet / 6_000, plot["y"] + plot["height"] * (1 - rooms / 12)


def near(page: Page, name: str, expected: float, by: float) -> None:
    """The slider stands at ``expected``, give or take a pixel of the map."""
    handle = slider(page, name).element_handle()
    page.wait_for_function("([s, x, by]) => Math.abs(s.valueAsNumber - x) <= by", arg=[handle, expected, by])


def test_keys_go_from_channel_to_channel_and_say_their_numbers(houses: Page, model: Network) -> None:
    parts = price_parts(model, 1_800.0, 4.0)
    expect(words(houses)).to_contain_text("channels of layer 1")
    slider(houses, "Rooms").focus()
    houses.locator(".st-key-house-at-work .node[tabindex='0']").focus()
    houses.keyboard.press("ArrowLeft")
    expect(words(houses)).to_contain_text("Channel 5 of layer 2:")
    expect(words(houses)).to_contain_text(f"= {parts.second.before[4]:.3g}")
    houses.keyboard.press("ArrowUp")
    expect(words(houses)).to_contain_text("Channel 4 of layer 2:")
    houses.keyboard.press("Tab")
    expect(words(houses)).to_contain_text("Orange lines add")


@pytest.fixture
def surface(page: Page, server: Server) -> Page:
    arrive(page, f"{server.url}/regression?view=Surface")
    return page


def test_a_click_on_the_map_moves_the_sliders(surface: Page) -> None:
    surface.mouse.click(*spot(surface, 4_000, 9))
    near(surface, "Square feet", 4_000, 20)
    near(surface, "Rooms", 9, 0.1)
    expect(surface).to_have_url(re.compile(r"sqft=(39[89]|40[012])\d"))
    expect(value(surface, "Predicted price")).to_have_text(re.compile(r"\$4(8|9)\d,\d{3}"))


def test_a_tap_on_the_map_moves_the_sliders_and_a_swipe_scrolls(phone: Page, server: Server) -> None:
    phone.goto(f"{server.url}/regression?view=Surface")
    expect(phone.get_by_role("button", name="Type exact numbers")).to_be_visible()
    x, y = spot(phone, 4_000, 9)
    touch, main = phone.context.new_cdp_session(phone), phone.get_by_test_id("stMain")
    before = main.evaluate("main => main.scrollTop")
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 11):
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y + 15 * step}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    phone.wait_for_function("([main, before]) => main.scrollTop < before", arg=[main.element_handle(), before])
    expect(phone).not_to_have_url(re.compile("sqft"))
    phone.touchscreen.tap(*spot(phone, 4_000, 9))
    near(phone, "Square feet", 4_000, 60)
    near(phone, "Rooms", 9, 0.2)


def test_a_house_outside_the_training_range_gets_a_warning(houses: Page) -> None:
    expect(houses.get_by_text("the network is guessing")).to_have_count(0)
    press(houses, "Square feet", "End")
    expect(houses.get_by_text("the network is guessing")).to_be_visible()


def test_the_tutorials_recipe_ends_worse_than_the_mean_and_says_so(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/regression?view=Tutorial")
    page.get_by_role("button", name="Train both now").click()
    expect(page.get_by_text("worse than always answering the mean ($126,947)")).to_be_visible(timeout=180_000)
    expect(page.get_by_role("button", name="Stop both")).to_have_count(0)
    assert price(page, "Mean error, as written") > 250_000
    assert price(page, "Mean error, standardised") < 10_000


def test_retraining_is_compared_used_and_given_back(houses: Page) -> None:
    before = value(houses, "Predicted price").inner_text()
    houses.get_by_test_id("stSidebar").get_by_text("Advanced").click()
    set_number(houses, "Epochs", "3")
    houses.get_by_role("button", name="Retrain").click()
    expect(metric(houses, "Mean absolute error")).to_be_visible(timeout=60_000)
    expect(houses.get_by_text("Predicted by Run 1, epoch 3")).to_be_visible()
    expect(value(houses, "Price by shipped network")).to_have_text(before)
    run = value(houses, "Predicted price").inner_text()
    assert run != before
    houses.get_by_role("link", name="Draw a digit").click()
    expect(houses.get_by_role("heading", name="Run 1: House price network")).to_be_visible()
    houses.get_by_role("link", name="House prices").click()
    expect(value(houses, "Predicted price")).to_have_text(run)  # a click before that would call the old page back
    houses.get_by_role("slider", name="After step").press("Home")
    expect(houses.get_by_text("Predicted by Run 1, step 1")).to_be_visible()
    expect(value(houses, "Predicted price")).not_to_have_text(run)
    choose_weights(houses, "Shipped")
    expect(value(houses, "Predicted price")).to_have_text(before)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_fits_a_phone(phone: Page, server: Server, view: str) -> None:
    phone.goto(f"{server.url}/regression?view={view}&sqft=2500&rooms=5")
    expect(value(phone, "Predicted price")).to_be_visible()
    expect(phone.get_by_role("radio", name=view)).to_be_checked()
    fits(phone)


def test_a_part_keeps_its_state_while_the_other_is_looked_at(page: Page, server: Server, model: Network) -> None:
    page.goto(f"{server.url}/regression?data=Your+own+table")
    page.get_by_role("button", name="Use the sample table").click()
    expect(page.get_by_role("heading", name="Diabetes: 442 rows, 11 columns")).to_be_visible()
    page.get_by_role("radio", name="House prices").click()
    expect(value(page, "Predicted price")).to_have_text(dollars(price_parts(model, 1_800.0, 4.0).price))
    press(page, "Rooms", "ArrowRight", 10)
    expect(page).to_have_url(re.compile("rooms=5"))
    page.get_by_role("radio", name="Your own table").click()
    expect(page.get_by_role("heading", name="Diabetes: 442 rows, 11 columns")).to_be_visible()
    page.get_by_role("radio", name="House prices").click()
    expect(value(page, "True price")).to_have_text("$230,000")
