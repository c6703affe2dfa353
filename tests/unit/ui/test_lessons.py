"""Corrections and what came of them, as a visitor's session keeps them."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import numpy as np
import pytest
import streamlit as st

from pointwise.export.page_weights import pack
from pointwise.library import Library, archive
from pointwise.models import ModelConfig, Network, build
from pointwise.teaching.corrections import Correction, lesson_key
from pointwise.teaching.last_layer import FrozenNetwork
from pointwise.ui.frame import desk, visitor
from pointwise.ui.training import lessons

FIRST, SECOND = (Correction(bytes([number]) * 784, number) for number in (1, 2))


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, object]]:
    library = Library(None)
    shelf = library.shelf("me")
    monkeypatch.setattr(visitor, "shelf", lambda: shelf)
    state: dict[str, object] = {}
    monkeypatch.setattr(st, "session_state", state)
    yield state
    library.close()


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> list[Network]:
    """The networks that were prepared, in order, where the server remembers two."""
    seen: list[Network] = []
    monkeypatch.setattr(FrozenNetwork, "prepare", lambda self: seen.append(self.network))
    monkeypatch.setattr(lessons.threading, "Thread", AtOnce)
    monkeypatch.setattr(lessons, "MOST_FROZEN", 2)
    lessons._known.clear()
    return seen


class AtOnce:
    def __init__(self, target, args, **_more) -> None:  # type: ignore[no-untyped-def]
        self.start = lambda: target(*args)


@pytest.fixture
def network() -> Network:
    model = build(ModelConfig("bag_of_pixels"), seed=3).eval()
    model.card = {"data_set": "mnist", "data": "MNIST", "metrics": {"accuracy": 0.5}, "temperature": 2.0}
    return model


def test_two_tabs_keep_each_others_corrections(state: dict[str, object]) -> None:
    lessons.CORRECTIONS.get()
    visitor.shelf().put({lessons.CORRECTIONS.key: [FIRST.to_json()]})  # by another tab, after this one began
    lessons.add(SECOND)
    assert lessons.CORRECTIONS.get() == (FIRST, SECOND)
    assert visitor.shelf().values()[lessons.CORRECTIONS.key] == [FIRST.to_json(), SECOND.to_json()]
    lessons.take_back(FIRST)
    assert lessons.CORRECTIONS.get() == (SECOND,)


def test_a_tab_that_was_left_open_does_not_bring_back_what_another_one_deleted(state: dict[str, object]) -> None:
    lessons.add(FIRST)
    visitor.shelf().forget()  # in another tab: all that the visitor has
    lessons.add(SECOND)
    assert lessons.CORRECTIONS.get() == (SECOND,)
    assert visitor.shelf().values()[lessons.CORRECTIONS.key] == [SECOND.to_json()]
    visitor.shelf().forget()
    lessons.take_back(FIRST)
    assert lessons.CORRECTIONS.get() == ()


def test_a_taught_network_is_made_once_and_its_layer_reaches_the_page_without_it(
    state: dict[str, object], network: Network
) -> None:
    picture = np.zeros((28, 28), np.uint8)
    picture[6:22, 13:15] = 255
    lessons.add(Correction.of(picture, 6))
    taught = lessons.taught(network)
    assert lessons.taught(network) is taught
    assert taught.card == {"data_set": "mnist", "data": "MNIST", "temperature": 2.0, "taught": 1}
    assert lessons.taught_packed(pack(network)) == pack(taught)
    desk.save()
    state.clear()
    assert lessons.taught_packed(pack(network)) == pack(taught)
    lessons.take_back(lessons.CORRECTIONS.get()[0])
    assert lessons.taught_packed(pack(network)) == pack(network)


@pytest.mark.parametrize("text", ["no base64", base64.b64encode(b"short").decode(), ""])
def test_a_layer_that_cannot_be_used_is_made_again(state: dict[str, object], network: Network, text: str) -> None:
    lessons.add(FIRST)
    packed = pack(network)
    assert packed is not None
    lessons.LAYERS.set({lesson_key(packed.last_layer, (FIRST,)): text})
    assert lessons.taught_packed(packed) == packed
    assert lessons.taught(network).card["taught"] == 1


def test_a_desk_with_damaged_corrections_begins_anew(state: dict[str, object]) -> None:
    visitor.shelf().put({lessons.CORRECTIONS.key: [{"digit": 3, "picture": "x"}]})
    assert lessons.CORRECTIONS.get() == ()
    lessons.add(FIRST)
    assert lessons.CORRECTIONS.get() == (FIRST,)


def test_what_an_owner_takes_along_holds_the_corrections(state: dict[str, object]) -> None:
    lessons.add(FIRST)
    packed = archive.pack_all(visitor.shelf())
    other = visitor.shelf().library.shelf("other")
    archive.unpack(other, packed, "all.zip")
    assert other.values()[lessons.CORRECTIONS.key] == [FIRST.to_json()]
    visitor.shelf().forget()
    assert lessons.CORRECTIONS.key not in visitor.shelf().values()


def networks(count: int) -> list[Network]:
    return [build(ModelConfig("bag_of_pixels"), seed=seed).eval() for seed in range(count)]


def test_a_crowd_that_looks_prepares_no_network_twice(prepared: list[Network]) -> None:
    crowd = networks(4)
    for _ in range(3):
        for network in crowd:
            lessons.prepare(network)
    assert prepared == crowd[:2]
    assert lessons.frozen(crowd[3]).network is crowd[3]  # a correction finds room
    assert lessons.frozen(crowd[3]) is lessons.frozen(crowd[3])


def test_what_was_not_used_for_long_makes_room(prepared: list[Network], monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = networks(3)
    for network in crowd[:2]:
        lessons.prepare(network)
    monkeypatch.setattr(lessons, "IN_USE", -1.0)
    lessons.prepare(crowd[2])
    assert prepared == crowd
    assert list(lessons._known) == crowd[1:]
