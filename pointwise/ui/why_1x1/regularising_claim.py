"""Claim: 1×1 convolutions are easier to regularise."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from pointwise.claims import regularising
from pointwise.claims.regularising import FEW, RECIPE, VARIANTS, Outcome
from pointwise.data.digits import BUNDLED_HELD_OUT
from pointwise.data.mnist import data_folder, is_complete
from pointwise.runs import Progress
from pointwise.training import Epoch
from pointwise.ui.frame import charts, glossary, labels
from pointwise.ui.frame.charts import HELD_OUT, TRAINING
from pointwise.ui.training import session_run
from pointwise.ui.training.side_by_side_training import SideBySide, Trainings
from pointwise.ui.why_1x1 import claim_widgets

LITTLE, HALF, MOST = "A quarter of them at most", "About half of them", "Nearly all of them"
NEITHER = "neither"


def measured() -> str:
    """The right answer, as soon as all four trainings are done."""
    run = session_run.at(f"why.regularise.{_source()}")
    progress = run.progress() if run is not None else None
    if progress is None or progress.state != "done":
        return ""
    epochs: dict[str, list[Epoch]] = {name: [] for name in VARIANTS}
    for epoch in progress.epochs:
        epochs[epoch.of].append(epoch)
    return right(_outcomes(epochs))


@claim_widgets.guess_first(
    "regularise",
    f"{labels.MODELS['mlp_1x1']} learns from {FEW} digits only and overfits. How many of its mistakes on new "
    "digits do batch normalisation and dropout take away?",
    {
        LITTLE: "",
        HALF: "",
        MOST: "",
    },
    measured,
)
def show() -> None:
    """Four trainings on few digits."""
    source = _source()
    held_out = regularising.HELD_OUT if source == "mnist" else BUNDLED_HELD_OUT
    glossary.write(
        f"{labels.SOURCES[source]}: {FEW} digits to learn from, {RECIPE.epochs} [[epochs|epoch]], {held_out:,} others "
        "[[held out]] to measure on. Four networks from the same initial weights."
    )
    SideBySide(
        f"why.regularise.{source}",
        "Train all four now",
        regularising.comparison(source),
        functools.partial(_live, held_out),
    ).show()


def _source() -> str:
    return "mnist" if is_complete(data_folder()) else "digits"


def _live(held_out: int, progress: Progress, trainings: Trainings) -> None:
    done = {name: trainings[name] for name in VARIANTS}
    if not all(done.values()):
        return
    outcomes = _outcomes(done)
    alt = "; ".join(
        f"{name}: loss {one.training_loss:.3f} in training, {one.loss:.3f} held out" for name, one in outcomes.items()
    )
    charts.show(_losses(done), "why.regularise.chart", alt)
    claim_widgets.table(
        ("with", "training loss", "held-out loss", "held-out accuracy"),
        [
            (name, f"{one.training_loss:.3f}", f"{one.loss:.3f}", labels.percent(one.accuracy))
            for name, one in outcomes.items()
        ],
    )
    if progress.state == "done":
        claim_widgets.verdict(verdict(outcomes, held_out))


def _outcomes(trainings: Mapping[str, Sequence[Epoch]]) -> dict[str, Outcome]:
    return {name: regularising.outcome(epochs) for name, epochs in trainings.items()}


def taken(outcomes: Mapping[str, Outcome]) -> float:
    """The largest share of the mistakes that a variant takes away; below 0 where all make more."""
    mistakes = 1 - outcomes[NEITHER].accuracy
    fewest = min(1 - one.accuracy for name, one in outcomes.items() if name != NEITHER)
    return 1 - fewest / mistakes if mistakes else 0.0


def right(outcomes: Mapping[str, Outcome]) -> str:
    """The answer that the measured mistakes make the right one."""
    share = taken(outcomes)
    return LITTLE if share <= 0.3 else HALF if share <= 0.7 else MOST


def verdict(outcomes: Mapping[str, Outcome], held_out: int) -> str:
    """What the numbers allow to say. Markdown."""
    plain = outcomes[NEITHER]
    best = max((name for name in outcomes if name != NEITHER), key=lambda name: outcomes[name].accuracy)
    gain = outcomes[best].accuracy - plain.accuracy
    noise = regularising.noise(plain.accuracy, held_out)
    points = f"{100 * gain:+.1f} points, with {best}"
    if gain > noise:
        said = f"Here they help: {points}"
    else:
        said = f"Here it makes no difference that could be told from chance: at best {points}"
    return (
        f"**No easier than a dense layer.** {said}; on {held_out:,} digits, less than {100 * noise:.1f} points is "
        "chance. A 1×1 convolution has a dense layer's weights, and overfits and is regularised as one."
    )


def _losses(trainings: Mapping[str, Sequence[Epoch]]) -> go.Figure:
    """A panel a training: its loss on what it learns from, and on what is held out."""
    figure = make_subplots(
        rows=2,
        cols=2,
        shared_xaxes=True,
        shared_yaxes=True,
        subplot_titles=[name.capitalize() for name in trainings],
        vertical_spacing=0.14,
    )
    for number, done in enumerate(trainings.values()):
        place = {"row": 1 + number // 2, "col": 1 + number % 2}
        for name, metric, colour, dash in (
            ("training", "train_loss", TRAINING, "dot"),
            ("held out", "loss", HELD_OUT, "solid"),
        ):
            figure.add_scatter(
                x=[epoch.number for epoch in done],
                y=[epoch.metrics[metric] for epoch in done],
                name=name,
                legendgroup=name,
                showlegend=number == 0,
                mode="lines",
                line={"color": colour, "dash": dash},
                hovertemplate="epoch %{x}: %{y:.3g}",
                **place,
            )
    figure.update_xaxes(range=[0, RECIPE.epochs])
    figure.update_xaxes(title="epoch", row=2)
    values = [epoch.metrics[name] for done in trainings.values() for epoch in done for name in ("train_loss", "loss")]
    ends = [math.log10(min(values)) - 0.1, math.log10(max(values)) + 0.1]
    figure.update_yaxes(type="log", range=ends, tickformat="~g", dtick=1)
    figure.update_yaxes(title="loss", col=1)
    figure = charts.framed(figure, "The gap between the two lines is overfitting", 430)
    return figure.update_layout(legend={"orientation": "h", "y": -0.15, "x": 0}, margin={"t": 64})
