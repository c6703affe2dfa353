"""A network as one HTML file: its policy and size, people's text in it, and which networks have none."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from pathlib import Path

import pytest

from pointwise.__main__ import main
from pointwise.card import LONGEST_NAME
from pointwise.errors import ConfigError
from pointwise.export import web_page
from pointwise.export.page_weights import pack
from pointwise.export.web_page import has_web_page, to_web_page
from pointwise.models import SHIPPED, ModelConfig, Network, build, default_config
from pointwise.ui.canvas.drawing import SQUARE
from pointwise.weights import load_model

HOSTILE = "</title></script><img src=x onerror=alert(1)>{card}{code}"


def shipped(name: str) -> Network:
    return load_model(SHIPPED / f"{name}.safetensors")


def hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.mark.parametrize("name", ["bag_of_pixels", "price_1x1"])
def test_the_policy_allows_this_script_and_these_styles_alone(name: str) -> None:
    page = to_web_page(shipped(name))
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    (code,), (styles,) = (
        re.findall(r'<script type="module">(.*?)</script>', page, re.DOTALL),
        re.findall(r"<style>(.*?)</style>", page, re.DOTALL),
    )
    assert html.unescape(policy) == (
        f"default-src 'none'; script-src {hashed(code)}; style-src {hashed(styles)}; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )
    assert not re.search(r"^(?:import|export)\b|<!--", code, re.MULTILINE)
    assert " style=" not in page


def test_a_file_is_small() -> None:
    page = to_web_page(shipped("nin"))
    (weights,) = re.findall(r'id="weights">([^<]*)<', page)
    assert len(page.encode()) <= 700_000
    assert len(page.encode()) - len(weights) <= 60_000


def test_what_people_wrote_is_text() -> None:
    model = shipped("bag_of_pixels")
    model.card = {**model.card, "data": HOSTILE, "recipe": {"name": HOSTILE}}
    page = to_web_page(model, HOSTILE)
    assert page.count("<img") == 0
    assert page.count("</script>") == 3  # what is known, the weights, the code
    assert page.count("&lt;img src=x") == 4  # title, heading, data, recipe


def test_classes_are_called_as_the_card_says_in_text_and_weights_alike() -> None:
    names = [HOSTILE, "\u202eevil", "\U0001f600", "\u05e9\u05dc\u05d5\u05dd", "x" * 200, "{percent}"]
    model = build(ModelConfig("bag_of_pixels", num_classes=len(names))).eval()
    model.card = {"data_set": "own_pictures", "options": {"drawn": True}, "classes": names}
    assert has_web_page(model)
    page = to_web_page(model, "Mine")
    assert "<h1>Draw</h1>" in page
    assert page.count("<img") == 0
    assert page.count("</script>") == 3
    (weights,) = re.findall(r'id="weights">([^<]*)<', page)
    content = base64.b64decode(weights)
    header = json.loads(content[4 : 4 + int.from_bytes(content[:4], "little")])
    told = [html.escape(name) for name in header["names"]]
    assert f"<p>Mine tells these apart as you draw, in this page: {', '.join(told)}.</p>" in page
    assert header["names"][1:4] == ["evil", "\U0001f600", "\u2068\u05e9\u05dc\u05d5\u05dd\u2069"]
    assert max(map(len, header["names"])) <= LONGEST_NAME
    assert 'id="samples"' not in page  # those are of digits


def test_of_digits_the_names_are_not_repeated() -> None:
    packed = pack(shipped("bag_of_pixels"))
    assert packed is not None
    assert b'"names"' not in packed.content


def test_a_large_network_is_rounded_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = to_web_page(shipped("bag_of_pixels"))
    monkeypatch.setattr(web_page, "MOST_EXACT", 1_000)
    rounded = to_web_page(shipped("bag_of_pixels"))
    assert len(exact) - len(rounded) > 3_500
    assert "rounded to half precision (float16)" in rounded
    assert "float16" not in exact.split("<script")[0]


def test_its_sheet_is_the_apps() -> None:
    sheet = web_page.SHEET
    ours = (SQUARE.width, SQUARE.height), SQUARE.pen / SQUARE.height, SQUARE.detail
    assert (sheet["size"], sheet["pen"], sheet["detail"]) == ours


@pytest.mark.parametrize(
    ("config", "card"),
    [
        (ModelConfig("nin"), {"data_set": "fashion_mnist"}),
        (ModelConfig("nin", input_channels=3, image_size=32), {"data_set": "cifar10"}),
        (ModelConfig("nin", num_classes=3), {"data_set": "own_pictures", "classes": ["cat", "dog", "cow"]}),
        (default_config("price_1x1"), {"data_set": "table"}),
        (ModelConfig("price_1x1", 3, 1, 1), {"data_set": "houses"}),
        (default_config("paint"), {}),
    ],
)
def test_what_reads_no_drawing_and_prices_no_house_has_no_page(config: ModelConfig, card: dict[str, str]) -> None:
    model = build(config).eval()
    model.card = card
    assert not has_web_page(model)
    with pytest.raises(ConfigError, match=r"has no web page\. Choose a network that was trained on MNIST"):
        to_web_page(model)


def test_the_command_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "bag.html"
    assert main(["export", str(SHIPPED / "bag_of_pixels.safetensors"), "--html", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["written"] == [str(out)]
    assert out.read_text(encoding="utf-8") == to_web_page(shipped("bag_of_pixels"))
