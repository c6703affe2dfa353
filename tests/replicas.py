"""Several servers behind nginx, started from what .deploy holds: for tests, and to measure how many people they bear.

    with replicas(tmp_path, 2) as servers, nginx(tmp_path, servers) as front:
        front.url  # where visitors come
        servers[0].process.kill()

What a server is made of is read from the Containerfile: the files that it copies, its environment, its command. Of its
steps only the installation is left out; the packages are those that the tests run with.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from tests import lacking
from tests.browser.harness import REPOSITORY, Server

DEPLOY = REPOSITORY / ".deploy"
NETWORK = "127.87.65"  # as on a machine without containers: Linux answers on all of 127.0.0.0/8
LISTEN = "LISTEN"
LOG = "$cookie_pointwise_replica/$upstream_addr/$status/$request_method/$uri"
MAIN = """
daemon off;
user {user} {group};
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{}}
http {{
    log_format seen "{log}";
    access_log {folder}/access.log seen;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/pointwise.conf;
}}
"""


class Front(NamedTuple):
    """nginx before the servers."""

    url: str
    folder: Path

    def seen(self) -> list[Seen]:
        """The requests that were answered so far; a websocket's is there when it is over."""
        return [Seen(*line.split("/", 4)) for line in (self.folder / "access.log").read_text().splitlines()]


class Seen(NamedTuple):
    """A request that nginx has answered."""

    cookie: str  # the replica that it asked for, or "-"
    upstream: str  # who was tried: addresses
    status: str
    method: str
    path: str


class Image(NamedTuple):
    """What the Containerfile makes of this repository."""

    folder: Path
    environment: dict[str, str]
    command: list[str]
    health: list[str]


def image(folder: Path) -> Image:
    """The container's files, copied into a new ``folder``, its environment, its command and its health check."""
    for pattern in (REPOSITORY / ".dockerignore").read_text().splitlines():
        if pattern.startswith("!"):
            name = pattern.removeprefix("!").removesuffix("/**")
            if (REPOSITORY / name).is_dir():
                shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(REPOSITORY / name, folder / name)
    environment = dict(pair.split("=", 1) for argument in steps("ENV") for pair in shlex.split(argument))
    command, health = steps("CMD")[-1], steps("HEALTHCHECK")[-1].partition(" CMD ")[2]
    return Image(folder, environment, json.loads(command), json.loads(health))


def steps(instruction: str) -> list[str]:
    """The arguments of the Containerfile's steps of one kind, such as "RUN"."""
    text = re.sub(r"^#.*\n", "", (DEPLOY / "Containerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]
    return [argument for name, argument in lines if name == instruction]


@contextmanager
def replicas(folder: Path, count: int, **environment: str) -> Iterator[list[Server]]:
    """Servers of the container's files, each on an address of its own, with one folder of what lasts."""
    if not sys.platform.startswith("linux"):
        lacking("addresses beside 127.0.0.1, which Linux has", "POINTWISE_REQUIRE_NGINX")
    made = image(folder / "app")
    port = free_port([f"{NETWORK}.{number}" for number in range(1, count + 1)])
    with ExitStack() as ending:
        servers = [
            ending.enter_context(_serve(made, folder, f"{NETWORK}.{number}", port, environment))
            for number in range(1, count + 1)
        ]
        for server in servers:
            server.wait_until_healthy()
        yield servers


@contextmanager
def _serve(made: Image, folder: Path, address: str, port: int, more: dict[str, str]) -> Iterator[Server]:
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("POINTWISE_")}
    here = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "STREAMLIT_SERVER_ADDRESS": address,
        "STREAMLIT_SERVER_PORT": str(port),
        "STREAMLIT_SERVER_COOKIE_SECRET": "the same for all",
        "STREAMLIT_SERVER_BASE_URL_PATH": "",
        "POINTWISE_HOME": str(folder / "home"),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    log = folder / f"server-{address}.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            made.command,
            cwd=made.folder,
            env={**inherited, **made.environment, **here, **more},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Server(process, f"http://{address}:{port}", log)
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def nginx(folder: Path, servers: Sequence[Server], **own: str) -> Iterator[Front]:
    """nginx as .deploy has it, before these servers; ``own`` are the lines in files of your own, by their names."""
    addresses = [server.url.removeprefix("http://") for server in servers]
    values = {
        "POINTWISE_LISTEN": LISTEN,
        "POINTWISE_NETWORK": NETWORK,
        "POINTWISE_REPLICA_PORT": addresses[0].rpartition(":")[2],
        "POINTWISE_RESOLVER": "",
        "POINTWISE_SERVERS": " ".join(f"server {address};" for address in addresses),
    }
    with nginx_with(folder / "-".join(["nginx", str(len(servers)), *own]), filled(values), own) as front:
        yield front


@contextmanager
def nginx_with(folder: Path, configuration: str, own: Mapping[str, str] = MappingProxyType({})) -> Iterator[Front]:
    """nginx in a new ``folder`` with a server's configuration, in which LISTEN stands for its address."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if program is None:
        lacking("no nginx", "POINTWISE_REQUIRE_NGINX")
    (folder / "pointwise").mkdir(parents=True)
    for name, text in own.items():
        (folder / "pointwise" / name.replace("_", ".")).write_text(text)
    port = free_port(["127.0.0.1"])
    (folder / "pointwise.conf").write_text(configuration.replace(LISTEN, f"127.0.0.1:{port}"), encoding="utf-8")
    (folder / "nginx.conf").write_text(main(folder))
    process = subprocess.Popen([program, "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        wait_for(port, process, folder / "error.log")
        yield Front(f"http://127.0.0.1:{port}", folder)
    finally:
        process.terminate()
        process.wait(timeout=20)


def main(folder: Path) -> str:
    """nginx's main configuration, with everything in ``folder``, which only this user may enter."""
    import grp  # Windows has neither
    import pwd

    user, group = pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name
    return MAIN.format(folder=folder, log=LOG, user=user, group=group)


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until somebody listens."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"nginx did not start: {log.read_text() if log.exists() else ''}")


def filled(values: dict[str, str]) -> str:
    """nginx's template with its values, as envsubst fills it. Raises KeyError for a value that is not there."""
    template = (DEPLOY / "nginx.conf.template").read_text(encoding="utf-8")
    return re.sub(r"\$\{(\w+)\}", lambda found: values[found[1]], template)


def free_port(addresses: Sequence[str]) -> int:
    """A port that is free on each of these addresses."""
    deadline = time.monotonic() + 10
    while True:
        with ExitStack() as ending:
            port = 0
            try:
                for address in addresses:
                    tried = ending.enter_context(socket.socket())
                    tried.bind((address, port))
                    port = tried.getsockname()[1]
                return port
            except OSError:
                if time.monotonic() > deadline:
                    raise
