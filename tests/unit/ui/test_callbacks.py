"""What asks for a newer run waits until something is done to its end."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests

from pointwise.ui.frame import callbacks


def test_a_newer_run_waits_for_the_outermost_end(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = ScriptRequests()
    monkeypatch.setattr(callbacks, "get_script_run_ctx", lambda **_: SimpleNamespace(script_requests=requests))
    with callbacks.undisturbed():
        requests.request_rerun(RerunData())
        with callbacks.undisturbed():
            assert requests.on_scriptrunner_yield() is None
        assert requests.on_scriptrunner_yield() is None
    assert requests.on_scriptrunner_yield() is not None


def test_without_a_run_there_is_nothing_to_wait_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callbacks, "get_script_run_ctx", lambda **_: None)
    with callbacks.undisturbed():
        pass
