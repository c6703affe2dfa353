"""python -m pointwise study: every classifier by every recipe, three seeds each, and the table of them."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.commands import add_command, add_common, add_memory, refuse
from pointwise.commands.many import add_workers, check_out, kept_results, says_what_is_left, workers_of
from pointwise.commands.progress import bar, fetched, say, tell
from pointwise.errors import ConfigError

if TYPE_CHECKING:
    from pointwise.jobs import PictureJob
    from pointwise.jobs.workers import Workers
    from pointwise.study.outcomes import Training
    from pointwise.study.work import StudyWork

OUT = Path("study.json")
EVERY = 60.0  # seconds at least between two tables of what is done so far


def add(commands: Any) -> None:
    """Add the command and its arguments to the parser's."""
    about = "train every classifier by every recipe, three seeds each, and print the table (hours)"
    more = "After Ctrl-C, or a kill, --resume does the rest."
    examples = ("--workers 8 --strokes strokes.jsonl", "--quick")
    parser = add_command(commands, "study", about, more, examples)
    strokes = "digits to draw and read as well, as in: evaluate --strokes"
    parser.add_argument("--strokes", metavar="FILE", type=Path, help=strokes)
    parser.add_argument("--out", metavar="FILE", type=Path, help=f"JSON file to write (default {OUT})")
    weights = "folder to keep the networks in; those that are there already are measured anew and not trained"
    parser.add_argument("--weights", metavar="DIR", type=Path, help=weights)
    parser.add_argument("--quick", action="store_true", help="train six of the twelve with one seed, and compare them")
    parser.add_argument("--against", metavar="FILE", type=Path, help="what --quick compares with (default: as shipped)")
    parser.set_defaults(run=study, show=told)
    add_workers(parser)
    add_memory(parser)
    add_common(parser)


def study(options: argparse.Namespace) -> dict[str, Any]:
    """JSON: facts, cells and trainings, as they stand in the file too; of a quick one, how they compare."""
    _refuse(options)
    from pointwise.data.pen_strokes import read_strokes
    from pointwise.jobs import Pictures
    from pointwise.study import cells, comparison, study_file
    from pointwise.study.work import StudyWork

    out = options.out or OUT
    there = _compared_with(options) if options.quick else None
    if not options.quick:
        check_out(options, out)
    drawings = read_strokes(options.strokes) if options.strokes else []
    pictures = Pictures("mnist", options.data and options.data.absolute())
    work = StudyWork(pictures, tuple(drawings), options.weights and options.weights.absolute())
    chosen, seeds = (cells.QUICK, cells.SEEDS[:1]) if options.quick else (cells.CELLS, cells.SEEDS)
    jobs = cells.study_jobs(chosen, seeds, pictures)
    workers = workers_of(options, max(jobs.values(), key=lambda job: job.memory().total))
    fetched(options, pictures)
    facts = {"made_with": "python -m pointwise study", "date": str(date.today()), **_facts(jobs, work)}
    if options.quick:
        done = list(_trained(options, jobs, workers, work, None))
        return {**study_file.as_json(done, (), facts), **_compared(done, there)}
    kept, written = kept_results(options, out), time.monotonic()
    done = []
    with says_what_is_left(kept, len(jobs)):
        for one in _trained(options, jobs, workers, work, kept):
            done.append(one)
            facts["complete"] = len(done) == len(jobs)
            if facts["complete"] or time.monotonic() - written > EVERY:
                content = study_file.as_json(done, comparison.parts_of(done), facts)
                study_file.write(out, content)
                written = time.monotonic()
    kept.unlink(missing_ok=True)
    return {"file": str(out), **content}


def _refuse(options: argparse.Namespace) -> None:
    """Raise ConfigError for options that do not apply."""
    if options.quick:
        refuse(options, ["out", "resume", "force"], "to --quick, which writes no file")
    else:
        refuse(options, ["against"], "without --quick: only that compares")
    if options.weights is not None:
        from pointwise.weights import check_writable

        if os.path.exists(options.weights) and not options.weights.is_dir():
            raise ConfigError(f"{options.weights} is no folder. Choose a folder to keep the networks in.")
        check_writable(options.weights / "nin.safetensors")
    if options.weights is not None and options.scheduler is not None:
        raise ConfigError(
            "--weights does not apply to a cluster, whose workers have folders of their own. Leave it out."
        )


