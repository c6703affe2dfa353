"""The page at /: a sample is read on arrival, drawings are read, refusals keep the drawing."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.harness import STROKES, Server, answered, blank, box, clear, draw, fits, inked, metric, rested, value


@pytest.fixture
def drawing(page: Page, server: Server) -> Page:
    page.goto(server.url)
    expect(value(page)).to_have_text("7")
    expect(page.get_by_role("button", name="Retrain")).to_be_visible()  # the first run is over
    return page


def undo(page: Page) -> None:
    """Press Undo, and wait for the drawing that it makes."""
    answer = page.locator(".pw-answer")
    number = str(answer.get_attribute("data-number"))
    page.get_by_role("button", name="Undo").click()
    expect(answer).not_to_have_attribute("data-number", number)


def test_the_first_visit_has_read_a_sample_without_any_other_host(page: Page, server: Server) -> None:
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.goto(server.url)
    expect(value(page)).to_have_text("7")
    expect(page).to_have_title("Draw a digit")
    expect(page.get_by_role("img", name="7 has > 99.9 % of the probability")).to_be_visible()
    assert hosts == {server.url.split("/")[2]}


def test_drawn_digits_are_read(drawing: Page) -> None:
    for digit, strokes in STROKES.items():
        clear(drawing)
        draw(drawing, strokes)
        expect(value(drawing)).to_have_text(str(digit))


def test_the_sample_of_a_first_visit_makes_way_for_the_pen(drawing: Page) -> None:
    inked(drawing)
    draw(drawing, STROKES[3])
    answered(drawing)
    expect(value(drawing)).to_have_text("3")
    expect(drawing.get_by_text("PyTorch agrees")).to_be_visible()
    rested(drawing)
    drawing.reload()
    expect(value(drawing)).to_have_text("3")
    inked(drawing)
    undo(drawing)
    blank(drawing)
    expect(metric(drawing, "Prediction")).to_contain_text("Draw a digit")


def test_the_sample_is_there_again_on_another_page_and_back_until_the_pen_comes(drawing: Page) -> None:
    drawing.get_by_role("link", name="House prices").click()
    expect(drawing.get_by_role("heading", name="House prices")).to_be_visible()
    drawing.get_by_role("link", name="Draw a digit").click()
    expect(value(drawing)).to_have_text("7")
    inked(drawing)
    draw(drawing, STROKES[2])
    answered(drawing)
    expect(value(drawing)).to_have_text("2")
    undo(drawing)
    blank(drawing)


def test_undo_takes_back_one_stroke(drawing: Page) -> None:
    clear(drawing)
    draw(drawing, STROKES[1])
    expect(value(drawing)).to_have_text("1")
    answered(drawing)
    draw(drawing, [[(0.2, 0.5), (0.8, 0.5)], [(0.2, 0.3), (0.2, 0.7)]])
    answered(drawing)
    expect(value(drawing)).not_to_have_text("1")
    undo(drawing)
    undo(drawing)
    expect(value(drawing)).to_have_text("1")


def test_what_somebody_corrects_is_read_right_during_a_stroke_and_after_a_reload_until_it_is_taken_back(
    drawing: Page,
) -> None:
    mirrored = [[(0.7, 0.22), (0.3, 0.2), (0.44, 0.5), (0.54, 0.84)]]
    clear(drawing)
    draw(drawing, mirrored)
    answered(drawing)
    expect(value(drawing)).not_to_have_text("7")
    drawing.get_by_role("button", name="It was a 7").click()
    expect(value(drawing)).to_have_text("7")
    clear(drawing)
    at = box(drawing.locator("canvas.upper-canvas"))
    for number, (x, y) in enumerate(mirrored[0]):
        drawing.mouse.move(at["x"] + x * at["width"], at["y"] + y * at["height"], steps=5 if number else 1)
        if not number:
            drawing.mouse.down()
    expect(drawing.locator(".pw-live .pw-digit")).to_have_text("7")  # by the page: PyTorch has not been asked
    drawing.mouse.up()
    expect(value(drawing)).to_have_text("7")
    expect(drawing.locator(".pw-verdict")).to_have_text("✓ PyTorch agrees")  # so the page has the same last layer
    rested(drawing)
    drawing.reload()
    expect(value(drawing)).to_have_text("7")
    expect(drawing.get_by_text("taught 1 drawing").first).to_be_visible()
    drawing.locator(".st-key-changed-digits summary").press("Enter")
    expect(drawing.get_by_role("img", name=re.compile("^A . of MNIST")).first).to_be_visible()
    drawing.get_by_role("radio", name="As shipped").click()
    expect(value(drawing)).not_to_have_text("7")
    drawing.get_by_role("radio", name="Taught").click()
    expect(value(drawing)).to_have_text("7")
    drawing.get_by_role("button", name="Take back").click()
    expect(value(drawing)).not_to_have_text("7")
    expect(drawing.get_by_role("heading", name="What you taught it")).to_have_count(0)


def test_a_narrow_window_shows_the_canvas_smaller_and_is_drawn_on_all_the_same(drawing: Page) -> None:
    canvas = drawing.locator("canvas.upper-canvas")
    assert canvas.evaluate("canvas => canvas.getBoundingClientRect().width") == 420
    drawing.set_viewport_size({"width": 320, "height": 700})
    drawing.wait_for_function("""() => document.querySelector(".st-key-board").clientWidth < 300""")
    clear(drawing)
    assert canvas.evaluate("canvas => canvas.getBoundingClientRect().width") == pytest.approx(280, abs=0.1)
    draw(drawing, STROKES[3])
    expect(value(drawing)).to_have_text("3")
    fits(drawing)


def test_a_stroke_may_begin_in_the_upper_right_corner(drawing: Page) -> None:
    """Where the canvas component has its own toolbar, unseen until the pointer is there."""
    clear(drawing)
    draw(drawing, [[(0.96, 0.06), (0.95, 0.5), (0.95, 0.94)]])
    expect(value(drawing)).to_have_text("1")


def test_every_sample_is_read(drawing: Page) -> None:
    for digit in range(10):
        drawing.get_by_role("button", name=str(digit), exact=True).click()
        expect(value(drawing)).to_have_text(str(digit))


def test_four_models_stand_side_by_side(drawing: Page) -> None:
    for name in ("Network in Network", "1×1 conv + MLP", "MLP of 1×1 convs", "Bag of pixels"):
        expect(drawing.get_by_role("group", name=name, exact=True)).to_be_visible()
    expect(drawing.get_by_text("12,848,010 parameters")).to_be_visible()


def test_the_drawing_survives_another_page(drawing: Page) -> None:
    clear(drawing)
    draw(drawing, STROKES[2])
    expect(value(drawing)).to_have_text("2")
    drawing.get_by_role("link", name="House prices").click()
    expect(drawing.get_by_role("heading", name="House prices")).to_be_visible()
    drawing.get_by_role("link", name="Draw a digit").click()
    expect(value(drawing)).to_have_text("2")
    inked(drawing)
    draw(drawing, [[(0.1, 0.1), (0.1, 0.9)], [(0.9, 0.1), (0.9, 0.9)], [(0.1, 0.5), (0.9, 0.5)]])
    answered(drawing)
    expect(metric(drawing, "Prediction")).not_to_contain_text("99.9")  # what is drawn now is added to what was there
    for _ in range(3):
        undo(drawing)
    expect(value(drawing)).to_have_text("2")
    expect(metric(drawing, "Prediction")).to_contain_text("99.9")


def upload(page: Page, name: str, content: bytes) -> None:
    page.get_by_text("Read a picture instead").click()
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "image/png", "buffer": content})


def test_a_dark_on_light_picture_is_read(drawing: Page) -> None:
    picture = Image.new("RGB", (600, 400), (240, 236, 220))
    for x, y0, y1 in ((290, 60, 340),):
        picture.paste((40, 30, 30), (x, y0, x + 34, y1))
    content = io.BytesIO()
    picture.save(content, format="JPEG")
    upload(drawing, "one.jpg", content.getvalue())
    expect(value(drawing)).to_have_text("1")


def test_what_is_no_picture_is_refused_and_the_drawing_stays(drawing: Page) -> None:
    upload(drawing, "notes.png", b"these are notes")
    expect(drawing.get_by_text("This file is no PNG or JPEG picture")).to_be_visible()
    expect(value(drawing)).to_have_text("7")


def test_switching_the_steps_off_changes_what_is_read(drawing: Page) -> None:
    clear(drawing)
    draw(drawing, [[(x / 4, y / 4) for x, y in stroke] for stroke in STROKES[3]])  # small, in a corner
    answered(drawing)
    expect(value(drawing)).to_have_text("3")
    ways = drawing.locator(".pw-reads b")
    expect(ways).to_have_text(["3", re.compile("[0-9]")])
    without = ways.nth(1).inner_text()
    expect(value(drawing)).not_to_have_text(without)
    drawing.get_by_text("Crop, scale and centre the drawing").click()
    expect(value(drawing)).to_have_text(without)


def test_a_stroke_while_the_answer_is_on_its_way_is_not_lost(drawing: Page) -> None:
    """A four in two strokes, the second begun at once; a reload of the page's other parts keeps them."""
    clear(drawing)
    draw(drawing, [[(0.62, 0.12), (0.3, 0.58), (0.74, 0.58)], [(0.62, 0.3), (0.6, 0.6), (0.58, 0.9)]])
    answered(drawing)
    expect(value(drawing)).to_have_text("4")
    undo(drawing)
    expect(value(drawing)).not_to_have_text("4")


