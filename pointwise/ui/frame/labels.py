"""What things are called in the interface, and how numbers are written."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from pointwise.data.catalogue import DATA_SETS
from pointwise.models import ARCHITECTURES

if TYPE_CHECKING:
    from pointwise.run_queue import Standing

MODELS = {name: architecture.title for name, architecture in ARCHITECTURES.items()}
ABOUT = {name: architecture.about for name, architecture in ARCHITECTURES.items()}
SOURCES = {name: chosen.title for name, chosen in DATA_SETS.items()}
# What a backslash makes plain in Markdown; an underscore between letters is plain by itself.
MARKUP = re.compile(r"[\\`*{}\[\]()<>#!|~$&:@]|(?<![^\W_])_|_(?![^\W_])")
BEGINNING = re.compile(r"^(\d*)([-+=.])")  # of a list or a line below a heading
# What Streamlit and GitHub's Markdown replace even after a backslash: icons and emojis, addresses, arrows.
REPLACED = re.compile(r"(:|@)(?=\S)|(www)(?=\.)|(?<!\S)([<>~-])(?=[>=-]+(?:\s|$))", re.IGNORECASE)
JOINER = "\u2060"  # takes no width and allows no line break
DIGITS = ("mnist", "digits")  # those of them that show digits, as a drawing does


def percent(share: float) -> str:
    """0.9953 is 99.5 %, rounded to one decimal but never to a certainty that is not there."""
    if 0 < share < 0.001:
        return "< 0.1 %"
    return "> 99.9 %" if 0.999 < share < 1 else f"{100 * share:.1f} %"


def probability(share: float) -> str:
    """A softmax's, which is never quite 1."""
    return "> 99.9 %" if share > 0.999 else percent(share)


def duration(seconds: float) -> str:
    """Minutes and seconds, or seconds."""
    whole = max(0, round(seconds))
    return f"{whole // 60} min {whole % 60:02d} s" if whole >= 60 else f"{whole} s"


def roughly(seconds: float) -> str:
    """A duration to one or two digits: 4 s, 35 s, 3 min, 1.5 hours."""
    if seconds < 10:
        return f"{max(1, round(seconds))} s"
    if seconds < 90:
        return f"{5 * round(seconds / 5)} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 1800) / 2:g} hours"


def wait(standing: Standing) -> str:
    """How long a wait in the queue is expected to be: about 4 min, or up to 15 min where nobody can tell."""
    return f"{'up to' if standing.at_most else 'about'} {roughly(standing.seconds)}"


def number(value: float) -> str:
    """About four digits, in any unit: 1,234 and 0.01235."""
    size = abs(value)
    if size and not 1e-4 <= size < 1e12:
        return f"{value:.3g}"
    return f"{value:,.{max(0, 3 - math.floor(math.log10(size)))}f}" if size else "0"


def dollars(value: float, signed: bool = False) -> str:
    """300012.4 is $300,012; with ``signed`` a plus sign before what is above 0."""
    whole = round(value)
    sign = "-" if whole < 0 else "+" if signed and whole > 0 else ""
    return f"{sign}${abs(whole):,}"


def thousands(value: float) -> str:
    """-92408 is -$92.4k."""
    return f"{'-' if value < 0 else ''}${abs(value) / 1000:,.1f}k"


def r_squared(value: float) -> str:
    """Four decimals, but never a perfect fit that is not there."""
    return "> 0.9999" if 0.99995 <= value < 1 else f"{value:.4f}"


def escaped(text: str) -> str:
    """For Markdown, where two dollar signs would begin and end a formula."""
    return text.replace("$", "\\$")


def plain(text: str) -> str:
    """Markdown that Streamlit shows as exactly this text, on one line: no markup, formula, link, picture or icon.

    For what people wrote: names of columns, files and runs. Not for the options of a select, cells of a table and
    values of inputs, which Streamlit takes for plain text by itself.
    """
    line = " ".join(text.encode("utf-8", "replace").decode().split())
    return BEGINNING.sub(r"\1\\\2", MARKUP.sub(r"\\\g<0>", REPLACED.sub(rf"\g<0>{JOINER}", line)))
