"""Writes the static edition: pages from templates, scripts and styles as they are, networks as the page reads them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pointwise.calibration import SURE
from pointwise.card import learned_from, measured_share
from pointwise.claims import parameters
from pointwise.data.digits import pixel_order
from pointwise.data.housing import ROOMS, SQUARE_FEET
from pointwise.data.sample_digits import CROSSED_SEVEN, EXTENT, SAMPLES
from pointwise.drawing import SIDE, draw_strokes, prepare
from pointwise.errors import ConfigError
from pointwise.explain import colour, colour_mixer
from pointwise.explain.price_parts import weights_of
from pointwise.export.page_weights import pack
from pointwise.export.web_page import MOST_EXACT, NAMES, REACH, SHEET, STEPS, card_rows, strokes_on_sheet
from pointwise.inpage import TITLES
from pointwise.intervals import CONFIDENCE
from pointwise.models import ARCHITECTURES, CLASSIFIERS, REGRESSOR, SHIPPED, count_parameters
from pointwise.static_site.measured_claims import VERDICTS, MeasuredClaim
from pointwise.static_site.page_table import CODE, FRAME, PAGES, POINTWISE, Page
from pointwise.weights import load_model, write_bytes

if TYPE_CHECKING:
    from pointwise.models import Network

FIRST = "nin"  # the network that reads at once
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
SLIDERS = ((2500, "square feet"), (5, "rooms"))  # where they begin
PATH_CLAIMS = ("Dense layer", "Parameters", "Any size", "Regularising")
STEP_NAMES = (  # of the path, as in the app's address
    ("pixel", "One pixel", "What a 1×1 convolution does with one pixel"),
    ("colours", "Colours", "Where it earns its keep: colours"),
    ("maps", "Maps", "A drawing on its way through a network"),
    ("shape", "Shape", "How can something that sees one pixel read a 7?"),
    ("claims", "Claims", "Is it true what people say?"),
)
BAG, DENSE = "bag_of_pixels", "mlp_1x1"
KINDS = {
    BAG: "only 1×1",
    FIRST: "larger ones as well",
    DENSE: "a 1×1 convolution over the whole picture, with a weight for each place",
}
LAYERS = {  # what is said of nin's
    "conv1": "Each value comes from a square of pixels. Strokes and their edges appear.",
    "mix1": "A 1×1 convolution: every new map is a mix of all maps above, pixel by pixel. It sees no further.",
    "conv2": "A square of values of the maps above, each of which has seen a square already: larger pieces.",
    "mix2": "1×1 again: it mixes what was seen at each place, and sees no further.",
    "conv3": "A larger square again. One value now sees most of the digit.",
    "mix3": "1×1 once more: the last mix before the answer.",
    "classifier": "A last 1×1 convolution makes a map for each digit: orange speaks for it, blue against it. The "
    "average of a map is the digit's score.",
}


@dataclass(frozen=True)
class Site:
    """What was written."""

    files: Mapping[str, int]  # bytes, by the file's name in the folder
    first_answer: int  # bytes that the first page fetches before its first answer


@dataclass(frozen=True)
class Reader:
    """A classifier as the pages show it."""

    name: str
    network: Network
    content: bytes

    @property
    def file(self) -> str:
        return f"networks/{self.name}.bin"

    @property
    def title(self) -> str:
        return self.network.config.architecture.title

    @property
    def about(self) -> str:
        return self.network.config.architecture.about

    @property
    def parameters(self) -> int:
        return count_parameters(self.network)

    @property
    def size(self) -> str:
        """How many bytes are fetched, for people."""
        count = len(self.content)
        return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:,.0f} kB"

    @property
    def error(self) -> str:
        share = measured_share(self.network)
        return f"{share.rest.said(2)} error on MNIST's test digits" if share else "Its error was not measured"

    @property
    def learned(self) -> str:
        return learned_from(self.network) or "what its card does not say"


def readers() -> list[Reader]:
    """The shipped classifiers, without those whose files an installation does not hold (conv_mlp, 26 MB)."""
    found = []
    for name in CLASSIFIERS:
        file = SHIPPED / f"{name}.safetensors"
        if name in (FIRST, BAG, DENSE) or file.is_file():
            network = load_model(file)
            packed = pack(network, halves=count_parameters(network) > MOST_EXACT)
            assert packed is not None
            found.append(Reader(name, network, packed.content))
    return sorted(found, key=lambda one: one.name != FIRST)


def first_drawing() -> np.ndarray:
    """The drawing that a first visitor finds, uint8 (28, 28)."""
    side = round(SHEET["size"][1] * SHEET["detail"])
    return prepare(draw_strokes(CROSSED_SEVEN, side, SHEET["pen"] * side, EXTENT)).image


def check_folder(folder: Path, replace: bool) -> None:
    """Raise ConfigError where the folder is a file, or holds something and nothing is to be replaced."""
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder} is a file. Name a folder.")
    if folder.is_dir() and not replace and any(folder.iterdir()):
        raise ConfigError(f"{folder} holds files already. Write to another folder, or over them with --force.")


def write_site(
    folder: Path,
    claims: Sequence[MeasuredClaim],
    machine: str,
    shown: Sequence[Reader] | None = None,
    readme: str = "",
    replace: bool = False,
    tell: Callable[[str], None] = lambda sentence: None,
) -> Site:
    """Write all files of the site into a folder; other files there stay.

    ``machine`` says where and when ``claims`` were measured; ``readme`` is the address of a README, else a text beside
    the pages. Raises ConfigError as ``check_folder``, and ModelFileError where a file cannot be written.
    """
    check_folder(folder, replace)
    shown = readers() if shown is None else shown
    files: dict[str, bytes] = {reader.file: reader.content for reader in shown}
    for name in _code():
        files[f"{CODE}/{name}"] = (POINTWISE / name).read_bytes()
    files["favicon.png"] = (POINTWISE / "inpage" / "favicon.png").read_bytes()
    files["readme.txt"] = _readme().encode("utf-8-sig")  # servers do not say in which encoding it is
    files[".nojekyll"] = b""
    for page in PAGES:
        text = _text(page, shown, claims, machine, readme or f"{page.root}readme.txt")
        files[page.file] = text.encode()
    for name, content in files.items():
        write_bytes(folder / name, content)
        tell(f"{name}: {len(content):,} bytes")
    needed = [f"{CODE}/{name}" for name in (*PAGES[0].modules(), *PAGES[0].styles)]
    first = sum(len(files[name]) for name in {*needed, PAGES[0].file, shown[0].file, "favicon.png"})
    return Site({name: len(content) for name, content in files.items()}, first)


def _code() -> list[str]:
    return sorted({FRAME, *(name for page in PAGES for name in (*page.modules(), *page.styles, *page.later))})


def _readme() -> str:
    file = POINTWISE.parent / "README.md"
    if file.is_file():
        return file.read_text(encoding="utf-8")
    from importlib.metadata import metadata

    return str(metadata("pointwise").json.get("description", ""))


def _text(page: Page, shown: Sequence[Reader], claims: Sequence[MeasuredClaim], machine: str, readme: str) -> str:
    more = {"": _draw, "path/": _path, "feature_maps/": _maps, "regression/": _prices, "why_1x1/": _claims}
    parts, about = more[page.path](page, shown, claims) if page.path in more else ({}, {})
    reads = page.path in ("", "feature_maps/", "path/")
    if reads:
        about |= _of_drawings(shown)
    about["root"] = page.root or "./"
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    code = json.dumps(about, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
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
        about=code,
        heading=HEADINGS.get(page.path, ""),
        start=START,
        side=SIDE,
        networks=shown,
        machine=machine,
        verdicts=list(VERDICTS.values()),
        confidence=f"{100 * CONFIDENCE:.0f}",
        **parts,
    )


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
    network = load_model(SHIPPED / f"{REGRESSOR}.safetensors")
    unit = (SQUARE_FEET, ROOMS)
    most = [REACH * value for value in unit]
    sliders = [
        {"name": name, "most": f"{high:g}", "step": step, "start": start}
        for (start, name), high, step in zip(SLIDERS, most, STEPS, strict=True)
    ]
    about = {"network": weights_of(network), "unit": unit, "most": most, "steps": STEPS, "names": NAMES}
    about["inPython"] = ["Your own table", "Tutorial", "Slices", "Accuracy"]
    outside = f"{unit[0]:,.0f} square feet or {unit[1]:.0f} rooms"
    return {"sliders": sliders, "outside": outside, "card": list(card_rows(network))}, about


def _path(_: Page, shown: Sequence[Reader], claims: Sequence[MeasuredClaim]) -> Parts:
    by_name = {one.name: one for one in shown}
    bag = by_name[BAG]
    share = measured_share(bag.network)
    chance = f"{100 / bag.network.config.num_classes:.0f} %"
    reads = f"Of MNIST's test digits it reads {share.said(1)}, and chance {chance}." if share else ""
    inception, resnet = parameters.saved(parameters.INCEPTION), parameters.saved(parameters.RESNET)
    parts = {
        "steps": [dict(zip(("name", "title", "heading"), step, strict=True)) for step in STEP_NAMES],
        "mixer": colour_mixer.MARKUP,
        "work": list(_work()),
        "inception": f"{inception:.1f}",
        "resnet": f"{resnet:.0f}",
        "reader": by_name[FIRST],
        "dense": by_name[DENSE],
        "bag": {"title": bag.title, "reads": reads},
        "claims": [one for one in claims if one.claim.name in PATH_CLAIMS],
    }
    about = {
        "steps": [name for name, *_ in STEP_NAMES],
        "pixel": {"network": BAG, "styles": f"{CODE}/inpage/one_pixel.css"},
        "colours": {
            "styles": f"{CODE}/inpage/colour_mixer.css",
            "scene": colour_mixer.of_scene(colour.tree()),
            "others": colour_mixer.OTHERS,
        },
        "maps": {"network": FIRST, "says": LAYERS},
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