def test_a_phone_draws_by_touch_and_does_not_scroll(phone: Page, server: Server) -> None:
    phone.goto(server.url)
    expect(value(phone)).to_have_text("7")
    clear(phone)
    at = box(phone.locator("canvas.upper-canvas"))
    touch = phone.context.new_cdp_session(phone)
    points = [{"x": at["x"] + x * at["width"], "y": at["y"] + y * at["height"]} for x, y in STROKES[1][0]]
    main = phone.get_by_test_id("stMain")
    before = main.evaluate("main => main.scrollTop")
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1]})
    for point in points[1:]:
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(value(phone)).to_have_text("1")
    assert main.evaluate("main => main.scrollTop") == before
    phone.get_by_role("button", name="It was a 7").tap()
    expect(value(phone)).to_have_text("7")
    phone.get_by_role("button", name="Take back").tap()
    expect(value(phone)).to_have_text("1")
    assert main.evaluate("main => main.scrollWidth <= main.clientWidth")


def test_a_network_is_taken_home_in_four_forms(drawing: Page, tmp_path: Path) -> None:
    drawing.get_by_text("Take a network home").click()
    files = {"Weights": b"nin.safetensors", "PyTorch script": b"nin.py", "ONNX": b"nin.onnx", "Web page": b"nin.html"}
    for name, begins in files.items():
        with drawing.expect_download(timeout=60_000) as download:
            drawing.get_by_role("button", name=name, exact=True).click()
        assert download.value.suggested_filename.encode() == begins
        download.value.save_as(tmp_path / begins.decode())
        assert (tmp_path / begins.decode()).stat().st_size > 1000
    assert (tmp_path / "nin.html").read_bytes().startswith(b"<!doctype html>")
    script = [sys.executable, str(tmp_path / "nin.py")]
    assert "tensor(" in subprocess.run(script, capture_output=True, text=True, check=True, timeout=60).stdout


