"""Writes the static edition: pages, scripts and styles as they are, networks as the page reads them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pointwise.data.sample_digits import CROSSED_SEVEN, EXTENT
from pointwise.drawing import draw_strokes, prepare
from pointwise.errors import ConfigError
from pointwise.export.web_page import SHEET
from pointwise.static_site.measured_claims import MeasuredClaim
from pointwise.static_site.page_table import CODE, FRAME, PAGES, POINTWISE
from pointwise.static_site.readers import Reader, readers
from pointwise.static_site.rendering import page_text
from pointwise.weights import check_writable, write_bytes


@dataclass(frozen=True)
class Site:
    """What was written."""

    files: Mapping[str, int]  # bytes, by the file's name in the folder
    first_answer: int  # bytes that the first page fetches before its first answer


def first_drawing() -> np.ndarray:
    """The drawing that a first visitor finds, uint8 (28, 28)."""
    side = round(SHEET["size"][1] * SHEET["detail"])
    return prepare(draw_strokes(CROSSED_SEVEN, side, SHEET["pen"] * side, EXTENT)).image


def check_folder(folder: Path, replace: bool) -> None:
    """Raise ConfigError where the folder is a file, or holds something and nothing is to be replaced; ModelFileError
    where nothing can be written into it.
    """
    if os.path.exists(folder) and not folder.is_dir():
        raise ConfigError(f"{folder} is a file. Name a folder.")
    check_writable(folder / PAGES[0].file)
    if folder.is_dir() and not replace and any(folder.iterdir()):
        raise ConfigError(f"{folder} holds files already. Write to another folder, or over them with --force.")


def write_site(
    folder: Path,
    claims: Sequence[MeasuredClaim],
    machine: str,
    shown: Sequence[Reader] | None = None,
    readme: str = "",
    replace: bool = False,
    tell: Callable[[str], None] = lambda sentence: None,
) -> Site:
    """Write all files of the site into a folder; other files there stay.

    ``machine`` says where and when ``claims`` were measured; ``readme`` is the address of a README, else a text beside
    the pages. Raises ConfigError as ``check_folder``, and ModelFileError where a file cannot be written.
    """
    check_folder(folder, replace)
    shown = readers() if shown is None else shown
    files: dict[str, bytes] = {reader.file: reader.content for reader in shown}
    for name in _code():
        files[f"{CODE}/{name}"] = (POINTWISE / name).read_bytes()
    files["favicon.png"] = (POINTWISE / "inpage" / "favicon.png").read_bytes()
    files["readme.txt"] = _readme().encode("utf-8-sig")  # servers do not say in which encoding it is
    files[".nojekyll"] = b""
    for page in PAGES:
        text = page_text(page, shown, claims, machine, readme or f"{page.root}readme.txt")
        files[page.file] = text.encode()
    for name, content in files.items():
        write_bytes(folder / name, content)
        tell(f"{name}: {len(content):,} bytes")
    needed = [f"{CODE}/{name}" for name in (*PAGES[0].modules(), *PAGES[0].styles)]
    first = sum(len(files[name]) for name in {*needed, PAGES[0].file, shown[0].file, "favicon.png"})
    return Site({name: len(content) for name, content in files.items()}, first)


def _code() -> list[str]:
    return sorted({FRAME, *(name for page in PAGES for name in (*page.modules(), *page.styles, *page.later))})


def _readme() -> str:
    file = POINTWISE.parent / "README.md"
    if file.is_file():
        return file.read_text(encoding="utf-8")
    from importlib.metadata import metadata

    return str(metadata("pointwise").json.get("description", ""))
