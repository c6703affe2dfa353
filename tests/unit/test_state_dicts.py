"""Networks from outside: the tutorial's own file gives its logits; what is no network is a sentence."""

import io
import os
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save as safetensors
from torch import Tensor, nn

from pointwise import state_dicts
from pointwise.card import data_set_of, reads_digits
from pointwise.data.digits import normalise
from pointwise.data.synthetic_digits import made_digits
from pointwise.errors import ConfigError, ModelFileError
from pointwise.models import ARCHITECTURES, Architecture, Layer, ModelConfig, build, default_config
from pointwise.state_dicts import SCALINGS, import_state_dict
from pointwise.weights import load_model, save_model, to_bytes
from tests.tutorial import Net, trained


@pytest.fixture(scope="module")
def pictures() -> Tensor:
    return normalise(made_digits(32, seed=1).images)


@pytest.fixture(scope="module")
def tutorial() -> Net:
    return trained()


def pth(content: Any) -> bytes:
    """What torch.save makes of it."""
    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()


def toy(arch: str = "nin", **settings: Any) -> nn.Module:
    chosen = {"nin": (2, 3, 4), "conv_mlp": (3, 5), "mlp_1x1": (6,), "bag_of_pixels": (3, 4), "price_1x1": (4, 3)}
    defaults = {"input_channels": 3, "image_size": 1, "num_classes": 1} if arch == "price_1x1" else {}
    return build(ModelConfig(arch, widths=chosen[arch], **{**defaults, **settings}), seed=3).eval()


def same(first: nn.Module, second: nn.Module) -> bool:
    mine, others = first.state_dict(), second.state_dict()
    return mine.keys() == others.keys() and all(torch.equal(mine[name], others[name]) for name in mine)


@torch.inference_mode()
def test_the_tutorials_file_gives_the_tutorials_logits(tutorial: Net, pictures: Tensor, tmp_path: Path) -> None:
    torch.save(tutorial.state_dict(), tmp_path / "tutorial.pth")
    model = import_state_dict(tmp_path / "tutorial.pth", "tutorial.pth")
    assert model.config == default_config("conv_mlp")
    assert torch.equal(model(pictures), tutorial(pictures))


@torch.inference_mode()
def test_the_tutorials_weights_as_safetensors_give_its_logits(tutorial: Net, pictures: Tensor) -> None:
    model = import_state_dict(safetensors(dict(tutorial.state_dict())), "tutorial.safetensors")
    assert torch.equal(model(pictures), tutorial(pictures))


WRAPPED: dict[str, Callable[[dict[str, Tensor]], Any]] = {
    "as it is": dict,
    "in a checkpoint": lambda state: {"epoch": 3, "state_dict": state, "optimizer": {"lr": 0.1, "steps": [1, 2]}},
    "in another": lambda state: {"model_state_dict": state, "loss": torch.tensor(0.5)},
    "in a third": lambda state: {"model": state},
    "of DataParallel": lambda state: {f"module.{name}": t for name, t in state.items()},
    "compiled": lambda state: OrderedDict((f"_orig_mod.{name}", t) for name, t in state.items()),
    "as parameters": lambda state: {name: nn.Parameter(t) if t.is_floating_point() else t for name, t in state.items()},
    "without counters": lambda state: {name: t for name, t in state.items() if "batches" not in name},
}


@pytest.mark.parametrize("wrapped", WRAPPED)
def test_state_dict_is_found_in_what_people_save(wrapped: str) -> None:
    model = toy()
    assert same(import_state_dict(pth(WRAPPED[wrapped](model.state_dict())), "a.pt"), model)


CONFIGS = {
    "nin": toy("nin", num_classes=7),
    "nin in colour": toy("nin", input_channels=3, image_size=32),
    "conv_mlp": toy("conv_mlp", image_size=9, input_channels=3, num_classes=4),
    "mlp_1x1": toy("mlp_1x1", image_size=12),
    "mlp_1x1 in colour": toy("mlp_1x1", image_size=32, input_channels=3),
    "mlp_1x1 normalised": toy("mlp_1x1", batch_norm=True),
    "bag_of_pixels": toy("bag_of_pixels"),
    "price_1x1": toy("price_1x1", input_channels=5),
    "price_1x1 normalised": toy("price_1x1", batch_norm=True),
}


@pytest.mark.parametrize("case", CONFIGS)
def test_configuration_is_read_off_names_and_shapes(case: str) -> None:
    model = import_state_dict(pth(CONFIGS[case].state_dict()), "a.pth")
    assert model.config == CONFIGS[case].config
    assert same(model, CONFIGS[case])


