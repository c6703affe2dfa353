"""Tiny folders of pictures, one sub-folder a class, as files by their names and as a .zip."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image


def picture(
    level: int = 100, size: tuple[int, int] = (9, 7), seed: int = 0, kind: str = "PNG", mode: str = "L"
) -> bytes:
    """A noisy picture of about one level; of mode RGB it is reddish."""
    width, height = size
    noise = np.random.default_rng(seed).integers(-20, 21, (height, width))
    pixels = np.clip(level + noise, 0, 255).astype(np.uint8)
    image = Image.fromarray(pixels)
    if mode == "RGB":
        image = Image.merge("RGB", [Image.new("L", image.size, 250), image, image])
    file = io.BytesIO()
    image.convert(mode).save(file, kind)
    return file.getvalue()


def days(count: int = 10, mode: str = "L") -> dict[str, bytes]:
    """Bright pictures of the day and dark ones of the night, so many of each."""
    return {
        f"{name}/{number:02d}.png": picture(level, (9 + number % 3, 7), 100 * level + number, mode=mode)
        for name, level in (("day", 200), ("night", 40))
        for number in range(count)
    }


def written(files: Mapping[str, bytes], folder: Path) -> Path:
    """The folder with these files in it."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def zipped(files: Mapping[str, bytes], folders: tuple[str, ...] = ()) -> bytes:
    """A .zip of these files, and of empty folders."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in (*(f"{folder}/" for folder in folders), *files):
            archive.writestr(name, files.get(name, b""))
    return buffer.getvalue()
