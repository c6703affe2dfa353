"""Networks from outside: state dicts that anybody's PyTorch saved, recognised by names and shapes.

Nothing is guessed: what the file does not tell and nobody says is listed on the card under ``unknown``.
"""

from __future__ import annotations

import io
import os
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import torch
from torch import Tensor

from pointwise import torch_archive
from pointwise.card import HOUSES, data_set_of
from pointwise.data.catalogue import DATA_SETS
from pointwise.errors import ConfigError, ModelFileError, check_kind
from pointwise.models import REGRESSOR, ModelConfig, Network, skeleton
from pointwise.models.recognition import COUNTER, recognise
from pointwise.weights import check_is_file, check_weights, load_model, model_from, read_safetensors

MAX_BYTES = 600_000_000  # of a file, and of what is packed in it
ZIP = b"PK\x03\x04"
OLD_PICKLE = b"\x80"  # what torch.save wrote before PyTorch 1.6 begins so, and any pickle
NESTED = ("state_dict", "model_state_dict", "model")  # where checkpoints keep their state dict
PREFIXES = ("module.", "_orig_mod.")  # of DataParallel and torch.compile
SAVE = 'Save it with torch.save(model.state_dict(), "model.pth")'
PRECISIONS = (torch.float32, torch.float16, torch.bfloat16, torch.float64)
# How pictures were scaled: mean and deviation that were subtracted from and divided into pixels of 0–1.
SCALINGS = {"-1 to 1": (0.5, 0.5), "0 to 1": (0.0, 1.0), "mnist": (0.1307, 0.3081)}
OURS = "-1 to 1"  # what data.digits.normalise makes


def import_state_dict(
    source: os.PathLike[str] | str | bytes,
    name: str | None = None,
    *,
    data_set: str | None = None,
    scaling: str | None = None,
    activation: str | None = None,
    most: int = MAX_BYTES,
) -> Network:
    """The network in a ``.pth``, ``.pt`` or ``.safetensors`` file or in its content, in eval mode and float32.

    What it is is recognised by its bytes, the network by the names and shapes of its weights; ``name`` is what it is
    called in sentences and on its card, where that is not the file's. It may be said what it was trained on (a name of
    DATA_SETS, or houses), how its pictures were scaled (a name of SCALINGS; what is not ours is multiplied into the
    first layer), and its activation; what is not said is on the card under ``unknown``. A file of Pointwise is loaded
    as it is, but what is unknown of it may be said.

    Raises ModelFileError for more than ``most`` bytes, a damaged file, anything but a state dict of finite numbers,
    weights that fit no network, and a word too much; ConfigError for unknown names.
    """
    said = {"data_set": data_set, "picture_scaling": scaling, "activation": activation}
    check_kind("A file or its content", source, (str, os.PathLike, bytes), "Give the path of a state dict.")
    source = source if isinstance(source, bytes) else Path(source)
    path = Path(name or ("This file" if isinstance(source, bytes) else source.name))
    _check_said(data_set, scaling)
    content = _content(source, path, most)
    own = content if isinstance(content, Network) else None
    if own is not None and not any(said.values()):
        return own
    state = _state(path, content if own is None else own.state_dict())
    config, told = _recognised(path, state, data_set or (None if own is None else data_set_of(own)))
    unknown = {"data_set", "activation"}
    unknown |= {"picture_scaling"} if config.architecture.classifies else set()
    unknown |= set() if told else {"image_size"}
    card: dict[str, Any] = {"imported": path.name[:200]}
    if own is not None:
        config = replace(own.config, image_size=config.image_size)
        left = own.card.get("unknown")
        unknown, card = {key for key in unknown if isinstance(left, list) and key in left}, dict(own.card)
    for key in [key for key, value in said.items() if value is not None and key not in unknown]:
        raise ModelFileError(path, f"needs no word on its {key.replace('_', ' ')}", "Leave it out.")
    weights = _fitted(state, config)
    check_weights(path, config, weights)
    weights = _for_our_pictures(path, weights, config, scaling)
    card |= {key: value for key, value in said.items() if value is not None and key != "activation"}
    card["unknown"] = sorted(key for key in unknown if said.get(key) is None)
    config = replace(config, activation=activation or config.activation)
    return model_from(config, weights, {key: value for key, value in card.items() if value != []})


