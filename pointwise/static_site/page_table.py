"""The pages of the static edition: their addresses, which are the app's, and the code and styles of each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

POINTWISE = Path(__file__).parents[1]
CODE = "code"  # the folder of scripts and styles, in which they lie as in pointwise/
FRAME = "static_site/pages/frame.js"
SHARED = ("inpage/web_page.css", "static_site/pages/site.css")
IMPORTED = re.compile(r'^(?:import|export)\b[^"\n]*"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)', re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """A page of the site."""

    path: str  # in the address, with a slash at its end; "" is the first page
    title: str
    about: str
    template: str
    script: str = ""  # in pointwise/
    styles: tuple[str, ...] = SHARED
    later: tuple[str, ...] = ()  # other files in pointwise/ that it fetches
    listed: bool = True  # in the menu

    @property
    def root(self) -> str:
        """The way from the page to the first one, "" or "../"."""
        return "../" * self.path.count("/")

    @property
    def file(self) -> str:
        """The page's file."""
        return f"{self.path}index.html"

    def href(self, root: str) -> str:
        """Its address in a page whose ``root`` that is."""
        return root + self.path or "./"

    def modules(self) -> list[str]:
        """The page's script and all that it imports, in pointwise/, those first that need no other."""
        found: dict[str, None] = {}
        if self.script:
            _collect(POINTWISE / self.script, found)
        return list(found)


def _collect(path: Path, found: dict[str, None]) -> None:
    name = path.relative_to(POINTWISE).as_posix()
    for imported in IMPORTED.findall(path.read_text(encoding="utf-8")):
        _collect((path.parent / (imported[0] or imported[1])).resolve(), found)
    found.setdefault(name)


SCRIPTS = "static_site/pages"
PAGES = (
    Page("", "Draw a digit", "Draw a digit and see four 1×1 networks read it.", "draw.html", f"{SCRIPTS}/draw.js"),
    Page(
        "path/",
        "Start here",
        "What a 1×1 convolution is and what it is good for, in five steps.",
        "path.html",
        f"{SCRIPTS}/path.js",
        later=("inpage/one_pixel.css", "inpage/colour_mixer.css"),
    ),
    Page(
        "feature_maps/",
        "Feature maps",
        "See every channel of a network on a drawing.",
        "feature_maps.html",
        f"{SCRIPTS}/feature_maps.js",
    ),
    Page(
        "regression/",
        "House prices",
        "Move two sliders and see a network's price move.",
        "regression.html",
        f"{SCRIPTS}/regression.js",
        (*SHARED, "inpage/house_page.css", "inpage/network_diagram.css"),
    ),
    Page(
        "why_1x1/",
        "Why 1×1",
        "Guess what is true about 1×1 convolutions, and see it measured.",
        "why_1x1.html",
        f"{SCRIPTS}/why_1x1.js",
    ),
    Page("python/", "With Python", "What Pointwise does with Python, and how to start it.", "python.html"),
    # Pages of the app, so that a link to them leads somewhere.
    Page(
        "own_classes/",
        "Your own classes",
        "Learning your own classes needs Pointwise with Python.",
        "python.html",
        listed=False,
    ),
    Page("paint/", "Paint", "Painting needs Pointwise with Python.", "python.html", listed=False),
    Page("runs/", "Your runs", "Runs need Pointwise with Python.", "python.html", listed=False),
)
