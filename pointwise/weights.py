"""Weights files: safetensors in and out, with the configuration and what was measured in the header.

The header's ``config`` is a ModelConfig as JSON, its ``card`` what ``pointwise.card`` made. Nothing is ever unpickled.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load, save
from torch import Tensor

from pointwise.calibration import temperature_of
from pointwise.card import Card, rebuilt
from pointwise.errors import ConfigError, ModelFileError, check_kind, check_network
from pointwise.models import SHIPPED, SHIPPED_NAMES, ModelConfig, Network, allocate, skeleton
from pointwise.models.overflow import overflowing
from pointwise.visible_text import visible

MAX_HEADER, MAX_OBJECTS = 8_000_000, 10_000  # bytes, and objects in them: one a tensor, and those of a card
MAX_HEADER_TEXT = 2_000_000  # a card of 200 columns with twelve long levels each has 1.5 million characters
BLOCK = 2**20  # bytes that are written at a time to see whether there is room
AGAIN = "Download it again, or train a new one with: python -m pointwise train"


def to_bytes(model: Network, card: Card, dtype: torch.dtype = torch.float32) -> bytes:
    """The content of a weights file; floating-point tensors are stored as ``dtype``.

    Raises ConfigError for a card, and ModelFileError for weights, that ``load_model`` would refuse.
    """
    check_kind("A ModelConfig", model.config, ModelConfig, "Take a network that load_model, build or fit returns.")
    tensors = {
        name: (t.to(dtype) if t.is_floating_point() else t).cpu().contiguous() for name, t in model.state_dict().items()
    }
    what, again = Path("This network"), f"Train it again, or store it as {torch.float32}."
    _check_shapes(what, model.config, {name: tuple(t.shape) for name, t in tensors.items()})
    check_weights(what, model.config, tensors, again)
    return save(tensors, metadata={"config": json.dumps(asdict(model.config)), "card": _card_text(card)})


def _card_text(card: Card) -> str:
    """A card as JSON. Raises ConfigError for one that could not be read again."""
    check_kind("A card", card, Mapping, "Give JSON as make_card makes it, or {} for none.")
    temperature_of(card)
    try:
        text = json.dumps(dict(card))
    except (TypeError, ValueError, RecursionError) as error:
        raise ConfigError(
            f"This card is no JSON ({visible(error, 200)}). Leave out what is no text or number."
        ) from None
    if len(text) > MAX_HEADER_TEXT:
        raise ConfigError(f"This card has {len(text):,} characters. Make it shorter, of at most {MAX_HEADER_TEXT:,}.")
    return text


def save_model(
    model: Network, path: os.PathLike[str] | str, card: Card | None = None, dtype: torch.dtype = torch.float32
) -> None:
    """Write a weights file, with the network's own card unless another is given; ``dtype`` is how numbers are stored.

    Raises ModelFileError when it cannot be written, or could not be loaded again; ConfigError for what is no network,
    path, card or kind of number.

    >>> from pointwise import load_model, save_model
    >>> save_model(load_model("price_1x1"), "copy.safetensors")
    >>> load_model("copy.safetensors").card == load_model("price_1x1").card
    True
    """
    check_network(model)
    check_kind("A path", path, (str, os.PathLike), "Name the file that is to be written.")
    check_kind("A card", card, (Mapping, type(None)), "Leave it out to write the network's own.")
    check_kind("A torch.dtype", dtype, torch.dtype, "Give torch.float32 or torch.float16.")
    write_bytes(Path(path), to_bytes(model, model.card if card is None else card, dtype))


def write_bytes(target: Path, content: bytes) -> None:
    """Write by way of a temporary file in the same folder, so that a crash leaves no broken one.

    What a link leads to is written. Raises ModelFileError when it cannot be, and for what is no file, as a device.
    """
    try:
        target = _real(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.chmod(temporary, 0o644)
            os.replace(temporary, target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except (OSError, ValueError) as error:
        raise _unwritable(target, error) from None


def check_writable(path: Path | str, size: int = 0) -> None:
    """Raise ModelFileError when ``save_model`` could not write there, or not so many bytes; for before a training."""
    target = Path(path)
    try:
        target = _real(target)
        folder = next(folder for folder in target.absolute().parents if folder.exists())
        with tempfile.TemporaryFile(dir=folder) as file:
            for begin in range(0, size, BLOCK):
                file.write(bytes(min(BLOCK, size - begin)))
    except (OSError, ValueError) as error:
        raise _unwritable(target, error) from None


def _real(target: Path) -> Path:
    """Where a file is to be written, links followed. Raises OSError where something else is there already."""
    real = Path(os.path.realpath(target))
    with contextlib.suppress(FileNotFoundError):
        kind = real.lstat().st_mode
        if not stat.S_ISREG(kind):
            raise OSError(None, "it is a folder" if stat.S_ISDIR(kind) else "it is no file")
    return real


def _unwritable(target: Path, error: OSError | ValueError) -> ModelFileError:
    reason = getattr(error, "strerror", None) or error  # ValueError: a path with a null character
    return ModelFileError(target, f"cannot be written to {target.parent} ({reason})", "Choose another place.")


def shipped_files() -> list[Path]:
    """The weights files in models/, sorted. Raises ModelFileError when there is none."""
    files = sorted(SHIPPED.glob("*.safetensors"))
    if not files:
        raise ModelFileError(SHIPPED, "holds no weights files", f"Restore the folder {SHIPPED}.")
    return files


def weights_file(source: os.PathLike[str] | str) -> Path:
    """The path of a weights file, which for one of SHIPPED_NAMES is the shipped network's."""
    return SHIPPED / f"{source}.safetensors" if str(source) in SHIPPED_NAMES else Path(source)


