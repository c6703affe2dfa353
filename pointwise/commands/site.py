"""The command that writes the static edition: site."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pointwise.commands import add_command, add_force, add_json, add_quiet
from pointwise.commands.progress import tell
from pointwise.errors import ConfigError

SECURE = "https://"


def add(commands: Any) -> None:
    """Add the command and its arguments to the parser's."""
    about = "write the pages that need no Python as plain files, for any web server"
    more = (
        "Drawing, feature maps, house prices, the path and the claims, whose numbers are measured now. To "
        "look at them: python -m http.server --directory DIR"
    )
    parser = add_command(commands, "site", about, more, ("--out site", "--out site --force --json"))
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder to write into")
    readme = "address of the README that pages link to, https://… (default: its text, beside the pages)"
    parser.add_argument("--readme", metavar="URL", default="", help=readme)
    parser.set_defaults(run=write, show=site_told)
    add_force(parser)
    add_quiet(parser)
    add_json(parser)


def write(options: argparse.Namespace) -> dict[str, Any]:
    """JSON: the folder, its files with their bytes, and how many come before the first answer."""
    if options.readme and not options.readme.startswith(SECURE):
        raise ConfigError(f"{options.readme} is no address of a README. Give one that begins with {SECURE}.")
    from pointwise.bench import machine
    from pointwise.static_site import write_site
    from pointwise.static_site.building import check_folder, first_drawing
    from pointwise.static_site.measured_claims import measured_claims
    from pointwise.static_site.readers import readers

    check_folder(options.out, options.force)
    shown = readers()
    tell(options, "Measuring the claims")
    claims = measured_claims({one.name: one.network for one in shown}, first_drawing())
    where = machine()
    threads = "1 thread" if where["threads"] == 1 else f"{where['threads']} threads"
    said = f"Measured on {where['date']} on {where['processor']}, {threads}, PyTorch {where['torch']}."
    site = write_site(
        options.out, claims, said, shown, options.readme, options.force, lambda sentence: tell(options, sentence)
    )
    return {"folder": str(options.out), "files": dict(site.files), "first_answer_bytes": site.first_answer}


def site_told(result: Mapping[str, Any]) -> Iterator[str]:
    """The result of ``write`` as sentences."""
    files = result["files"]
    yield f"{result['folder']}: {len(files)} files, {sum(files.values()) / 1e6:.1f} MB"
    yield f"  before the first answer: {result['first_answer_bytes'] / 1e3:,.0f} kB"
    yield f"  to look at it: python -m http.server --directory {result['folder']}"
