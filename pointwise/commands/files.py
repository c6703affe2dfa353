"""The commands that are given weights files: evaluate and export."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.commands import (
    add_command,
    add_common,
    add_force,
    add_json,
    check_outs,
    picture_folders,
    refuse,
    says_what_is_there,
)
from pointwise.commands.progress import bar, fetched, looked_at
from pointwise.errors import ConfigError
from pointwise.models import SHIPPED_NAMES
from pointwise.visible_text import one_line, printable

if TYPE_CHECKING:
    from pointwise.data.digits import Digits

WIDEST = 11  # letters of a class's name over its column
WEIGHTS = f"weights file, or the name of a shipped network: {', '.join(SHIPPED_NAMES)}"


def add(commands: Any) -> None:
    """Add both commands and their arguments to the parser's."""
    about = "measure weights files, each on the data set that it was trained on"
    more = "Of networks that read digits: accuracy, how sure they are, and how they read shuffled digits and strips."
    examples = [
        "nin mlp_1x1",
        "nin --confusion",
        "my.safetensors --strokes strokes.jsonl --json",
        "flowers.safetensors --folder more",
    ]
    parser = add_command(commands, "evaluate", about, more, examples)
    parser.add_argument("files", metavar="FILE", type=Path, nargs="+", help=WEIGHTS)
    each = '{"label": 7, "strokes": [[[x, y], …], …]}, x and y from 0 to 1'
    parser.add_argument("--strokes", metavar="FILE", type=Path, help=f"digits to draw and read, one a line: {each}")
    matrix = "which classes of its held-out pictures it takes for which, as a matrix"
    parser.add_argument("--confusion", action="store_true", help=matrix)
    folder = "pictures to measure on instead: a sub-folder for each class, named as those that the network learned"
    parser.add_argument("--folder", metavar="DIR", type=picture_folders.folder, help=folder)
    parser.set_defaults(run=evaluate, show=scores_told)
    add_common(parser)
    about = "take a network elsewhere: ONNX, a PyTorch script, or a web page"
    examples = ["nin --onnx nin.onnx --torch nin.py", "nin --html nin.html"]
    more = "Give one or several of --onnx, --torch and --html. ONNX needs: pip install onnx onnxscript"
    parser = add_command(commands, "export", about, more, examples)
    parser.add_argument("file", metavar="FILE", type=Path, help=WEIGHTS)
    parser.add_argument("--onnx", metavar="OUT", type=Path, help="ONNX file to write")
    script = "Python script to write, which needs PyTorch alone and loads the weights from FILE, put beside it"
    parser.add_argument("--torch", metavar="OUT", type=Path, help=script)
    page = "web page to write: one file that reads drawings, or prices houses, in any browser by itself"
    parser.add_argument("--html", metavar="OUT", type=Path, help=page)
    parser.set_defaults(run=export, show=export_told)
    add_force(parser)
    add_json(parser)


