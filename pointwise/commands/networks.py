"""The commands that bring networks in and ask them: import and predict."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.card import HOUSES
from pointwise.commands import add_command, add_force, add_json, check_outs
from pointwise.data.catalogue import DATA_SETS
from pointwise.errors import DataError, ModelFileError
from pointwise.models import ACTIVATIONS

if TYPE_CHECKING:
    from pointwise.models import Network

HOUSE = ("square_feet", "rooms")  # the columns that a house network is asked with
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
    examples = ('tutorial.pth --out conv_mlp.safetensors --data-set mnist --scaling "-1 to 1"',)
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
    parser = commands.add_parser("predict", help="ask a network: rows of a table, houses, or pictures of digits")
    parser.add_argument("network", metavar="NETWORK", type=Path, help="weights file")
    parser.add_argument("inputs", metavar="INPUT", type=Path, nargs="+", help="CSV or TSV file of rows, or PNG or JPEG")
    parser.set_defaults(run=predict, show=predictions_told)
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
    """JSON: what is predicted, and for each file the predictions of its rows, or the digit that it shows."""
    from pointwise.card import TABLE, data_set_of
    from pointwise.weights import load_model

    model = load_model(options.network)
    if model.config.architecture.labels_pixels:
        remedy = "Label pictures with: python -m pointwise segment --apply NETWORK PICTURE..."
        raise ModelFileError(options.network, "labels the pixels of pictures and predicts nothing else", remedy)
    if model.config.architecture.classifies:
        target, read = "digit", _digit
    elif "columns" in model.card or data_set_of(model) == TABLE:
        target, read = str(model.card.get("target", "value")), _rows
    elif data_set_of(model) == HOUSES:
        target, read = "price", _houses
    else:
        remedy = "If it prices houses, import it with --data-set houses."
        raise ModelFileError(options.network, "does not say what it predicts from", remedy)
    files = [{"file": str(path), **read(model, _content(path), path.name)} for path in options.inputs]
    return {"network": str(options.network), "target": target, "files": files}


def predictions_told(result: Mapping[str, Any]) -> Iterator[str]:
    """The result of ``predict``, one line a row or a picture."""
    for file in result["files"]:
        yield from (f"{value:.7g}" for value in file.get("predictions", ()))
        if "digit" in file:
            yield f"{file['file']}: {file['digit']} ({file['probability']:.1%}{'' if file['sure'] else ', not sure'})"


def _digit(model: Network, content: bytes, name: str) -> dict[str, Any]:
    from pointwise.data.pictures import open_picture
    from pointwise.inference import classify_drawing

    reading = classify_drawing(model, open_picture(content))
    return {"digit": reading.digit, "probability": reading.probability, "sure": reading.sure}


def _rows(model: Network, content: bytes, name: str) -> dict[str, Any]:
    from pointwise.data.table import read_rows
    from pointwise.inference import columns_of, predict_table

    return {"predictions": predict_table(model, read_rows(content, name, columns_of(model))).tolist()}


def _houses(model: Network, content: bytes, name: str) -> dict[str, Any]:
    from pointwise.data.table import read_rows
    from pointwise.data.table.columns import LARGEST, as_numbers
    from pointwise.inference import prices_at

    frame = read_rows(content, name)
    lacking = [column for column in HOUSE if list(frame.columns).count(column) != 1]
    if lacking:
        raise DataError(f"{name} needs one column '{lacking[0]}'. A house is asked for by {' and '.join(HOUSE)}.")
    feet, rooms = (as_numbers(frame[column]) for column in HOUSE)
    wrong = ~(feet.abs() + rooms.abs()).lt(LARGEST)
    if wrong.any():
        raise DataError(f"Row {wrong.idxmax() + 1:,} of {name} lacks a number of square feet or rooms. Correct it.")
    return {"predictions": prices_at(model, feet.to_numpy(), rooms.to_numpy()).tolist()}


def _content(path: Path) -> bytes:
    """A file's content, cut off where it is larger than any input may be."""
    from pointwise.data.table.text import MAX_BYTES

    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}). Choose another file.") from None
