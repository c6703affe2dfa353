"""What draws, reads and evaluates in the page: JavaScript, whose modules import one another and travel as one text,
styles, and templates of the HTML around them."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent
TITLES = {  # what bars.js says of an answer
    "sure": "{digit} has {percent} of the probability",
    "unsure": "The model is unsure; {digit} is its best guess",
    "blank": "No probabilities: the canvas is empty",
}
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
    """The module at ``path`` with what it imports, each in a scope of its own: a compact script without exports."""
    import rjsmin

    texts: dict[Path, str] = {}
    _collect(path.resolve(), texts)
    names = {one: f"${number}" for number, one in enumerate(texts)}
    made = []
    for one, text in texts.items():
        taken = [
            f"const {{{what.replace(' as ', ': ')}}} = {names[(one.parent / file).resolve()]}"
            for what, file in NAMED_IMPORT.findall(one.read_text(encoding="utf-8"))
        ]
        own = re.sub(r"^export ", "", text, flags=re.MULTILINE)
        given = f"return {{ {', '.join(EXPORT.findall(text))} }}"
        made.append("\n".join((f"const {names[one]} = (() => {{", *taken, own, given, "})()")))
    return str(rjsmin.jsmin("\n".join(made)))


def templates(*folders: Path) -> Environment:
    """Templates of ``folders`` and those beside the scripts, which they may use: HTML in which any text is only text.

    ``value|tojson`` is JSON for a script element. Rendering raises UndefinedError for a value that is not given.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader([*folders, FOLDER / "templates"])
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    made.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "ensure_ascii": False}
    return made
