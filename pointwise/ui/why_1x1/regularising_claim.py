"""Claim: 1×1 convolutions are easier to regularise."""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from pointwise.claims import dense_layer, regularising
from pointwise.claims.regularising import ARMS, DENSE, FEW, POINTWISE, RECIPE, SEEDS, VARIANTS, WAYS, Arm, Outcome
from pointwise.data.digits import BUNDLED_HELD_OUT
from pointwise.data.mnist import data_folder, is_complete
from pointwise.intervals import CONFIDENCE
from pointwise.runs import Progress
from pointwise.training import Epoch
from pointwise.ui.frame import charts, glossary, labels
from pointwise.ui.frame.charts import HELD_OUT, TRAINING
from pointwise.ui.training import session_run
from pointwise.ui.training.side_by_side_training import SideBySide, Trainings
from pointwise.ui.why_1x1 import claim_widgets

CONVOLUTION, DENSELY, ALIKE = "The one of 1×1 convolutions", "The one of dense layers", "Both the same"
RINGS = 3  # epochs between two of the dense networks' marks
CALLED = {POINTWISE: "1×1 convolutions", DENSE: "dense layers"}


def measured() -> str:
    """The right answer, as soon as all trainings are done."""
    run = session_run.at(f"why.regularise.{_source()}")
    progress = run.progress() if run is not None else None
    if progress is None or progress.state != "done":
        return ""
    outcomes = regularising.outcomes_of(_by_name(progress), _held_out())
    return right(outcomes) if outcomes else ""


@claim_widgets.guess_first(
    "regularise",
    f"Two networks learn from {FEW} digits only and overfit: one of 1×1 convolutions on a picture of one pixel, one of "
    "dense layers. Which of them gains more from batch normalisation and dropout?",
    {CONVOLUTION: "", DENSELY: "", ALIKE: ""},
    measured,
    terms=("batch norm", "dropout", "overfitting"),
)
def show() -> None:
    """Trainings of both kinds of network on few digits."""
    source = _source()
    glossary.write(
        f"{labels.SOURCES[source]}: {FEW} digits to learn from, {RECIPE.epochs} [[epochs|epoch]], {_held_out():,} test "
        f"digits to measure on. {labels.MODELS[POINTWISE]} and {labels.MODELS[DENSE]}, each with no regularising, with "
        f"[[batch norm]], with [[dropout]] and with both, from {len(SEEDS)} [[seeds|seed]]; with the same seed all of "
        "them begin with the same weights."
    )
    SideBySide(
        f"why.regularise.{source}",
        f"Train all {len(ARMS) * len(SEEDS)} now",
        regularising.comparison(source),
        _live,
    ).show()


def _source() -> str:
    return "mnist" if is_complete(data_folder()) else "digits"


def _held_out() -> int:
    return regularising.HELD_OUT if _source() == "mnist" else BUNDLED_HELD_OUT


def _by_name(progress: Progress) -> dict[str, list[Epoch]]:
    epochs: dict[str, list[Epoch]] = defaultdict(list)
    for epoch in progress.epochs:
        epochs[epoch.of].append(epoch)
    return epochs


def _live(progress: Progress, trainings: Trainings) -> None:
    if not all(trainings[arm.named(seed)] for arm in ARMS for seed in SEEDS):
        return
    curves = functools.partial(regularising.curve, trainings)
    alt = "; ".join(
        f"{CALLED[arm.arch]}, {arm.variant}: loss {curves(arm, 'train_loss')[-1]:.3f} in training, "
        f"{curves(arm, 'loss')[-1]:.3f} on test digits"
        for arm in ARMS
    )
    charts.show(_losses(trainings), "why.regularise.chart", alt)
    outcomes = regularising.outcomes_of(trainings, _held_out())
    if not outcomes:
        return
    gains = regularising.gains(outcomes)
    for arch in (POINTWISE, DENSE):
        rows = []
        for variant in VARIANTS:
            arm = Arm(arch, variant)
            one = outcomes[arm]
            read = f"{100 * one.accuracy:.1f} ± {100 * one.spread:.1f} %"
            rows.append((variant, read, str(gains[arm]) if arm in gains else "–"))
        claim_widgets.table((CALLED[arch], "test accuracy, mean ± spread over seeds", "more than with neither"), rows)
    if progress.state == "done":
        claim_widgets.verdict(verdict(outcomes, _held_out()))


def right(outcomes: Mapping[Arm, Outcome]) -> str:
    """The answer that the measured gains make the right one."""
    signs = [gap.sign for gap in regularising.gaps(outcomes).values()]
    if 1 in signs and -1 not in signs:
        return CONVOLUTION
    return DENSELY if -1 in signs and 1 not in signs else ALIKE


