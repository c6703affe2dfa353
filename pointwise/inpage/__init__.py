"""The JavaScript that draws, reads and evaluates in the page; its modules import one another and travel as one text."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from pointwise.inpage.compact_code import compact_script

FOLDER = Path(__file__).parent
TITLES = {  # what bars.js says of an answer
    "sure": "{digit} has {percent} of the probability",
    "unsure": "The model is unsure; {digit} is its best guess",
    "blank": "No probabilities: the canvas is empty",
}
EXPORT = re.compile(r"^export (?:async )?(?:const|let|function|class) (\w+)", re.MULTILINE)
FUNCTION = re.compile(r"^(?:export )?(?:async )?function (\w+)\([^\n]*\{\n.*?^\}\n", re.MULTILINE | re.DOTALL)
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
    """The module at ``path`` with what it imports, each in a scope of its own: a compact script that exports nothing.

    Functions that nothing calls, because only other pages need them, are left out.
    """
    texts: dict[Path, str] = {}
    _collect(path.resolve(), texts)
    imports = {one: NAMED_IMPORT.findall(one.read_text(encoding="utf-8")) for one in texts}
    wanted = {name: set[str]() for name in texts}
    for one, found in imports.items():
        for what, file in found:
            wanted[(one.parent / file).resolve()] |= {
                name.split(" as ")[0] for name in re.split(r",\s*", what.strip(" ,"))
            }
    names = {one: f"${number}" for number, one in enumerate(texts)}
    made = []
    for one, text in texts.items():
        taken = [
            f"const {{{what.replace(' as ', ': ')}}} = {names[(one.parent / file).resolve()]}"
            for what, file in imports[one]
        ]
        own = re.sub(r"^export ", "", _used(text, wanted[one]), flags=re.MULTILINE)
        given = ", ".join(name for name in EXPORT.findall(text) if name in wanted[one])
        made.append("\n".join((f"const {names[one]} = (() => {{", *taken, own, f"return {{ {given} }}", "})()")))
    return compact_script("\n".join(made))


def _used(text: str, wanted: set[str]) -> str:
    """A module's text without the functions that are neither wanted nor named anywhere else in it."""
    for found in FUNCTION.finditer(text):
        rest = text[: found.start()] + text[found.end() :]
        if found[1] not in wanted and not re.search(rf"\b{found[1]}\b", rest):
            return _used(rest, wanted)
    return text
