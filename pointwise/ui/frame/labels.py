"""What things are called in the interface, and how numbers are written."""

from __future__ import annotations

import functools
import html
import logging
import math
import os
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from pointwise.data.catalogue import DATA_SETS
from pointwise.models import ARCHITECTURES
from pointwise.models.config import SHIPPED
from pointwise.visible_text import MOST, visible, without_folders

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
FORMULAE = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # begin one in a spreadsheet
MOST_IN_CHART, MOST_IN_LIST = 34, 120  # characters, in a legend or along an axis, and of an option
LEAST, MOST_SHARE = 0.001, 0.999  # shares beyond are not told exactly
DIGITS = ("mnist", "digits")  # those of them that show digits, as a drawing does

log = logging.getLogger(__name__)


def percent(share: float) -> str:
    """0.9953 is 99.5 %, rounded to one decimal but never to a certainty that is not there."""
    if 0 < share < LEAST:
        return f"< {100 * LEAST:g} %"
    return f"> {100 * MOST_SHARE:g} %" if MOST_SHARE < share < 1 else f"{100 * share:.1f} %"


def probability(share: float) -> str:
    """A softmax's, which is never quite 1."""
    return f"> {100 * MOST_SHARE:g} %" if share > MOST_SHARE else percent(share)


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
    """For Markdown of our own, where two dollar signs would begin and end a formula; not for what people wrote."""
    return text.replace("$", "\\$")


def plain(text: object, most: int = MOST) -> str:
    """Markdown that Streamlit shows as this text, ``visible``, on one line: no markup, formula, link, picture or icon.

    For what people and files wrote, wherever Streamlit takes Markdown: text, labels of all kinds, ``help``, values of
    metrics, options of ``select_slider``, ``segmented_control``, ``pills`` and ``radio``. ``visible`` is for what is no
    Markdown: options of a ``selectbox`` or ``multiselect``, values of inputs and ``alt``.
    """
    line = REPLACED.sub(rf"\g<0>{JOINER}", visible(text, most))
    return BEGINNING.sub(r"\1\\\2", MARKUP.sub(r"\\\g<0>", line))


def said(sentence: object) -> str:
    """``plain`` of a sentence that may name a folder, an error for example; strangers do not read where things lie.

    On a server for them the log has the whole sentence.
    """
    return plain(for_all_eyes(str(sentence)))


def for_all_eyes(sentence: str) -> str:
    """A sentence as a visitor may read it: on a server for strangers without the folders of the server."""
    from pointwise.library.home import home, is_public

    if not is_public():
        return sentence
    known = [home(), SHIPPED.parent, Path.home(), Path(sys.prefix)]
    known += [Path(folder) for name in ("POINTWISE_DATA", "XDG_CACHE_HOME") if (folder := os.environ.get(name))]
    short = without_folders(sentence, known)
    if short != sentence:
        log_once(sentence)
    return short


@functools.lru_cache(maxsize=100)
def log_once(sentence: str) -> None:
    """Write a sentence that visitors read in part into the server's log, once."""
    log.warning("What visitors read without its folders: %s", visible(sentence))


def told_apart(options: Iterable[str]) -> Callable[[str], str]:
    """What options of a list are called there, ``visible``: with a number behind those that would look alike."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for option in options:
        seen, number = visible(option, MOST_IN_LIST), 2
        name = seen
        while name in taken:
            name, number = f"{seen} ({number})", number + 1
        names[option] = name
        taken.add(name)
    return names.__getitem__


def in_chart(text: object, most: int = MOST_IN_CHART) -> str:
    """Plotly's text, ``visible``, of what people wrote: no link, no bold, no formula and no value of a template."""
    line = html.escape(visible(text, most), quote=False)
    return line.replace("$", f"{JOINER}${JOINER}").replace("%{", f"%{JOINER}{{")


def in_cell(text: object, most: int = MOST) -> str:
    """A cell or the name of a column in a table, ``visible``, which a spreadsheet program takes for text, no formula.

    Streamlit offers every table as a CSV file.
    """
    line = visible(text, most)
    return f"{JOINER}{line}" if line.startswith(FORMULAE) else line
