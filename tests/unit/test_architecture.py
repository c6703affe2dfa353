"""The import graph: each part of the code imports only parts below it, read off the source of every file."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = [
    ROOT / "app.py",
    *sorted((ROOT / "pages").glob("*.py")),
    *sorted(path for path in (ROOT / "pointwise").rglob("*.py") if path.parent.name != "take_home"),
]
# From top to bottom; the parts on one line do not import one another. A part is a file or folder of pointwise/, or of
# pointwise/ui/. pointwise/__init__.py is no part: it hands on names of all of them.
PAGES = " ".join(f"ui.{path.stem}" for path in FILES if path.parent.name == "pages")
LAYERS = f"""
app
pages
ui.links
{PAGES}
ui.figures
ui.training
ui.canvas
ui.frame
__main__
commands
study
confusion
static_site
bench evaluation
claims
library
jobs runs
run_queue
export
explain segmentation teaching training
answers reliability state_dicts
inference weights
card costs
data
calibration drawing inpage intervals machine models torch_archive
errors visible_text
"""
NAMESAKES = {"drawing.py", "replay.py"}  # one in the interface, and the core's of the same subject
LEVEL = {part: level for level, line in enumerate(LAYERS.split("\n")) for part in line.split()}
INTERFACE = {"app", "pages", *(part for part in LEVEL if part.startswith("ui."))}


def part_of(module: str) -> str:
    """The part that a module belongs to; "" for pointwise/ and pointwise/ui/ themselves."""
    names = module.split(".")
    if names[0] != "pointwise":
        return names[0]
    return ".".join(names[1:3]) if names[1:2] == ["ui"] and len(names) > 2 else ".".join(names[1:2]).removesuffix("ui")


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in FILES}


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports anywhere in it, other people's included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            for name in node.names:
                whole = f"{node.module}.{name.name}"
                yield whole if whole in MODULES else str(node.module)


def arrows() -> Iterator[tuple[str, str, str]]:
    """(file, its part, imported part), without those inside one part."""
    for name, path in MODULES.items():
        for module in imported(path):
            here, there = part_of(name), part_of(module)
            if module.startswith("pointwise") and here and there and here != there:
                yield str(path.relative_to(ROOT)), here, there


def test_every_part_has_its_layer() -> None:
    assert {part_of(name) for name in MODULES} - {""} == set(LEVEL)


def test_no_arrow_points_upwards_or_sideways() -> None:
    assert ("pages/draw.py", "pages", "ui.canvas") in arrows()
    assert [arrow for arrow in arrows() if LEVEL[arrow[1]] >= LEVEL[arrow[2]]] == []


def test_only_the_interface_imports_streamlit_and_plotly() -> None:
    shown = {"streamlit", "plotly", "streamlit_drawable_canvas"}
    core = [path for name, path in MODULES.items() if part_of(name) not in INTERFACE]
    assert [path for path in core for module in imported(path) if module.split(".")[0] in shown] == []


def test_the_interfaces_root_holds_folders_alone() -> None:
    inside = [path for path in (ROOT / "pointwise" / "ui").iterdir() if path.name != "__pycache__"]
    assert [path.name for path in inside if not path.is_dir()] == ["__init__.py"]


def test_no_file_of_the_interface_is_called_like_another_file() -> None:
    names = Counter(path.name for name, path in MODULES.items() if name.startswith("pointwise."))
    ours = {path.name for path in (ROOT / "pointwise" / "ui").rglob("*.py")} - {"__init__.py"}
    assert {name for name in ours if names[name] > 1} <= NAMESAKES