@pytest.mark.parametrize("arch", [one.name for one in ARCHITECTURES.values() if not one.labels_pixels])
def test_every_network_of_the_list_is_recognised_at_its_own_size(arch: str) -> None:
    own = build(default_config(arch))
    assert same(import_state_dict(safetensors(dict(own.state_dict())), "a.safetensors"), own)


def test_registered_network_is_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Architecture("tiny", "Tiny", "", "Tiny", (7,), (Layer("first"), Layer("last")), module=__name__)
    monkeypatch.setitem(ARCHITECTURES, "tiny", own)
    model = import_state_dict(pth(Tiny(ModelConfig("tiny", 1, widths=(5,))).state_dict()), "a.pth")
    assert (model.config.arch, model.config.widths) == ("tiny", (5,))


class Tiny(nn.Module):
    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.first = nn.Conv2d(config.input_channels, config.widths[0], 1)
        self.last = nn.Conv2d(config.widths[0], config.num_classes, 1)


def test_two_networks_that_fit_alike_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("tiny", "small"):
        own = Architecture(name, name, "", "Tiny", (7,), (Layer("first"), Layer("last")), module=__name__)
        monkeypatch.setitem(ARCHITECTURES, name, own)
    state = Tiny(ModelConfig("tiny", 1, widths=(5,))).state_dict()
    with pytest.raises(ModelFileError, match=r"a\.pth fits tiny and small alike"):
        import_state_dict(pth(state), "a.pth")


def test_dense_layers_weights_are_a_1x1_convolutions_and_the_other_way_round() -> None:
    for model in (toy("mlp_1x1"), toy("conv_mlp"), toy("price_1x1")):
        state = model.state_dict()
        other = {
            name: t[..., 0, 0] if t.dim() == 4 else t[..., None, None] if t.dim() == 2 else t
            for name, t in state.items()
        }
        assert same(import_state_dict(pth(other), "a.pth"), model)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_become_float32(dtype: torch.dtype) -> None:
    model = toy("bag_of_pixels")
    state = {name: t.to(dtype) for name, t in model.state_dict().items()}
    loaded = import_state_dict(pth(state), "a.pth").state_dict()
    assert {t.dtype for t in loaded.values()} == {torch.float32}
    assert all(torch.equal(loaded[name], t.float()) for name, t in state.items())


def test_what_is_not_said_is_unknown() -> None:
    content = pth(toy("nin").state_dict())
    assert import_state_dict(content, "a.pth").card == {
        "imported": "a.pth",
        "unknown": ["activation", "data_set", "image_size", "picture_scaling"],
    }
    said = import_state_dict(content, "a.pth", data_set="kmnist", scaling="-1 to 1", activation="tanh")
    assert said.card == {"imported": "a.pth", "data_set": "kmnist", "picture_scaling": "-1 to 1"}
    assert said.config.activation == "tanh"
    assert not reads_digits(said)


def test_price_network_from_outside_is_not_taken_for_one_of_houses() -> None:
    content = pth(toy("price_1x1", input_channels=2).state_dict())
    assert data_set_of(import_state_dict(content, "a.pth")) is None
    assert data_set_of(import_state_dict(content, "a.pth", data_set="houses")) == "houses"


def test_data_set_decides_the_size_of_pictures_that_weights_leave_open() -> None:
    content = pth(toy("bag_of_pixels", input_channels=3).state_dict())
    assert import_state_dict(content, "a.pth", data_set="cifar10").config.image_size == 32


@pytest.mark.parametrize("scaling", ["0 to 1", "mnist"])
@pytest.mark.parametrize("arch", ["conv_mlp", "mlp_1x1", "bag_of_pixels"])
@torch.inference_mode()
def test_other_scalings_go_into_the_first_layer(arch: str, scaling: str, pictures: Tensor) -> None:
    model = toy(arch)
    loaded = import_state_dict(pth(model.state_dict()), "a.pth", scaling=scaling)
    mean, std = SCALINGS[scaling]
    as_trained = ((pictures + 1) / 2 - mean) / std
    torch.testing.assert_close(loaded(pictures), model(as_trained), rtol=1e-4, atol=1e-5)
    assert loaded.card["picture_scaling"] == scaling


def test_scaling_that_padding_forbids_is_refused() -> None:
    content = pth(toy("nin").state_dict())
    with pytest.raises(ModelFileError, match="pads them"):
        import_state_dict(content, "a.pth", scaling="0 to 1")
    assert same(import_state_dict(content, "a.pth", scaling="-1 to 1"), toy("nin"))


