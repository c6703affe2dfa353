"""What runs on GitHub: the least rights, nobody's secrets, and the commands that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from pointwise.__main__ import _parser

FOLDER = Path(__file__).parents[2] / ".github" / "workflows"


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.yml")), ids=lambda file: file.stem)
def test_a_workflow_has_the_least_rights(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    assert "secrets." not in text
    for job in workflow["jobs"].values():
        assert set(job.get("permissions", {})) <= {"pages", "id-token"}
        assert job["timeout-minutes"] <= 60
        for step in job["steps"]:
            assert re.match(r"actions/[\w-]+@(v\d+|[0-9a-f]{40})$", step.get("uses", "actions/any@v1"))


def test_the_site_is_built_by_a_command_that_there_is() -> None:
    steps = yaml.safe_load((FOLDER / "pages.yml").read_text(encoding="utf-8"))["jobs"]["build"]["steps"]
    (command,) = [step["run"] for step in steps if "pointwise site" in step.get("run", "")]
    options = _parser().parse_args(command.replace('"', "").split()[3:])
    (path,) = [step["with"]["path"] for step in steps if "upload-pages-artifact" in step.get("uses", "")]
    assert str(options.out) == path
