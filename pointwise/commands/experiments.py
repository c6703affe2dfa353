"""The commands that measure claims, bench and a sweep over widths, and the one that chooses stored digits: sample."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pointwise.commands import (
    add_command,
    add_common,
    add_force,
    add_memory,
    add_out,
    add_threads,
    check_outs,
    check_room,
    refuse,
    threads,
)
from pointwise.commands.many import add_workers, check_out, kept_results, says_what_is_left, workers_of
from pointwise.commands.progress import bar, mnist_folder, tell


def add(commands: Any) -> None:
    """Add the commands and their arguments to the parser's."""
    about = "measure the claims about speed"
    more = "Each claim is measured beside what it is held against, in turns; the result is the median of the rounds."
    parser = add_command(commands, "bench", about, more, ("inference", "time-to-accuracy --threads 1 --json"))
    names = "tutorial-step, time-to-accuracy, inference or paint (default: all)"
    parser.add_argument("names", metavar="NAME", nargs="*", help=names)
    parser.add_argument("--rounds", metavar="N", type=int, default=5, help="rounds of each comparison (default 5)")
    steps = "steps of a training loop a round, where one is measured (default 10)"
    parser.add_argument("--steps", metavar="N", type=int, help=steps)
    whole = "time-to-accuracy: train the tutorial's network too, to the epoch that first reaches it (10 to 30 minutes)"
    parser.add_argument("--whole", action="store_true", help=whole)
    parser.set_defaults(run=bench, show=times_told)
    add_threads(parser)
    add_memory(parser)
    add_common(parser)
    about = "train the tutorial's network at several widths, three seeds each"
    more = "After Ctrl-C, or a kill, --resume does the rest."
    parser = add_command(commands, "sweep", about, more, ("--workers 8", "--resume --workers 8"))
    parser.add_argument("--epochs", metavar="N", type=int, help="passes over the training data (default: 10)")
    add_out(parser, "JSON file", "widths.json")
    parser.set_defaults(run=sweep, show=widths_told)
    add_workers(parser)
    add_memory(parser)
    add_common(parser)
    about = "choose the digits of MNIST that corrected networks must not forget"
    parser = add_command(commands, "sample", about, "2,000 training and 2,000 test digits, the same each time.")
    parser.set_defaults(run=sample, show=sample_told)
    add_out(parser, "file", "mnist_sample.npz")
    add_force(parser)
    add_common(parser)


def bench(options: argparse.Namespace) -> dict[str, Any]:
    """JSON: the measured times by benchmark, and the machine."""
    from pointwise import bench

    names = bench.check_names(options.names)
    for option, those in bench.ONLY.items():
        if not set(names) & set(those):
            refuse(options, [option], f"to {' and '.join(names)}: it is for {' and '.join(those)}")
    check_room(options, *(job for name in names for job in bench.jobs_of(name)))
    steps = bench.Options.steps if options.steps is None else options.steps
    with threads(options):
        return bench.measure(names, bench.Options(lambda: mnist_folder(options), options.rounds, steps, options.whole))


def times_told(result: Mapping[str, Any]) -> Iterator[str]:
    """The times as text."""
    from pointwise.bench import lines

    return lines(result)


def sweep(options: argparse.Namespace) -> dict[str, Any]:
    """JSON: every width's trainings, as they stand in the file too."""
    from pointwise.claims import parameters
    from pointwise.data.mnist import load_mnist
    from pointwise.jobs import PictureJob, Pictures
    from pointwise.models import default_config
    from pointwise.training import recipe_named

    changes = {} if options.epochs is None else {"epochs": options.epochs}
    check_out(options, options.out)
    recipe, config = recipe_named("tutorial", "conv_mlp", **changes), default_config("conv_mlp")
    pictures = Pictures("mnist", options.data and options.data.absolute())
    workers = workers_of(options, PictureJob(config.with_width(max(parameters.WIDTHS)), recipe, pictures))
    training, test = load_mnist(mnist_folder(options))
    facts = {
        "made_with": "python -m pointwise sweep",
        "recipe": asdict(recipe),
        "data": f"{training.name}, {len(training):,} training and {len(test):,} test digits",
    }
    recipes = [recipe_named("tutorial", "conv_mlp", seed=seed, **changes) for seed in parameters.SEEDS]
    jobs = parameters.sweep_jobs(recipes, pictures, parameters.WIDTHS)
    kept = kept_results(options, options.out)
    done: list[parameters.Training] = []
    with says_what_is_left(kept, len(jobs)), bar(options, "sweep", len(jobs), "trainings") as shown:
        for name, one in parameters.sweep(jobs, workers, kept):
            done.append(one)
            tell(options, f"{name}: {one.accuracy:.2%}, {one.seconds:.0f} s")
            shown.update()
    parameters.write(options.out, done, facts)
    kept.unlink(missing_ok=True)
    return {"file": str(options.out), **facts, "trainings": [asdict(one) for one in done]}


def widths_told(result: Mapping[str, Any]) -> Iterator[str]:
    """The mean and spread of every width as text."""
    from pointwise.claims import parameters

    for one in parameters.read(Path(result["file"])):
        yield f"width {one.width}: {one.parameters:,} parameters, {one.mean:.2%} ± {one.std:.2%}"


def sample(options: argparse.Namespace) -> dict[str, Any]:
    """JSON: the file, and how many digits of each part are in it."""
    from pointwise.data.mnist import load_mnist
    from pointwise.models import SHIPPED
    from pointwise.teaching import stored_digits
    from pointwise.teaching.last_layer import FrozenNetwork
    from pointwise.weights import load_model

    check_outs([options.out], replace=options.force)
    training, test = load_mnist(mnist_folder(options))
    sureness = FrozenNetwork(load_model(SHIPPED / "nin.safetensors")).sureness(training)
    stored_digits.write(options.out, training, test, sureness)
    chosen = stored_digits.read(options.out)
    return {"file": str(options.out), **{part: len(digits) for part, digits in chosen._asdict().items()}}


def sample_told(result: Mapping[str, Any]) -> Iterator[str]:
    """What was chosen as text."""
    both = result["training"] + result["hard"]
    yield f"{both:,} training and {result['test']:,} test digits of MNIST in {result['file']}"
