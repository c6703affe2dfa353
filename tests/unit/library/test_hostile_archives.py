"""Archives of runs that are refused: damaged, hostile, or too large for what is there. Nothing of them is kept."""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load, save

from pointwise.errors import LibraryError, ModelFileError
from pointwise.library import Library, Limits, Shelf
from pointwise.library.archive import pack_all, unpack
from pointwise.models import build, default_config
from pointwise.weights import to_bytes
from tests.unit.library.conftest import ME, OTHER, facts_of, repacked, with_facts

WEIGHTS, CHECKPOINT = "weights.safetensors", "checkpoint.safetensors"
SNAPSHOT = "snapshots/000000003.safetensors"


def everything(shelf: Shelf) -> tuple[Any, ...]:
    """All that a shelf has, to see that nothing has changed."""
    library = shelf.library
    folders = library.files.names("runs"), library.files.names("visitors")
    return shelf.runs(), shelf.values(), folders, library.files.size("runs"), library.files.size("visitors")


@pytest.fixture
def refused(shelf: Shelf) -> Callable[..., str]:
    """The sentence for an archive that is refused, after which nothing is kept that was not."""

    def refusal(content: bytes, kind: type[Exception] = ModelFileError, **options: Any) -> str:
        before = everything(shelf)
        with pytest.raises(kind) as error:
            unpack(shelf, content, "gift.zip", **options)
        assert everything(shelf) == before
        return str(error.value)

    return refusal