def evaluate(options: argparse.Namespace) -> dict[str, Any]:
    """JSON: a row a file, with what is known without data, and how good the network is."""
    from pointwise.card import class_names, reads_digits
    from pointwise.confusion import confusion
    from pointwise.data.catalogue import Pictures
    from pointwise.data.pen_strokes import read_strokes
    from pointwise.evaluation import draw, facts, own_data, pictures_shown, scores
    from pointwise.weights import load_model

    models = {path: load_model(path) for path in options.files}
    if options.folder is not None:
        refuse(options, ["strokes", "data"], "with --folder, whose pictures are measured on")
        return {
            "models": [facts(path, one) | picture_folders.scores(options, path, one) for path, one in models.items()]
        }
    own = {path: own_data(path, model, options.data) for path, model in models.items()}
    if options.strokes and not any(map(reads_digits, models.values())):
        raise ConfigError("--strokes does not apply: none of these networks reads digits. Leave it out.")
    classifiers = {path for path in models if isinstance(own[path], Pictures)}
    if options.confusion and not classifiers:
        raise ConfigError("--confusion does not apply: none of these networks is a classifier. Leave it out.")
    drawings = read_strokes(options.strokes) if options.strokes else []
    held_out: dict[Any, Digits] = {
        one: fetched(options, one).load_held_out() for one in set(own.values()) if isinstance(one, Pictures)
    }
    total = sum(pictures_shown(model, own[path], held_out.get(own[path]), drawings) for path, model in models.items())
    if options.confusion:
        total += sum(len(held_out[own[path]]) for path in classifiers)
    rows = []
    with bar(options, "preparing", total, "pictures", unit_scale=True) as shown, looked_at(shown, *models.values()):
        drawn = draw(drawings) if drawings else None
        for path, model in models.items():
            shown.set_description(printable(path.name))
            row = facts(path, model) | scores(model, own[path], held_out.get(own[path]), drawn)
            if options.confusion and path in classifiers:
                found = confusion(model, held_out[own[path]])
                row["confusion"] = found.json(class_names(model.card, model.config))
            rows.append(row)
    return {"models": rows}


def scores_told(result: Mapping[str, Any]) -> Iterator[str]:
    """The rows of ``evaluate`` as text, a paragraph a file; shares with the 95 % intervals of their samples."""
    from pointwise.evaluation import NO_DIGITS, ROUNDS

    yield "In brackets the 95 % interval of each sample: Wilson's, over drawings a bootstrap"
    for row in result["models"]:
        known = [f"{what} {row[what]}" for what in ("recipe", "seed") if row[what] is not None]
        yield f"{row['file']}: {', '.join([row['arch'], *known])}"
        yield f"  {row['parameters']:,} parameters, {row['multiply_adds']:,} multiply-adds, {row['bytes']:,} bytes"
        if "test_set" in row:
            what = "digits" if "test_digits" in row else "pictures"
            count = f"{row[f'test_{what}']:,} test {what} of {row['test_set']}"
            yield f"  {_share(row['accuracy'], row['accuracy_interval'], 2)} of {count}, loss {row['loss']:.4f}"
        if "unsure" in row:
            unsure = {what: _share(share, row["unsure_intervals"][what], 1) for what, share in row["unsure"].items()}
            kinds = ", ".join(
                f"{what}: {one}" for what, one in unsure.items() if what not in ("test_digits", "no_digits")
            )
            yield (
                f"  expected calibration error {100 * row['calibration_error']:.2f} %; unsure of "
                f"{unsure['test_digits']} of the test digits, and of {unsure['no_digits']} of {NO_DIGITS:,} pictures "
                f"that are no digit ({kinds})"
            )
            shuffled = _share(row["shuffled_accuracy"], row["shuffled_interval"], 2)
            yield f"  {shuffled} of the test digits with all pixels in one other order"
        if "strips" in row:
            strips = row["strips"]
            share = _share(strips["share"], strips["interval"], 1)
            yield f"  {share} of {strips['count']} strips of three test digits, read piece by piece"
        if "strokes" in row:
            strokes = row["strokes"]
            sources, pens = (
                ", ".join(f"{name}: {_share(one, strokes[f'intervals_{by}'][name], 1)}" for name, one in shares.items())
                for by, shares in (("by_source", strokes["by_source"]), ("by_pen", strokes["by_pen"]))
            )
            yield (
                f"  {_share(strokes['accuracy'], strokes['interval'], 1)} of {strokes['drawings']:,} "
                f"{'drawings, the development set' if strokes['development'] else 'drawings'}, each {ROUNDS} times at "
                f"random place and size ({sources}); in the middle, by width of the pen: {pens}"
            )
            wrong = _share(strokes["wrong_but_sure"], strokes["wrong_but_sure_interval"], 1)
            errors = ", ".join(
                f"{name}: {100 * one:.2f} %" for name, one in strokes["calibration_error_by_source"].items()
            )
            yield (
                f"  on them: expected calibration error {100 * strokes['calibration_error']:.2f} % ({errors}), "
                f"{100 * strokes['calibration_error_raw']:.2f} % without the temperature; "
                f"read wrongly and surely: {wrong}"
            )
            if "strips" in strokes:
                strips = strokes["strips"]
                share = _share(strips["share"], strips["interval"], 1)
                yield f"  {share} of {strips['count']} strips of three of the drawings"
        if "confusion" in row:
            yield from _matrix(row["confusion"])
        if "mae" in row:
            yield (
                f"  {row['mae']:,.0f} dollars mean absolute error on the test houses, r2 {row['r2']:.4f}, "
                f"at most {row['worst_grid_error']:,.0f} dollars off anywhere in the range"
            )


