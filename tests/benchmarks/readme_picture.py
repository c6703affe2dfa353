"""The animated picture of the README, made of the real page: python tests/benchmarks/readme_picture.py [FILE]

A digit is drawn and read while the pen is down, its feature maps follow, and a house price moves with its slider.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Locator, Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.browser.harness import REPOSITORY, arrive, box, launch, serve

PICTURE = REPOSITORY / ".github" / "pointwise.gif"
VIEW, WIDTH = {"width": 1040, "height": 720}, 832  # of the window; of the picture
MOST = 1_000_000  # bytes
FRAME, LAST, LOOK = 130, 2_000, 1_000  # milliseconds: a frame, the last of a scene, a stop within it
COLOURS = 160
THREE = [  # the digit that is drawn, in one stroke, as a share of the sheet
    *((0.31, 0.27), (0.37, 0.22), (0.46, 0.19), (0.56, 0.2), (0.64, 0.25), (0.67, 0.32), (0.64, 0.39), (0.57, 0.45)),
    *((0.47, 0.48), (0.58, 0.5), (0.66, 0.55), (0.7, 0.63), (0.68, 0.71), (0.61, 0.78), (0.51, 0.81), (0.4, 0.8)),
    (0.3, 0.75),
]
LOOKS = """() => {
  const style = document.createElement("style")
  style.textContent = `
    [data-testid=stExpandSidebarButton] {display: none !important}
    * {animation: none !important; transition: none !important; caret-color: transparent !important}
    #pw-said {position: fixed; z-index: 1000000; left: 0; right: 0; bottom: 0; padding: 0.9rem 1.4rem;
      font-size: 1.5rem; font-weight: 600; background: #0b2a45; color: #ffffff; text-align: center}
    #pw-mouse {position: fixed; z-index: 1000001; width: 26px; height: 26px; margin: -13px; border-radius: 50%;
      border: 3px solid #d55e00; background: rgba(213, 94, 0, 0.25); pointer-events: none; left: -50px}`
  document.head.append(style)
  for (const id of ["pw-said", "pw-mouse"]) {
    const element = document.createElement("div")
    element.id = id
    document.body.append(element)
  }
  const mouse = document.getElementById("pw-mouse")
  addEventListener("pointermove", (event) => {
    mouse.style.left = `${event.clientX}px`
    mouse.style.top = `${event.clientY}px`
  }, true)
}"""


class Film:
    """Frames of a page, each with how long it is shown."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.frames: list[Image.Image] = []
        self.durations: list[int] = []

    def take(self, duration: int = FRAME) -> None:
        """The page as it is now."""
        picture = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
        height = round(picture.height * WIDTH / picture.width)
        self.frames.append(picture.resize((WIDTH, height), Image.Resampling.LANCZOS))
        self.durations.append(duration)

    def hold(self, duration: int) -> None:
        """Show the latest frame for so long."""
        self.durations[-1] = duration

    def say(self, words: str) -> None:
        """What stands below the page from now on."""
        self.page.evaluate("(words) => { document.getElementById('pw-said').textContent = words }", words)

    def save(self, file: Path) -> None:
        """Write the frames in colours that all of them share, without the frames that change nothing."""
        whole = Image.new("RGB", (WIDTH, sum(frame.height for frame in self.frames[::6])))
        top = 0
        for frame in self.frames[::6]:
            whole.paste(frame, (0, top))
            top += frame.height
        palette = whole.quantize(COLOURS, Image.Quantize.MAXCOVERAGE)
        first, *others = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in self.frames]
        first.save(
            file, save_all=True, append_images=others, duration=self.durations, loop=0, optimize=True, disposal=1
        )


def main() -> None:
    file = Path(sys.argv[1]) if sys.argv[1:] else PICTURE
    expect.set_options(timeout=60_000)
    with TemporaryDirectory() as folder, serve(Path(folder), POINTWISE_KEEP="off") as server, sync_playwright() as p:
        browser = launch(p)
        page = browser.new_page(viewport=VIEW, color_scheme="light")  # type: ignore[arg-type]
        arrive(page, server.url)
        page.get_by_role("button", name="Clear").click()
        expect(page.locator(".pw-answer")).to_contain_text("–")
        page.get_by_test_id("stSidebarCollapseButton").locator("button").evaluate("button => button.click()")
        page.evaluate(LOOKS)
        film = Film(page)
        drawing(film)
        maps(film)
        price(film)
        browser.close()
    film.save(file)
    print(f"{file}: {len(film.frames)} frames, {file.stat().st_size / 1e3:.0f} kB")
    if file.stat().st_size > MOST:
        sys.exit(f"It has more than {MOST / 1e6:g} MB: take fewer frames or colours.")


def drawing(film: Film) -> None:
    """A digit is drawn, point by point."""
    page = film.page
    scroll_to(page.locator(".st-key-board").first)
    board = box(page.locator(".st-key-board canvas.upper-canvas"))
    film.say("Draw a digit: it is read while the pen is down")
    film.take(LOOK)
    first, *points = [(board["x"] + x * board["width"], board["y"] + y * board["height"]) for x, y in THREE]
    page.mouse.move(*first)
    page.mouse.down()
    for point in points:
        page.mouse.move(*point, steps=3)
        page.wait_for_timeout(150)  # the page answers
        film.take()
    page.mouse.up()
    page.wait_for_timeout(1500)
    film.take(LAST)


def maps(film: Film) -> None:
    """What the layers make of it."""
    page = film.page
    visit(page, "feature_maps")
    expect(page.get_by_role("heading", level=1).first).to_contain_text("maps")
    film.say("Look inside: every channel of every layer, on your drawing")
    page.wait_for_timeout(5000)
    film.take(LOOK)
    picture = page.locator(".st-key-features-mosaic").first
    if picture.count():  # below the first screen, it may be
        for part in (4, 3, 2, 1):
            scroll_to(picture, 1 / part)
            film.take()
    film.hold(LAST)


def price(film: Film) -> None:
    """A slider is dragged."""
    page = film.page
    visit(page, "regression")
    slider = page.get_by_test_id("stSlider").first
    expect(slider).to_be_visible()
    film.say("Drag a slider: a network of 193 numbers prices the house")
    page.wait_for_timeout(5000)
    scroll_to(slider)
    thumb, track = box(slider.get_by_test_id("stSliderThumbValue").locator("..")), box(slider)
    x, y = thumb["x"] + thumb["width"] / 2, thumb["y"] + thumb["height"] / 2
    page.mouse.move(x, y)
    film.take(LOOK)
    page.mouse.down()
    for number in range(1, 13):
        page.mouse.move(x + number / 12 * 0.5 * track["width"], y)
        page.wait_for_timeout(100)
        film.take()
    page.mouse.up()
    page.wait_for_timeout(1500)
    film.take(LAST)


def scroll_to(element: Locator, part: float = 1.0) -> None:
    """Scroll so that an element stands near the top of the window, or ``part`` of the way there."""
    element.evaluate(
        """(element, part) => document.querySelector("[data-testid=stMain]")
          .scrollBy(0, part * (element.getBoundingClientRect().top - 110))""",
        part,
    )
    element.page.wait_for_timeout(200)


def visit(page: Page, name: str) -> None:
    """Go to another page in the same session, where the drawing is known."""
    link = page.get_by_test_id("stSidebarNav").locator(f"a[href$='/{name}']")
    link.evaluate("link => link.click()")
    page.wait_for_url(re.compile(f"/{name}"))


if __name__ == "__main__":
    main()