def load_model(source: os.PathLike[str] | str | bytes, name: str = "This file") -> Network:
    """The network in a weights file or in its content, in eval mode and float32, with ``.config`` and ``.card``.

    A shipped one has a name, one of SHIPPED_NAMES, instead of a path. ``name`` is what content is called in sentences.
    Raises ModelFileError when the file is missing, damaged, not written by Pointwise, of an absurd size, or when its
    weights do not fit its configuration; no network is built before all that has been checked.
    """
    if not isinstance(source, (str, os.PathLike, bytes)):
        raise ConfigError(f"A weights file is a path, bytes or a name, not {type(source).__name__}. Give one of these.")
    if source == "":
        raise ConfigError(
            "A weights file without a name cannot be loaded. Give its path, or the name of a shipped one."
        )
    path = Path(name) if isinstance(source, bytes) else weights_file(source)
    source = source if isinstance(source, bytes) else path
    header, stored = read_safetensors(source, path)
    config = _config(path, header)
    _check_shapes(path, config, {name: tuple(tensor.shape) for name, tensor in stored.items()})
    tensors = {name: _wide(tensor) for name, tensor in stored.items()}
    check_weights(path, config, tensors)
    return _filled(path, config, tensors, _card(path, header))


def read_safetensors(source: Path | str | bytes, path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    """The header's texts, and the tensors as they are stored; those of a file are read when they are first looked at.

    ``path`` is what it is called in sentences. Raises ModelFileError for what is missing, damaged or no safetensors.
    """
    try:
        if isinstance(source, bytes):
            header = check_header(source, path)
            tensors = load(source)  # also checks the header
            return json.loads(header).get("__metadata__") or {}, tensors
        check_is_file(Path(source))
        with Path(source).open("rb") as begun:
            check_header(begun.read(8 + MAX_HEADER), path)
        with safe_open(source, framework="pt") as file:
            return file.metadata() or {}, {name: file.get_tensor(name) for name in file.keys()}
    except SafetensorError as error:
        raise ModelFileError(path, f"is damaged or no safetensors file ({visible(error, 200)})", AGAIN) from None
    except OSError as error:
        raise ModelFileError(path, f"cannot be read ({error})", "Check its permissions.") from None


def check_header(begun: bytes, path: Path) -> bytes:
    """The header of a safetensors file that begins so, JSON, once it is short enough to be read.

    Raises ModelFileError for one that is longer than that of any network of ours, or of more tensors.
    """
    length = int.from_bytes(begun[:8], "little")
    header = begun[8 : 8 + min(length, MAX_HEADER + 1)]
    if len(header) > MAX_HEADER or header.count(b"{") > MAX_OBJECTS:
        raise ModelFileError(path, "is no safetensors file of a network: its header is too long", AGAIN)
    return header


def check_is_file(path: Path) -> None:
    """Raise ModelFileError for a path at which there is no file; the largest shipped one is not in a wheel."""
    if not os.path.isfile(path):
        wrong, remedy = "is a folder" if os.path.isdir(path) else "does not exist", f"Check the path {path}."
        if path in map(weights_file, SHIPPED_NAMES):
            remedy = (
                f"Copy it from the folder models/ of a clone of Pointwise's repository to {path}, or train it anew."
            )
        raise ModelFileError(path, wrong, remedy)


def check_finite(path: Path, tensors: Mapping[str, Tensor], remedy: str = AGAIN) -> None:
    """Raise ModelFileError for weights of which one is infinite or no number."""
    if not all(math.isfinite(t.sum().item()) for t in tensors.values()):  # a tenth of the time of isfinite().all()
        raise ModelFileError(path, "holds weights that are not finite numbers", remedy)


def check_weights(path: Path, config: ModelConfig, tensors: Mapping[str, Tensor], remedy: str = AGAIN) -> None:
    """Raise ModelFileError for weights that are no finite numbers, or may compute such from a picture or a house."""
    check_finite(path, tensors, remedy)
    if (layer := overflowing(config, tensors)) is not None:
        raise ModelFileError(path, f"holds weights so large that its layer {layer} overflows", remedy)


def model_from(config: ModelConfig, state: Mapping[str, Tensor], card: Card | None = None) -> Network:
    """A network of its own in eval mode, with a copy of these weights; for weights handed over by a run."""
    return _filled(Path("weights"), config, state, card or {})


def _filled(path: Path, config: ModelConfig, tensors: Mapping[str, Tensor], card: Card) -> Network:
    model = allocate(skeleton(config))
    try:
        model.load_state_dict({name: _wide(t) for name, t in tensors.items()})
    except RuntimeError:
        raise ModelFileError(path, "holds weights that do not fit its configuration", AGAIN) from None
    model.config, model.card = config, card
    return model.eval().requires_grad_(False)


def _wide(tensor: Tensor) -> Tensor:
    return tensor.float() if tensor.is_floating_point() else tensor


def _config(path: Path, header: Mapping[str, str]) -> ModelConfig:
    if "config" not in header:
        raise ModelFileError(path, "was not written by Pointwise: its header has no configuration", AGAIN)
    try:
        return rebuilt(ModelConfig, json.loads(header["config"][:MAX_HEADER_TEXT]))
    except (ConfigError, ValueError, TypeError, RecursionError) as error:
        raise ModelFileError(path, f"has a configuration that cannot be used ({error})", AGAIN) from None


def _card(path: Path, header: Mapping[str, str]) -> Card:
    try:
        card = json.loads(header.get("card", "{}")[:MAX_HEADER_TEXT])
    except (ValueError, RecursionError):
        card = None
    if not isinstance(card, dict):
        raise ModelFileError(path, "has a description that cannot be read", AGAIN)
    try:
        temperature_of(card)
    except ConfigError as error:
        raise ModelFileError(path, f"has a description that cannot be used ({error})", AGAIN) from None
    return card


def _check_shapes(path: Path, config: ModelConfig, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Compare the file's tensors with the configuration's, on shapes alone."""
    try:
        expected = {name: tuple(t.shape) for name, t in skeleton(config).state_dict().items()}
    except ConfigError as error:
        raise ModelFileError(path, f"asks for too large a network ({error})", AGAIN) from None
    if dict(shapes) != expected:
        raise ModelFileError(path, "holds weights that do not fit its configuration", AGAIN)
