"""The command that starts the app."""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from pointwise.errors import ConfigError

PACKAGE = Path(__file__).parents[1]


def add(commands: Any) -> None:
    """Add the command and its arguments to the parser's."""
    parser = commands.add_parser(
        "app",
        help="start the app, as streamlit run does",
        description="Start the app in your browser. Options are those of: streamlit run",
        epilog="for example: --server.port 8600",
        prefix_chars="\0",  # what begins with - is Streamlit's
        add_help=False,
    )
    parser.add_argument("options", metavar="OPTION", nargs="*", help="of streamlit run: --server.port 8600, say")
    parser.set_defaults(run=start, json=False)


def app_file() -> Path:
    """The app's script, in the package once it is installed, else beside it in a checkout.

    Raises ConfigError where neither is there.
    """
    places = PACKAGE / "app" / "app.py", PACKAGE.parent / "app.py"
    for path in places:
        if path.is_file():
            return path
    raise ConfigError(f"{places[0]} is not there. Install Pointwise again.")


def start(options: argparse.Namespace) -> None:
    """Become Streamlit's server of the app, until it is ended. Raises ConfigError where Streamlit is not installed."""
    if not importlib.util.find_spec("streamlit"):
        raise ConfigError(
            "The app needs Streamlit, which is not installed. Install it with: pip install 'pointwise[app]'"
        )
    command = [sys.executable, "-m", "streamlit", "run", str(app_file()), *options.options]
    if os.name == "posix":
        os.execv(sys.executable, command)  # signals, and the exit status, are then the server's own
    sys.exit(subprocess.call(command))