def _compared_with(options: argparse.Namespace) -> Sequence[Training]:
    """The trainings that a quick study is compared with; none where no study is shipped."""
    from pointwise.models import SHIPPED
    from pointwise.study import study_file

    path = options.against or SHIPPED / OUT
    if options.against is None and not path.exists():
        say(f"There is no {path} to compare with.")
        return ()
    return study_file.read(path).trainings


def _facts(jobs: Mapping[str, PictureJob], work: StudyWork) -> dict[str, Any]:
    """What every training has in common, and what chose what."""
    from pointwise.evaluation import ROUNDS

    recipes = {job.recipe.name: job.recipe for job in jobs.values()}
    data_set = work.pictures.data_set
    facts: dict[str, Any] = {
        "data": f"{data_set.title}: {data_set.about}",
        "recipes": {name: {**asdict(recipe), "seed": None} for name, recipe in recipes.items()},
        "measures": work.describe(),
        "what_chose_what": {
            "test digits": "chose nothing: no epoch, seed or setting",
            "made drawings": "chose the temperatures, by one procedure for all networks",
        },
    }
    if work.drawings:
        sources = [one.source for one in work.drawings]
        facts["drawings"] = {
            "count": len(sources),
            "sources": {source: sources.count(source) for source in sorted(set(sources))},
            "times": ROUNDS,
        }
        facts["what_chose_what"]["development drawings"] = (
            "chose recipes, and how temperatures are fitted; nothing was trained on them"
        )
    return facts


def _trained(
    options: argparse.Namespace,
    jobs: Mapping[str, PictureJob],
    workers: Workers,
    work: StudyWork,
    kept: Path | None,
) -> Iterator[Training]:
    """Each training as it is done, said on stderr."""
    from pointwise.jobs.workers import trained
    from pointwise.study.outcomes import DRAWINGS, TEST
    from pointwise.study.study_file import training_from

    with bar(options, "study", len(jobs), "trainings") as shown:
        for name, one in trained(jobs, workers, kept, work):
            job = jobs[name]
            training = training_from(job.config.arch, job.recipe.name, job.recipe.seed, one.measured)
            names = {TEST: "test digits", DRAWINGS: "drawings"}
            read = [
                f"{training.samples[sample].share('read'):.2%} of the {called}"
                for sample, called in names.items()
                if sample in training.samples
            ]
            tell(options, f"{name}: {', '.join(read)}, {training.seconds:.0f} s")
            shown.update()
            yield training


def _compared(done: Sequence[Training], there: Sequence[Training] | None) -> dict[str, Any]:
    """JSON: the checks of a quick study, and whether all agree; None with nothing to compare."""
    from pointwise.study.comparison import checks_of

    checks = checks_of(done, there or ())
    return {
        "checks": [{**asdict(one), "expected": one.expected, "agrees": one.agrees} for one in checks],
        "agrees": all(one.agrees for one in checks) if checks else None,
    }


def told(result: Mapping[str, Any]) -> Iterator[str]:
    """The tables as text, and what they say of network and recipe; of a quick study, how it compares."""
    from pointwise.study import comparison, study_file
    from pointwise.study.outcomes import DRAWINGS
    from pointwise.study.table import lines

    found = study_file.from_json(result)
    yield from lines(found.cells)
    if "checks" not in result:
        main = [one for one in found.parts if one.sample == DRAWINGS] or found.parts
        yield from ("", *comparison.sentences(main))
        return
    checks = result["checks"]
    for check in checks:
        if not check["agrees"]:
            anew, mean, (low, high) = check["anew"], check["there"]["mean"], check["expected"]
            kind = f"{check['network']}, {check['recipe']}: {check['share']} of {check['sample']}"
            yield (
                f"{kind}: {anew['mean']:.2%} ({anew['low']:.2%} to {anew['high']:.2%}) anew, "
                f"{mean:.2%} there, where {low:.2%} to {high:.2%} is to be expected"
            )
    if checks:
        agreeing, same = (sum(check[what] for check in checks) for what in ("agrees", "same"))
        yield f"{agreeing} of {len(checks)} shares agree with what is to be expected; {same} are the very same."
