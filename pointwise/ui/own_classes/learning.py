"""Letting the last layer learn the classes at once, or the whole network as a run; what came of it, and why."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from pointwise.data.own_drawings import OwnDrawings
from pointwise.errors import LibraryError
from pointwise.intervals import share_of_sample
from pointwise.jobs import PictureJob
from pointwise.teaching.own_classes import LEAST_CLASSES, OwnClasses
from pointwise.training import drawings_recipe
from pointwise.ui.canvas import drawing
from pointwise.ui.canvas.drawing import EXAMPLES, SQUARE
from pointwise.ui.frame import desk, glossary, labels, navigation, shipped, visitor
from pointwise.ui.frame.sections import following, press, shown_errors
from pointwise.ui.own_classes import lesson
from pointwise.ui.own_classes.lesson import ARCH, LAST_LAYER, NONE_TOO, WHOLE
from pointwise.ui.training import downloads, lessons, session_run, weights_in_use

if TYPE_CHECKING:
    from pointwise.library import RunRecord

LONGEST_NAME = 60  # of a network in the library


def show(changed: str) -> None:
    """Two buttons that let something learn, and what came of it; a use of them runs the fragment ``changed``."""
    now = lesson.classes()
    lacking = now.lacking
    with st.container(horizontal=True, gap="small"):
        fresh = lesson.run(LAST_LAYER) is not None and lesson.is_latest(LAST_LAYER)
        if press(
            "Train the last layer",
            "classes.train",
            type="secondary" if lacking or fresh else "primary",
            icon=":material/bolt:",
            disabled=bool(lacking),
        ):
            with shown_errors(), st.spinner("The last layer learns"):
                _learn(now)
                st.rerun()
        if press(
            "Train the whole network",
            "classes.train_whole",
            icon=":material/model_training:",
            disabled=bool(lacking) or session_run.busy(),
            help="A run, in the sidebar and on the page Your runs: most often it takes less than a minute",
        ):
            with shown_errors():
                _begin(now)
                st.rerun()
    st.checkbox(
        "Let it say “none of these”",
        NONE_TOO.get(),
        help="One class more, which learns from made letters, signs, digits and doodles that look like none of yours. "
        "Without it, whatever is drawn is read as one of your classes",
        **following("classes.none", NONE_TOO.get(), lambda value: _with_none(value, changed)),
    )
    if lacking:
        st.caption(labels.plain(lacking))
    with shown_errors():
        _results(changed)


def words() -> None:
    """What is frozen, and why a few drawings are enough for the last layer and not for the whole network."""
    network = shipped.shipped_model(ARCH)
    frozen = lessons.frozen(network)
    lessons.assort(frozen)
    features, yours = frozen.layer.weights.shape[1], max(len(lesson.classes().classes), LEAST_CLASSES)
    classes = yours + NONE_TOO.get()
    named = f"{yours} classes" + ", and one more for what is none of them," * NONE_TOO.get()
    st.subheader("Why a few drawings are enough")
    glossary.write(
        f"The network turns a drawing into {features} numbers, and its last [[layer]], a [[1×1 convolution]], weighs "
        f"them into a [[logit]] for each class. **The {frozen.frozen_parameters:,} [[parameters]] below it are "
        "frozen**: they learned from tens of thousands of digits which strokes, ends and loops tell drawings apart. "
        f"Most of that holds for other drawings too. For {named} only {classes * (features + 1):,} "
        "[[weights|weight]] and biases are left to be learned, and a pull towards zero holds back what your drawings "
        "do not ask for. **The whole network** starts from nothing: a handful of "
        "drawings as they are it learns by heart, and misreads the next one. So it is shown them again and again, bent "
        "otherwise each time, which is a run and not a second's work. Train both, and see which reads more of what it "
        "has not seen."
    )
    glossary.write(
        "**None of these.** A [[softmax]] shares out all probability among the classes there are, so a network that "
        "knows suns and houses alone is as sure that a 7 is one of them. It can only doubt what it has not heard of if "
        "it has seen something else: so it learns one class more, from made letters, signs, digits and doodles, "
        "without those that look like yours. Switch that off, train again and draw a digit."
    )


def _learn(now: OwnClasses) -> None:
    from pointwise.teaching.class_fitting import learn

    before = lesson.RUNS[LAST_LAYER].get()
    found = learn(lessons.frozen(shipped.shipped_model(ARCH)), now, NONE_TOO.get())
    record = visitor.shelf().add(found.network, _title(now))
    lesson.learned(LAST_LAYER, record.id, now)
    if before is not None:
        with suppress(LibraryError):
            _put_away(visitor.shelf().run(before[0]), record)


def _put_away(before: RunRecord, after: RunRecord) -> None:
    """The network that was learned before: it goes, and can be brought back for an hour, unless somebody wanted it."""
    if before.pinned or before.note or before.deleted or before.name != after.name:
        return
    if weights_in_use.choice(ARCH).run == before.id:
        weights_in_use.use(ARCH, after.id)
    visitor.shelf().delete(before.id)


def _with_none(value: bool, changed: str) -> None:
    lesson.NONE_TOO.set(value)
    desk.save()
    st.rerun(changed)


def _begin(now: OwnClasses) -> None:
    images, numbers = now.pictures()
    data = OwnDrawings(now.names, images, numbers, NONE_TOO.get())
    run = session_run.start(PictureJob(data.config(ARCH), drawings_recipe(), data))
    if run is not None:
        visitor.shelf().rename(run, f"{_title(now)}: whole network")
        lesson.learned(WHOLE, run, now)


def _title(now: OwnClasses) -> str:
    return ", ".join(now.names)[:LONGEST_NAME]


def _results(changed: str) -> None:
    """What each has learned, which of them reads, and where it can be used."""
    records = lesson.records()
    session_run.say_refusal()
    for what, record in records.items():
        st.markdown(f"**{what}**: {_said(what, record)}")
    reads, ready = lesson.reads(), [what for what, record in records.items() if lesson.can_read(record)]
    if reads is None:
        return
    if len(ready) > 1:
        st.segmented_control(
            "Read by",
            ready,
            default=reads,
            key=f"classes.reads.{reads}",
            required=True,
            on_change=_read_by,
            args=(f"classes.reads.{reads}", changed),
        )
    _elsewhere(records[reads])


def _said(what: str, record: RunRecord) -> str:
    if record.active:
        return "it is learning. Its progress is in the sidebar."
    if not record.card:
        return "it was stopped before it had learned anything. Go on with it on the page *Your runs*, or train again."
    accuracy, seconds = record.metrics.get("accuracy"), record.card.get("seconds")
    count = _measured_on(what, record)
    if accuracy is None or not count or not isinstance(seconds, (int, float)):
        return "it has learned nothing yet."
    share = labels.plain(str(share_of_sample(accuracy, count)))
    how = "drawings, each by a layer that had not seen it" if what == LAST_LAYER else "drawings that it had not seen"
    took = f"{seconds:.1f} s" if seconds < 10 else labels.duration(seconds)
    stale = "" if lesson.is_latest(what) else " Something was changed since: train again."
    return f"trained in {took}, reads {share} of {count} {how}.{stale}"


def _measured_on(what: str, record: RunRecord) -> int:
    """How many drawings its accuracy is of."""
    if what == LAST_LAYER:
        drawings = record.card.get("drawings")
        return drawings if isinstance(drawings, int) else 0
    from pointwise.data.own_drawings import own_drawings_from

    return own_drawings_from(record.job["data"]).counts[1]


def _read_by(key: str, changed: str) -> None:
    lesson.READS.set(st.session_state[key])
    st.rerun(changed)


def _elsewhere(record: RunRecord) -> None:
    """The network on the other pages, and as files."""
    if not record.card:  # no weights yet
        return
    with st.container(horizontal=True, gap="small"):
        if press("Look inside this drawing", "classes.inside", icon=":material/grid_view:"):
            _use(record)
            st.switch_page("pages/feature_maps.py")
        if press("Read with it on all pages", "classes.use", icon=":material/swap_horiz:"):
            _use(record)
            st.switch_page("pages/draw.py")
    with st.expander("Take it home", icon=":material/download:", key="classes.home", on_change="rerun") as opened:
        if opened.open:
            used = weights_in_use.of_run(record.id)
            if used is not None:
                downloads.buttons(used.network, "own-classes")
            navigation.link("runs", "It is kept among your runs")


def _use(record: RunRecord) -> None:
    """Let all pages read with it, and with the drawing that is on the board here."""
    weights_in_use.use(ARCH, record.id)
    now = drawing.current(EXAMPLES)
    if not now.empty:
        before = drawing.current(SQUARE)
        drawing.keep(replace(now, sheet=SQUARE, number=before.number + 1, base=None))