def _content(source: Path | bytes, path: Path, most: int) -> Any:
    """What a file holds: a network that Pointwise wrote, or whatever PyTorch or safetensors did."""
    opened: BinaryIO
    if isinstance(source, bytes):
        opened, size = io.BytesIO(source), len(source)
    else:
        check_is_file(source)
        try:
            opened, size = source.open("rb"), source.stat().st_size
        except OSError as error:
            raise ModelFileError(path, f"cannot be read ({error.strerror})", "Check its permissions.") from None
    with opened as file:
        _check_size(path, size, most)
        start = file.read(9)
        if start.startswith(ZIP) or start[8:] != b"{":  # which begins the header of a safetensors file
            return _unpickled(path, file, start, most)
    header, tensors = read_safetensors(source, path)
    return load_model(source, path.name) if "config" in header else tensors


def _check_said(data_set: str | None, scaling: str | None) -> None:
    known = (*DATA_SETS, HOUSES)
    for what, said, names in (("data set", data_set, known), ("scaling of pictures", scaling, tuple(SCALINGS))):
        if said is not None and said not in names:
            raise ConfigError(f"There is no {what} '{said}'. Choose one of {', '.join(names)}, or say none.")


def _check_size(path: Path, size: int, most: int) -> None:
    if size > most:
        remedy = f"Save the weights alone: {SAVE[0].lower()}{SAVE[1:]}."
        raise ModelFileError(path, f"has {size / 1e6:,.0f} MB, more than {most / 1e6:,.0f}", remedy)


def _unpickled(path: Path, file: BinaryIO, start: bytes, most: int) -> Any:
    """What torch.save put into a zip archive, as far as it is tensors, numbers, texts and containers of them."""
    if start.startswith(OLD_PICKLE):  # which nobody reads without doing what it says
        raise ModelFileError(path, "is a plain pickle, or older than PyTorch 1.6", f"{SAVE}.")
    damaged = ModelFileError(
        path, "is damaged, or neither of torch.save nor safetensors", f"Copy it again, or {SAVE[0].lower()}{SAVE[1:]}."
    )
    try:
        sizes = torch_archive.sizes_in(file)
        _check_size(path, sum(sizes.values()), most)
        torch_archive.check_archive(file)
        file.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            content = torch.load(file, map_location="cpu", weights_only=True)  # noqa: TID251
        if not _within(content, Counter(sizes.values())):
            raise damaged
        return content
    except ModelFileError:
        raise
    except Exception as error:  # torch, pickle and zipfile raise many kinds for what is damaged or hostile
        if isinstance(error, torch_archive.CodeInPickleError) or "eights only" in str(error):
            wrong = "holds a whole pickled model or other code, not weights alone"
            raise ModelFileError(path, wrong, f"{SAVE}.") from None
        raise damaged from None


def _within(content: Any, records: Counter[int]) -> bool:
    """Whether every tensor's memory is as large as one of the archive's records (older PyTorch does not look)."""
    memories = (t.untyped_storage() for t in _tensors(content) if t.is_cpu and t.layout == torch.strided)
    sizes = {memory.data_ptr(): memory.nbytes() for memory in memories if memory.nbytes()}
    return all(records[size] >= count for size, count in Counter(sizes.values()).items())


def _tensors(content: Any) -> Iterator[Tensor]:
    state = _nested(content)
    yield from (value for value in state.values() if isinstance(value, Tensor)) if isinstance(state, Mapping) else ()


def _nested(content: Any) -> Any:
    """The state dict of a checkpoint, or the content itself."""
    if isinstance(content, Mapping):
        return next((content[key] for key in NESTED if isinstance(content.get(key), Mapping)), content)
    return content


