"""The JavaScript that draws, reads and evaluates in the page; its modules import one another and travel as one text."""

from __future__ import annotations

import functools
import re
from pathlib import Path

FOLDER = Path(__file__).parent
TITLES = {  # what bars.js says of an answer
    "sure": "{digit} has {percent} of the probability",
    "unsure": "The model is unsure; {digit} is its best guess",
    "blank": "No probabilities: the canvas is empty",
}
COMMENT = re.compile(r"(?:^|\s)// [^\"'`]*$|^\s*// .*$")
EXPORT = re.compile(r"^export (?:async )?(?:const|let|function|class) (\w+)", re.MULTILINE)
IMPORT = re.compile(r'^import \{[^}]*\} from "(\.[^"]+)"\n', re.MULTILINE)
NAMED_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)"\n', re.MULTILINE)


@functools.cache
def bundled(path: Path) -> str:
    """The module at ``path`` with what it imports from files beside it, each once, before it.

    All of them share one scope, so no two may give one name to different things. Made by hand because Streamlit takes
    a component's module as one text, or as files only from the manifest of an installed package.
    """
    texts: dict[Path, str] = {}
    _collect(path.resolve(), texts)
    return "\n".join(texts.values())


def _collect(path: Path, texts: dict[Path, str]) -> None:
    if path in texts:
        return
    text = path.read_text(encoding="utf-8")
    for name in IMPORT.findall(text):
        _collect((path.parent / name).resolve(), texts)
    texts[path] = IMPORT.sub("", text)


@functools.cache
def scoped(path: Path) -> str:
    """The module at ``path`` with what it imports, each in a scope of its own: a script that exports nothing.

    Comments, empty lines and indentation are left out.
    """
    texts: dict[Path, str] = {}
    _collect(path.resolve(), texts)
    names = {one: f"module{number}" for number, one in enumerate(texts)}
    made = []
    for one in texts:
        text = one.read_text(encoding="utf-8")
        imports = [
            f"const {{{what.replace(' as ', ': ')}}} = {names[(one.parent / name).resolve()]}"
            for what, name in NAMED_IMPORT.findall(text)
        ]
        own = re.sub(r"^export ", "", texts[one], flags=re.MULTILINE)
        exported = ", ".join(EXPORT.findall(texts[one]))
        made.append("\n".join((f"const {names[one]} = (() => {{", *imports, own, f"return {{ {exported} }}", "})()")))
    lines = (COMMENT.sub("", line).strip() for line in "\n".join(made).split("\n"))
    return "\n".join(line for line in lines if line)
