"""Claim: split into a depthwise and a 1×1 convolution, a full one costs far less."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import streamlit as st

from pointwise.claims import depthwise, parameters
from pointwise.claims.depthwise import EQUAL, FULL, MOBILENET, NARROW, REPEATS, Outcome
from pointwise.claims.experiments import Mean
from pointwise.claims.parameters import Block
from pointwise.data.mnist import data_folder, is_complete
from pointwise.ui.frame import glossary, labels
from pointwise.ui.frame.sections import Kept
from pointwise.ui.why_1x1 import block_diagram, claim_widgets
from pointwise.ui.why_1x1.measured_trials import MeasuredTrials, Numbers

TWICE, NINE_TIMES, FIFTY_TIMES = "About twice", "About nine times", "About fifty times"
FIELDS = (("Side", 28, MOBILENET[0]), ("Channels in", 512, MOBILENET[1]), ("Channels out", 512, MOBILENET[2]))
TIMED: Kept[dict[tuple[int, ...], list[float]]] = Kept("why.depthwise.times", {})  # milliseconds, by the numbers chosen
NAMES = {FULL: "Full 3×3", NARROW: "Depthwise + 1×1, as many channels", EQUAL: "Depthwise + 1×1, as many parameters"}


@claim_widgets.guess_first(
    "depthwise",
    f"MobileNet puts in place of a 3×3 convolution on {MOBILENET[1]} channels a 3×3 on each channel alone, and a 1×1 "
    "that mixes them. How many times fewer multiply-adds does that take?",
    {
        TWICE: "It saves more than that: about nine times fewer.",
        NINE_TIMES: "Right: about nine times fewer.",
        FIFTY_TIMES: "Not quite as many: about nine times fewer.",
    },
    NINE_TIMES,
    ("multiply-adds",),
)
def show() -> None:
    """The pair beside the full convolution: counts, times, and what small networks of each read."""
    glossary.write(
        "Columns are maps, as high as they have channels. Squares are the convolutions between them, their areas the "
        "[[multiply-adds]] for one picture. Choose the size of the maps and their channels."
    )
    chosen = tuple(claim_widgets.numbers("depthwise", FIELDS))
    full, pair = depthwise.blocks(*chosen)
    milliseconds = TIMED.get().get(chosen)
    notes = [f"{ms:.1f} milliseconds here" for ms in milliseconds] if milliseconds else ["", ""]
    st.html(block_diagram.diagrams((full, pair), notes))
    st.button("Time them where this app runs", on_click=_time, args=(chosen,), icon=":material/timer:")
    st.markdown(_counts(full, pair, chosen[2]))
    st.markdown("**And what do networks of them read?** Three small ones, alike but for their two blocks of 3×3s.")
    _arms()
    source = _source()
    _contest(source).show("Train all of them now (about half a minute)", functools.partial(_live, source, full, pair))


def _contest(source: str) -> MeasuredTrials:
    return MeasuredTrials(f"why.depthwise.{source}", functools.partial(depthwise.contest, source))


def _source() -> str:
    return "mnist" if is_complete(data_folder()) else "digits"


def _time(chosen: tuple[int, ...]) -> None:
    TIMED.set({**TIMED.get(), chosen: parameters.block_times(depthwise.blocks(*chosen))})


def _counts(full: Block, pair: Block, outputs: int) -> str:
    """The formula beside what was counted. Markdown."""
    left = depthwise.share_left(outputs)
    (_, whole), (_, split) = depthwise.counted(full), depthwise.counted(pair)
    return (
        f"By the formula the pair takes 1/channels out + 1/3² = 1/{outputs} + 1/9 = {100 * left:.1f} % of the work. "
        f"Counted on PyTorch's layers it is {split:,} of {whole:,} multiply-adds: {_times(whole / split)}."
    )


def _times(factor: float) -> str:
    return f"{factor:.1f} times fewer" if factor >= 1 else f"{1 / factor:.1f} times as many"


def _arms() -> None:
    claim_widgets.table(
        ("blocks", "channels", "parameters", "multiply-adds for one digit"),
        [
            (NAMES[name], f"{arm.width}, {2 * arm.width}, {2 * arm.width}", *(f"{amount:,}" for amount in arm.size))
            for name, arm in depthwise.arms().items()
        ],
    )


def _live(source: str, full: Block, pair: Block, numbers: Numbers) -> None:
    outcomes = depthwise.outcomes(numbers, source)
    if outcomes:
        claim_widgets.table(
            (
                "blocks",
                f"digits read ({glossary.INTERVAL})",
                f"more than full 3×3 ({glossary.INTERVAL})",
                "training takes",
            ),
            [
                (NAMES[name], str(one.read), _points(one.ahead), f"{one.seconds:.1f} s")
                for name, one in outcomes.items()
            ],
        )
        st.markdown(_how(source))
    chosen = (full.side, full.convolutions[0].inputs, full.convolutions[0].outputs)
    claim_widgets.verdict(verdict(full, pair, TIMED.get().get(chosen), outcomes))


def _points(ahead: Mean | None) -> str:
    if ahead is None:
        return "–"
    value, low, high = (f"{100 * one:+.1f}" for one in (ahead.value, ahead.low, ahead.high))
    return f"{value} points ({low} to {high})"


def _how(source: str) -> str:
    learned, held_out = depthwise.sizes(source)
    kind = "all of them other ones" if source == "mnist" else "each fifth held out once"
    return (
        f"{labels.SOURCES[source]}: {REPEATS} repetitions, in each {learned:,} digits to learn from and {held_out:,} "
        f"held out, {kind}, and other initial weights. The second interval is over the repetitions, by Student's t."
    )


def verdict(full: Block, pair: Block, milliseconds: list[float] | None, outcomes: Mapping[str, Outcome]) -> str:
    """What the counts, and what was measured so far, allow to say. Markdown."""
    fewer = full.multiply_adds / pair.multiply_adds
    head = "True of the arithmetic" if fewer > 1 else "Not with so few channels"
    said = f"**{head}.** {_times(fewer).capitalize()} multiply-adds here."
    if milliseconds:
        said += f" {_speed(milliseconds[0] / milliseconds[1], fewer)}"
    if not outcomes:
        return f"{said} What it does to the accuracy is not measured yet."
    return f"{said} {_accuracy(outcomes)}"


def _speed(faster: float, fewer: float) -> str:
    """What the clock says beside the counts."""
    if faster >= fewer:
        return f"In time it is {faster:.1f} times as fast on this machine."
    why = "a depthwise convolution has little arithmetic for each number that it fetches"
    if faster >= 1:
        return f"In time it is {faster:.1f} times as fast on this machine, less than the counts say: {why}."
    return f"And yet it takes {1 / faster:.1f} times as long on this machine: {why}."


def _accuracy(outcomes: Mapping[str, Outcome]) -> str:
    """What the trained networks say. Markdown."""
    sizes = {name: arm.size for name, arm in depthwise.arms().items()}
    narrow, equal = outcomes[NARROW], outcomes[EQUAL]
    assert narrow.ahead is not None
    assert equal.ahead is not None
    smaller = sizes[FULL][0] / sizes[NARROW][0]
    slower = equal.seconds / outcomes[FULL].seconds
    first = {-1: "reads fewer digits", 0: "reads as many, as far as one can tell", 1: "reads more"}[narrow.ahead.sign]
    second = {
        -1: "Nor is it better at as many parameters: wider, it still reads fewer",
        0: "At as many parameters, wider, no difference can be told from chance",
        1: "At as many parameters, wider, it reads more",
    }[equal.ahead.sign]
    return (
        f"With as many channels the network has {smaller:.1f} times fewer parameters and {first}: "
        f"{_points(narrow.ahead)}. {second}: {_points(equal.ahead)}; its training took {slower:.1f} times as long."
    )