def test_our_own_file_is_loaded_as_it_is(tmp_path: Path) -> None:
    card = {"recipe": {"name": "fast", "seed": 3}}
    save_model(toy("nin", activation="gelu"), tmp_path / "own.safetensors", card)
    for source in (tmp_path / "own.safetensors", (tmp_path / "own.safetensors").read_bytes()):
        loaded = import_state_dict(source, "own.safetensors")
        assert (loaded.card, loaded.config.activation) == (card, "gelu")


def test_imported_network_is_kept_as_any_other(tmp_path: Path) -> None:
    model = import_state_dict(pth(toy("nin").state_dict()), "a.pth", data_set="mnist")
    save_model(model, tmp_path / "a.safetensors", model.card)
    assert same(load_model(tmp_path / "a.safetensors"), model)
    assert load_model(tmp_path / "a.safetensors").card == model.card


def test_what_is_unknown_of_an_imported_network_may_be_said_later(pictures: Tensor) -> None:
    content = pth(toy("conv_mlp").state_dict())
    first = import_state_dict(content, "a.pth", data_set="mnist")
    later = import_state_dict(to_bytes(first, first.card), "b.safetensors", scaling="0 to 1", activation="tanh")
    at_once = import_state_dict(content, "a.pth", data_set="mnist", scaling="0 to 1", activation="tanh")
    assert (later.card, later.config) == (at_once.card, at_once.config)
    assert same(later, at_once)


def test_what_is_known_of_a_network_is_not_said_again() -> None:
    first = import_state_dict(pth(toy("nin").state_dict()), "a.pth", data_set="mnist")
    for network, card in ((first, first.card), (toy("nin"), {"data_set": "mnist"})):
        with pytest.raises(ModelFileError, match="needs no word on its data set"):
            import_state_dict(to_bytes(network, card), "b.safetensors", data_set="digits")


class Hostile:
    def __reduce__(self) -> Any:
        return os.system, ("touch owned",)


def state(**changes: Any) -> dict[str, Any]:
    return {**toy("bag_of_pixels").state_dict(), **{name.replace("__", "."): value for name, value in changes.items()}}


def deflated(zeros: int) -> bytes:
    """A valid archive in which a record of zeros takes next to no room."""
    file = io.BytesIO(pth(state()))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data/bomb", b"\0" * zeros)
    return file.getvalue()


REFUSED = {
    "hostile pickle": (lambda: pth(Hostile()), "whole pickled model or other code"),
    "hostile value": (lambda: pth(state(conv1__weight=Hostile())), "whole pickled model or other code"),
    "whole module": (lambda: pth(toy()), "whole pickled model or other code"),
    "old file": (lambda: old_pth(state()), "older than PyTorch 1.6"),
    "truncated": (lambda: pth(state())[:-100], "is damaged"),
    "beginning alone": (lambda: pth(state())[:40], "is damaged"),
    "another archive": (lambda: other_archive(), "is damaged"),
    "empty": (lambda: b"", "is damaged"),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(50), "is damaged"),
    "truncated safetensors": (lambda: safetensors(state())[:-5], "is damaged"),
    "a list": (lambda: pth([torch.zeros(2)]), "no dict of tensors"),
    "nothing": (lambda: pth({}), "no dict of tensors"),
    "a tensor": (lambda: pth(torch.zeros(3)), "no dict of tensors"),
    "numbers": (lambda: pth(state(conv1__weight=3.0)), "'conv1.weight', which is no tensor"),
    "integers": (lambda: pth(state(conv1__weight=torch.ones(3, 1, 1, 1, dtype=torch.int8))), "as int8"),
    "complex": (lambda: pth(state(conv1__weight=torch.ones(3, 1, 1, 1, dtype=torch.complex64))), "as complex64"),
    "sparse": (lambda: pth(state(conv3__bias=torch.ones(10).to_sparse())), "as sparse_coo"),
    "without memory": (lambda: pth(state(conv3__bias=torch.ones(10, device="meta"))), "as meta"),
    "eight bits": (lambda: pth(state(conv3__bias=torch.ones(10).to(torch.float8_e5m2))), "as float8_e5m2"),
    "no number": (lambda: pth(state(conv1__bias=torch.tensor([0.0, torch.nan, 1.0]))), "not finite"),
    "infinite": (lambda: pth(state(conv1__bias=torch.tensor([0.0, torch.inf, 1.0]))), "not finite"),
    "too large for float32": (
        lambda: pth(state(conv1__bias=torch.tensor([0.0, 1e300, 1.0], dtype=torch.float64))),
        "not finite",
    ),
    "other names": (lambda: pth({"layer.weight": torch.zeros(2, 2)}), "unknown names, layer.weight"),
    "extra weights": (lambda: pth(state(extra=torch.zeros(1))), "unknown names"),
    "lacking weights": (lambda: pth({"conv1.weight": torch.zeros(3, 1, 1, 1)}), "unknown names"),
    "other shape": (lambda: pth(state(conv2__bias=torch.zeros(5))), "conv2.bias is 5, not 4"),
    "other kernel": (lambda: pth(state(conv1__weight=torch.zeros(3, 1, 5, 5))), "conv1.weight is 3×1×5×5, not 3×1×1×1"),
    "no kernel": (lambda: pth(state(conv1__weight=torch.tensor(1.0))), "no matrices and kernels"),
    "absurd width": (
        lambda: pth(state(conv1__weight=torch.zeros(1).expand(10**6, 10**6, 1, 1))),
        "is damaged",
    ),
    "absurd dense layer": (
        lambda: pth(
            {
                "conv1.weight": torch.zeros(4096, 1, 1, 1),
                "conv1.bias": torch.zeros(4096),
                "fc1.weight": torch.zeros(1).expand(4096, 4096 * 10_000),
                "fc1.bias": torch.zeros(4096),
                "fc2.weight": torch.zeros(10, 4096),
                "fc2.bias": torch.zeros(10),
            }
        ),
        "is damaged",
    ),
    "no square": (
        lambda: pth({**toy("mlp_1x1").state_dict(), "conv1.weight": torch.zeros(6, 785, 1, 1)}),
        "pictures are not square",
    ),
}


