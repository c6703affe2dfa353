"""Pointwise as it is installed from a wheel, away from the checkout."""

import json
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pointwise.drawing import draw_strokes

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
QUESTIONS = """
import json, sys
import pointwise
from pointwise.commands.app import app_file
from pointwise.__main__ import main

def files(folder):
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]

try:
    missing = pointwise.load_model("conv_mlp")
except pointwise.PointwiseError as error:
    missing = str(error)
print(json.dumps({
    "package": pointwise.__file__,
    "digit": pointwise.read_digit("photo.jpg").digit,
    "missing": missing,
    "app": files(app_file().parent),
    "shipped": files(pointwise.models.SHIPPED),
}))
sys.exit(main(["evaluate", "price_1x1", "as_written/price_1x1"]))
"""


def run(*command: object, **options: object) -> str:
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a fresh virtual environment that holds the wheel alone, and knows where its requirements are."""
    place = tmp_path_factory.mktemp("installed")
    offline = ("--no-deps", "--no-index", "--disable-pip-version-check", "--quiet")
    run(sys.executable, "-m", "pip", "wheel", ROOT, "--no-build-isolation", *offline, "--wheel-dir", place)
    (wheel,) = place.glob("pointwise-*.whl")
    venv.create(place / "venv", symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(place / "venv")}))
    (packages / "requirements.pth").write_text("\n".join(path for path in sys.path if "-packages" in path))
    programs = Path(sysconfig.get_path("scripts", vars={"base": str(place / "venv")}))
    run(sys.executable, "-m", "pip", "--python", programs / "python", "install", *offline, "--no-compile", wheel)
    return programs


def test_a_photo_is_read_and_weights_are_measured_where_there_is_no_checkout(installed: Path, tmp_path: Path) -> None:
    ink = draw_strokes([[[0.1, 0.1], [0.9, 0.1], [0.4, 0.9]]])[:, :, 0] / 255.0
    Image.fromarray((np.linspace(230, 150, 280) * (1 - 0.7 * ink)).astype(np.uint8)).save(tmp_path / "photo.jpg")
    out = run(installed / "python", "-c", QUESTIONS, cwd=tmp_path)
    answers = json.loads(out.splitlines()[0])
    assert Path(answers["package"]).is_relative_to(installed.parent)
    assert answers["digit"] == 7
    assert "Copy it from the folder models/ of a clone" in answers["missing"]
    pages = {f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py")}
    assert set(answers["app"]) == {"app.py", ".streamlit/config.toml", *pages}
    files = {path.relative_to(ROOT / "models").as_posix() for path in (ROOT / "models").rglob("*") if path.is_file()}
    assert set(answers["shipped"]) == files - {"conv_mlp.safetensors", "README.md"}
    assert "as_written/price_1x1" in out


def test_a_program_is_installed_and_types_are_said_to_be_there(installed: Path) -> None:
    assert "start the app" in run(installed / "pointwise", "--help")
    assert (ROOT / "pointwise" / "py.typed").is_file()


def named(lines: list[str]) -> set[str]:
    """Requirements as they are written, without comments and what they refer to."""
    return {line.replace(" ", "") for line in lines if line and not line.startswith(("#", "-r", "pointwise["))}


def test_requirements_are_the_projects() -> None:
    extras = PROJECT["optional-dependencies"]
    app = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    tests = (ROOT / "tests" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert named(app) == named(PROJECT["dependencies"] + extras["app"])
    assert named(tests) == named(extras["onnx"] + extras["dev"])
    assert not any(re.match("streamlit|plotly", one) for one in PROJECT["dependencies"])
