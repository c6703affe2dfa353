"""What brings the app to many people: the container, the compose file, a machine's installation, a Space's card."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.replicas import DEPLOY, NETWORK, REPOSITORY, filled, image, steps

TEMPLATE = (DEPLOY / "nginx.conf.template").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A new machine's root, where pip and Python only write down what they are asked."""
    programs = tmp_path / "opt/pointwise/.venv/bin"
    programs.mkdir(parents=True)
    for name in ("pip", "python", "streamlit"):
        (programs / name).write_text(f'#!/bin/sh\necho {name} "$@" >> {tmp_path}/asked\n')
        (programs / name).chmod(0o755)
    return tmp_path


def install(machine: Path, number: int) -> None:
    command = [DEPLOY / "install", str(number)]
    subprocess.run(command, check=True, env={**os.environ, "DESTDIR": str(machine)}, timeout=60)


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}


def test_the_container_holds_the_app_and_nothing_else(tmp_path: Path) -> None:
    names = [".streamlit/config.toml", "app.py", "requirements.txt", "LICENSE"]
    folders = [f"{folder}/{name}" for folder in ("models", "pages", "pointwise") for name in files(REPOSITORY / folder)]
    image(tmp_path)
    assert files(tmp_path) == {*names, *folders}


def test_the_container_is_nobody_s_root_and_its_server_is_process_1(tmp_path: Path) -> None:
    made = image(tmp_path)
    assert steps("USER") == ["1000"]
    assert made.command[0] == "streamlit"  # no shell that would keep a signal to itself
    assert any("_stcore/health" in word for word in made.health)
    assert made.environment["POINTWISE_HOME"].startswith(steps("VOLUME")[-1])


def test_nginx_is_told_all_that_it_asks(compose: Any) -> None:
    asked = set(re.findall(r"\$\{(\w+)\}", TEMPLATE))
    told = compose["services"]["nginx"]["environment"]
    assert {name for name in told if name != "NGINX_ENVSUBST_FILTER"} == asked
    assert all(re.search(told["NGINX_ENVSUBST_FILTER"], name) for name in asked)


def test_the_replicas_addresses_are_in_nginx_s_network(compose: Any) -> None:
    (network,) = compose["networks"]["default"]["ipam"]["config"]
    told = compose["services"]["nginx"]["environment"]
    assert network["ip_range"] == f"{told['POINTWISE_NETWORK']}.0/24"
    assert not network["gateway"].startswith(told["POINTWISE_NETWORK"] + ".")  # that is the machine itself
    assert told["POINTWISE_REPLICA_PORT"] in steps("EXPOSE")


def test_a_class_has_a_secret_of_its_own_and_one_folder(compose: Any) -> None:
    replica = compose["services"]["replica"]
    assert replica["environment"]["STREAMLIT_SERVER_COOKIE_SECRET"].startswith("${POINTWISE_SECRET:?")
    assert replica["env_file"] == ".env"  # what the README's first command makes
    assert replica["volumes"] == [f"kept:{steps('VOLUME')[-1]}"]
    assert (DEPLOY / replica["build"]["context"] / replica["build"]["dockerfile"]).samefile(DEPLOY / "Containerfile")


def test_a_machine_is_installed_with_as_many_servers_as_are_asked_for(machine: Path) -> None:
    install(machine, 3)
    servers = " ".join(f"server {NETWORK}.{number}:8501;" for number in (1, 2, 3))
    assert (machine / "etc/nginx/conf.d/pointwise.conf").read_text(encoding="utf-8") == filled(
        {
            "POINTWISE_LISTEN": "80",
            "POINTWISE_NETWORK": NETWORK,
            "POINTWISE_REPLICA_PORT": "8501",
            "POINTWISE_SERVERS": servers,
            "POINTWISE_RESOLVER": "",
        }
    )
    asked = (machine / "asked").read_text()
    assert "pip install --quiet --index-url https://download.pytorch.org/whl/cpu" in asked
    assert {"app.py", "pointwise/__init__.py", "models/nin.safetensors"} <= files(machine / "opt/pointwise")


def test_a_second_installation_keeps_the_secret_and_brings_the_new_version(machine: Path) -> None:
    install(machine, 2)
    secret, old = machine / "etc/pointwise.env", machine / "opt/pointwise/pages/old.py"
    before = secret.read_text()
    old.write_text("")
    install(machine, 2)
    assert re.search(r"^STREAMLIT_SERVER_COOKIE_SECRET=[0-9a-f]{64}$", before, re.MULTILINE)
    assert secret.read_text() == before
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert not old.exists()


def test_systemd_understands_a_server_s_unit(machine: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze")
    install(machine, 1)
    unit = machine / "pointwise@1.service"
    text = (machine / "etc/systemd/system/pointwise@.service").read_text()
    unit.write_text(text.replace("/opt/pointwise", f"{machine}/opt/pointwise"))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_space_s_card_names_the_container_s_port() -> None:
    _, front, text = (DEPLOY / "space.md").read_text(encoding="utf-8").split("---\n", 2)
    card = yaml.safe_load(front)
    assert card["sdk"] == "docker"
    assert [str(card["app_port"])] == steps("EXPOSE")
    assert len(card["short_description"]) <= 60
    assert text.strip().startswith("# Pointwise")
