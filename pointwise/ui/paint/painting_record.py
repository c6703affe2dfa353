"""A painting's record among the visitor's runs: made with the first own stroke, brought up to date while one paints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from pointwise.card import PAINTING
from pointwise.errors import DataError, LibraryError, PointwiseError
from pointwise.library import kept_paintings
from pointwise.library.kept_paintings import KeptPainting
from pointwise.library.records import RunRecord
from pointwise.models import PAINTER
from pointwise.segmentation.strokes import Painting
from pointwise.ui.frame import callbacks, labels, navigation, visitor
from pointwise.ui.frame.sections import Kept
from pointwise.ui.paint import example_pictures, own_pictures, paintings, take_home
from pointwise.ui.paint.example_pictures import EXAMPLES
from pointwise.ui.paint.paintings import SETS, Work

if TYPE_CHECKING:
    from pointwise.models import Network
    from pointwise.ui.paint.pixel_labels import Answer


class Learned(NamedTuple):
    """What this session knows of the networks of a record."""

    run: str
    network: Network | None = None  # the latest
    scores: Mapping[int, float] = {}  # by number of strokes


LEARNED: Kept[Learned] = Kept("paint.learned", Learned(""))
WRITTEN: Kept[object] = Kept("paint.written", None)  # what is kept already, or soon will be
REFUSED = Kept("paint.unrecorded", "")  # why there is no record of what is painted here


def look() -> None:
    """Begin anew on a picture whose record was deleted, with a way back to the strokes; when somebody comes here."""
    if navigation.arrived():
        REFUSED.pop()
        name = paintings.chosen()
        run = paintings.work(name).run
        if run and _is_deleted(run):
            paintings.begin_anew(name)


def keep(name: str, work: Work, seen: str, answer: Answer | None) -> None:
    """Keep a painting with its network among the runs, within seconds; what nobody has painted on is not kept."""
    with callbacks.undisturbed():  # else a newer stroke may come between a record and the painting that bears its id
        _keep(name, work, seen, answer)


def _keep(name: str, work: Work, seen: str, answer: Answer | None) -> None:
    if not (work.run or paintings.own(work)) or (not work.run and REFUSED.get()):
        return
    shelf = visitor.shelf()
    network = None if answer is None else answer.fitted.network
    state = (name, work, seen, network)
    if _same(WRITTEN.get(), state):
        return
    run, kept = work.run, _kept(name, work, seen)
    if not run or not kept_paintings.is_kept(shelf, run):
        run = _begin(name, kept)
        if not run:
            return
    learned = LEARNED.get() if LEARNED.get().run == run else Learned(run)
    if answer is not None:
        held_out = answer.fitted.held_out
        score = {} if held_out is None else {len(work.painting.strokes): held_out.score}
        learned = Learned(run, network, {**learned.scores, **score})
    LEARNED.set(learned)
    WRITTEN.set((name, paintings.work(name), seen, network))
    shelf.library.deferred.put(
        run, partial(kept_paintings.keep_painting, shelf, run, kept, learned.network, learned.scores)
    )


def say() -> None:
    """Why a painting is not among the runs, where it is not."""
    if refused := REFUSED.get():
        st.caption(f"This painting is not among your runs. {labels.said(refused)}")


def open_record(run: str) -> None:
    """Paint on with a painting of the page of runs, or let a network label a picture that was painted on elsewhere.

    What was on the picture before can be had back. Raises PointwiseError.
    """
    with callbacks.undisturbed():
        _open(run)


def _open(run: str) -> None:
    shelf = visitor.shelf()
    shelf.library.deferred.flush()
    record = shelf.run(run)
    if record.deleted:
        raise LibraryError("It was deleted. Bring it back on the page of your runs first.")
    if record.kind == PAINTING:
        _open_painting(record)
    else:
        _open_network(record)


def _open_painting(record: RunRecord) -> None:
    shelf = visitor.shelf()
    kept, content = kept_paintings.painting_of(shelf, record.id), kept_paintings.picture_of(shelf, record.id)
    name = kept.picture
    if name not in EXAMPLES:
        name = own_pictures.own_picture(content, kept.picture, kept.title, kept.height, kept.width)
    paintings.choose(name)
    if paintings.work(name).run == record.id:
        return
    _keep_before(name)
    network = ""
    if not kept.painting.strokes and record.card:
        network = paintings.network_key(name)
        visitor.keep_file(network, kept_paintings.weights_of(shelf, record.id))
    classes = paintings.named(0, kept.classes)
    paintings.bring(name, kept.painting, classes, network, record.id)
    paintings.change(name, lambda work: replace(work, micrometres=kept.micrometres))
    paintings.see(name, kept.sets)


def _open_network(record: RunRecord) -> None:
    """Let a network that was loaded label the chosen picture, or an example of as many colours."""
    from pointwise.ui.frame import startup

    if record.arch != PAINTER:
        raise DataError("That run labels no pixels. Choose a painting, or a network that was saved on this page.")
    startup.wait()
    content = kept_paintings.weights_of(visitor.shelf(), record.id)
    colours = record.config.get("input_channels")
    name = paintings.chosen()
    if paintings.colours_of(paintings.picture(name)) != colours:
        name = next(one for one in EXAMPLES if paintings.colours_of(example_pictures.picture(one)) == colours)
    _keep_before(name)
    paintings.choose(name)
    paintings.bring(name, Painting(), paintings.work(name).classes)
    before = paintings.BEFORE.get()
    try:
        take_home.take_network(name, content, record.name)
    except PointwiseError:
        paintings.take_back()
        raise
    paintings.BEFORE.set(before)


def bring(name: str, painting: Painting, classes: tuple[str, ...]) -> None:
    """Put a painting without a record onto a picture; what was there has one of its own, and can be had back."""
    with callbacks.undisturbed():
        _keep_before(name)
        paintings.bring(name, painting, classes)


def _keep_before(name: str) -> None:
    """See to it that what is on a picture has a record before something else takes its place."""
    work = paintings.work(name)
    if paintings.own(work):
        _keep(name, work, paintings.seen_now(name), None)


def _begin(name: str, kept: KeptPainting) -> str:
    """The id of a new record, which the painting bears from now on; "" where there is no room for one."""
    try:
        run = kept_paintings.begin_painting(visitor.shelf(), kept, own_pictures.own_content(name))
    except LibraryError as error:
        REFUSED.set(str(error))
        return ""
    paintings.change(name, lambda work: replace(work, run=run))
    return run


def _kept(name: str, work: Work, seen: str) -> KeptPainting:
    height, width = paintings.whole_shape(name)
    return KeptPainting(
        name,
        paintings.title(name),
        height,
        width,
        work.classes,
        work.painting,
        work.micrometres,
        paintings.colours_of(paintings.picture(name)),
        SETS[seen],
    )


def _is_deleted(run: str) -> bool:
    try:
        return visitor.shelf().run(run).deleted
    except LibraryError:  # it went long ago, as the oldest do: the strokes stay
        return False


def _same(known: object, state: tuple[object, ...]) -> bool:
    """Whether two tuples hold the same objects, or equal texts."""
    if not isinstance(known, tuple):
        return False
    pairs = zip(known, state, strict=True)
    return all(one is other or (isinstance(one, str) and one == other) for one, other in pairs)
