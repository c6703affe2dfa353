"""One text of several modules: each once, before what needs it, and nothing left to import."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pointwise.inpage import bundled, scoped

POINTWISE = Path(__file__).parents[3] / "pointwise"
MODULES = sorted(path for path in POINTWISE.rglob("*.js") if "export default" in path.read_text(encoding="utf-8"))
TOP_LEVEL = re.compile(r"^(?:export )?(?:async )?(?:const|let|function|class) (\w+)", re.MULTILINE)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(POINTWISE)))
def test_no_name_is_given_twice_and_nothing_is_left_to_import(path: Path) -> None:
    text = bundled(path)
    names = TOP_LEVEL.findall(text)
    assert not re.search(r"^import ", text, re.MULTILINE)
    assert [name for name in names if names.count(name) > 1] == []


def test_what_two_modules_need_is_there_once_and_first(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text('import { b } from "./b.js"\nimport { c } from "./c.js"\nconst a = b + c\n')
    (tmp_path / "b.js").write_text('import { c } from "./c.js"\nexport const b = c\n')
    (tmp_path / "c.js").write_text("export const c = 1\n")
    assert bundled(tmp_path / "a.js") == "export const c = 1\n\nexport const b = c\n\nconst a = b + c\n"


def test_a_script_of_modules_has_each_in_a_scope_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text('import { b as c, twice } from "./b.js"\nconst b = 2\nshow(twice(b, c))\n')
    (tmp_path / "b.js").write_text(
        "export const b = 1\n\nexport function twice(x) {\n  return [x, halved()]\n}\n\n"
        "function halved() {\n  return 1\n}\n"
    )
    assert scoped(tmp_path / "a.js") == (
        "const $0=(()=>{const b=1\nfunction twice(x){return[x,halved()]}\n"
        "function halved(){return 1}\nreturn{b,twice}})()\n"
        "const $1=(()=>{const{b:c,twice}=$0\nconst b=2\nshow(twice(b,c))\nreturn{}})()"
    )
