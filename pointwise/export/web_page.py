"""A network as one HTML file that anybody opens: it draws, reads and explains by itself, and asks nobody for anything.

Its JavaScript is that of the app's pages, from ``inpage/``. A strict content security policy stands in the file: only
this very script and these very styles, and no address to send anything to. What people called things is text there.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pointwise.calibration import SURE
from pointwise.card import HOUSES, class_names, data_set_of, learned_from, measured_share, reads_digits, reads_drawings
from pointwise.data.sample_digits import CROSSED_SEVEN, EXTENT, SAMPLES, Figure
from pointwise.errors import ConfigError
from pointwise.explain.price_parts import weights_of
from pointwise.export.page_weights import pack
from pointwise.inpage import FOLDER, TITLES, scoped
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
NAMES = ("square feet", "rooms")
LARGE = 4  # letters that stand as large as a digit
STYLES = {
    "digit_page.js": ("web_page.css",),
    "house_page.js": ("web_page.css", "house_page.css", "network_diagram.css"),
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
        return _reader(model, name) if model.config.architecture.classifies else _prices(model, name)
    learned = data_set_of(model) or model.card.get("data_set") or "data that its card does not name"
    raise ConfigError(
        f"{model.config.arch} of {learned} reads no drawings and prices no houses by square feet and rooms, and so has "
        "no web page. Choose a network that was trained on MNIST, the bundled digits, drawings of your own or the "
        "houses, such as models/nin.safetensors."
    )


def _reader(model: Network, name: str) -> str:
    rounded = count_parameters(model) > MOST_EXACT
    packed = pack(model, halves=rounded)
    assert packed is not None
    about: dict[str, Any] = {"titles": TITLES, "sure": SURE, "sheet": SHEET, "samples": []}
    digits = reads_digits(model)
    if digits:
        about["samples"] = [_in_short(strokes_on_sheet(SAMPLES[digit])) for digit in sorted(SAMPLES)]
        about["first"] = _in_short(strokes_on_sheet(CROSSED_SEVEN))
    weights = base64.b64encode(packed.content).decode()
    data = f'<script type="text/plain" id="weights">{weights}</script>'
    large = len(weights) > 1e6
    size = f"{len(weights) / (1e6 if large else 1e3):,.0f} {'MB' if large else 'kB'} of this file are its weights"
    told = f"{size}, rounded to half precision (float16)." if rounded else f"{size}, float32, as they were trained."
    names = [visible(one) for one in class_names(model.card, model.config)]
    long = max(map(len, names)) > LARGE
    parts = {
        "heading": "Draw a digit" if digits else "Draw",
        "reads": "reads it as you draw" if digits else "tells these apart as you draw",
        "those": "" if digits else f": {', '.join(names)}",
        "what": "digit" if digits else "class",
        "named": " named" if long else "",
    }
    escaped = {key: html.escape(text) for key, text in {**parts, "name": name}.items()}
    body = _filled(READER, {**escaped, "samples": SAMPLE_BUTTONS if digits else ""})
    return _page(name, body, "digit_page.js", about, data, [*card_rows(model), ("Weights", told)])


def strokes_on_sheet(figure: Figure) -> list[list[list[int]]]:
    """JSON of a figure's strokes in the middle of the sheet, as points in ten-thousandths of it."""
    margin = (1 - EXTENT) / 2
    return [[[round(1e4 * (margin + value * EXTENT)) for value in point] for point in points] for points in figure]


def _in_short(strokes: list[list[list[int]]]) -> list[list[int]]:
    """JSON of strokes in fewer letters: x and y of each point in turn."""
    return [[value for point in points for value in point] for points in strokes]


def _prices(model: Network, name: str) -> str:
    from pointwise.data.housing import ROOMS, SQUARE_FEET

    unit = (SQUARE_FEET, ROOMS)
    most = tuple(REACH * value for value in unit)
    about = {"network": weights_of(model), "unit": unit, "most": most, "steps": STEPS, "names": NAMES}
    starts = (2500, 5)
    sliders = "".join(
        f'<p><label for="slider-{i}">{word.capitalize()}</label> <output id="value-{i}"></output>'
        f'<input type="range" id="slider-{i}" min="0" max="{most[i]:g}" step="{STEPS[i]}" value="{starts[i]}"></p>'
        for i, word in enumerate(NAMES)
    )
    parts = {"sliders": sliders, "outside": f"{unit[0]:,.0f} square feet or {unit[1]:.0f} rooms"}
    return _page(
        name, _filled(HOUSE, {**parts, "name": html.escape(name)}), "house_page.js", about, "", list(card_rows(model))
    )


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