def old_pth(content: Any) -> bytes:
    file = io.BytesIO()
    torch.save(content, file, _use_new_zipfile_serialization=False)
    return file.getvalue()


def other_archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("letter.txt", "Dear reader")
    return file.getvalue()


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_state_dict_of_a_network_is_one_plain_sentence(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make, words = REFUSED[case]
    with pytest.raises(ModelFileError) as refusal:
        import_state_dict(make(), "a.pth")
    assert words in str(refusal.value)
    assert str(refusal.value).startswith("a.pth ")
    assert str(refusal.value).endswith((".", "train"))
    assert "\n" not in str(refusal.value)
    assert not Path("owned").exists()


def test_size_is_checked_before_anything_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("it was read"))
    with (tmp_path / "large.pth").open("wb") as file:
        file.truncate(state_dicts.MAX_BYTES + 1)
    with pytest.raises(ModelFileError, match="has 600 MB, more than 600"):
        import_state_dict(tmp_path / "large.pth", "large.pth")
    with pytest.raises(ModelFileError, match="more than 0"):
        import_state_dict(pth(state()), "a.pth", most=1_000)


def test_archive_that_unpacks_to_more_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("it was read"))
    bomb = deflated(20_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(ModelFileError, match="has 20 MB, more than 10"):
        import_state_dict(bomb, "a.pth", most=10_000_000)


def test_tensor_that_claims_more_memory_than_its_record_has_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "load", lambda *_, **__: {"conv1.weight": torch.zeros(1_000)})  # as PyTorch 2.6 read it
    with pytest.raises(ModelFileError, match="is damaged"):
        import_state_dict(pth(state()), "a.pth")


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="does not exist"):
        import_state_dict(tmp_path / "none.pth", "none.pth")
    with pytest.raises(ModelFileError, match="is a folder"):
        import_state_dict(tmp_path, "folder")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"data_set": "imagenet"}, "no data set 'imagenet'"),
        ({"scaling": "tanh"}, "no scaling of pictures 'tanh'"),
        ({"activation": "swish"}, "no activation 'swish'"),
    ],
)
def test_unknown_names_are_refused(said: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        import_state_dict(pth(state()), "a.pth", **said)


@pytest.mark.parametrize(
    ("arch", "said", "words"),
    [
        ("bag_of_pixels", {"data_set": "cifar10"}, "cannot be cifar10's"),
        ("bag_of_pixels", {"data_set": "houses"}, "cannot be houses's"),
        ("price_1x1", {"data_set": "mnist"}, "cannot be mnist's"),
        ("price_1x1", {"scaling": "0 to 1"}, "needs no word on its picture scaling"),
    ],
)
def test_what_is_said_has_to_fit(arch: str, said: dict[str, str], words: str) -> None:
    with pytest.raises(ModelFileError, match=words):
        import_state_dict(pth(toy(arch).state_dict()), "a.pth", **said)
