"""What the package offers, and what importing it brings along."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import pointwise
from pointwise import errors

CORE = sorted(
    ".".join(path.relative_to(Path(pointwise.__file__).parents[1]).with_suffix("").parts).removesuffix(".__init__")
    for path in Path(pointwise.__file__).parent.rglob("*.py")
    if "ui" not in path.parts and path.parent.name != "take_home"  # scripts, which do their work when imported
)


def run_python(code: str) -> str:
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_all_is_sorted_and_every_name_in_it_exists() -> None:
    assert pointwise.__all__ == sorted(pointwise.__all__)
    assert all(hasattr(pointwise, name) for name in pointwise.__all__)


def test_all_names_everything_that_is_offered() -> None:
    lazy = {name for names in pointwise._HOMES.values() for name in names}
    assert lazy | {"PointwiseError"} == set(pointwise.__all__)


def test_names_are_those_of_their_modules() -> None:
    from pointwise.weights import load_model

    assert pointwise.load_model is load_model


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = pointwise.nonsense


def test_import_alone_brings_no_torch() -> None:
    heavy = ("torch", "numpy", "sklearn", "streamlit")
    assert run_python(f"import sys, pointwise; print([m for m in {heavy} if m in sys.modules])") == "[]"


def test_core_imports_neither_streamlit_nor_plotly() -> None:
    imports = "; ".join(f"importlib.import_module({name!r})" for name in CORE)
    found = run_python(f"import importlib, sys; {imports}; print(sorted({{'plotly', 'streamlit'}} & set(sys.modules)))")
    assert found == "[]"


def test_what_the_first_page_shows_at_once_needs_no_torch() -> None:
    modules = ("draw.answer", "canvas.tools", "frame.shipped", "frame.startup", "frame.html", "training.downloads")
    imports = "; ".join(f"import pointwise.ui.{name}" for name in modules)
    assert run_python(f"import sys; {imports}; print('torch' in sys.modules)") == "False"


def test_core_is_found_whole() -> None:
    assert {"pointwise.__main__", "pointwise.models", "pointwise.data.mnist"} <= set(CORE)


def test_every_error_is_drawn_below_its_base() -> None:
    lines = re.findall(r"^    ([│├└─ ]*)(\w+Error)\b", str(errors.__doc__), flags=re.MULTILINE)
    path, drawn = [], []
    for branch, name in lines:
        path[len(branch) // 4 :] = [name]
        drawn.append(path[-2:])
    classes = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.PointwiseError)]
    assert drawn[0] == ["PointwiseError"]
    assert drawn[1:] == [[one.__base__.__name__, one.__name__] for one in classes[1:]]
