"""The static edition: its files, links and policy, what it weighs, and what it says of the claims."""

from __future__ import annotations

import contextlib
import io
import json
import posixpath
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from pointwise.__main__ import main
from pointwise.claims.quotations import CLAIMS
from pointwise.errors import ConfigError, ModelFileError
from pointwise.models import ARCHITECTURES
from pointwise.static_site import building, readers, rendering
from pointwise.static_site.page_table import PAGES, POINTWISE
from pointwise.ui.canvas import drawing
from pointwise.ui.frame import navigation

LINK = re.compile(r'\b(?:href|src)="([^"]*)"')
MOST = 1_200_000  # bytes before the first answer
NAMESPACE = "http://www.w3.org/2000/svg"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    """The folder that the command wrote, without the largest network, and what it printed."""
    folder, printed = tmp_path_factory.mktemp("site") / "site", io.StringIO()
    small = [one for one in readers.readers() if one.name != "conv_mlp"]
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
        patch.setattr(readers, "readers", lambda: small)
        assert main(["site", "--out", str(folder), "--json", "--quiet"]) == 0
    return folder, json.loads(printed.getvalue())


def pages(folder: Path) -> dict[str, str]:
    return {page.path: (folder / page.file).read_text(encoding="utf-8") for page in PAGES}


def test_every_link_leads_to_a_file_of_the_site(site: tuple[Path, dict]) -> None:
    folder, _ = site
    for path, text in pages(folder).items():
        links = [link for link in LINK.findall(text) if not link.startswith(("#", "?"))]
        assert len(links) > 8
        for link in links:
            assert not re.match(r"[a-z]+:|/", link), link  # it works in a folder of any site
            target = posixpath.normpath(posixpath.join(path, unquote(link)))
            assert not target.startswith("..")
            assert (folder / target / "index.html" if link.endswith("/") else folder / target).is_file(), link
        for anchor in re.findall(r'href="#([^"]*)"', text):
            assert f'id="{anchor}"' in text


def test_scripts_and_styles_are_the_apps_and_name_no_other_site(site: tuple[Path, dict]) -> None:
    folder, _ = site
    code = [file for file in (folder / "code").rglob("*") if file.is_file()]
    assert len(code) > 30
    for file in code:
        text = file.read_text(encoding="utf-8")
        assert text == (POINTWISE / file.relative_to(folder / "code")).read_text(encoding="utf-8")
        assert not re.search(r"\w+://|[\"'(]//", text.replace(NAMESPACE, "")), file
        for name in re.findall(r'\b(?:from|import) ?\(?"(\.[^"]*)"', text):
            assert (file.parent / name).is_file(), (file, name)


def test_a_strict_policy_stands_before_all_that_it_governs(site: tuple[Path, dict]) -> None:
    for text in pages(site[0]).values():
        head, _, rest = text.partition('<meta http-equiv="Content-Security-Policy" content="')
        policy = rest.partition('"')[0].replace("&#39;", "'")
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "unsafe" not in policy
        assert not re.search("<(?:script|link|style)", head)
        assert not re.search(r"<style| style=| on\w+=", text)
        inline = re.findall(r"<script(?![^>]* src=)([^>]*)>", text)
        assert set(inline) <= {' type="application/json" id="about"'}


def test_little_comes_before_the_first_answer(site: tuple[Path, dict]) -> None:
    folder, printed = site
    assert 300_000 < printed["first_answer_bytes"] <= MOST
    assert printed["files"] == {
        file.relative_to(folder).as_posix(): file.stat().st_size for file in folder.rglob("*") if file.is_file()
    }
    assert printed["files"][".nojekyll"] == 0


def test_networks_are_as_the_app_gives_them_to_its_pages(site: tuple[Path, dict]) -> None:
    from pointwise.export.page_weights import pack_file
    from pointwise.models import SHIPPED

    for name in ("nin", "mlp_1x1", "bag_of_pixels"):
        packed = pack_file(SHIPPED / f"{name}.safetensors")
        assert packed is not None
        assert (site[0] / "networks" / f"{name}.bin").read_bytes() == packed.content


def test_what_is_not_there_is_said(site: tuple[Path, dict]) -> None:
    text = pages(site[0])[""]
    assert f"{ARCHITECTURES['conv_mlp'].title} is not among the files of this installation" in text
    assert "(25.7 MB)" not in text


def test_claims_have_their_numbers_and_say_where_they_are_from(site: tuple[Path, dict]) -> None:
    text = pages(site[0])["why_1x1/"]
    assert text.count("<article") == len(CLAIMS)
    assert text.count("Measured on 20") == len(CLAIMS) - 1  # one has accuracies that were measured before
    claims = {claim.name for claim in CLAIMS}
    assert set(re.findall(r'data-name="([^"]*)" data-verdict', text)) == claims
    assert "12,848,010" in text
    assert set(re.findall(r'data-name="([^"]*)" data-verdict', pages(site[0])["path/"])) == set(rendering.PATH_CLAIMS)


def test_addresses_are_the_apps(site: tuple[Path, dict]) -> None:
    app = {"" if entry is navigation.PAGES[0] else f"{entry.name}/" for entry in navigation.PAGES}
    assert app <= {page.path for page in PAGES}


def test_words_of_the_apps_glossary_are_words_like_others(site: tuple[Path, dict]) -> None:
    text = "a **[[1×1 convolution]]** of three [[channels|channel]] & <b>"
    assert rendering.plainly(text) == "a <strong>1×1 convolution</strong> of three channels &amp; &lt;b&gt;"
    page = re.sub("<script.*?</script>", "", pages(site[0])["path/"], flags=re.DOTALL)
    assert "<strong>1×1 convolution</strong> takes the numbers" in page
    assert not re.search(r"\[\[|\]\]|\*\*|[{}]", page)


def test_the_first_drawing_is_the_apps() -> None:
    assert (building.first_drawing() == drawing.first().prepared.image).all()


def test_nothing_is_lost_in_a_folder_that_holds_something(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["site", "--out", str(tmp_path), "--quiet"]) == 2
    assert "--force" in capsys.readouterr().err
    with pytest.raises(ConfigError, match="is a file"):
        building.check_folder(tmp_path / "mine.txt", replace=True)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_a_readme_elsewhere_has_a_whole_address(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["site", "--out", str(tmp_path / "site"), "--readme", "javascript:alert(1)"]) == 2
    assert "https://" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["n" * 300, "n" * 5_000, "a\0b"])
def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_measured(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelFileError, match="cannot be written"):
        building.check_folder(tmp_path / name, replace=True)