@pytest.mark.parametrize("content", [b"", b"nothing", b"PK\x03\x04" + b"\0" * 100, b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_zip_is_refused(refused: Callable[..., str], content: bytes) -> None:
    assert "gift.zip is damaged or no .zip file" in refused(content)


def test_a_cut_archive_is_refused(refused: Callable[..., str], packed: bytes) -> None:
    assert "is damaged" in refused(packed[: len(packed) // 2])


def test_an_archive_with_a_changed_byte_is_refused(refused: Callable[..., str], packed: bytes) -> None:
    at = packed.index(b"conv1.weight") + 20
    assert "gift.zip is damaged" in refused(packed[:at] + bytes([packed[at] ^ 1]) + packed[at + 1 :])


def test_a_zip_of_something_else_is_refused(refused: Callable[..., str], packed: bytes) -> None:
    assert "holds no run of Pointwise" in refused(repacked(packed, lambda files: files.pop("run.json")))


def test_a_bomb_is_refused_before_it_is_unpacked(refused: Callable[..., str], packed: bytes) -> None:
    def change(files: dict[str, bytes]) -> None:
        files[WEIGHTS] = bytes(30_000_000)

    bomb = repacked(packed, change, zipfile.ZIP_DEFLATED)
    assert len(bomb) < 200_000
    assert "holds more than 20 MB" in refused(bomb, most_bytes=20_000_000)


def test_too_many_files_are_refused_before_they_are_listed(
    refused: Callable[..., str], packed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = repacked(packed, lambda files: files.update({f"x/{number}": b"" for number in range(5_001)}))

    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(zipfile, "ZipFile", never)
    assert "holds too many files" in refused(crowd)


@pytest.mark.parametrize("name", ["../run.json", "/etc/passwd", "a/../../b", "C:/b", "..\\b"])
def test_names_that_lead_out_are_refused(refused: Callable[..., str], packed: bytes, name: str) -> None:
    assert "lead out of it" in refused(repacked(packed, lambda files: files.update({name: b"x"})))


def test_two_files_of_one_name_are_refused(refused: Callable[..., str], packed: bytes) -> None:
    buffer = io.BytesIO(packed)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(buffer, "a") as opened:
        opened.writestr("run.json", b"{}")
    assert "two files of one name" in refused(buffer.getvalue())


def test_an_unusual_compression_is_refused(refused: Callable[..., str], packed: bytes) -> None:
    assert "unusual way" in refused(repacked(packed, lambda _: None, zipfile.ZIP_LZMA))


@pytest.mark.parametrize(
    "text",
    [b"", b"[" * 100_000, b"nothing", b"\xff\xfe", b'{"format": 1, "step": ' + b"9" * 5000 + b"}"],
    ids=["empty", "deep", "no JSON", "no text", "long number"],
)
def test_json_that_cannot_be_read_is_refused(refused: Callable[..., str], packed: bytes, text: bytes) -> None:
    assert "run.json that cannot be read" in refused(repacked(packed, lambda files: files.update({"run.json": text})))


def test_json_of_absurd_size_or_depth_is_refused(refused: Callable[..., str], packed: bytes) -> None:
    huge = repacked(packed, lambda files: files.update({"run.json": b" " * 17_000_000}), zipfile.ZIP_DEFLATED)
    assert "cannot be read" in refused(huge)
    deep: list[Any] = []
    for _ in range(30):
        deep = [deep]
    assert "cannot be used" in refused(with_facts(packed, note=deep))


def test_another_versions_archive_is_refused(refused: Callable[..., str], packed: bytes) -> None:
    assert "another version of Pointwise" in refused(with_facts(packed, format=2))


def epochs(**changes: Any) -> list[dict[str, Any]]:
    return [{"number": 1, "of": "", "step": 4, "complete": True, "metrics": {}, "card": {}, **changes}]


@pytest.mark.parametrize(
    "changes",
    [
        {"job": None},
        {"job": []},
        {"job": {"kind": "rockets"}},
        {"job": {"kind": "pictures", "config": {"arch": "resnet"}}},
        {"job": {"kind": "loaded", "config": {"arch": "conv_mlp", "widths": [4096, 4096]}}},
        {"job": {"kind": "comparison", "title": "x", "jobs": {str(n): {} for n in range(11)}}},
        {"card": []},
        {"card": {"metrics": {"loss": "<b>low</b>"}}},
        {"card": {"metrics": "good"}},
        {"card": {"recipe": 7}},
        {"card": {"temperature": "hot"}},
        {"card": {"data": "x" * 200_000}},
        {"state": ["done"]},
        {"step": -1},
        {"step": 13},
        {"step": 1.5},
        {"step": True},
        {"total": 2**70},
        {"examples": "many"},
        {"seconds": math.nan},
        {"seconds": math.inf},
        {"made": None},
        {"history": [[1, math.nan, 0.1]]},
        {"history": [[2, 1.0, 0.1], [1, 1.0, 0.2]]},
        {"history": [[1, 1.0]]},
        {"history": [[n, 1.0, 0.1] for n in range(1, 1002)]},
        {"history": 5},
        {"epochs": epochs(step=99)},
        {"epochs": epochs(metrics={"loss": None})},
        {"epochs": epochs(card=3)},
        {"epochs": epochs() * 2001},
        {"epochs": [{}]},
        {"epochs": "all"},
    ],
    ids=str,
)
def test_facts_that_cannot_be_are_refused(refused: Callable[..., str], packed: bytes, changes: dict[str, Any]) -> None:
    sentence = refused(with_facts(packed, **changes))
    assert sentence.startswith("gift.zip holds a")
    assert sentence.count("\n") == 0


@pytest.mark.parametrize("fact", ["job", "card", "name", "state", "total", "history", "epochs", "pinned"])
def test_a_missing_fact_is_refused(refused: Callable[..., str], packed: bytes, fact: str) -> None:
    def change(files: dict[str, bytes]) -> None:
        facts = json.loads(files["run.json"])
        del facts[fact]
        files["run.json"] = json.dumps(facts).encode()

    assert f"no '{fact}'" in refused(repacked(packed, change))


def changed_tensors(content: bytes, change: Callable[[dict[str, torch.Tensor]], object]) -> bytes:
    tensors = load(content)
    change(tensors)
    length = int.from_bytes(content[:8], "little")
    return save(tensors, metadata=json.loads(content[8 : 8 + length]).get("__metadata__"))


def first(snapshot: dict[str, torch.Tensor]) -> torch.Tensor:
    return snapshot["conv1.weight"]


@pytest.mark.parametrize("name", [WEIGHTS, SNAPSHOT])
@pytest.mark.parametrize(
    "change",
    [
        lambda tensors: tensors.clear(),
        lambda tensors: tensors.update({"conv1.weight": torch.zeros(3)}),
        lambda tensors: tensors.update({"more": torch.zeros(3)}),
        lambda tensors: tensors["conv1.weight"].fill_(math.nan),
        lambda tensors: tensors["conv1.weight"].fill_(math.inf),
    ],
    ids=["none", "another shape", "one more", "no number", "infinite"],
)
def test_weights_that_do_not_fit_are_refused(
    refused: Callable[..., str], packed: bytes, name: str, change: Callable[[dict[str, torch.Tensor]], object]
) -> None:
    hostile = repacked(packed, lambda files: files.update({name: changed_tensors(files[name], change)}))
    assert refused(hostile).startswith("gift.zip holds ")


@pytest.mark.parametrize("name", [WEIGHTS, SNAPSHOT, CHECKPOINT])
@pytest.mark.parametrize("content", [b"", b"\xff" * 100, b"\x08\0\0\0\0\0\0\0{}      "])
def test_damaged_files_are_refused(refused: Callable[..., str], packed: bytes, name: str, content: bytes) -> None:
    assert refused(repacked(packed, lambda files: files.update({name: content}))).startswith("gift.zip ")


def test_snapshots_after_the_end_are_refused(refused: Callable[..., str], packed: bytes) -> None:
    late = repacked(packed, lambda files: files.update({"snapshots/000000013.safetensors": files[SNAPSHOT]}))
    assert "13 is out of range" in refused(late)


def test_weights_of_another_network_are_refused(refused: Callable[..., str], packed: bytes) -> None:
    other = to_bytes(build(default_config("bag_of_pixels")), {})
    assert "of another network" in refused(repacked(packed, lambda files: files.update({WEIGHTS: other})))


def test_a_checkpoint_of_another_training_is_refused(refused: Callable[..., str], packed: bytes) -> None:
    described = facts_of(packed)["job"]
    described["recipe"]["seed"] = 99
    assert "of another training" in refused(with_facts(packed, job=described))


@pytest.mark.parametrize("changes", [{"step": 99}, {"step": "x"}, {"examples": "x"}, {"seconds": None}], ids=str)
def test_a_checkpoint_of_absurd_facts_is_refused(
    refused: Callable[..., str], packed: bytes, changes: dict[str, Any]
) -> None:
    def change(files: dict[str, bytes]) -> None:
        content = files[CHECKPOINT]
        length = int.from_bytes(content[:8], "little")
        facts = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["facts"])
        files[CHECKPOINT] = save(load(content), metadata={"facts": json.dumps({**facts, **changes})})

    assert refused(repacked(packed, change)).startswith("gift.zip ")


def test_no_room_is_a_sentence_and_nothing_is_kept(tmp_path: Path, packed: bytes) -> None:
    library = Library(tmp_path, Limits(runs=2))
    shelf = library.shelf(ME)
    for _ in range(2):
        shelf.pin(unpack(shelf, packed, "gift.zip")[0].id)
    before = everything(shelf)
    with pytest.raises(LibraryError, match="are pinned"):
        unpack(shelf, packed, "gift.zip")
    assert everything(shelf) == before


def test_all_never_takes_the_place_of_what_is_kept(tmp_path: Path, packed: bytes) -> None:
    library = Library(tmp_path, Limits(runs=3))
    shelf, other = library.shelf(ME), library.shelf(OTHER)
    for one in (shelf, shelf, other, other):
        unpack(one, packed, "gift.zip")
    with pytest.raises(LibraryError, match=r"It holds 2 runs, and there is room for 1"):
        unpack(other, pack_all(shelf), "all.zip")
    assert len(other.runs()) == 2


def test_a_full_disk_in_the_middle_leaves_nothing(
    on_disk: Library, packed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf, files = on_disk.shelf(ME), on_disk.files
    unpack(shelf, packed, "gift.zip")
    unpack(shelf, packed, "gift.zip")
    everybody, write, count = pack_all(shelf), files.write, 0

    def full(name: str, content: bytes) -> None:
        nonlocal count
        count += 1
        if count > 12:  # in the second run
            raise OSError(28, "No space left on device")
        write(name, content)

    monkeypatch.setattr(files, "write", full)
    before = everything(shelf)
    with pytest.raises(LibraryError, match="No space left on device"):
        unpack(shelf, everybody, "all.zip")
    assert everything(shelf) == before


@pytest.mark.parametrize("desk", [None, [], {"": 1}, {"x" * 300: 1}, {"\ud800": 1}], ids=str)
def test_a_desk_that_cannot_be_is_refused(refused: Callable[..., str], shelf: Shelf, desk: Any) -> None:
    def change(files: dict[str, bytes]) -> None:
        files["all.json"] = json.dumps({**json.loads(files["all.json"]), "desk": desk}).encode()

    assert "desk that cannot be used" in refused(repacked(pack_all(shelf), change))


def test_files_with_strange_names_are_left_out(shelf: Shelf) -> None:
    names = {f"desk/{name}": b"x" for name in (".hidden", "a/b", "x" * 101, "good.csv")}
    unpack(shelf, repacked(pack_all(shelf), lambda files: files.update(names)), "all.zip")
    assert shelf.files() == ["good.csv"]
