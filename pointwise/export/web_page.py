"""A network as one HTML file that anybody opens: it draws, reads and explains by itself, and asks nobody for anything.

Its JavaScript is that of the app's pages, from ``inpage/``. A strict content security policy stands in the file: only
this very script and these very styles, and no address to send anything to. What people called things is text there.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import rcssmin

from pointwise.calibration import SURE
from pointwise.card import HOUSES, class_names, data_set_of, learned_from, measured_share, reads_digits, reads_drawings
from pointwise.data.sample_digits import CROSSED_SEVEN, EXTENT, SAMPLES, Figure
from pointwise.errors import ConfigError
from pointwise.explain.price_parts import weights_of
from pointwise.export.page_weights import pack
from pointwise.inpage import FOLDER, TITLES, scoped, templates
from pointwise.models import REGRESSOR, Network
from pointwise.models.building import count_parameters
from pointwise.visible_text import visible

SHEET: dict[str, Any] = {
    "size": (420, 420),
    "pen": 30 / 420,
    "detail": 11 / 15,
}  # the app's, so that a drawing is the same 28×28
MOST_EXACT = 300_000  # parameters that are written as float32
REACH = 1.2  # as far as the sliders of a house go, times what the network was trained on
STEPS = (10, 0.5)  # of the sliders: square feet, rooms
STARTS = (2500, 5)  # where they begin
NAMES = ("square feet", "rooms")
LARGE = 4  # letters that stand as large as a digit
STYLES = {
    "digit_page": ("web_page.css",),
    "house_page": ("web_page.css", "house_page.css", "network_diagram.css"),
}
RECIPE = ("name", "epochs", "batch_size", "optimizer", "learning_rate", "schedule", "weight_decay", "augment", "seed")


def has_web_page(model: Network) -> bool:
    """Whether ``to_web_page`` takes a network: it reads drawings, or prices houses by square feet and rooms."""
    if model.config.architecture.classifies:
        return reads_drawings(model)
    return model.config.arch == REGRESSOR and model.config.input_channels == len(NAMES) and data_set_of(model) == HOUSES


def weights_bytes(model: Network) -> int:
    """How many bytes of its page are the weights of a network that reads drawings, at least."""
    parameters = count_parameters(model)
    return parameters * (2 if parameters > MOST_EXACT else 4) * 4 // 3  # as base64


def to_web_page(model: Network, title: str = "") -> str:
    """HTML of a page that reads drawings, or prices houses, with a network in eval mode; ``title`` is a person's text.

    Weights are float32, or float16 of a network with more than MOST_EXACT parameters. Classes of somebody's own are
    called as its card says. Raises ConfigError for a network that does neither.
    """
    name = visible(title or model.config.architecture.title)
    if has_web_page(model):
        if model.config.architecture.classifies:
            return _digit_page(model, name)
        return _page("house_page", name, *house_parts(model))
    learned = data_set_of(model) or model.card.get("data_set") or "data that its card does not name"
    raise ConfigError(
        f"{model.config.arch} of {learned} reads no drawings and prices no houses by square feet and rooms, and so has "
        "no web page. Choose a network that was trained on MNIST, the bundled digits, drawings of your own or the "
        "houses, such as models/nin.safetensors."
    )


def _digit_page(model: Network, name: str) -> str:
    rounded = count_parameters(model) > MOST_EXACT
    packed = pack(model, halves=rounded)
    assert packed is not None
    about: dict[str, Any] = {"titles": TITLES, "sure": SURE, "sheet": SHEET, "samples": []}
    digits = reads_digits(model)
    if digits:
        about["samples"] = [_in_short(strokes_on_sheet(SAMPLES[digit])) for digit in sorted(SAMPLES)]
        about["first"] = _in_short(strokes_on_sheet(CROSSED_SEVEN))
    weights = base64.b64encode(packed.content).decode()
    large = len(weights) > 1e6
    size = f"{len(weights) / (1e6 if large else 1e3):,.0f} {'MB' if large else 'kB'} of this file are its weights"
    told = f"{size}, rounded to half precision (float16)." if rounded else f"{size}, float32, as they were trained."
    names = [visible(one) for one in class_names(model.card, model.config)]
    parts = {
        "digits": digits,
        "names": names,
        "named": max(map(len, names)) > LARGE,
        "weights": weights,
        "card": [*card_rows(model), ("Weights", told)],
    }
    return _page("digit_page", name, parts, about)


def strokes_on_sheet(figure: Figure) -> list[list[list[int]]]:
    """JSON of a figure's strokes in the middle of the sheet, as points in ten-thousandths of it."""
    margin = (1 - EXTENT) / 2
    return [[[round(1e4 * (margin + value * EXTENT)) for value in point] for point in points] for points in figure]