def _state(path: Path, content: Any) -> dict[str, Tensor]:
    """The floating-point tensors by their names, without what wrappers put before those; none is converted yet."""
    state = _nested(content)
    if not isinstance(state, Mapping) or not state or not all(isinstance(key, str) for key in state):
        raise ModelFileError(path, "holds no dict of tensors by their names", f"{SAVE}.")
    prefix = next((one for one in PREFIXES if all(key.startswith(one) for key in state)), "")
    found: dict[str, Tensor] = {}
    for key, value in state.items():
        if not isinstance(value, Tensor):
            raise ModelFileError(path, f"holds '{key[:60]}', which is no tensor", f"{SAVE}.")
        if key.rpartition(".")[2] == COUNTER:
            continue
        if value.dtype not in PRECISIONS or value.layout != torch.strided or value.device.type != "cpu":
            odd = value.dtype if value.dtype not in PRECISIONS else value.layout if value.is_cpu else value.device
            kind = str(odd).removeprefix("torch.")
            raise ModelFileError(path, f"holds '{key[:60]}' as {kind}, not as plain floating-point numbers", f"{SAVE}.")
        found[key.removeprefix(prefix)] = value.detach()
    return found


def _recognised(path: Path, state: Mapping[str, Tensor], data_set: str | None) -> tuple[ModelConfig, bool]:
    """The configuration that the weights fit, and whether they tell the size of its pictures."""
    own = DATA_SETS.get(data_set or "")
    usual = dict.fromkeys((one.channels, one.side) for one in ([own] if own else DATA_SETS.values()))
    try:
        config, told = recognise({name: tuple(t.shape) for name, t in state.items()}, usual)
    except ConfigError as error:
        raise ModelFileError(path, str(error), f"{SAVE} of a network of those shapes and names.") from None
    given = (config.input_channels, config.image_size, config.num_classes)
    houses = config.arch == REGRESSOR and given == (2, 1, 1)
    if (own and given != (own.channels, own.side, 10)) or (data_set == HOUSES and not houses):
        shapes = f"{config.arch} of {given[0]} channels, {given[1]}×{given[1]} pixels and {given[2]} outputs"
        raise ModelFileError(path, f"is a {shapes}, which cannot be {data_set}'s", "Name another data set, or none.")
    return config, told or own is not None


def _fitted(state: Mapping[str, Tensor], config: ModelConfig) -> dict[str, Tensor]:
    """Weights, float32, in the network's own shapes, with the counters that it has."""
    own = skeleton(config).state_dict()
    zero = torch.zeros((), dtype=torch.int64)
    return {name: state[name].float().reshape(t.shape) if name in state else zero for name, t in own.items()}


def _for_our_pictures(
    path: Path, weights: dict[str, Tensor], config: ModelConfig, scaling: str | None
) -> dict[str, Tensor]:
    """Weights for pictures of −1…1 from those for pictures p of 0–1 scaled as (p − mean) / std.

    W·(a·x + c) + b is (a·W)·x + (b + c·ΣW): exact, but where a picture is padded with zeros, which are scaled too.
    """
    mean, std = SCALINGS[scaling or OURS]
    a, c = 0.5 / std, (0.5 - mean) / std
    if (a, c) == (1.0, 0.0):
        return weights
    first = config.architecture.layers[0]
    if first.padding and not first.flat:
        wrong = f"is a {config.arch} for pictures scaled '{scaling}', which pads them, and ours are scaled '{OURS}'"
        raise ModelFileError(path, wrong, "Train it on Normalize((0.5,), (0.5,)), or leave the scaling out.")
    weight, bias = weights[f"{first.name}.weight"].double(), weights[f"{first.name}.bias"].double()
    folded = {f"{first.name}.weight": a * weight, f"{first.name}.bias": bias + c * weight.flatten(1).sum(dim=1)}
    return {**weights, **{name: t.float() for name, t in folded.items()}}
