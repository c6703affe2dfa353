"""The page's own scripts and styles without what only people read: the same programs and rules, in fewer bytes.

Nothing is renamed or put another way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
    |(?P<space>\s+)
    |(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<word>[\w$\#]+)
    |(?P<sign>\+\+|--|=>|\.\.\.|\?\.|&&|\|\||\?\?|[-+*/%&|^<>=!?]?=+|.)""",
    re.DOTALL | re.VERBOSE,
)
REGEX = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
PART = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*", re.DOTALL)  # of a template, up to a value in it or its end
BEFORE_VALUE = frozenset(re.findall(r"\w+", "return typeof case in of new delete void throw yield await else do"))
RESTRICTED = frozenset(("return", "break", "continue", "throw", "yield", "async"))  # a line's end ends their statement
VALUE = frozenset((")", "]", "}", "++", "--"))  # signs that a statement may end with
GOES_ON = re.compile(
    r"[)\]},;.?:*%&|^<>=+([-]|\?\.|&&|\|\||\?\?|=>|[-+*/%&|^<>=!?]?=+"
)  # what no statement begins with
STYLE_SPACES = re.compile(r"\s*([{};,]|:(?= ))\s*")


def compact_script(text: str) -> str:
    """A script without comments, and without the spaces and line ends that it needs none of.

    A line's end stays where a statement may end there. A regular expression must not stand right after a bracket.
    """
    made: list[str] = []
    before, kind_before, between = "", "", ""
    for kind, token in _tokens(text):
        if kind in ("space", "comment"):
            between += "\n" if "\n" in token else " "
            continue
        if made and between:
            made.append(_needed("\n" if "\n" in between else " ", before, kind_before, token, kind))
        made.append(token)
        before, kind_before, between = token, kind, ""
    return "".join(made)


def compact_styles(text: str) -> str:
    """A style sheet without the spaces and line ends that it needs none of; it has no comments."""
    return STYLE_SPACES.sub(r"\1", text).replace(";}", "}")


def _needed(between: str, before: str, kind_before: str, token: str, kind: str) -> str:
    """What has to stand between two tokens: nothing, a space or a line's end."""
    if between == "\n":
        ends = kind_before != "sign" or before in VALUE
        if before in RESTRICTED or (ends and not (kind == "sign" and GOES_ON.fullmatch(token))):
            return "\n"
    words = kind_before == kind == "word"
    signs = before[-1] == token[0] and before[-1] in "+-/&|<>=.?"
    number = kind_before == "word" and before[0].isdigit() and token[0] == "."
    return " " if words or signs or number else ""


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """The kind and the text of each token; a template with all that is in it, and a regular expression, is one."""
    place, kind_before, before = 0, "", ""
    while place < len(text):
        starts_value = not before or (kind_before == "sign" and before not in VALUE) or before in BEFORE_VALUE
        if text[place] == "`":
            kind, end = "text", _after_template(text, place)
        elif (
            text[place] == "/" and starts_value and (found := REGEX.match(text, place)) and text[place + 1] not in "/*"
        ):
            kind, end = "text", found.end()
        else:
            token = TOKEN.match(text, place)
            assert token is not None  # any character is a sign
            kind, end = str(token.lastgroup), token.end()
        token_text = text[place:end]
        yield kind, token_text
        place = end
        if kind not in ("space", "comment"):
            kind_before, before = kind, token_text


def _after_template(text: str, start: int) -> int:
    """Where the template that begins at ``start`` ends; values in it may hold templates."""
    place = start + 1
    while True:
        part = PART.match(text, place)
        assert part is not None  # it may be empty
        place = part.end()
        if text[place : place + 2] != "${":
            return place + 1
        place, deep = place + 2, 1
        while deep:
            if text[place] == "`":
                place = _after_template(text, place)
                continue
            token = TOKEN.match(text, place)
            assert token is not None
            deep += {"{": 1, "}": -1}.get(token[0], 0)
            place = token.end()
