"""Weights files: what goes in comes out, and what is broken is refused."""

import json
import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save

from pointwise import weights
from pointwise.errors import ConfigError, ModelFileError, PointwiseError
from pointwise.models import (
    ACTIVATIONS,
    ARCHITECTURES,
    SHIPPED,
    SHIPPED_NAMES,
    ModelConfig,
    Network,
    build,
    default_config,
)
from pointwise.weights import check_writable, load_model, model_from, save_model, shipped_files, to_bytes

CONFIG = ModelConfig("nin", image_size=8, num_classes=3, widths=(2, 3, 4), activation="gelu")
CARD = {"recipe": {"name": "fast", "seed": 3}, "metrics": {"accuracy": 0.5}}


@pytest.fixture
def model() -> Network:
    return build(CONFIG, seed=3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "nin.safetensors"


def write(path: Path, config: Any, tensors: dict[str, torch.Tensor] | None = None, card: str = "{}") -> None:
    """A file with any header: what Pointwise itself would never write."""
    tensors = tensors or dict(build(CONFIG).state_dict())
    path.write_bytes(save(tensors, {"config": config if isinstance(config, str) else json.dumps(config), "card": card}))


def test_weights_come_back_exactly(model: Network, path: Path) -> None:
    save_model(model, path, CARD)
    loaded = load_model(path).state_dict()
    assert all(torch.equal(loaded[name], tensor) for name, tensor in model.state_dict().items())


def test_half_precision_comes_back_rounded_as_float32(model: Network, path: Path) -> None:
    save_model(model, path, CARD, torch.float16)
    loaded = load_model(path)
    assert torch.equal(loaded.conv2.weight, model.conv2.weight.half().float())
    assert loaded.norm1.num_batches_tracked.dtype == torch.int64


def test_half_precision_halves_the_file() -> None:
    large = build(ModelConfig("mlp_1x1"))
    assert len(to_bytes(large, {}, torch.float16)) < 0.51 * len(to_bytes(large, {}))


def test_configuration_and_card_come_back(model: Network, path: Path) -> None:
    save_model(model, path, CARD)
    loaded = load_model(path)
    assert (loaded.config, loaded.card) == (CONFIG, CARD)


def test_loaded_model_is_ready_to_be_used(model: Network, path: Path) -> None:
    save_model(model, path, CARD)
    loaded = load_model(str(path))
    assert not loaded.training
    assert not any(parameter.requires_grad for parameter in loaded.parameters())


def test_saving_leaves_nothing_else_behind(model: Network, path: Path) -> None:
    save_model(model, path, CARD)
    assert os.listdir(path.parent) == [path.name]


def test_saving_makes_the_folder(model: Network, tmp_path: Path) -> None:
    save_model(model, tmp_path / "new" / "folder" / "a.safetensors", CARD)
    assert (tmp_path / "new" / "folder" / "a.safetensors").is_file()


def test_failed_saving_leaves_the_old_file(model: Network, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(ModelFileError, match="No space left on device"):
        save_model(model, path, CARD)
    assert path.read_bytes() == b"old"
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("target", [".", "file/a.safetensors", "n" * 300, "n" * 5_000, "a\0b"])
def test_unwritable_place_is_refused_before_and_while_saving(model: Network, tmp_path: Path, target: str) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelFileError, match="cannot be written"):
        check_writable(tmp_path / target)
    with pytest.raises(ModelFileError, match="cannot be written"):
        save_model(model, tmp_path / target, CARD)


def test_checking_a_writable_place_creates_nothing(tmp_path: Path) -> None:
    check_writable(tmp_path / "new" / "a.safetensors")
    assert os.listdir(tmp_path) == []


def test_a_place_without_room_for_the_weights_is_refused(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, before[1]))
    try:
        check_writable(tmp_path / "a.safetensors", 2_900_000)
        with pytest.raises(ModelFileError, match=r"\(File too large\)"):
            check_writable(tmp_path / "a.safetensors", 3_100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert os.listdir(tmp_path) == []


def test_model_from_copies(model: Network) -> None:
    state = model.state_dict()
    copy = model_from(CONFIG, state)
    state["conv1.weight"].zero_()
    assert copy.conv1.weight.abs().sum() > 0


def test_model_from_refuses_other_shapes(model: Network) -> None:
    with pytest.raises(ModelFileError, match="do not fit"):
        model_from(ModelConfig("nin"), model.state_dict())


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"a\.safetensors does not exist"):
        load_model(tmp_path / "a.safetensors")


def test_folder_in_place_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="is a folder"):
        load_model(tmp_path)


def test_content_is_loaded_as_its_file_is(model: Network, path: Path) -> None:
    save_model(model, path, CARD)
    loaded = load_model(path.read_bytes(), "upload.safetensors")
    assert (loaded.config, loaded.card) == (CONFIG, CARD)
    assert all(torch.equal(loaded.state_dict()[name], tensor) for name, tensor in model.state_dict().items())


