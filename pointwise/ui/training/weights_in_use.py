"""Which weights the pages use for each network: the shipped ones, or those of a run, after any step that was kept.

Either as they are, or with a last layer that the visitor's corrections have taught (lessons.py). One control chooses
them (``choose``), and ``Used.mark`` says beside every prediction what is in use.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st

from pointwise import card as cards
from pointwise.card import rebuilt, unmeasured
from pointwise.data.catalogue import OWN
from pointwise.errors import LibraryError, PointwiseError
from pointwise.ui.frame import labels, shipped, visitor
from pointwise.ui.frame.desk import Lasting
from pointwise.ui.frame.sections import Latest, following
from pointwise.ui.training import lessons, session_run
from pointwise.visible_text import visible

if TYPE_CHECKING:
    from pointwise.export.page_weights import Packed
    from pointwise.library import RunRecord, Shelf
    from pointwise.models import Network
    from pointwise.runs import Progress, Snapshot
    from pointwise.ui.training.session_run import AnyRun


@dataclass(frozen=True)
class Choice:
    """Whose weights are used: a run's, by its id, or the shipped ones."""

    run: str | None = None
    step: int | None = None  # of a snapshot; None: the run's latest
    taught: bool = False  # whether with what the visitor's corrections have taught them


class Used(NamedTuple):
    """A network in use, and what to say of it."""

    network: Network
    mark: str  # "shipped weights", or a run's name with the step or epoch; and how much they were taught

    @property
    def own(self) -> bool:
        """Whether they are the visitor's own."""
        return self.mark != SHIPPED


SHIPPED = "shipped weights"
TAUGHT = "taught"  # beside the ids of runs
NEWEST = 0  # beside the steps of a run's snapshots
CHOICES: Lasting[Mapping[str, Choice]] = Lasting(
    "weights_in_use.choices",
    {},
    dump=lambda choices: {arch: asdict(choice) for arch, choice in choices.items()},
    load=lambda value: {str(arch): rebuilt(Choice, choice) for arch, choice in dict(value).items()},
)
EPOCH_MODEL: Latest[Network] = Latest("weights_in_use.epoch_model")
SNAPSHOT_MODEL: Latest[Network] = Latest("weights_in_use.snapshot_model")
PACE = 1.0  # seconds between two looks at a run's weights


def choose(arch: str, label: str = "Weights", place: str = "") -> None:
    """The control: the shipped weights, or any run's that does the same task, latest or after an earlier step, as they
    are or taught.

    Nothing where there is neither such a run nor a correction. ``place`` tells it from another one for the same network
    on the page.
    """
    runs = {record.id: record for record in _offered(arch)}
    chosen = choice(arch)
    run = chosen.run if chosen.run in runs else None
    titles = {"": "Shipped", **_titles(list(runs.values()))}
    known = run or ""
    if lessons.teachable(arch) and not (known and runs[known].data_set == OWN):
        titles[TAUGHT] = f"{titles[known]}, taught {lessons.amount()}"
        known = TAUGHT if chosen.taught else known
    if len(titles) < 2:
        return
    # Of these titles, for Streamlit knows the chosen one by how it was written.
    follows = following(
        f"weights_in_use.run{place}.{arch}",
        known,
        lambda one: use_taught(arch) if one == TAUGHT else use(arch, one or None),
        of=list(titles.values()),
    )
    st.selectbox(label, list(titles), list(titles).index(known), format_func=titles.__getitem__, **follows)
    if chosen.run in runs:
        _choose_step(arch, chosen, place)


def choose_each(archs: Sequence[str]) -> None:
    """The control for several networks, where there is a choice for one of them."""
    offered = [arch for arch in archs if lessons.teachable(arch) or _offered(arch)]
    if offered:
        with st.popover("Whose weights", icon=":material/tune:"):
            for arch in offered:
                choose(arch, labels.MODELS[arch], ".each")


def titled(arch: str) -> str:
    """A network's title, and whose weights it has where they are a run's: text with a person's words in it."""
    now = used(arch)
    return f"{labels.MODELS[arch]}, by {now.mark}" if now.own else labels.MODELS[arch]