def _in_short(strokes: list[list[list[int]]]) -> list[list[int]]:
    """JSON of strokes in fewer letters: x and y of each point in turn."""
    return [[value for point in points for value in point] for points in strokes]


def house_parts(model: Network) -> tuple[dict[str, Any], dict[str, Any]]:
    """What house.html shows of a network of house prices, and JSON that house_page.js takes."""
    from pointwise.data.housing import ROOMS, SQUARE_FEET

    unit = (SQUARE_FEET, ROOMS)
    most = [REACH * value for value in unit]
    sliders = [
        {"name": name, "most": f"{high:g}", "step": step, "start": start}
        for name, high, step, start in zip(NAMES, most, STEPS, STARTS, strict=True)
    ]
    parts = {
        "sliders": sliders,
        "outside": f"{unit[0]:,.0f} square feet or {unit[1]:.0f} rooms",
        "card": list(card_rows(model)),
    }
    return parts, {"network": weights_of(model), "unit": unit, "most": most, "steps": STEPS, "names": NAMES}


def card_rows(model: Network) -> Iterator[tuple[str, str]]:
    """What the network's card says, by headings; people's text among it."""
    card, architecture = model.card, model.config.architecture
    yield "Network", f"{architecture.title}: {architecture.about}"
    yield "Parameters", f"{count_parameters(model):,}"
    yield "Learned from", learned_from(model) or "not said"
    share = measured_share(model)
    metrics = card.get("metrics")
    if share is not None:
        yield "Accuracy", f"{share.said(2)} of {share.count:,} test pictures, in brackets the 95 % interval of so many"
    elif isinstance(metrics, Mapping) and isinstance(metrics.get("mae"), (int, float)):
        yield "Mean absolute error", f"{metrics['mae']:,.0f} dollars on houses that it did not learn from"
    recipe = card.get("recipe")
    if isinstance(recipe, Mapping):
        known = [(key.replace("_", " "), recipe[key]) for key in RECIPE if recipe.get(key)]
        said = [name if value is True else f"{name} {value}" for name, value in known]
        yield "Recipe", ", ".join(said).removeprefix("name ").replace("_", " ")
    if isinstance(card.get("seconds"), (int, float)):
        yield "Training took", f"{card['seconds']:,.0f} seconds"


def _page(page: str, name: str, parts: Mapping[str, Any], about: Mapping[str, Any]) -> str:
    """HTML of a page: its template and its script are called ``page``, and ``about`` is what the script takes."""
    code = f"{scoped(FOLDER / f'{page}.js')}\n"
    styles = str(rcssmin.cssmin("".join((FOLDER / file).read_text(encoding="utf-8") for file in STYLES[page])))
    given = {
        **parts,
        "name": name,
        "card": [(visible(heading), visible(text)) for heading, text in parts["card"]],
        "policy": f"default-src 'none'; script-src {_hash(code)}; style-src {_hash(styles)}; img-src data:; "
        "base-uri 'none'; form-action 'none'",
        "styles": styles,
        "about": about,
        "code": code,
    }
    return templates().get_template(f"{page}.html").render(given)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