def _matrix(found: Mapping[str, Any]) -> Iterator[str]:
    """A confusion matrix as lines, of very many classes that of those most often mistaken, and what is seen in it."""
    import numpy as np

    from pointwise.confusion import pairs_in, worst_in

    counts, names = np.array(found["counts"]), [one_line(name, WIDEST) for name in found["classes"]]
    shown = worst_in(counts)
    some = "" if len(shown) == len(names) else f", the {len(shown)} of {len(names):,} classes most often mistaken"
    yield f"  what a picture is, along a row, and what was read, down a column{some}; a dot is none:"
    first = max(len(names[one]) for one in shown)
    widths = {one: max(len(names[one]), len(str(counts[:, one].max()))) for one in shown}
    yield f"    {'':{first}}  {'  '.join(f'{names[one]:>{widths[one]}}' for one in shown)}  read right"
    for row in shown:
        cells = "  ".join(f"{counts[row, one] or '·'!s:>{widths[one]}}" for one in shown)
        recall = found["recall"][row]
        yield f"    {names[row]:>{first}}  {cells}  {_share(recall['share'], _ends(recall), 1) if recall else '–'}"
    if pairs := pairs_in(counts):
        most = pairs[0]
        pictures = counts[most.label].sum()
        yield f"  most often {names[most.label]} is read as {names[most.read]}: {most.pictures:,} of {pictures:,}"
        yield (
            f"  {found['misread']:,} misread, {found['surely_misread']:,} of them surely; in "
            f"{found['second_guess_right']:,} the second guess is right"
        )


def _ends(share: Mapping[str, Any]) -> tuple[float, float]:
    return share["low"], share["high"]


def _share(value: float, interval: Sequence[float], decimals: int) -> str:
    """A share with the interval of its sample: "99.6 % (98.9–99.9)"."""
    from pointwise.intervals import Share

    low, high = interval
    return Share(value, low, high, count=0).said(decimals)


def export(options: argparse.Namespace) -> dict[str, Any]:
    """JSON: the files that were written."""
    from pointwise.export.programs import to_onnx, to_torch
    from pointwise.export.web_page import to_web_page
    from pointwise.weights import load_model, weights_file, write_bytes

    if options.onnx is None and options.torch is None and options.html is None:
        raise ConfigError("There is nothing to write. Give --onnx OUT, --torch OUT, --html OUT, or several of them.")
    file = weights_file(options.file)
    check_outs([options.torch, options.onnx, options.html], [file], replace=options.force)
    model = load_model(file)
    written: list[str] = []
    with says_what_is_there(written):
        if options.torch is not None:
            write_bytes(options.torch, to_torch(model, file.name).encode())
            written.append(str(options.torch))
        if options.onnx is not None:
            write_bytes(options.onnx, to_onnx(model))
            written.append(str(options.onnx))
        if options.html is not None:
            write_bytes(options.html, to_web_page(model).encode())
            written.append(str(options.html))
    return {"file": str(options.file), "arch": model.config.arch, "written": written}


def export_told(result: Mapping[str, Any]) -> Iterator[str]:
    """The result of ``export`` as a sentence."""
    yield f"{result['file']}: {' and '.join(result['written'])} written"