def choice(arch: str) -> Choice:
    """Whose weights are used for ``arch``."""
    return CHOICES.get().get(arch, Choice())


def use(arch: str, run: str | None, step: int | None = None, taught: bool = False) -> None:
    """Let the pages use a run's weights for ``arch``, after the step of a snapshot or its latest; None: the shipped.

    With ``taught`` they are taught what the visitor said about drawings.
    """
    CHOICES.set({**CHOICES.get(), arch: Choice(run, step, taught)})


def use_taught(arch: str, taught: bool = True) -> None:
    """Let the pages use the same weights for ``arch``, taught or as they are."""
    chosen = choice(arch)
    use(arch, chosen.run, chosen.step, taught)


def are_taught(arch: str) -> bool:
    """Whether the weights in use for ``arch`` are taught; those of a run that goes on are not."""
    return choice(arch).taught and lessons.teachable(arch) and pace(arch) is None


def pace(arch: str) -> float | None:
    """Seconds between two looks where the weights in use change by themselves, else None."""
    chosen = choice(arch)
    if chosen.run is None or chosen.step is not None:
        return None
    return pace_of(chosen.run)


def used(arch: str) -> Used:
    """The network in use for ``arch``: that of the chosen run as soon as it has weights. Raises ModelFileError.

    One that cannot be taught is used as it is.
    """
    plain = untaught(arch)
    if are_taught(arch):
        try:
            return Used(lessons.taught(plain.network), f"{plain.mark}, taught {lessons.amount()}")
        except PointwiseError as error:
            labels.log_once(f"{arch} is not taught: {error}")
    return plain


def untaught(arch: str) -> Used:
    """The network in use for ``arch`` as it is without corrections. Raises ModelFileError."""
    chosen = choice(arch)
    if chosen.run is not None:
        try:
            if (of_run := _of_run(chosen)) is not None:
                return of_run
        except LibraryError:
            use(arch, None)  # the run was thrown away
        except PointwiseError:
            pass  # damaged weights
    return Used(shipped.shipped_model(arch), SHIPPED)


def reads_digits(arch: str) -> bool:
    """Whether the network in use for ``arch`` reads digits, and no classes of somebody's own."""
    try:
        return cards.reads_digits(untaught(arch).network)
    except PointwiseError:
        return True  # that is said where it is used


def of_run(run: str) -> Used | None:
    """The network of a run as it is now; None before its first weights. Raises LibraryError for a run that is gone."""
    return _of_run(Choice(run))


def pace_of(run: str) -> float | None:
    """Seconds between two looks where a run's weights change by themselves, else None."""
    now = session_run.current()
    return PACE if now is not None and now.name == run and now.progress().active else None


def prepare(arch: str) -> None:
    """Begin in the background what the first correction of the network in use would wait for."""
    if pace(arch) is None:
        with suppress(PointwiseError):  # one that is missing, or reads no digits
            lessons.prepare(untaught(arch).network)


def current_model(arch: str) -> Network:
    """The network in use. Raises ModelFileError."""
    return used(arch).network


def epoch_model(run: AnyRun) -> Network | None:
    """The network of a run's latest epoch, the same object as long as it is the latest; None before the first."""
    epoch = run.progress().latest
    if epoch is None or not epoch.weights:
        return None
    job: Any = run.job
    return EPOCH_MODEL.of(epoch, lambda: job.network(epoch))


def packed(model: Network, stages: int | None = None) -> Packed | None:
    """A network for the page to evaluate; where it is too large its first ``stages``, or None."""
    return shipped.packed(model, stages)


