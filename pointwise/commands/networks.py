"""The commands that bring networks in and ask them: import and predict."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.card import HOUSES
from pointwise.commands import add_command, add_force, add_json, add_quiet, check_outs
from pointwise.commands.picture_folders import named
from pointwise.commands.progress import bar, say
from pointwise.data.catalogue import DATA_SETS
from pointwise.errors import DataError, ModelFileError, PictureError
from pointwise.models import ACTIVATIONS, SHIPPED_NAMES
from pointwise.visible_text import printable

if TYPE_CHECKING:
    from pointwise.models import Network

UNKNOWN = {  # of an imported network, with how to say it
    "data_set": "what it was trained on (--data-set)",
    "picture_scaling": "how its pictures were scaled (--scaling)",
    "activation": "its activation (--activation), taken for relu",
    "image_size": "the size of its pictures (--data-set)",
}


def add(commands: Any) -> None:
    """Add both commands and their arguments to the parser's."""
    about = "make a weights file of a network that PyTorch saved (.pth, .pt)"
    more = "The network is recognised by the names and shapes of its weights. What is not said here is unknown of it."
    examples = ['tutorial.pth --out conv_mlp.safetensors --data-set mnist --scaling "-1 to 1"']
    parser = add_command(commands, "import", about, more, examples)
    parser.add_argument("file", metavar="FILE", type=Path, help="state dict: .pth, .pt or .safetensors")
    parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="weights file to write")
    names = ", ".join((*DATA_SETS, HOUSES))
    parser.add_argument("--data-set", metavar="NAME", help=f"what it was trained on: {names}")
    scalings = "'-1 to 1' (as here), '0 to 1' or mnist (mean 0.1307, deviation 0.3081)"
    parser.add_argument("--scaling", metavar="NAME", help=f"how its pictures were scaled: {scalings}")
    names = ", ".join(ACTIVATIONS)
    parser.add_argument("--activation", metavar="NAME", help=f"{names}: a state dict does not say which")
    parser.set_defaults(run=bring_in, show=import_told)
    add_force(parser)
    add_json(parser)
    about = "ask a network: pictures of digits or of classes of your own, houses, or rows of a table"
    more = (
        "Pictures are PNG, JPEG, TIFF, WebP, BMP or GIF, a drawing or a photograph; tables are CSV or TSV with a line "
        "of names, for houses square_feet and rooms. One line is printed a picture or a row."
    )
    examples = [
        "nin photo.jpg scan.png",
        "flowers.safetensors photo.jpg",
        "price_1x1 houses.csv --json",
        "my-table.safetensors rows.csv",
    ]
    parser = add_command(commands, "predict", about, more, examples)
    shipped = f"weights file, or the name of a shipped network: {', '.join(SHIPPED_NAMES)}"
    parser.add_argument("network", metavar="NETWORK", type=Path, help=shipped)
    parser.add_argument("inputs", metavar="INPUT", type=Path, nargs="+", help="picture, or table")
    parser.set_defaults(run=predict, show=predictions_told)
    add_quiet(parser)
    add_json(parser)


def bring_in(options: argparse.Namespace) -> dict[str, Any]:
    """JSON: the file that was written, what was recognised, and the card, which lists what is unknown."""
    from pointwise.models import count_parameters
    from pointwise.state_dicts import import_state_dict
    from pointwise.weights import save_model

    check_outs([options.out], [options.file], replace=options.force)
    said = {"data_set": options.data_set, "scaling": options.scaling, "activation": options.activation}
    model = import_state_dict(options.file, options.file.name, **said)
    save_model(model, options.out, model.card)
    config = model.config
    shape = {"input_channels": config.input_channels, "image_size": config.image_size, "outputs": config.num_classes}
    recognised = {"arch": config.arch, "widths": list(config.widths), **shape, "parameters": count_parameters(model)}
    return {**model.card, "file": str(options.out), **recognised}


def import_told(result: Mapping[str, Any]) -> Iterator[str]:
    """The result of ``bring_in`` as sentences."""
    side, widths = result["image_size"], " and ".join(map(str, result["widths"]))
    yield (
        f"{result['file']}: {result['arch']} with {widths} channels, {result['parameters']:,} parameters, "
        f"{result['input_channels']}×{side}×{side} in, {result['outputs']} out"
    )
    unknown = [how for name, how in UNKNOWN.items() if name in str(result.get("unknown", ""))]
    if unknown:
        yield f"Unknown: {'; '.join(unknown)}"


