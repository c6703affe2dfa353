"""Networks' files that are made to take memory or to deceive: refused before PyTorch or safetensors reads them."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import torch

from pointwise import torch_archive
from pointwise.errors import ModelFileError
from pointwise.state_dicts import import_state_dict
from pointwise.training.checkpoints import checkpoint_from
from pointwise.weights import load_model

MEGABYTES = 60  # that a refusal may take, beside the file itself
NUMBERS = struct.pack("<4f", 1, 2, 3, 4)
BEGIN, DO, STOP = b"\x80\x02", b"R", b"."


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def whole(value: int) -> bytes:
    return b"\x8a\x09" + value.to_bytes(9, "little", signed=True)


def tuples(*parts: bytes) -> bytes:
    return b"(" + b"".join(parts) + b"t"


def storage(numbers: int = 4, key: str = "0", kind: str = "FloatStorage") -> bytes:
    return tuples(text("storage"), f"ctorch\n{kind}\n".encode(), text(key), text("cpu"), whole(numbers)) + b"Q"


def tensor(stored: bytes, size: bytes, stride: bytes, offset: int = 0) -> bytes:
    rebuild = b"ctorch._utils\n_rebuild_tensor_v2\n"
    return rebuild + tuples(stored, whole(offset), size, stride, b"\x89", b"N") + DO


def state(value: bytes, key: bytes = text("conv1.weight")) -> bytes:
    return BEGIN + b"}" + key + value + b"s" + STOP


def archive(content: bytes, records: dict[str, bytes] | None = None) -> bytes:
    """What torch.save would write."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as written:
        written.writestr("archive/data.pkl", content)
        for name, record in ({"data/0": NUMBERS} if records is None else records).items():
            written.writestr(f"archive/{name}", record)
        written.writestr("archive/version", b"3\n")
    return file.getvalue()


HARMLESS = state(tensor(storage(), tuples(whole(2), whole(2)), tuples(whole(2), whole(1))))
LONG = tuples(whole(10**12))


def listed_twice() -> bytes:
    """Two lists of files: the last one is another reader's."""
    first, second = archive(HARMLESS), archive(state(b"cbuiltins\nbytearray\n" + tuples(whole(10**12)) + DO))
    return first + second


def lying_end() -> bytes:
    """An end of the second kind that points elsewhere than it stands."""
    file = io.BytesIO()
    torch.save({"a": torch.ones(2)}, file)
    content = bytearray(file.getvalue())
    content[-34:-26] = struct.pack("<Q", 0)
    return bytes(content)


def overlapping() -> bytes:
    """A hundred names of one large record."""
    content = archive(HARMLESS, {f"data/{number:03d}": b"" for number in range(100)} | {"data/0": bytes(5_000_000)})
    file = io.BytesIO(content)
    with zipfile.ZipFile(file) as read:
        entries, large = read.infolist(), read.getinfo("archive/data/0")
    changed = bytearray(content)
    start = content.rindex(b"PK\x05\x06")
    (place,) = struct.unpack("<L", content[start + 16 : start + 20])
    for entry in entries:
        if entry.filename.startswith("archive/data/0") and len(entry.filename) > 14:
            struct.pack_into("<LLL", changed, place + 16, large.CRC, large.file_size, large.file_size)
            struct.pack_into("<L", changed, place + 42, large.header_offset)
        place += 46 + len(entry.filename)
    return bytes(changed)


def safetensors(header: bytes, numbers: bytes = b"", length: int | None = None) -> bytes:
    return struct.pack("<Q", len(header) if length is None else length) + header + numbers