def _of_run(chosen: Choice) -> Used | None:
    """The chosen run's network; None before its first weights. Raises LibraryError for a run that is gone."""
    shelf, run = visitor.shelf(), session_run.current()
    record = shelf.run(str(chosen.run))
    if chosen.step is not None:
        network = _kept_network(shelf, record.id, chosen.step)
        return Used(network, f"{record.name}, step {chosen.step:,}")
    if run is not None and run.name == record.id:
        if (live := _live(run, run.progress())) is not None:
            model, when = live
            return Used(model, f"{record.name}, {when}")
        if run.progress().active:
            return None
    mark = f"{record.name}, step {record.step:,}" if record.step else record.name  # a loaded network has no steps
    return Used(_kept_network(shelf, record.id, -record.step), mark)


def _live(run: AnyRun, progress: Progress) -> tuple[Network, str] | None:
    """The newest weights of the run in the sidebar, after an epoch or between two."""
    snapshot, epoch = progress.snapshot, progress.latest
    if snapshot is not None and progress.active:
        per_epoch = progress.total / run.job.recipe.epochs if progress.total else 0
        if epoch is None or snapshot.step > epoch.number * per_epoch:
            card = _card(run, progress)
            if card is not None:
                return _snapshot_model(run, snapshot, card), f"step {snapshot.step:,}"
    if epoch is None or (model := epoch_model(run)) is None:
        return None
    return model, f"epoch {epoch.number}" if epoch.complete else f"step {progress.step:,}"


def _snapshot_model(run: AnyRun, snapshot: Snapshot, card: Mapping[str, Any]) -> Network:
    from pointwise.weights import model_from

    return SNAPSHOT_MODEL.of(snapshot, lambda: model_from(run.job.config, snapshot.weights, card))


def _card(run: AnyRun, progress: Progress) -> Mapping[str, Any] | None:
    """What is known of a network between two epochs: its data; None where prices cannot be told before the first."""
    from pointwise.jobs import PictureJob, Pictures

    if progress.latest is not None:
        return unmeasured(progress.latest.card)
    job = run.job
    if not isinstance(job, PictureJob):
        return None
    known = {"data_set": job.data.name, "options": job.data.options}
    return known if isinstance(job.data, Pictures) else {**known, "classes": list(job.data.classes)}


@st.cache_resource(show_spinner=False, max_entries=16)
def _kept_network(_shelf: Shelf, run: str, step: int) -> Network:
    """A kept network; a ``step`` below 0 stands for the latest of a run that is so far."""
    return _shelf.network(run, step if step > 0 else None)


def _offered(arch: str) -> list[RunRecord]:
    try:
        records = visitor.shelf().runs()
    except LibraryError:
        return []
    return [record for record in records if record.stands_in_for == arch and (record.active or record.bytes)]


def _titles(records: Sequence[RunRecord]) -> dict[str, str]:
    """What runs are called, by their ids; two that are called alike are told apart by them."""
    titles = {record.id: _title(record) for record in records}
    often = Counter(titles.values())
    return {run: f"{title} ({run[:6]})" if often[title] > 1 else title for run, title in titles.items()}


def _title(record: RunRecord) -> str:
    name = visible(record.name)
    if record.active:
        return f"{name}, {'queued' if record.state == 'queued' else 'going on'}"
    accuracy, r2 = (record.metrics.get(name) for name in ("accuracy", "r2"))
    score = labels.percent(accuracy) if accuracy is not None else f"R² {labels.r_squared(r2)}" if r2 is not None else ""
    return f"{name}, {score}" if score else name


def _choose_step(arch: str, chosen: Choice, place: str) -> None:
    """Which of the run's snapshots, the latest weights last."""
    try:
        steps = [snapshot.step for snapshot in visitor.shelf().snapshots(str(chosen.run))]
    except LibraryError:
        return
    if len(steps) < 2:
        return
    options = [*steps, NEWEST]
    known = chosen.step if chosen.step in steps else NEWEST
    st.select_slider(
        "After step",
        options,
        known,
        format_func=lambda step: "latest" if step == NEWEST else f"{step:,}",
        help="The run's weights as they were after that step of its training",
        **following(
            f"weights_in_use.step{place}.{arch}",
            known,
            lambda step: use(arch, chosen.run, step or None, chosen.taught),
            of=(chosen.run, options),
        ),
    )
