"""The command that labels every pixel of pictures, from strokes or with a network that was painted before."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    from pointwise.weights import load_model

    if options.apply is None:
        return {"pictures": [_learned(options)]}
    if options.scribbles or options.network:
        raise ConfigError("With --apply there are no strokes to learn from. Leave --scribbles and --network out.")
    if options.out and len(options.pictures) > 1:
        raise ConfigError(
            f"--out is one file, for {len(options.pictures)} pictures. Leave it out: the labels of each come beside it."
        )
    network, rows, refused = load_model(options.apply), [], []
    for path, out in _outs(options.pictures, options.out).items():
        _check_out(out, options.pictures)
        try:
            found = apply(network, *_picture(path))
        except PictureError as error:
            refused.append(str(error))
            continue
        rows.append(_written(path, out, found.labels, network.config.num_classes))
    if refused:
        others = f" {len(rows)} others are labelled." if rows else ""
        raise PictureError(" ".join(refused) + others)
    return {"network": str(options.apply), "pictures": rows}


def _outs(pictures: Sequence[Path], out: Path | None) -> dict[Path, Path]:
    """Where the labels of each picture go; of a.png and a.jpg to files of different names."""
    if out is not None:
        return dict.fromkeys(pictures, out)
    names = Counter(path.with_suffix("") for path in set(pictures))
    return {
        path: path.with_name(f"{path.stem if names[path.with_suffix('')] == 1 else path.name}-labels.png")
        for path in pictures
    }


def _check_out(out: Path, inputs: Iterable[Path]) -> None:
    """Raise an exception where a file cannot be written, or would take the place of a picture."""
    from pointwise.weights import check_writable

    if any(out.resolve() == path.resolve() for path in inputs):
        raise ConfigError(f"{out} is a picture that is read here, and would be lost. Write the labels to another file.")
    check_writable(out)


def _learned(options: argparse.Namespace) -> dict[str, Any]:
    from pointwise.segmentation import segment
    from pointwise.weights import save_model

    if len(options.pictures) != 1 or options.scribbles is None or options.out is None:
        raise ConfigError(
            "One PICTURE is learned from, with --scribbles and --out; or label many with --apply NETWORK."
        )
    for path in filter(None, (options.out, options.network)):
        _check_out(path, (*options.pictures, options.scribbles))
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