def _page(name: str, body: str, script: str, about: Mapping[str, Any], data: str, card: list[tuple[str, str]]) -> str:
    code = f"{scoped(FOLDER / script)}\n"
    styles = "".join((FOLDER / file).read_text(encoding="utf-8") for file in STYLES[script])
    rows = "".join(f"<dt>{html.escape(visible(key))}</dt><dd>{html.escape(visible(text))}</dd>" for key, text in card)
    parts = {
        "policy": f"default-src 'none'; script-src {_hash(code)}; style-src {_hash(styles)}; img-src data:; "
        "base-uri 'none'; form-action 'none'",
        "styles": styles,
        "body": body,
        "name": html.escape(name),
        "card": rows,
        "about": json.dumps(about, separators=(",", ":")).replace(
            "<", "\\u003c"
        ),  # a script ends at "</script", whatever stands around it
        "data": data,
        "code": code,
    }
    return _filled(PAGE, parts)


def _filled(template: str, parts: Mapping[str, str]) -> str:
    """The template with each "{part}" that it has; what is put in is not looked at again."""
    return re.sub(r"\{(\w+)\}", lambda found: parts[found[1]], template)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Pointwise">
<title>{name}</title>
<link rel="icon" href="data:,">
<style>{styles}</style>
</head>
<body>
{body}
<section aria-labelledby="card"><h2 id="card">About this network</h2>
<dl>{card}</dl>
<p class="small">Written by Pointwise. This file needs no internet: what you draw or choose stays in it.</p></section>
<script type="application/json" id="about">{about}</script>
{data}
<script type="module">{code}</script>
</body>
</html>
"""
SAMPLE_BUTTONS = '<div class="samples" id="samples" role="group" aria-label="Samples"><span>Try one</span></div>'
READER = """<header><h1>{heading}</h1><p>{name} {reads}, in this page{those}.</p></header>
<noscript><p class="warning">This page reads drawings by JavaScript, which is switched off here.</p></noscript>
<main>
<div class="board">
<div class="sheet"><canvas data-draw width="420" height="420"></canvas></div>
<div class="tools"><button type="button" id="undo" disabled>Undo</button>
<button type="button" id="redo" disabled>Redo</button><button type="button" id="clear" disabled>Clear</button></div>
{samples}
</div>
<div class="answer{named}" id="answer" data-digit="" role="img" aria-label="No answer yet">
<div class="pw-digit">–</div>
<div><p class="pw-title">&nbsp;</p><div id="bars"></div><p class="small">Probability of each {what}</p></div>
</div>
<figure class="received"><canvas id="received" width="28" height="28" role="img" aria-label="28 by 28"></canvas>
<figcaption>What the network receives: the drawing cropped, scaled and centred to 28 × 28 pixels.</figcaption></figure>
</main>
<section aria-labelledby="within"><h2 id="within">Look inside</h2>
<p>Every channel of every layer, as you draw. Brighter is more; in layers with values below 0 those are blue and the
others orange. Choose a channel for its weights and the sum behind each of its pixels.</p>
<div id="inside"></div></section>"""
HOUSE = """<header><h1>What is a house worth?</h1><p>{name} prices it, in this page.</p></header>
<noscript><p class="warning">This page computes prices by JavaScript, which is switched off here.</p></noscript>
<main class="house">
<div class="sliders">{sliders}<p>Predicted price</p><p class="price"><output id="price">–</output></p>
<p class="warning" id="outside" hidden>The network learned from houses of at most {outside}: here it guesses.</p></div>
<figure class="surface"><div class="large"><canvas id="surface" tabindex="0" role="application"></canvas></div>
<figcaption>The price of every house: square feet to the right, rooms upwards. Click one to choose it.
<canvas id="ramp" aria-hidden="true"></canvas><span class="ends"><span id="least"></span><span id="most"></span></span>
</figcaption></figure>
</main>
<section aria-labelledby="work"><h2 id="work">The network at work</h2>
<figure class="diagram"><div id="diagram"></div><figcaption id="words"></figcaption></figure></section>"""
