"""No text of strangers reaches Streamlit or Plotly as it is: read off the source of the interface.

What people and files wrote is known by what it is called (``record.name``, ``table.notes``, ``str(error)``). Where it
is put into a text, or given to what shows something, one of SAFE stands around it, or the function is in HANDED_ON.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
INTERFACE = ROOT / "pointwise" / "ui"
FILES = [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py")), *sorted(INTERFACE.rglob("*.py"))]
STRANGERS = {"name", "note", "notes", "notice", "target", "mark", "error", "unkept", "feature"}
# Whose names are ours: networks' layers, claims, what a link may say, steps of the path, data sets; and a run's id.
OURS = {
    "best",
    "case",
    "claim",
    "coming",
    "data",
    "entry",
    "mixing",
    "network",
    "networks",
    "run",
    "score",
    "stage",
    "start",
}
OURS_TOO = {"area.notes", "claim_steps.mark", "guesses.note", "st.error"}
SAFE = {"plain", "said", "visible", "one_line", "in_cell", "in_chart", "told_apart", "table", "escape"}
SHOWING = {
    "st",
    "charts",
    "glossary",
    "left",
    "right",
    "answer",
    "column",
    "container",
}  # whose functions show something
UNSEEN = {"key", "args", "on_click", "on_change"}
# Functions that hand such a text on, and why that is safe.
HANDED_ON = {
    "class_list._row": "a value of a text field",
    "sections._take": "refuse() keeps a sentence, which is shown by said()",
    "shipped.shipped_model": "into the log",
    "incoming._used": "say() shows it by plain()",
    "own_table._kept": "a sentence that is shown by said()",
    "table_training.prepared": "keys of widgets",
    "table_training.train": "a key of a widget",
    "kept_files.reading": "a sentence that is shown by said()",
    "run_curves._lines": "Line.name, which figure() and _spoken() know to be a person's",
    "run_details.head": "values of text fields",
    "run_details._sentence": "plain() stands around the whole",
    "runs_table._spoken": "visible() stands around the whole",
    "weights_in_use.titled": "text with a person's words, as it says",
    "weights_in_use._of_run": "Used.mark, which is one of STRANGERS",
    "weights_in_use.used": "Used.mark again; and a sentence for the log",
}


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def owner(node: ast.expr) -> str:
    """The last name before an attribute: "record" of record.name, "data" of run.job.data.name."""
    return getattr(node, "id", getattr(node, "attr", ""))


def is_strangers(node: ast.AST, caught: set[str]) -> bool:
    if isinstance(node, ast.Attribute):
        ours = owner(node.value) in OURS if node.attr == "name" else f"{owner(node.value)}.{node.attr}" in OURS_TOO
        return node.attr in STRANGERS and not ours
    if isinstance(node, ast.Call):
        return owner(node.func) == "titled" or (
            called(node) in ("model", "data") and "run_facts" in ast.unparse(node.func)
        )
    return isinstance(node, ast.Name) and node.id in caught


def bare(node: ast.AST, caught: set[str]) -> Iterator[ast.AST]:
    """The strangers' texts in an expression that are not in SAFE hands, and not merely compared."""
    if isinstance(node, ast.Compare) or (isinstance(node, ast.Call) and called(node) in SAFE):
        return
    if is_strangers(node, caught):
        yield node
        return
    for part in ast.iter_child_nodes(node):
        yield from bare(part, caught)


def shown(node: ast.AST) -> list[ast.expr]:
    """What is put into a text by a node, or shown by it."""
    if isinstance(node, ast.FormattedValue):
        return [] if node.format_spec else [node.value]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and owner(node.func.value) in SHOWING:
        return [*node.args, *(given.value for given in node.keywords if given.arg not in UNSEEN)]
    return []


def unsafe(source: str, module: str) -> list[str]:
    """Function, line and text of each place in a source where a stranger's text is shown as it is."""
    found = set()
    tree = ast.parse(source)
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        if f"{module}.{function.name}" in HANDED_ON:
            continue
        inside = list(ast.walk(function))
        caught = {node.name for node in inside if isinstance(node, ast.ExceptHandler) and node.name}
        safe = {
            id(part)
            for node in inside
            if isinstance(node, ast.Call) and called(node) in SAFE
            for part in ast.walk(node)
        }
        for node in inside:
            for text in [] if id(node) in safe else shown(node):
                for place in bare(text, caught):
                    found.add((place.lineno, f"{module}.{function.name}: {ast.unparse(place)}"))  # type: ignore[attr-defined]
    return [f"{text} (line {line})" for line, text in sorted(found)]


def test_no_text_of_strangers_is_shown_as_it_is() -> None:
    assert [place for path in FILES for place in unsafe(path.read_text(encoding="utf-8"), path.stem)] == []


@pytest.mark.parametrize(
    "line",
    [
        "st.caption(record.name)",
        "st.caption(f'Run {record.name}')",
        "st.button(label, help=table.notes[0])",
        "left.metric(ready.target, 1)",
        "st.caption(' '.join(notice for notice in table.notes))",
        "return f'{names.title}: {shelf().run(run).name}'",
        "st.caption(run_facts.data(record))",
        "st.info(str(record.error) + '.')",
    ],
)
def test_a_new_place_is_found(line: str) -> None:
    assert len(unsafe(f"def show():\n    {line}", "new")) == 1


def test_a_caught_error_is_a_strangers_text() -> None:
    code = "def show():\n    try:\n        pass\n    except PointwiseError as wrong:\n        st.error(str(wrong))"
    assert unsafe(code, "new") == ["new.show: wrong (line 5)"]
    assert unsafe(code.replace("str", "labels.said"), "new") == []


@pytest.mark.parametrize("line", ["st.caption(labels.plain(record.name))", "st.button('Go', key=record.name)"])
def test_what_is_safe_is_not_found(line: str) -> None:
    assert unsafe(f"def show():\n    {line}", "new") == []


def test_nothing_is_excused_that_is_not_there() -> None:
    functions = {
        f"{path.stem}.{node.name}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }
    assert set(HANDED_ON) <= functions
