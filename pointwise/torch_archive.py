"""The .zip file that torch.save writes, checked before PyTorch reads it.

PyTorch's own safe reading runs no code, but takes as much memory as a file asks for: a file of 300 bytes may ask for
terabytes. Here the list of files is bounded and says the same to every reader, and the pickle in it is played through
with objects that do nothing: only calls that a state dict needs, and no tensor larger than the numbers that it has.
"""

from __future__ import annotations

import math
import pickletools
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

import torch

MOST_ENTRIES = 2_000
MOST_PICKLE, MOST_STEPS = 2_000_000, 300_000  # bytes, and instructions; a tensor takes about 30
MOST_DIMENSIONS = 16
CHUNK = 2**20
LISTED, END, END64, END64_PLACE = b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
NUMBERS_AND_TEXTS = ("BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "BINUNICODE", "SHORT_BINSTRING")
CONSTANTS: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_DICT": dict,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
}


class CodeInPickleError(Exception):
    """A pickle asks for more than a state dict needs."""


def sizes_in(file: BinaryIO) -> dict[str, int]:
    """Bytes of the files in it by their names, as every reader finds them: the list is short, at the end, and no other.

    Raises ValueError or zipfile.BadZipFile for a file that is damaged or made to deceive.
    """
    _check_end(file)
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
    if len({entry.filename.lower() for entry in entries}) < len(entries):
        raise ValueError("it has two files of one name")
    return {entry.filename: entry.file_size for entry in entries}


def check_archive(file: BinaryIO) -> None:
    """Raise ValueError for a file that is damaged or made to deceive, CodeInPickleError for more than a state dict."""
    sizes = sizes_in(file)
    _check_places(file)
    tops = [name.removesuffix("data.pkl") for name in sizes if name.endswith("/data.pkl")]
    if len(tops) != 1 or tops[0].count("/") != 1:
        raise ValueError("it has no pickle, or several")
    if sizes[f"{tops[0]}data.pkl"] > MOST_PICKLE:
        raise ValueError("its pickle is too long")
    with zipfile.ZipFile(file) as archive:
        content = archive.read(f"{tops[0]}data.pkl")
    check_pickle(content, {name.removeprefix(f"{tops[0]}data/"): size for name, size in sizes.items()})


def check_pickle(content: bytes, records: Mapping[str, int]) -> None:
    """Raise as ``check_archive`` unless a pickle makes a state dict of ``records``, sizes in bytes by key."""
    play = _Play(records)
    for number, (step, argument, _) in enumerate(pickletools.genops(content)):
        if number > MOST_STEPS:
            raise ValueError("its pickle is too long")
        play.do(step.name, argument)


def _check_places(file: BinaryIO) -> None:
    """No file is packed, none lies on another, and the list comes after all of them."""
    with zipfile.ZipFile(file) as archive:
        entries, start = archive.infolist(), archive.start_dir
    if any(entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size for entry in entries):
        raise ValueError("it is packed, which torch.save never does")
    free = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < free or entry.flag_bits & 0x1:
            raise ValueError("its files overlap")
        free = entry.header_offset + 30 + len(entry.filename) + entry.file_size
    if free > start or min((entry.header_offset for entry in entries), default=1):
        raise ValueError("its list of files is not at its end")


def _check_end(file: BinaryIO) -> None:
    """The end says where the list of files is; readers differ where it does not stand as torch.save writes it."""
    count, before = 0, b""
    file.seek(0)
    while chunk := file.read(CHUNK):
        count += (before + chunk).count(LISTED)
        before = chunk[-3:]
    if count > MOST_ENTRIES:
        raise ValueError("it has too many files")
    size = file.tell()
    tail = _read(file, max(0, size - 98), 98)
    if len(tail) < 22 or tail[-22:-18] != END or tail[-2:] != b"\0\0":
        raise ValueError("it has no end")
    end, (length, start) = size - 22, struct.unpack("<LL", tail[-10:-2])
    if tail[-42:-38] == END64_PLACE:
        end = size - 98
        if tail[:4] != END64 or struct.unpack("<Q", tail[-34:-26])[0] != end:
            raise ValueError("it has two ends")
        length, start = struct.unpack("<QQ", tail[40:56])
    if start + length != end:
        raise ValueError("its list of files is not at its end")


def _read(file: BinaryIO, place: int, length: int) -> bytes:
    file.seek(place)
    return file.read(length)


class _Inert:
    """What stands for a kind of storage, a type of numbers, or a tensor: it can be passed on, and does nothing."""

    def __init__(self, itemsize: int = 0, numbers: int = 0) -> None:
        self.itemsize, self.numbers = itemsize, numbers  # bytes of a number; how many there are, of a storage