def verdict(outcomes: Mapping[Arm, Outcome], held_out: int) -> str:
    """What the numbers allow to say. Markdown."""
    channels, side, classes = dense_layer.nin_head()
    average, full = dense_layer.head_parameters(channels, side, classes)
    return (
        f"**Sometimes.** {_compared(outcomes)} {_helped(outcomes)} The brackets hold where the difference may lie, by "
        f"{held_out:,} digits, in {100 * CONFIDENCE:.0f} of 100 such samples for all {2 * len(WAYS)} at once, so that "
        "the best of them may be picked; and where the seeds do not agree on its sign, it is not called a difference."
        "\n\n"
        "On a larger map the claim may hold. There the same few weights are learned from every pixel, and batch "
        f"normalisation takes its mean over all of them, {RECIPE.batch_size} digits × {side}² pixels where a dense "
        f"layer has {RECIPE.batch_size} digits: at the end of {labels.MODELS['nin']} {average:,} parameters stand in "
        f"for {full:,}. Lin, Chen, Yan 2013 (arxiv.org/abs/1312.4400, section 4.6) measured on CIFAR-10 that such an "
        "end makes fewer mistakes than a dense layer, also than one with dropout. That is no promise: fewer weights "
        "also learn less."
    )


def _compared(outcomes: Mapping[Arm, Outcome]) -> str:
    if right(outcomes) != ALIKE:
        told = ", ".join(f"{way} {gap}" for way, gap in regularising.gaps(outcomes).items() if gap.sign)
        return f"Here the two kinds of network do not gain the same: 1×1 convolutions more, or less, by {told}."
    apart = regularising.apart(outcomes)
    answers = f"at most {labels.percent(apart)} of their answers differ, by rounding" if apart else "all answers agree"
    return (
        "On a picture of one pixel a 1×1 convolution is a dense layer, overfits as one and gains the same: with the "
        f"same seed {answers}."
    )


def _helped(outcomes: Mapping[Arm, Outcome]) -> str:
    gains = {arm: gain for arm, gain in regularising.gains(outcomes).items() if arm.arch == POINTWISE}
    told = ", ".join(f"{arm.variant} by {gain}" for arm, gain in gains.items() if gain.sign > 0)
    if told:
        return f"It does help the accuracy of the 1×1 convolutions here: {told}."
    best, gain = max(gains.items(), key=lambda pair: pair[1].over_digits.value)
    return (
        f"For the accuracy no way makes a difference here that could be told from chance: {best.variant}, the best, "
        f"{gain}."
    )


def _losses(trainings: Mapping[str, Sequence[Epoch]]) -> go.Figure:
    """A panel a way to regularise: the loss on what is learned from, and on test digits, means over the seeds."""
    figure = make_subplots(
        rows=2,
        cols=2,
        shared_xaxes=True,
        shared_yaxes=True,
        subplot_titles=[name.capitalize() for name in VARIANTS],
        vertical_spacing=0.14,
    )
    values = []
    for number, variant in enumerate(VARIANTS):
        place = {"row": 1 + number // 2, "col": 1 + number % 2}
        for name, metric, colour, dash in (
            ("training", "train_loss", TRAINING, "dot"),
            ("test", "loss", HELD_OUT, "solid"),
        ):
            for arch, look in (
                (POINTWISE, {"mode": "lines", "line": {"color": colour, "dash": dash}}),
                (DENSE, {"mode": "markers", "marker": {"color": colour, "symbol": "circle-open", "size": 7}}),
            ):
                curve = regularising.curve(trainings, Arm(arch, variant), metric)
                values += curve
                every = RINGS if arch == DENSE else 1
                figure.add_scatter(
                    x=list(range(1, len(curve) + 1))[every - 1 :: every],
                    y=curve[every - 1 :: every],
                    name=f"{CALLED[arch]}, {name}",
                    legendgroup=f"{arch} {name}",
                    showlegend=number == 0,
                    hovertemplate="epoch %{x}: %{y:.3g}",
                    **look,
                    **place,
                )
    figure.update_xaxes(range=[0, RECIPE.epochs + 0.5])
    figure.update_xaxes(title="epoch", row=2)
    ends = [math.log10(min(values)) - 0.1, math.log10(max(values)) + 0.1]
    figure.update_yaxes(type="log", range=ends, tickformat="~g", dtick=1)
    figure.update_yaxes(title="loss", col=1)
    figure = charts.framed(figure, "The dense layers' rings lie on the 1×1 convolutions' lines", 460)
    return figure.update_layout(legend={"orientation": "h", "y": -0.15, "x": 0}, margin={"t": 64})
