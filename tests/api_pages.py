"""The pages of the library's interface, made of its docstrings by pdoc: python tests/api_pages.py FOLDER

What stands in a comment beside a field of a dataclass is on its page, too.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
import pointwise

FIELD = re.compile(r"^ {4}(\w+): [^#\n]+?# (.+)$", re.MULTILINE)


def offered() -> dict[str, Any]:
    """Everything that ``import pointwise`` offers, by name; each is then an attribute that pdoc finds."""
    return {name: getattr(pointwise, name) for name in pointwise.__all__}


def members(kind: type) -> Iterator[tuple[str, Any]]:
    """The public methods and properties of a class that are its own or our other classes'."""
    for owner in kind.__mro__:
        if owner.__module__.startswith("pointwise"):
            for name, value in vars(owner).items():
                if not name.startswith("_") and (
                    inspect.isfunction(value) or isinstance(value, (property, classmethod))
                ):
                    yield f"{kind.__name__}.{name}", getattr(kind, name)


def undescribed() -> list[str]:
    """What is offered without a docstring; a dataclass without one has its fields instead."""
    things = offered()
    for kind in [one for one in things.values() if isinstance(one, type)]:
        things.update(members(kind))
    return [name for name, thing in things.items() if (inspect.getdoc(thing) or f"{name}(").startswith(f"{name}(")]


@contextmanager
def fields_described() -> Iterator[None]:
    """A context in which the docstring of a dataclass also lists what stands beside its fields."""
    kinds = [one for one in offered().values() if isinstance(one, type) and dataclasses.is_dataclass(one)]
    before = [one.__doc__ for one in kinds]
    try:
        for one in kinds:
            listed = "\n".join(f"- `{name}`: {what}" for name, what in FIELD.findall(inspect.getsource(one)))
            one.__doc__ = f"{inspect.getdoc(one)}\n\n{listed}"
        yield
    finally:
        for one, text in zip(kinds, before, strict=True):
            one.__doc__ = text


def build(folder: Path) -> None:
    """Write the pages into a folder."""
    import pdoc

    with fields_described(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a base class, pdoc looks for types where the class stands
        pdoc.pdoc("pointwise", output_directory=folder)


if __name__ == "__main__":
    build(Path(sys.argv[1]))