class _Play:
    """A pickle played through without making anything of it: what torch.load does, with objects that do nothing."""

    def __init__(self, records: Mapping[str, int]) -> None:
        self._records = records
        self._stack: list[Any] = []
        self._below: list[list[Any]] = []  # the stacks before the marks
        self._memo: dict[int, Any] = {}

    def do(self, step: str, argument: Any) -> None:
        """One instruction. Raises as ``check_pickle``, and IndexError or KeyError for what does not fit together."""
        stack = self._stack
        if step in CONSTANTS:
            stack.append(CONSTANTS[step]())
        elif step in NUMBERS_AND_TEXTS:
            stack.append(argument)
        elif step == "MARK":
            self._below.append(stack)
            self._stack = []
        elif step.startswith("TUPLE"):
            count = int(step[5:] or 0)
            parts = [stack.pop() for _ in range(count)][::-1] if count else self._marked()
            self._stack.append(tuple(parts))
        elif step in ("APPEND", "APPENDS"):
            added = [stack.pop()] if step == "APPEND" else self._marked()
            if type(self._stack[-1]) is not list:
                raise ValueError("it appends to what is no list")
            self._stack[-1].extend(added)
        elif step in ("SETITEM", "SETITEMS"):
            self._set([stack.pop(), stack.pop()][::-1] if step == "SETITEM" else self._marked())
        elif step.endswith("BINPUT"):
            self._memo[argument] = stack[-1]
        elif step.endswith("BINGET"):
            stack.append(self._memo[argument])
        elif step == "GLOBAL":
            stack.append(_found(*argument.split(" ", 1)))
        elif step == "BINPERSID":
            stack.append(self._storage(*stack.pop()))
        elif step == "REDUCE":
            arguments, function = stack.pop(), stack.pop()
            if not any(function is one for one in CALLS.values()) or type(arguments) is not tuple:
                raise CodeInPickleError("a call")
            stack.append(function(*arguments))
        elif step == "BUILD":  # the versions that nn.Module.state_dict puts onto its dict
            stack.pop()
            if not isinstance(stack[-1], OrderedDict):
                raise CodeInPickleError("a state")
        elif step not in ("PROTO", "STOP"):
            raise CodeInPickleError(step)

    def _marked(self) -> list[Any]:
        items, self._stack = self._stack, self._below.pop()
        return items

    def _set(self, items: list[Any]) -> None:
        """Keys and values; other keys than texts and numbers, however deep, would be hashed."""
        for key, value in zip(items[::2], items[1::2], strict=True):
            if type(key) not in (str, int) or not isinstance(self._stack[-1], dict):
                raise ValueError("a key is no text")
            self._stack[-1][key] = value

    def _storage(self, what: Any, kind: Any, key: Any, _: Any, numbers: Any) -> _Inert:
        """A storage, which is as large as its record."""
        if what != "storage" or not isinstance(kind, _Inert) or type(numbers) is not int:
            raise ValueError("it has a strange storage")
        if self._records[str(key)] != numbers * kind.itemsize:
            raise ValueError("a storage is larger than its record")
        return _Inert(kind.itemsize, numbers)


def _found(module: str, name: str) -> Any:
    """What stands for something of a module. Raises CodeInPickleError for what no state dict needs."""
    kind = getattr(torch, name, None) if module == "torch" and name.isidentifier() else None
    if isinstance(kind, torch.dtype):
        return _Inert(max(1, kind.itemsize))
    if module in ("torch", "torch.storage") and name in STORAGES:
        return _Inert(STORAGES[name])
    if (module, name) not in CALLS:
        raise CodeInPickleError(f"{module}.{name}")
    return CALLS[module, name]


def _tensor(storage: Any, offset: Any, size: Any, stride: Any, *_: Any) -> _Inert:
    """What stands for a strided tensor, which has no more numbers than its storage and all of them in it."""
    if not isinstance(storage, _Inert) or type(size) is not tuple or type(stride) is not tuple:
        raise ValueError("a tensor has no storage")
    whole = [offset, *size, *stride]
    if len(size) != len(stride) or len(size) > MOST_DIMENSIONS or any(type(n) is not int or n < 0 for n in whole):
        raise ValueError("a tensor has a strange shape")
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    if 0 not in size and (math.prod(size) > storage.numbers or last >= storage.numbers):
        raise ValueError("a tensor is larger than its storage")
    return _Inert()


def _dict(*arguments: Any) -> OrderedDict[Any, Any]:
    if arguments:
        raise CodeInPickleError("a dict of what is not known yet")
    return OrderedDict()


def _inert(*_: Any) -> _Inert:
    return _Inert()


def _size(*arguments: Any) -> tuple[int, ...]:
    (size,) = arguments
    if type(size) not in (tuple, list) or any(type(n) is not int for n in size):
        raise ValueError("a size is no numbers")
    return tuple(size)


STORAGES = {  # bytes of a number
    **dict.fromkeys(("UntypedStorage", "BoolStorage", "ByteStorage", "CharStorage"), 1),
    **dict.fromkeys(("HalfStorage", "BFloat16Storage", "ShortStorage"), 2),
    **dict.fromkeys(("FloatStorage", "IntStorage"), 4),
    **dict.fromkeys(("DoubleStorage", "LongStorage", "ComplexFloatStorage"), 8),
    "ComplexDoubleStorage": 16,
}
UTILS = "torch._utils"
CALLS: dict[tuple[str, str], Callable[..., Any]] = {
    ("collections", "OrderedDict"): _dict,
    ("torch", "Size"): _size,
    ("torch", "device"): _inert,
    ("torch.serialization", "_get_layout"): _inert,
    (UTILS, "_rebuild_tensor"): _tensor,
    (UTILS, "_rebuild_tensor_v2"): _tensor,
    (UTILS, "_rebuild_tensor_v3"): _tensor,
    (UTILS, "_rebuild_parameter"): _inert,
    (UTILS, "_rebuild_sparse_tensor"): _inert,
    (UTILS, "_rebuild_meta_tensor_no_storage"): _inert,
}