def predict(options: argparse.Namespace) -> dict[str, Any]:
    """JSON: what is predicted, and for each file the predictions of its rows, or what it shows, or why it cannot be
    read. Raises an exception where that is so of all of them.
    """
    from pointwise.card import TABLE, data_set_of, reads_digits, reads_drawings
    from pointwise.weights import load_model

    model = load_model(options.network)
    if model.config.architecture.labels_pixels:
        remedy = "Label pictures with: python -m pointwise segment --apply NETWORK PICTURE..."
        raise ModelFileError(options.network, "labels the pixels of pictures and predicts nothing else", remedy)
    if "preparation" in model.card and not reads_drawings(model):
        target, read = "class", named
    elif model.config.architecture.classifies:
        target, read = "class" if reads_drawings(model) and not reads_digits(model) else "digit", _drawing
    elif "columns" in model.card or data_set_of(model) == TABLE:
        target, read = str(model.card.get("target", "value")), _rows
    elif data_set_of(model) == HOUSES:
        target, read = "price", _houses
    else:
        remedy = "If it prices houses, import it with --data-set houses."
        raise ModelFileError(options.network, "does not say what it predicts from", remedy)
    files: list[dict[str, Any]] = []
    with bar(options, "reading", len(options.inputs), "files") as shown:
        for path in options.inputs:
            try:
                files.append({"file": str(path), **read(model, path)})
            except (DataError, PictureError) as error:
                if len(options.inputs) == 1:
                    raise
                files.append({"file": str(path), "error": str(error)})
            shown.update()
    if all("error" in file for file in files):
        raise DataError(" ".join(file["error"] for file in files))
    return {"network": str(options.network), "target": target, "files": files}


def predictions_told(result: Mapping[str, Any]) -> Iterator[str]:
    """The result of ``predict``, one line a row or a picture."""
    for file in result["files"]:
        yield from (f"{value:.7g}" for value in file.get("predictions", ()))
        if result["target"] in ("digit", "class") and result["target"] in file:
            sure = "" if file.get("sure", True) else ", not sure"
            yield f"{file['file']}: {printable(str(file[result['target']]))} ({file['probability']:.1%}{sure})"


def _drawing(model: Network, path: Path) -> dict[str, Any]:
    """The digit, or of a network for classes of somebody's own the class and all of them, that a picture shows."""
    from pointwise.answers import read_digit

    reading = read_digit(path, model)
    if reading.label is None:
        raise PictureError(f"{path.name} is of one colour: there is nothing to read. Choose one that shows something.")
    what = (
        {"class": reading.name, "classes": list(reading.names)} if reading.digit is None else {"digit": reading.digit}
    )
    said = {**what, "probability": reading.probability, "sure": reading.sure}
    return {**said, "probabilities": [round(float(one), 6) for one in reading.probabilities]}


def _rows(model: Network, path: Path) -> dict[str, Any]:
    from pointwise.data.table import read_rows
    from pointwise.inference import columns_of, predict_table

    rows = read_rows(_content(path), path.name, columns_of(model))
    return {"predictions": predict_table(model, rows).tolist()}


def _houses(model: Network, path: Path) -> dict[str, Any]:
    from pointwise.answers import predict_prices
    from pointwise.data.housing import ROOMS, SQUARE_FEET
    from pointwise.data.table import read_rows

    try:
        prices = predict_prices(model, read_rows(_content(path), path.name))
    except DataError as error:
        raise DataError(f"{path.name} cannot be priced. {error}") from None
    if guesses := int(prices.guess.sum()):
        known = f"0–{SQUARE_FEET:,.0f} square feet and 0–{ROOMS:.0f} rooms"
        what = "1 price is a guess" if guesses == 1 else f"{guesses:,} prices are guesses"
        say(f"{path.name}: {what}, outside of what the network learned, {known}.")
    return {"predictions": prices.dollars.tolist(), "guess": prices.guess.tolist()}


def _content(path: Path) -> bytes:
    """A file's content, cut off where it is larger than any table may be."""
    from pointwise.data.table.text import MAX_BYTES

    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}). Choose another file.") from None
