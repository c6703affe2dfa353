"""The command that labels every pixel of pictures, from strokes or with a network that was painted before."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.commands import (
    add_command,
    add_force,
    add_json,
    add_quiet,
    check_outs,
    refuse,
    says_what_is_there,
)
from pointwise.commands.progress import bar
from pointwise.errors import ConfigError, PictureError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def add(commands: Any) -> None:
    """Add the command and its arguments to the parser's."""
    parser = add_command(
        commands,
        "segment",
        "label every pixel of a picture from a few brush strokes",
        "Either learn from one PICTURE with --scribbles and --out, or label many with --apply.",
        (
            "cells.png --scribbles strokes.png --out labels.png --network cells.safetensors",
            "--apply cells.safetensors more/*.png",
        ),
    )
    parser.add_argument("pictures", metavar="PICTURE", type=Path, nargs="+", help="PNG, JPEG or TIFF file")
    strokes = "picture of the same size: 0 where there is no stroke, 1 to 20 the class of one"
    parser.add_argument("--scribbles", metavar="FILE", type=Path, help=strokes)
    beside = "(with --apply, by default: NAME-labels.png beside each picture)"
    parser.add_argument("--out", metavar="FILE", type=Path, help=f"PNG of the classes, 1 to 20, to write {beside}")
    parser.add_argument("--network", metavar="FILE", type=Path, help="weights file to write, for --apply later")
    parser.add_argument("--apply", metavar="NETWORK", type=Path, help="weights file to label PICTUREs with")
    parser.add_argument("--seed", metavar="N", type=int, help="of the network's initial weights (default 0)")
    parser.set_defaults(run=segment, show=told)
    add_force(parser)
    add_quiet(parser)
    add_json(parser)


def segment(options: argparse.Namespace) -> dict[str, Any]:
    """JSON: a row a picture, with the file of its labels and the share of each class, or why it cannot be read."""
    from pointwise.segmentation import apply
    from pointwise.weights import load_model

    if options.apply is None:
        return {"pictures": [_learned(options)]}
    refuse(options, ["scribbles", "network", "seed"], "with --apply, which learns nothing")
    if options.out and len(options.pictures) > 1:
        raise ConfigError(
            f"--out is one file, for {len(options.pictures)} pictures. Leave it out: the labels of each come beside it."
        )
    outs = _outs(options.pictures, options.out)
    check_outs(outs.values(), [*options.pictures, options.apply], replace=options.force)
    network, rows = load_model(options.apply), list[dict[str, Any]]()
    written: list[str] = []
    with bar(options, "labelling", len(outs), "pictures") as shown, says_what_is_there(written):
        for path, out in outs.items():
            shown.update()
            try:
                found = apply(network, *_picture(path))
            except PictureError as error:
                rows.append({"picture": str(path), "error": str(error)})
                continue
            rows.append(_written(path, out, found.labels, network.config.num_classes))
            written.append(str(out))
    if all("error" in row for row in rows):
        raise PictureError(" ".join(row["error"] for row in rows))
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


def _learned(options: argparse.Namespace) -> dict[str, Any]:
    from pointwise.segmentation import segment
    from pointwise.weights import save_model

    if len(options.pictures) != 1 or options.scribbles is None or options.out is None:
        raise ConfigError(
            "One PICTURE is learned from, with --scribbles and --out; or label many with --apply NETWORK."
        )
    check_outs([options.out, options.network], [*options.pictures, options.scribbles], replace=options.force)
    picture, shape = _picture(options.pictures[0])
    found = segment(picture, _numbers(options.scribbles), options.seed or 0, shape=shape)
    row = _written(options.pictures[0], options.out, found.labels, found.network.config.num_classes)
    if options.network:
        save_model(found.network, options.network, found.network.card)
        row["network"] = str(options.network)
    return {**row, "held_out": found.held_out and found.held_out.score, "seconds": round(found.seconds, 3)}


def told(result: Mapping[str, Any]) -> Iterator[str]:
    """The result of ``segment`` as text, a line a picture."""
    for row in result["pictures"]:
        if "error" in row:
            continue
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
