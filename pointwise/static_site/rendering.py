"""HTML of the static edition's pages: each page's template with what stands in it, and what its script takes."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from pointwise.calibration import SURE
from pointwise.card import measured_share
from pointwise.claims import parameters
from pointwise.data.digits import pixel_order
from pointwise.data.sample_digits import CROSSED_SEVEN, SAMPLES
from pointwise.drawing import SIDE
from pointwise.explain import colour, colour_mixer, five_steps
from pointwise.export.web_page import SHEET, house_parts, strokes_on_sheet
from pointwise.inpage import TITLES, templates
from pointwise.intervals import CONFIDENCE
from pointwise.models import ARCHITECTURES, CLASSIFIERS, REGRESSOR, SHIPPED
from pointwise.static_site.measured_claims import VERDICTS, MeasuredClaim
from pointwise.static_site.page_table import CODE, FRAME, PAGES, Page
from pointwise.static_site.readers import BAG, DENSE, FIRST, Reader
from pointwise.weights import load_model

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "worker-src 'self'; base-uri 'none'; form-action 'none'"
)
ORDERS = 8  # ways to shuffle a drawing's pixels
START = """python3 -m venv .venv && .venv/bin/pip install -r requirements.txt && .venv/bin/streamlit run app.py"""
HEADINGS = {
    "python/": "Pointwise with Python",
    "own_classes/": "Learning your own classes needs Python",
    "paint/": "Painting needs Python",
    "runs/": "Runs need Python",
}
PATH_CLAIMS = ("Dense layer", "Parameters", "Any size", "Regularising")
KINDS = {
    BAG: "only 1×1",
    FIRST: "larger ones as well",
    DENSE: "a 1×1 convolution over the whole picture, with a weight for each place",
}
STRESSED = re.compile(r"\*\*(.+?)\*\*")
TERM = re.compile(r"\[\[([^]|]+)(?:\|[^]]+)?\]\]")


def page_text(page: Page, shown: Sequence[Reader], claims: Sequence[MeasuredClaim], machine: str, readme: str) -> str:
    """HTML of a page; ``shown`` and ``claims`` as ``write_site`` has them, ``readme`` an address."""
    more = {"": _draw, "path/": _path, "feature_maps/": _maps, "regression/": _prices, "why_1x1/": _claims}
    parts, about = more[page.path](page, shown, claims) if page.path in more else ({}, {})
    reads = page.path in ("", "feature_maps/", "path/")
    if reads:
        about |= _of_drawings(shown)
    about["root"] = page.root or "./"
    environment = templates(Path(__file__).parent / "templates")
    environment.filters["plainly"] = plainly
    return environment.get_template(page.template).render(
        page=page,
        pages=[one for one in PAGES if one.listed],
        root=page.root,
        readme=readme,
        policy=POLICY,
        styles=[f"{CODE}/{name}" for name in page.styles],
        modules=[f"{CODE}/{name}" for name in page.modules()],
        code=CODE,
        frame_script=f"{CODE}/{FRAME}",
        first_network=shown[0].file if page.path in ("", "feature_maps/") else "",
        about=about,
        heading=HEADINGS.get(page.path, ""),
        start=START,
        side=SIDE,
        networks=shown,
        machine=machine,
        verdicts=list(VERDICTS.values()),
        confidence=f"{100 * CONFIDENCE:.0f}",
        **parts,
    )


def plainly(text: str) -> Markup:
    """HTML of one of the path's texts, in which words of the glossary are words like others."""
    return Markup(STRESSED.sub(r"<strong>\1</strong>", str(escape(TERM.sub(r"\1", text)))))


def _of_drawings(shown: Sequence[Reader]) -> dict[str, Any]:
    """What board.js, networks.js and bars.js take."""
    return {
        "titles": TITLES,
        "sure": SURE,
        "side": SIDE,
        "sheet": SHEET,
        "samples": [strokes_on_sheet(SAMPLES[digit]) for digit in sorted(SAMPLES)],
        "first": strokes_on_sheet(CROSSED_SEVEN),
        "networks": {
            one.name: {
                "title": one.title,
                "about": one.about,
                "file": one.file,
                "bytes": len(one.content),
                "size": one.size,
            }
            for one in shown
        },
    }


Parts = tuple[dict[str, Any], dict[str, Any]]  # of a template, and of the page's script


def _draw(_: Page, shown: Sequence[Reader], __: Sequence[MeasuredClaim]) -> Parts:
    there = {one.name for one in shown}
    return {"missing": [ARCHITECTURES[name].title for name in CLASSIFIERS if name not in there]}, {}


def _maps(*_: Any) -> Parts:
    return {}, {"inPython": ["Ten curves", "Colour"]}


def _claims(_: Page, __: Sequence[Reader], claims: Sequence[MeasuredClaim]) -> Parts:
    return {"claims": claims}, {}


def _prices(*_: Any) -> Parts:
    parts, about = house_parts(load_model(SHIPPED / f"{REGRESSOR}.safetensors"))
    return parts, {**about, "inPython": ["Your own table", "Tutorial", "Slices", "Accuracy"]}


def _path(_: Page, shown: Sequence[Reader], claims: Sequence[MeasuredClaim]) -> Parts:
    by_name = {one.name: one for one in shown}
    bag = by_name[BAG]
    share = measured_share(bag.network)
    chance = f"{100 / bag.network.config.num_classes:.0f} %"
    reads = f"Of MNIST's test digits it reads {share.said(1)}, and chance {chance}." if share else ""
    parts = {
        "path": five_steps,
        "mixer": colour_mixer.MARKUP,
        "work": list(_work()),
        "inception": parameters.saved(parameters.INCEPTION),
        "resnet": parameters.saved(parameters.RESNET),
        "reader": by_name[FIRST],
        "dense": by_name[DENSE],
        "bag": {"title": bag.title, "reads": reads},
        "claims": [one for one in claims if one.claim.name in PATH_CLAIMS],
    }
    about = {
        "steps": [step.name for step in five_steps.STEPS],
        "pixel": {"network": BAG, "styles": f"{CODE}/inpage/one_pixel.css"},
        "colours": {
            "styles": f"{CODE}/inpage/colour_mixer.css",
            "scene": colour_mixer.of_scene(colour.tree()),
            "others": colour_mixer.OTHERS,
        },
        "maps": {"network": FIRST, "says": five_steps.LAYERS},
        "shape": {"kinds": KINDS, "dense": DENSE, "orders": [_order(seed) for seed in range(ORDERS)]},
    }
    return parts, {"path": about}


def _order(seed: int) -> str:
    return base64.b64encode(pixel_order(SIDE**2, seed).astype("<u2").tobytes()).decode()


def _work() -> Iterator[tuple[str, str, str]]:
    """Name, share of the largest, and millions of multiply-adds of a branch of Inception without and with a 1×1."""
    most = max(block.multiply_adds for block in parameters.INCEPTION)
    for block in parameters.INCEPTION:
        yield block.name, f"{block.multiply_adds / most:.4f}", f"{block.multiply_adds / 1e6:.1f}"