def test_a_number_of_the_confusion_matrix_shows_its_pictures_and_why_one_was_misread(drawing: Page) -> None:
    """By the keyboard alone, once it is unfolded."""
    drawing.get_by_text("Which digits are taken for which?").click()
    part = drawing.locator(".st-key-mistaken")
    cells = part.locator("td.wrong button")
    expect(part.get_by_text("All mistakes, the surest first")).to_be_visible()
    head = part.locator("th[scope=row] button").first  # of the first class that is read as another
    head.focus()
    drawing.keyboard.press("ArrowRight")
    first = cells.first
    expect(first).to_be_focused()
    said = re.fullmatch(r"(\d) read as (\d): ([\d,]+) of [\d,]+", str(first.get_attribute("aria-label")))
    assert said is not None
    drawing.keyboard.press("Enter")
    expect(part.get_by_text(f"{said[1]} read as {said[2]}: {said[3]} picture")).to_be_visible()
    expect(part.get_by_text(f"Why this {said[1]} was read as {said[2]}")).to_be_visible()
    expect(first).to_have_attribute("aria-pressed", "true")
    expect(first).to_be_focused()
    drawing.keyboard.press("Enter")  # again
    expect(part.get_by_text("All mistakes, the surest first")).to_be_visible()
    fits(drawing)