@pytest.mark.parametrize("content", [b"", b"x", b"PK\x03\x04 a zip archive", b"\x80\x04\x95 a pickle", b"\xff" * 100])
def test_other_content(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    for source in (path, content):
        with pytest.raises(ModelFileError, match="damaged or no safetensors file"):
            load_model(source)


@pytest.mark.parametrize("kept", [4, 100, -1])
def test_truncated_file(model: Network, path: Path, kept: int) -> None:
    path.write_bytes(to_bytes(model, CARD)[:kept])
    for source in (path, path.read_bytes()):
        with pytest.raises(ModelFileError, match="damaged or no safetensors file"):
            load_model(source)


def test_foreign_safetensors(path: Path) -> None:
    path.write_bytes(save({"weight": torch.zeros(2)}))
    for source in (path, path.read_bytes()):
        with pytest.raises(ModelFileError, match="was not written by Pointwise"):
            load_model(source)


@pytest.mark.parametrize("config", ["", "{", "null", "3", "[]", '"nin"', "[" * 50_000, "{}", '{"widths": 3}'])
def test_unreadable_configuration(path: Path, config: str) -> None:
    write(path, config)
    with pytest.raises(ModelFileError, match="configuration that cannot be used"):
        load_model(path)


@pytest.mark.parametrize(
    "change",
    [{"arch": "virus"}, {"arch": []}, {"widths": "abc"}, {"widths": [10**9, 1, 1]}, {"__class__": "os.system"}],
)
def test_configuration_out_of_range(path: Path, change: dict[str, Any]) -> None:
    write(path, {**asdict(CONFIG), **change})
    with pytest.raises(ModelFileError, match="configuration that cannot be used"):
        load_model(path)


def test_unknown_settings_are_named(path: Path) -> None:
    write(path, {**asdict(CONFIG), "colour": "red"})
    with pytest.raises(ModelFileError, match="unknown settings: colour"):
        load_model(path)


def test_absurd_size_is_refused_before_anything_is_built(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "allocate", lambda *_: pytest.fail("it was built"))
    write(path, {"arch": "conv_mlp", "image_size": 256, "widths": [4096, 4096]})
    with pytest.raises(ModelFileError, match="too large a network"):
        load_model(path)


def test_weights_of_another_size(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "allocate", lambda *_: pytest.fail("it was built"))
    write(path, {**asdict(CONFIG), "widths": [2, 3, 5]})
    with pytest.raises(ModelFileError, match="do not fit"):
        load_model(path)


@pytest.mark.parametrize("change", ["missing", "extra"])
def test_missing_and_additional_weights(path: Path, change: str) -> None:
    tensors = dict(build(CONFIG).state_dict())
    if change == "missing":
        del tensors["conv1.bias"]
    else:
        tensors["backdoor"] = torch.zeros(1)
    write(path, asdict(CONFIG), tensors)
    with pytest.raises(ModelFileError, match="do not fit"):
        load_model(path)


def test_weights_that_are_not_numbers(path: Path) -> None:
    tensors = dict(build(CONFIG).state_dict())
    tensors["conv1.bias"] = torch.full_like(tensors["conv1.bias"], torch.nan)
    write(path, asdict(CONFIG), tensors)
    with pytest.raises(ModelFileError, match="not finite"):
        load_model(path)


@pytest.mark.parametrize("card", ["[]", "{", "[" * 50_000, '{"temperature": "hot"}', '{"temperature": 0}'])
def test_unreadable_card(path: Path, card: str) -> None:
    write(path, asdict(CONFIG), card=card)
    with pytest.raises(ModelFileError, match="description that cannot be"):
        load_model(path)


def test_shipped_files_are_sorted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "SHIPPED", tmp_path)
    for name in ("b.safetensors", "a.safetensors", "README.md"):
        (tmp_path / name).touch()
    assert [path.name for path in shipped_files()] == ["a.safetensors", "b.safetensors"]


def test_empty_models_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "SHIPPED", tmp_path / "models")
    with pytest.raises(ModelFileError, match="models holds no weights files"):
        shipped_files()


def test_a_shipped_network_is_found_by_its_name() -> None:
    assert load_model("nin").config.arch == "nin"
    assert load_model("as_written/price_1x1").card["recipe"]["name"] == "tutorial"


def test_every_shipped_file_has_a_name() -> None:
    files = {path.relative_to(SHIPPED).with_suffix("").as_posix() for path in SHIPPED.rglob("*.safetensors")}
    assert files == set(SHIPPED_NAMES)


def test_a_file_called_like_a_shipped_network_is_named_by_its_path(tmp_path: Path) -> None:
    save_model(build(ModelConfig("mlp_1x1", widths=(3,))), tmp_path / "nin", {})
    assert load_model(tmp_path / "nin").config.widths == (3,)


def test_a_network_that_a_wheel_leaves_out_is_refused_with_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "SHIPPED", tmp_path)
    with pytest.raises(ModelFileError, match=r"Copy it from the folder models/ of a clone"):
        load_model("conv_mlp")


