"""The command that labels every pixel of pictures, from strokes or with a network that was painted before."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.commands import add_json
from pointwise.errors import ConfigError, PictureError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def add(commands: Any) -> None:
    """Add the command and its arguments to the parser's."""
    parser = commands.add_parser("segment", help="label every pixel of a picture from a few brush strokes")
    parser.add_argument("pictures", metavar="PICTURE", type=Path, nargs="+", help="PNG, JPEG or TIFF file")
    parser.add_argument("--scribbles", type=Path, help="picture of the same size: 0 unlabelled, 1 to 20 the class")
    parser.add_argument("--out", type=Path, help="labels to write, as a PNG of the same numbers")
    parser.add_argument("--network", metavar="FILE", type=Path, help="weights file to write")
    parser.add_argument(
        "--apply", metavar="NETWORK", type=Path, help="label PICTUREs with this; NAME-labels.png beside"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the training (default 0)")
    parser.set_defaults(run=segment, show=told)
    add_json(parser)


def segment(options: argparse.Namespace) -> dict[str, Any]:
    """JSON: a row a picture, with the file of its labels and the share of each class."""
    from pointwise.segmentation import apply
    from pointwise.weights import check_writable, load_model

    if options.apply is None:
        return {"pictures": [_learned(options)]}
    if options.scribbles or options.network or (options.out and len(options.pictures) > 1):
        raise ConfigError("With --apply there are no strokes to learn from. Leave --scribbles and --network out.")
    network, rows = load_model(options.apply), []
    for path in options.pictures:
        out = options.out or path.with_name(f"{path.stem}-labels.png")
        check_writable(out)
        found = apply(network, *_picture(path))
        rows.append(_written(path, out, found.labels, network.config.num_classes))
    return {"network": str(options.apply), "pictures": rows}


def _learned(options: argparse.Namespace) -> dict[str, Any]:
    from pointwise.segmentation import segment
    from pointwise.weights import check_writable, save_model

    if len(options.pictures) != 1 or options.scribbles is None or options.out is None:
        raise ConfigError(
            "One PICTURE is learned from, with --scribbles and --out; or label many with --apply NETWORK."
        )
    for path in filter(None, (options.out, options.network)):
        check_writable(path)
    picture, shape = _picture(options.pictures[0])
    found = segment(picture, _numbers(options.scribbles), options.seed, shape=shape)
    row = _written(options.pictures[0], options.out, found.labels, found.network.config.num_classes)
    if options.network:
        save_model(found.network, options.network, found.network.card)
        row["network"] = str(options.network)
    return {**row, "held_out": found.held_out and found.held_out.score, "seconds": round(found.seconds, 3)}


def told(result: Mapping[str, Any]) -> Iterator[str]:
    """The result of ``segment`` as text, a line a picture."""
    for row in result["pictures"]:
        shares = ", ".join(f"class {number}: {share:.1%}" for number, share in row["shares"].items())
        score = "" if row.get("held_out") is None else f"; mean IoU {row['held_out']:.2f} on held-out strokes"
        yield f"{row['labels']}: {shares}{score}"


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PictureError(f"{path} cannot be read ({error.strerror}). Check the path.") from None


def _picture(path: Path) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    from pointwise.data.picture_files import read_reduced
    from pointwise.segmentation import LONGEST

    return read_reduced(_content(path), path.name, LONGEST)


def _numbers(path: Path) -> NDArray[np.int32]:
    from pointwise.data.picture_files import read_numbers

    return read_numbers(_content(path), path.name)


def _written(path: Path, out: Path, labels: NDArray[np.int32], classes: int) -> dict[str, Any]:
    import io

    import numpy as np
    from PIL import Image

    from pointwise.segmentation.labelling import areas
    from pointwise.weights import write_bytes

    file = io.BytesIO()
    Image.fromarray(labels.astype(np.uint8)).save(file, "PNG")
    write_bytes(out, file.getvalue())
    shares = {str(area.label): area.share for area in areas(labels, classes)}
    return {"picture": str(path), "labels": str(out), "shares": shares}