def described(shape: list[int], end: int) -> bytes:
    return json.dumps({"conv1.weight": {"dtype": "F32", "shape": shape, "data_offsets": [0, end]}}).encode()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "a call that takes memory": lambda: archive(state(b"cbuiltins\nbytearray\n" + LONG + DO)),
    "a storage that is made": lambda: archive(state(b"ctorch\nFloatStorage\n" + LONG + DO)),
    "a tensor that is made": lambda: archive(state(b"ctorch\nFloatTensor\n" + LONG + DO)),
    "a quantised tensor": lambda: archive(state(b"ctorch._utils\n_rebuild_qtensor\n" + LONG + DO)),
    "a storage larger than its record": lambda: archive(state(tensor(storage(10**12), LONG, tuples(whole(1))))),
    "a storage smaller than its record": lambda: archive(state(tensor(storage(1), LONG, tuples(whole(0))))),
    "a storage without a record": lambda: archive(state(tensor(storage(key="../1"), LONG, tuples(whole(0))))),
    "one number, a trillion times": lambda: archive(state(tensor(storage(), LONG, tuples(whole(0))))),
    "beyond its numbers": lambda: archive(state(tensor(storage(), tuples(whole(2)), tuples(whole(4))))),
    "from beyond its numbers": lambda: archive(state(tensor(storage(), tuples(whole(1)), tuples(whole(1)), 4))),
    "backwards": lambda: archive(state(tensor(storage(), tuples(whole(2)), tuples(whole(-1)), 1))),
    "a shape below nothing": lambda: archive(state(tensor(storage(), tuples(whole(-4)), tuples(whole(1))))),
    "a tensor's state": lambda: archive(
        state(tensor(storage(), tuples(whole(4)), tuples(whole(1))) + tuples(storage(), whole(0), LONG, LONG) + b"b")
    ),
    "a text of gigabytes": lambda: archive(state(b"X\xff\xff\xff\x7fa")),
    "a place in memory far away": lambda: archive(state(b"Nr\xff\xff\xff\x7f" * 200_000)),
    "a deep key": lambda: archive(state(b"N", b"N" + b"\x85" * 250_000)),
    "a deep dict": lambda: archive(
        BEGIN + b"ccollections\nOrderedDict\n" + tuples(b"](N" + b"\x85" * 1_000 + b"e") + DO + STOP
    ),
    "marks without end": lambda: archive(BEGIN + b"(" * 1_900_000),
    "nothing to take": lambda: archive(BEGIN + b"0R.s"),
    "an endless pickle": lambda: archive(BEGIN + b"N" * 50_000_000),
    "fifty thousand files": lambda: archive(HARMLESS, {f"data/{number}": b"" for number in range(50_000)}),
    "two files of one name": lambda: archive(HARMLESS, {"data/0": NUMBERS, "DATA/0": NUMBERS}),
    "two pickles": lambda: archive(HARMLESS, {"data/0": NUMBERS, "data/data.pkl": NUMBERS}),
    "files on one another": overlapping,
    "two lists": listed_twice,
    "two ends": lying_end,
    "a comment": lambda: archive(HARMLESS)[:-2] + b"\x04\0abcd",
    "a program before the archive": lambda: b"PK\x03\x04" + bytes(100) + archive(HARMLESS),
    "an old pickle before the archive": lambda: pickle.dumps({"a": 1}, 2) + archive(HARMLESS),
    "an old pickle": lambda: BEGIN + b"cbuiltins\nbytearray\n" + LONG + DO + STOP,
    "a header of nine exabytes": lambda: safetensors(b"{", length=2**63 - 1),
    "a header of ninety megabytes": lambda: safetensors(b"{" + b" " * 90_000_000 + b"}"),
    "half a million tensors": lambda: safetensors(
        b"{" + b",".join(b'"%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}' % n for n in range(150_000)) + b"}"
    ),
    "a shape of a trillion": lambda: safetensors(described([10**12], 16), NUMBERS),
    "a shape beyond counting": lambda: safetensors(described([2**62, 4], 16), NUMBERS),
    "no number of no end": lambda: safetensors(described([0, 2**62], 0)),
    "a deep header": lambda: safetensors(b"[" * 15_000 + b"]" * 15_000),
}


def peak(work: Callable[[], object]) -> float:
    """Megabytes of memory that the process has taken more, at most, during some work (Linux)."""
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before = status("VmRSS")
    work()
    return (status("VmHWM") - before) / 1e3


def status(what: str) -> float:
    return float(Path("/proc/self/status").read_text().split(f"{what}:")[1].split()[0])


def refused(content: bytes) -> None:
    with pytest.raises(ModelFileError) as refusal:
        import_state_dict(content, "a.pth")
    assert str(refusal.value).startswith("a.pth ")
    assert len(str(refusal.value)) < 400


@pytest.mark.skipif(not os.access("/proc/self/clear_refs", os.W_OK), reason="the peak of memory is read from /proc")
@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_file_is_refused_without_memory(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("PyTorch was given it"))
    content = HOSTILE[case]()
    with suppress(ModelFileError):
        import_state_dict(b"PK\x03\x04", "a.pth")  # what is imported at the first time is not counted
    assert peak(lambda: refused(content)) < MEGABYTES


def test_such_a_file_without_hostility_is_read() -> None:
    """So what is refused above is refused for what it is."""
    with pytest.raises(ModelFileError, match="unknown names"):
        import_state_dict(archive(HARMLESS), "a.pth")
    torch_archive.check_archive(io.BytesIO(archive(HARMLESS)))


@pytest.mark.parametrize(
    "case", ["a header of nine exabytes", "a header of ninety megabytes", "half a million tensors"]
)
def test_hostile_header_is_refused_wherever_safetensors_is_read(case: str, tmp_path: Path) -> None:
    content = HOSTILE[case]()
    (tmp_path / "a.safetensors").write_bytes(content)
    with pytest.raises(ModelFileError):
        load_model(tmp_path / "a.safetensors")
    with pytest.raises(ModelFileError):
        checkpoint_from(content, Path("checkpoint.safetensors"))
