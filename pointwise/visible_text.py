"""What people and files call things, as text that can be shown in a line and does nothing to what stands around it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

MOST = 1_000  # characters
MOST_MARKS = 4  # accents and other marks on one letter: more than any language puts there
BLANK = "(blank)"
JOINERS = "\u200c\u200d"  # between letters of some scripts, and between parts of one emoji
FIRST_JOINED = "\u0300"  # no script before it is joined
UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")  # letters that take no ink
RIGHT_TO_LEFT = frozenset(("R", "AL", "AN"))
ISOLATED, END = "\u2068", "\u2069"
FOLDER = re.compile(r"(?<![\w:/.\\])(?:/[^\s/,;:()'\"]+(?:/[^\s/,;:()'\"]*)+|[A-Za-z]:\\[^\s,;()'\"]*)")


def visible(text: object, most: int = MOST) -> str:
    """``one_line`` of a text; what runs from right to left is isolated, so that all beside it keeps its order."""
    line = one_line(text, most)
    if line.isascii():
        return line
    kinds, shown, place = [unicodedata.bidirectional(c) for c in line], "", 0
    while place < len(line):
        end = place + 1
        if kinds[place] in RIGHT_TO_LEFT:
            for after in range(end, len(line)):  # up to the last such letter before one from left to right
                if kinds[after] == "L":
                    break
                end = after + 1 if kinds[after] in RIGHT_TO_LEFT or (kinds[after] == "NSM" and after == end) else end
            shown += f"{ISOLATED}{line[place:end]}{END}"
        else:
            shown += line[place]
        place = end
    return shown


def one_line(text: object, most: int = MOST) -> str:
    """One line of at most ``most`` characters, an ellipsis at the end of what is cut: only what can be seen of a text.

    Line breaks, tabs and control characters are spaces. What turns the direction of writing, takes no width, or piles
    up on one letter is left out. A text of nothing that can be seen is "(blank)", an empty one or one of spaces is "".
    """
    whole = str(text)
    raw = whole[: 4 * most + 100].encode("utf-8", "replace").decode()
    seen = " ".join("".join(_seen(raw)).split())
    if len(seen) > most or len(raw) < len(whole):
        seen = f"{seen[: most - 1].rstrip()}…"
    if not seen:
        return "" if not whole or whole.isspace() else BLANK
    return seen


def printable(line: str) -> str:
    """A line for a terminal or a log, as long as it is: what is no printable character is a space."""
    return "".join(c if c.isprintable() else " " for c in line)


def without_folders(sentence: str, known: Iterable[Path] = ()) -> str:
    """A sentence that does not say where on this computer something lies: of a file its name, of a folder no more.

    Any absolute path is found; of the ``known`` folders also such whose names have spaces.
    """
    for folder in sorted(map(str, known), key=len, reverse=True):
        if len(folder) > 1:
            sentence = re.sub(rf"{re.escape(folder)}((?:[/\\][^\s,;:()'\"]*)?)", _named, sentence)
    return FOLDER.sub(_named, sentence)


def _named(found: re.Match[str]) -> str:
    path = found[0].rstrip("/\\.")
    name = re.split(r"[/\\]", path)[-1]
    rest = found[0][len(path) :].replace("/", "").replace("\\", "")
    return (name if re.search(r".\.\w{1,12}$", name) else "a folder of this server") + rest


def _seen(raw: str) -> list[str]:
    kept: list[str] = []
    marks = 0
    for place, c in enumerate(raw):
        if c.isprintable() and c.isascii():
            kept.append(c)
            marks = 0
            continue
        kind = unicodedata.category(c)
        if kind in ("Mn", "Me"):
            marks += 1
            if c not in UNSEEN and marks <= MOST_MARKS and kept and kept[-1] != " ":
                kept.append(c)
        elif kind[0] == "Z" or kind == "Cc" or c == "\u2800":
            kept.append(" ")
            marks = 0
        elif kind == "Cf":
            after = raw[place + 1 : place + 2]
            if c in JOINERS and kept and kept[-1] >= FIRST_JOINED and after >= FIRST_JOINED and after.isprintable():
                kept.append(c)
        elif c not in UNSEEN and not _is_no_character(c):
            kept.append(c)
            marks = 0
    return kept


def _is_no_character(c: str) -> bool:
    return ord(c) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(c) <= 0xFDEF
