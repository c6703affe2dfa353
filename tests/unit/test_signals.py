"""How a command ends that is told to by a signal."""

from __future__ import annotations

import argparse
import signal
import time

import pytest

from pointwise.__main__ import main
from pointwise.commands import signals
from pointwise.commands.signals import SIGNALS, Stop, handled


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_a_command_with_a_sentence_and_its_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: int, status: int
) -> None:
    def command(_: argparse.Namespace) -> None:
        signal.raise_signal(number)

    before = signal.getsignal(number)
    monkeypatch.setattr("pointwise.commands.experiments.sweep", command)
    assert main(["sweep"]) == status
    assert capsys.readouterr().err == "Stopped; nothing was written.\n"
    assert signal.getsignal(number) == before


def long_step() -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        pass


def test_a_training_only_hears_the_first_signal() -> None:
    with handled(), SIGNALS.kept():
        signal.raise_signal(signal.SIGTERM)
        assert SIGNALS.heard == signal.SIGTERM
        with pytest.raises(Stop) as stop:
            signal.raise_signal(signal.SIGINT)
    assert stop.value.number == signal.SIGTERM


def test_a_step_that_takes_long_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals, "LIMIT", 0.05)
    with handled(), SIGNALS.kept():
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(Stop):
            long_step()


def test_a_training_that_ended_in_time_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals, "LIMIT", 0.05)
    with handled():
        with SIGNALS.kept():
            signal.raise_signal(signal.SIGTERM)
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_what_is_to_be_ignored_is() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        with handled():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_launcher_ends_its_processes_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_RANK", "0")
    before = signal.getsignal(signal.SIGTERM)
    with handled():
        assert signal.getsignal(signal.SIGTERM) == before