@pytest.mark.parametrize("source", [None, 5, ["nin"], build(ModelConfig("bag_of_pixels"))])
def test_what_is_no_weights_file_at_all_is_refused(source: object) -> None:
    with pytest.raises(ConfigError, match="path, bytes or a name"):
        load_model(source)  # type: ignore[arg-type]


@pytest.mark.parametrize("arch", ARCHITECTURES)
@pytest.mark.parametrize("value", [1e30, -1e30])
def test_weights_that_overflow_are_refused_by_loading_and_saving(arch: str, value: float, path: Path) -> None:
    config = default_config(arch)
    large = {name: torch.full_like(t, value) for name, t in build(config).state_dict().items() if t.is_floating_point()}
    write(path, asdict(config), {**build(config).state_dict(), **large})
    with pytest.raises(ModelFileError, match=r"nin\.safetensors holds weights so large that its layer \w+1 overflows"):
        load_model(path)
    with pytest.raises(ModelFileError, match="This network holds weights so large"):
        save_model(model_from(config, {**build(config).state_dict(), **large}), path)


def test_a_negative_variance_is_refused(path: Path) -> None:
    tensors = dict(build(CONFIG).state_dict())
    tensors["norm1.running_var"] = torch.full_like(tensors["norm1.running_var"], -1)
    write(path, asdict(CONFIG), tensors)
    with pytest.raises(ModelFileError, match="layer conv1 overflows"):
        load_model(path)


@pytest.mark.parametrize("arch", ARCHITECTURES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_fresh_network_is_loaded_in_either_precision(arch: str, activation: str) -> None:
    fresh = build(replace(default_config(arch), activation=activation))
    assert load_model(to_bytes(fresh, {})).config == load_model(to_bytes(fresh, {}, torch.float16)).config


def test_weights_that_are_not_numbers_are_not_written(model: Network, path: Path) -> None:
    broken = model_from(CONFIG, {**model.state_dict(), "conv1.bias": torch.full((2,), torch.nan)})
    with pytest.raises(ModelFileError, match="This network holds weights that are not finite"):
        save_model(broken, path)
    large = model_from(CONFIG, {**model.state_dict(), "conv1.bias": torch.full((2,), 1e5)})
    with pytest.raises(ModelFileError, match=r"store it as torch\.float32"):
        save_model(large, path, {}, torch.float16)
    assert not path.exists()


@pytest.mark.parametrize(
    "card",
    [
        *({"temperature": one} for one in ("x", 0, float("nan"), -1)),
        {"made": object()},
        {"pixels": torch.zeros(2)},
        {("a", 1): 2},
        {"data": "x" * 2_100_000},
    ],
)
def test_a_card_that_could_not_be_read_again_is_not_written(model: Network, path: Path, card: Any) -> None:
    with pytest.raises(ConfigError):
        save_model(model, path, card)
    assert not path.exists()


@pytest.mark.parametrize("card", [None, 5, "card"])
def test_a_network_whose_own_card_is_none_is_not_written(model: Network, path: Path, card: Any) -> None:
    model.card = card
    with pytest.raises(ConfigError, match="A card is needed"):
        save_model(model, path)
    assert not path.exists()


def test_a_configuration_of_other_shapes_is_not_written(model: Network, path: Path) -> None:
    model.config = ModelConfig("nin")
    with pytest.raises(ModelFileError, match="do not fit its configuration"):
        save_model(model, path)


@pytest.mark.parametrize("name", ["fifo", "link to it", "loop"])
def test_what_is_no_file_is_not_replaced(model: Network, tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link to it").symlink_to(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    before = {one.name: one.lstat().st_mode for one in tmp_path.iterdir()}
    with pytest.raises(ModelFileError, match=r"\(it is no file\)\. Choose another place\.$"):
        check_writable(tmp_path / name)
    with pytest.raises(ModelFileError, match=r"\(it is no file\)\. Choose another place\.$"):
        save_model(model, tmp_path / name)
    assert {one.name: one.lstat().st_mode for one in tmp_path.iterdir()} == before


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_and_its_target_is_written(model: Network, tmp_path: Path, there: bool) -> None:
    target, link = tmp_path / "below" / "target.safetensors", tmp_path / "link.safetensors"
    target.parent.mkdir()
    link.symlink_to(target)
    if there:
        target.write_bytes(b"old")
    check_writable(link)
    save_model(model, link)
    assert link.is_symlink()
    assert not target.is_symlink()
    assert load_model(target).config == CONFIG
    assert os.listdir(target.parent) == [target.name]


@pytest.mark.parametrize(
    ("source", "words"), [("", "without a name"), (".", r"^\. is a folder"), ("/", "^/ is a folder")]
)
def test_what_has_no_name_is_named_otherwise(source: str, words: str) -> None:
    with pytest.raises(PointwiseError, match=words):
        load_model(source)
