"""Command line: python -m pointwise train | evaluate | bench | sweep."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.errors import PointwiseError

if TYPE_CHECKING:  # every command imports what it needs by itself: --help and refusals are quick
    import torch
    from torch import Tensor

    from pointwise.models import ModelConfig, Network
    from pointwise.training import Recipe, Step


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did its work, 2 when it was refused with a sentence on stderr."""
    options = _parser().parse_args(arguments)
    try:
        result = options.run(options)
    except PointwiseError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped; nothing was written.", file=sys.stderr)
        return 130
    if options.json:
        print(json.dumps(result, indent=2, ensure_ascii=False))
    else:
        print(*options.show(result), sep="\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pointwise", description="Train, evaluate and time 1×1 models.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    train = commands.add_parser("train", help="train a network and write its weights")
    train.add_argument("arch", help="nin, conv_mlp, mlp_1x1, bag_of_pixels or price_1x1")
    train.add_argument("--recipe", help="fast (default), tutorial or augmented; price_1x1: standardised or tutorial")
    train.add_argument("--epochs", type=int, help="passes over the training data")
    train.add_argument("--batch", type=int, help="examples per step")
    train.add_argument("--lr", type=float, help="learning rate")
    train.add_argument("--seed", type=int, help="initial weights, order and augmentation (default: the recipe's own)")
    train.add_argument("--out", type=Path, help="weights file to write (default: ARCH.safetensors, here)")
    train.add_argument("--float16", action="store_true", help="store half-precision weights: half the size")
    train.set_defaults(run=_train, show=_train_lines)

    evaluate = commands.add_parser("evaluate", help="measure weights files on the test data")
    evaluate.add_argument("files", metavar="FILE", type=Path, nargs="+", help="weights file")
    evaluate.add_argument("--strokes", type=Path, help="JSON lines of pen strokes to draw and read as well")
    evaluate.set_defaults(run=_evaluate, show=_evaluate_lines)

    bench = commands.add_parser("bench", help="time the shipped networks, and retraining")
    bench.add_argument("names", metavar="NAME", nargs="*", help="models, classify or retrain (default: all)")
    bench.add_argument("--steps", type=int, default=150, help="steps of the tutorial's loop to time (default 150)")
    bench.add_argument("--full", action="store_true", help="time a whole epoch of the tutorial's loop instead")
    bench.set_defaults(run=_bench, show=_bench_lines)

    sweep = commands.add_parser("sweep", help="train the tutorial's network at several widths, three seeds each")
    sweep.add_argument("--epochs", type=int, help="passes over the training data (default: the tutorial's)")
    sweep.add_argument("--out", type=Path, default=Path("widths.json"), help="file to write (default widths.json)")
    sweep.set_defaults(run=_sweep, show=_sweep_lines)

    for command in (train, evaluate, bench, sweep):
        command.add_argument("--data", type=Path, help="folder that holds MNIST/raw (default $POINTWISE_DATA)")
        command.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    return parser


def _train(options: argparse.Namespace) -> dict[str, Any]:
    import torch

    from pointwise.models import REGRESSOR, default_config
    from pointwise.training import recipe_named, recipes_for
    from pointwise.weights import check_writable, save_model

    config = default_config(options.arch)
    changes = {"epochs": options.epochs, "batch_size": options.batch, "learning_rate": options.lr, "seed": options.seed}
    recipe = recipe_named(
        options.recipe or next(iter(recipes_for(config.arch))),
        config.arch,
        **{name: value for name, value in changes.items() if value is not None},
    )
    out = options.out or Path(f"{config.arch}.safetensors")
    check_writable(out)
    dtype = torch.float16 if options.float16 else torch.float32
    if config.arch == REGRESSOR:
        model = _trained_on_houses(config, recipe, dtype)
    else:
        model = _trained_on_digits(config, recipe, dtype, _mnist_folder(options))
    save_model(model, out, model.card, dtype)
    return {"file": str(out), "arch": config.arch, **model.card}


def _trained_on_digits(config: ModelConfig, recipe: Recipe, dtype: torch.dtype, folder: Path) -> Network:
    from pointwise.data.mnist import load_mnist
    from pointwise.models import build
    from pointwise.training import measure, train
    from pointwise.weights import model_from

    training, test = load_mnist(folder)
    weights, seconds = _last_weights(train(build(config, recipe.seed), recipe, training, test), recipe, dtype)
    model = model_from(config, weights)
    data = f"{training.name}, {len(training):,} training digits"
    model.card = {"recipe": asdict(recipe), "data": data, "metrics": measure(model, test), "seconds": seconds}
    return model


def _trained_on_houses(config: ModelConfig, recipe: Recipe, dtype: torch.dtype) -> Network:
    from pointwise.data.housing import make_houses
    from pointwise.training.houses import priced_model, train_houses

    steps = train_houses(config, recipe, *make_houses(standardise=recipe.standardise))
    weights, seconds = _last_weights(steps, recipe, dtype)
    model = priced_model(config, recipe, weights)
    model.card = {**model.card, "seconds": seconds}
    return model


def _last_weights(steps: Iterator[Step], recipe: Recipe, dtype: torch.dtype) -> tuple[dict[str, Tensor], float]:
    """Those of the last epoch, rounded as they will be stored, and seconds; each epoch's measures go to stderr."""
    started = time.perf_counter()
    weights: Mapping[str, Tensor] = {}
    for step in steps:
        if step.epoch is not None:
            weights = step.epoch.weights
            _say(f"epoch {step.epoch.number}/{recipe.epochs}  {_figures(step.epoch.metrics)}")
    rounded = {name: t.to(dtype).float() if t.is_floating_point() else t for name, t in weights.items()}
    return rounded, round(time.perf_counter() - started, 1)


def _train_lines(result: Mapping[str, Any]) -> Iterator[str]:
    yield f"{result['file']}: {_figures(result['metrics'])} on held-out examples, {result['seconds']:.0f} s"


def _evaluate(options: argparse.Namespace) -> dict[str, Any]:
    from pointwise.evaluation import check_reads_digits, digit_scores, draw_with_each_pen, facts
    from pointwise.models import REGRESSOR
    from pointwise.training.houses import evaluate_price
    from pointwise.weights import load_model

    models = {path: load_model(path) for path in options.files}
    classifiers = {path: model for path, model in models.items() if model.config.arch != REGRESSOR}
    for path, model in classifiers.items():
        check_reads_digits(path, model)
    scores = {path: evaluate_price(model) for path, model in models.items() if path not in classifiers}
    if classifiers:
        from pointwise.data.mnist import load_mnist_test
        from pointwise.strokes import read_strokes

        drawn = draw_with_each_pen(read_strokes(options.strokes)) if options.strokes else {}
        test = load_mnist_test(_mnist_folder(options))
        scores |= {path: digit_scores(model, test, drawn) for path, model in classifiers.items()}
    return {"models": [facts(path, model) | scores[path] for path, model in models.items()]}


def _evaluate_lines(result: Mapping[str, Any]) -> Iterator[str]:
    from pointwise.evaluation import lines

    return lines(result["models"])


def _bench(options: argparse.Namespace) -> dict[str, Any]:
    from pointwise import bench

    names = bench.check_names(options.names)
    result: dict[str, Any] = {}
    if "models" in names:
        result["models"] = bench.bench_models()
    if "classify" in names:
        result["classify"] = bench.bench_classify()
    if "retrain" in names:
        result["retrain"] = bench.bench_retrain(_mnist_folder(options), None if options.full else options.steps)
    return result


def _bench_lines(result: Mapping[str, Any]) -> Iterator[str]:
    from pointwise.bench import lines

    return lines(result)


def _sweep(options: argparse.Namespace) -> dict[str, Any]:
    from pointwise.claims import widths
    from pointwise.data.mnist import load_mnist
    from pointwise.training import recipe_named
    from pointwise.weights import check_writable

    changes = {} if options.epochs is None else {"epochs": options.epochs}
    check_writable(options.out)
    training, test = load_mnist(_mnist_folder(options))
    facts = {
        "made_with": "python -m pointwise sweep",
        "recipe": asdict(recipe_named("tutorial", "conv_mlp", **changes)),
        "data": f"{training.name}, {len(training):,} training and {len(test):,} test digits",
    }
    done: list[widths.Training] = []
    for seed in widths.SEEDS:
        for one in widths.sweep(recipe_named("tutorial", "conv_mlp", seed=seed, **changes), training, test):
            done.append(one)
            _say(f"width {one.width}, seed {seed}: {one.accuracy:.2%}, {one.seconds:.0f} s")
            widths.write(options.out, done, facts)  # what is done is kept when the rest is not
    return {"file": str(options.out), **facts, "trainings": [asdict(one) for one in done]}


def _sweep_lines(result: Mapping[str, Any]) -> Iterator[str]:
    from pointwise.claims import widths

    for one in widths.read(Path(result["file"])):
        yield f"width {one.width}: {one.parameters:,} parameters, {one.mean:.2%} ± {one.std:.2%}"


def _mnist_folder(options: argparse.Namespace) -> Path:
    """The data folder; MNIST is fetched into it only when it is the user's cache folder and nobody named another."""
    from pointwise.data.mnist import cache_folder, data_folder, download_mnist, is_complete

    folder = data_folder(options.data)
    if folder == cache_folder() and not is_complete(folder):
        for download in download_mnist(folder):
            print(f"\rMNIST: {download.done / 1e6:.1f} of {download.total / 1e6:.1f} MB", end="", file=sys.stderr)
        print(file=sys.stderr)
    return folder


def _figures(metrics: Mapping[str, float]) -> str:
    return "  ".join(f"{name} {value:.4f}" for name, value in metrics.items())


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
